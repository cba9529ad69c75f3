"""The wire: what is cut apart is what was put together, and nonsense is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apibuilder.backends.fork import frames
from apibuilder.backends.fork.frames import (
    BODY,
    GOAWAY,
    HEADER,
    MAX_CONTROL,
    MAX_FRAME,
    REQUEST,
    Beat,
    Boot,
    ControlReader,
    Drain,
    Failed,
    FrameError,
    FrameReader,
    HeadTooLarge,
    Log,
    Ping,
    Reason,
    ResponseHead,
    control,
    head_frame,
)

FRAMES = st.lists(
    st.tuples(
        st.integers(REQUEST, GOAWAY),
        st.integers(0, 2**32 - 1),
        st.booleans(),
        st.binary(max_size=300),
    ),
    max_size=8,
)
SIZES = st.lists(st.integers(1, 400), min_size=1, max_size=30)


def pieces(data: bytes, sizes: list[int]) -> list[bytes]:
    """`data` cut at arbitrary places."""
    cut, start = [], 0
    while start < len(data):
        size = sizes[len(cut) % len(sizes)]
        cut.append(data[start : start + size])
        start += size
    return cut


@given(FRAMES, SIZES)
def test_frames_survive_any_cut(sent: list[tuple[int, int, bool, bytes]], sizes: list[int]) -> None:
    data = b"".join(frames.frame(kind, stream, body, end=end) for kind, stream, end, body in sent)
    reader = FrameReader()
    seen = [frame for piece in pieces(data, sizes) for frame in reader.feed(piece)]
    assert seen == sent


@given(st.lists(st.binary(min_size=1, max_size=2000), max_size=20))
def test_any_bytes_are_frames_or_a_frame_error(data: list[bytes]) -> None:
    reader = FrameReader()
    try:
        for piece in data:
            for _, _, _, payload in reader.feed(piece):
                assert len(payload) <= MAX_FRAME
    except FrameError:
        pass


@pytest.mark.parametrize(
    "header",
    [(MAX_FRAME + 1, 1, BODY, 0), (0, 1, 0, 0), (0, 1, GOAWAY + 1, 0), (0, 1, BODY, 2)],
)
def test_a_bad_header_is_refused_before_its_payload(header: tuple[int, int, int, int]) -> None:
    with pytest.raises(FrameError):
        list(FrameReader().feed(HEADER.pack(*header)))


@pytest.mark.parametrize("payload", [b"", b"\x00" * 3, b"\x00" * 5])
def test_credit_has_four_bytes(payload: bytes) -> None:
    with pytest.raises(FrameError):
        frames.credit_of(payload)


@pytest.mark.parametrize("payload", [b"", b"\x00", b"\xff", b"\x01\x01"])
def test_a_cancel_has_a_known_reason(payload: bytes) -> None:
    with pytest.raises(FrameError):
        frames.reason_of(payload)


def test_small_payloads_come_back() -> None:
    (credit,) = FrameReader().feed(frames.credit_frame(1, 7))
    assert frames.credit_of(credit[3]) == 7
    (cancel,) = FrameReader().feed(frames.cancel_frame(1, Reason.DEADLINE))
    assert frames.reason_of(cancel[3]) is Reason.DEADLINE


@pytest.mark.parametrize("headers", [[(b"a", b"b")] * 257, [(b"a", b"b" * frames.MAX_HEAD)]])
def test_a_head_that_is_too_large_is_not_sent(headers: list[tuple[bytes, bytes]]) -> None:
    with pytest.raises(HeadTooLarge):
        head_frame(1, ResponseHead(200, headers), end=True)


MESSAGES = [
    Boot("source", {"A": "b"}, "/data", 3, 100),
    Drain(1.5),
    Ping(),
]
ANSWERS = [Failed("import_failed", "why", "main.py", 3), Log("stdout", "info", "x"), Beat(1, 2, 3)]


@pytest.mark.parametrize("from_worker", [False, True])
@given(sizes=SIZES)
def test_control_messages_survive_any_cut(from_worker: bool, sizes: list[int]) -> None:
    sent = ANSWERS if from_worker else MESSAGES
    reader = ControlReader(from_worker=from_worker)
    data = b"".join(control(message) for message in sent)
    seen = [message for piece in pieces(data, sizes) for message in reader.feed(piece)]
    assert seen == sent


@pytest.mark.parametrize(
    "data",
    [
        (MAX_CONTROL + 1).to_bytes(4, "little"),
        b"\x01\x00\x00\x00\xc1",
        control(Ping()),  # a worker may not ping
    ],
)
def test_control_nonsense_is_refused(data: bytes) -> None:
    with pytest.raises(FrameError):
        list(ControlReader(from_worker=True).feed(data))
