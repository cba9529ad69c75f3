"""What ordinary APIs do still works inside the walls, on every tier."""

from __future__ import annotations

import pytest

from tests.hostile.conftest import Attack

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("import numpy; return float(numpy.linalg.det(numpy.eye(64)))", 1.0),
        ("from PIL import Image; import io; b = io.BytesIO(); "
         "Image.new('RGB', (9, 9)).resize((4, 4)).save(b, 'PNG'); return b.getvalue()[1:4]", "PNG"),
        ("import qrcode; return qrcode.make('x').size[0] > 9", True),
        ("import jinja2; return jinja2.Template('{{ a }}').render(a=1)", "1"),
        ("import zoneinfo, datetime as d; berlin = zoneinfo.ZoneInfo('Europe/Berlin'); "
         "return str(d.datetime(2024, 7, 1, tzinfo=berlin).utcoffset())", "2:00:00"),
        ("import httpx, bs4, markdown, yaml, dateutil.parser, email_validator; "
         "return dateutil.parser.parse('2024-01-02').day", 2),
        ("import mimetypes; return mimetypes.guess_type('a.svg')[0]", "image/svg+xml"),
        ("import shutil, tempfile; f = tempfile.NamedTemporaryFile(); "
         "return shutil.copy2(f.name, f.name + 'x').endswith('x')", True),
        ("import concurrent.futures as c; "
         "return list(c.ThreadPoolExecutor(4).map(abs, range(3)))", [0, 1, 2]),
        ("import asyncio; return asyncio.run(asyncio.sleep(0, 'slept'))", "slept"),
        ("import uuid, secrets; return len(secrets.token_hex(4)) + len(str(uuid.uuid4()))", 44),
        ("import hashlib, ssl, bz2, lzma; return hashlib.sha256(b'').hexdigest()[:4]", "e3b0"),
        ("import decimal, statistics, csv, html; return statistics.mean([1, 2])", 1.5),
        ("import logging; logging.getLogger('x').warning('hi'); return 1", 1),
    ],
)  # fmt: skip
async def test_libraries_work(attack: Attack, body: str, expected: object) -> None:
    assert await attack(body) == {"got": expected}


async def test_sqlmodel_works_on_data(attack: Attack) -> None:
    body = """
        from sqlmodel import Field, Session, SQLModel, create_engine, select
        class Hero(SQLModel, table=True):
            id: int | None = Field(default=None, primary_key=True)
            name: str
        engine = create_engine("sqlite:///" + os.environ["DATA_DIR"] + "/heroes.db")
        SQLModel.metadata.create_all(engine)
        with Session(engine) as session:
            session.add(Hero(name="Ada"))
            session.commit()
            return [hero.name for hero in session.exec(select(Hero))]
    """
    assert await attack(body) == {"got": ["Ada"]}
