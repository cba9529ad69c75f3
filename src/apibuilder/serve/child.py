"""One child process: started, watched, restarted when it dies, ended when we end."""

from __future__ import annotations

import asyncio
import ctypes
import os
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

_PR_SET_PDEATHSIG = 1
_FIRST_PAUSE_SECONDS, _LONGEST_PAUSE_SECONDS = 0.1, 5.0
_HEALTHY_SECONDS = 10.0  # one that lived this long starts again without a pause
_LONGEST_LINE = 1 << 20

_libc = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Program:
    """What to run. `fds` are inherited under their own numbers."""

    name: str
    argv: Sequence[str]
    env: dict[str, str] = field(default_factory=dict[str, str])
    fds: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: float = 15.0


class Child:
    """Keeps one Program running.

    `on_line(name, text)` gets what it writes, `on_end(name, why)` is called when it ended by
    itself, `on_change()` when its pid changes.
    """

    def __init__(
        self,
        program: Program,
        *,
        on_line: Callable[[str, str], None],
        on_end: Callable[[str, str], None],
        on_change: Callable[[], None],
    ) -> None:
        self.program = program
        self._on_line = on_line
        self._on_end = on_end
        self._on_change = on_change
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._keeping: asyncio.Task[None] | None = None

    @property
    def pid(self) -> int | None:
        """Of the process that runs, if one does."""
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if running and self._process else None

    async def start(self) -> None:
        """Run it, and see to it that it keeps running."""
        await self._spawn()
        self._keeping = asyncio.create_task(self._keep(), name=f"keep {self.program.name}")

    async def stop(self) -> None:
        """End it: its stop signal, then after `stop_seconds` SIGKILL. Safe to repeat."""
        self._stopping = True
        process = self._process
        if process is not None and process.returncode is None:
            _signal(process, self.program.stop_signal)
            try:
                async with asyncio.timeout(self.program.stop_seconds):
                    await process.wait()
            except TimeoutError:
                self._on_end(self.program.name, "did not stop in time and was killed")
                _signal(process, signal.SIGKILL)
                await process.wait()
        if self._keeping is not None:
            self._keeping.cancel()
            await asyncio.gather(self._keeping, return_exceptions=True)

    async def _spawn(self) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *self.program.argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            env={**os.environ, **self.program.env},
            pass_fds=self.program.fds,
            start_new_session=True,  # a Ctrl-C in the terminal is for the supervisor
            preexec_fn=_dying_with(self.program.stop_signal, os.getpid()),
            limit=_LONGEST_LINE,
        )
        self._on_change()

    async def _keep(self) -> None:
        pause = 0.0
        while True:
            process = self._process
            assert process is not None
            started = time.monotonic()
            reading = asyncio.create_task(self._read(process))
            status = await process.wait()
            await _let_go(reading)
            if self._stopping:
                return
            if time.monotonic() - started > _HEALTHY_SECONDS:
                pause = 0.0
            self._on_end(self.program.name, f"ended ({_describe(status)}), starting it again")
            await asyncio.sleep(pause)
            pause = min(max(pause * 2, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
            await self._spawn()

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        while True:
            try:
                line = await process.stdout.readline()
            except ValueError:  # longer than the limit: asyncio has dropped it
                continue
            if not line:
                return
            self._on_line(self.program.name, line.decode(errors="replace").rstrip("\n"))


async def _let_go(reading: asyncio.Task[None]) -> None:
    """What was written before the end is still read; a grandchild may hold the pipe open."""
    with suppress(TimeoutError):
        async with asyncio.timeout(0.2):
            await reading


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        process.send_signal(number)


def _dying_with(number: signal.Signals, parent: int) -> Callable[[], None]:
    """For the child, before exec: get `number` when the supervisor dies, however it dies."""

    def prepare() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:  # it died before this line
            os._exit(1)

    return prepare


def _describe(status: int) -> str:
    if status < 0:
        return signal.Signals(-status).name
    return f"exit status {status}"
