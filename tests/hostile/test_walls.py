"""What a worker finds where it lives. The attacks themselves are in programs/."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from apibuilder import errors
from apibuilder.backends.fork.supervisor import Supervisor
from tests.contracts.backends import ROOT, spec
from tests.hostile.conftest import DENIED, Attack

pytestmark = pytest.mark.asyncio(loop_scope="module")


def assert_refused(answer: dict[str, str]) -> None:
    assert answer.get("refused") in DENIED, answer


@pytest.mark.parametrize("folder", ["/etc", "/proc", "/run", "/var", str(ROOT), str(ROOT.parent)])
async def test_the_host_cannot_be_listed(attack: Attack, backend: Supervisor, folder: str) -> None:
    answer = await attack(f"return os.listdir({folder!r})")
    if "got" not in answer:
        return assert_refused(answer)
    assert backend.sandbox.tier == "full"  # there a folder may be a step on the way to the modules
    assert set(answer["got"]) <= {"ld.so.cache", "mime.types", "runtime", ROOT.name}
    return None


async def test_the_root_shows_only_what_user_code_needs(
    attack: Attack, backend: Supervisor
) -> None:
    if backend.sandbox.tier != "full":
        pytest.skip("only tier full has a root of its own")
    answer = await attack("return sorted(os.listdir('/'))")
    # The modules and the interpreter keep their paths, so the first step to each is seen.
    steps = {path.parts[1] for path in (ROOT, Path(sys.base_prefix))}
    below_tmp = {".below-tmp"} if "tmp" in steps else set[str]()
    own = {".host", "data", "dev", "etc", "lib", "lib64", "packages", "tmp", "usr"}
    assert set(answer["got"]) <= own | steps | below_tmp
    assert await attack("return os.listdir('/.host')") == {"got": []}


async def test_own_data_and_tmp_can_be_written(attack: Attack) -> None:
    body = """
        import sqlite3, tempfile
        db = sqlite3.connect(os.environ["DATA_DIR"] + "/a.db")
        db.execute("pragma journal_mode=wal")
        db.execute("create table t(x)")
        db.execute("insert into t values (1)")
        db.commit()
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
        return db.execute("select x from t").fetchall()
    """
    assert await attack(body) == {"got": [[1]]}


async def test_failures_never_tell_host_paths(backend: Supervisor) -> None:
    with pytest.raises(errors.DeployRefused) as caught:
        await backend.place(spec("import json\njson.loads('{')\napp = 1\n"))
    assert str(ROOT) not in caught.value.detail
    assert not str(caught.value.file).startswith("/")
    assert not Path(str(caught.value.file)).is_absolute()
