"""The engine, the unit of work, and the way from any older database to this one."""

from __future__ import annotations

import asyncio
import fcntl
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, nullcontext
from pathlib import Path
from typing import IO, Any, Final

import orjson
from sqlalchemy import URL, Connection, event, make_url, text
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from bot.errors import DatabaseUnreachable
from bot.storage import swift
from bot.storage.together import settle
from bot.storage.turns import Turns

MIGRATIONS = Path(__file__).parent / "migrations"
READS = "reads_only"
MIGRATION_LOCK = 815_263_947  # any fixed number: one migrating process at a time on PostgreSQL


class Database:
    """One database, opened for as long as the process lives."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _engine(make_url(url))
        self._sessions = async_sessionmaker(self.engine, expire_on_commit=False)
        self._line = _line(self.engine.url)
        # SQLite has one writer at a time, and whoever waits for it sleeps between looks, up to a tenth of a second:
        # within a process writers queue here instead, and each begins the moment that the one before has ended.
        self._turns = Turns() if self.engine.dialect.name == "sqlite" else None

    @asynccontextmanager
    async def unit_of_work(self, *, urgent: bool = False, short: bool = False) -> AsyncIterator[AsyncSession]:
        """One transaction that may write: kept whole, or undone when an error leaves the block.

        `urgent`: somebody waits for its end; on SQLite it goes before those for whom nobody does.
        `short`: it reads and writes few rows, so that on SQLite the loop itself may do it (`storage/swift.py`).
        """
        turn = self._turns.turn(urgent=urgent) if self._turns else nullcontext()
        line = self._line if short else None
        async with turn, line.transaction(expire_on_commit=False) if line else self._sessions.begin() as session:
            yield session
            await settle(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """One transaction that only reads; on SQLite it waits for no writer."""
        async with self._sessions() as session:
            await session.connection(execution_options={READS: True})
            yield session

    @property
    def ends_at_once(self) -> bool:
        """Whether a short transaction, at its end, is kept before anything else can happen in this process."""
        return self._line is not None

    async def checkpoint(self) -> None:
        """Copy what SQLite has written beside its file into it, in a thread, while others go on writing.

        Left to SQLite, the one that commits does it, and all who wait to write wait for that too.
        """
        file = self.engine.url.database
        if self._line and file:
            await asyncio.to_thread(_checkpoint, file)

    async def migrate(self) -> None:
        """Create or upgrade the tables, safely beside other processes; `DatabaseUnreachable` where there is none."""
        if await self._is_current():
            return
        try:
            if self.engine.dialect.name == "sqlite":
                await self._migrate_sqlite()
            else:
                await self._migrate_postgresql()
        except (SQLAlchemyError, OSError) as error:
            cause = str(getattr(error, "orig", None) or error).splitlines()[0]
            shown = self.engine.url.render_as_string(hide_password=True)
            hint = "Is it running, and is HOIPHUONG_DATABASE_URL right?"
            raise DatabaseUnreachable(f"cannot open the database {shown}: {cause}. {hint}") from error

    async def ping(self) -> bool:
        """Whether the database answers now."""
        try:
            async with self.engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (SQLAlchemyError, OSError):
            return False
        return True

    async def close(self) -> None:
        """Let go of all connections."""
        await self.engine.dispose()
        if self._line:
            await self._line.close()

    async def _is_current(self) -> bool:
        """Whether the tables are this version's already: then nothing is locked, and Alembic need not be imported."""
        if self.engine.dialect.name == "sqlite" and not _is_made(Path(self.engine.url.database or ":memory:")):
            return False
        try:
            async with self.reading() as session:
                found = (await session.execute(text("SELECT version_num FROM alembic_version"))).scalars().all()
        except (SQLAlchemyError, OSError):  # new, half-made or away: the long way will tell
            return False
        return found == [newest()]

    async def _migrate_sqlite(self) -> None:
        name = self.engine.url.database or ":memory:"
        if name == ":memory:":
            async with self.engine.begin() as connection:
                await connection.run_sync(_upgrade)
            return
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        lock = await asyncio.to_thread(_locked, Path(name + ".lock"))
        with lock:
            async with self.engine.begin() as connection:
                await connection.run_sync(_upgrade)

    async def _migrate_postgresql(self) -> None:
        async with self.engine.begin() as connection:
            await connection.execute(text(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"))
            await connection.run_sync(_upgrade)


def is_away(error: BaseException) -> bool:
    """Whether the database itself is at fault, gone or locked, rather than what was asked of it."""
    gone = isinstance(error, DBAPIError) and error.connection_invalidated
    return gone or isinstance(error, (OperationalError, InterfaceError, OSError))


def _locked(path: Path) -> IO[str]:
    """SQLite has no advisory locks; the file beside it has, and closing it lets go."""
    lock = path.open("w")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _is_made(file: Path) -> bool:
    """Whether a file was opened by us before. The first opening turns it into WAL, and must happen under the lock:
    whoever looks at that moment would fail it. It is not read here: to close it would let go of SQLite's own locks.
    """
    try:
        return file.stat().st_size > 0
    except OSError:
        return False


def newest() -> str:
    """The revision that the newest migration makes: its file begins with it."""
    return max(path.name.partition("_")[0] for path in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _upgrade(connection: Connection) -> None:
    from alembic import command  # only where there is something to do: it takes as long as the rest of a command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(url, **OPTIONS)
    if engine.dialect.name == "sqlite":

        @event.listens_for(engine.sync_engine, "begin")
        def _begin(connection: Connection) -> None:
            # A transaction that reads first and writes later would fail at once where another wrote between:
            # whoever may write takes SQLite's one write lock at the start, and waits for it.
            connection.exec_driver_sql(
                "BEGIN" if connection.get_execution_options().get(READS) else "BEGIN IMMEDIATE"
            )

        event.listen(engine.sync_engine, "connect", _pragmas)
    return engine


def _line(url: URL) -> swift.Line | None:
    """For short transactions; where the database is no file of SQLite's, those go the same way as all others."""
    if url.get_backend_name() != "sqlite" or url.database in (None, "", ":memory:"):
        return None
    line = swift.Line(url, **OPTIONS)
    event.listen(line.engine.sync_engine, "connect", _pragmas)
    event.listen(line.engine.sync_engine, "connect", _no_waiting)
    return line


def _no_waiting(connection: Any, _: object) -> None:
    """It is the loop that would wait; once the turn is had, nothing is waited for."""
    connection.execute("PRAGMA busy_timeout=0")


def _checkpoint(file: str) -> None:
    """By a connection of its own, which never makes a file and waits for nobody."""
    with closing(sqlite3.connect(f"{Path(file).absolute().as_uri()}?mode=rw", uri=True, timeout=0)) as connection:
        connection.execute("PRAGMA wal_checkpoint(PASSIVE)")


def _pragmas(connection: Any, _: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON", CHECKPOINT):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _json(value: object) -> str:
    return orjson.dumps(value).decode()


CHECKPOINT: Final = "wal_autocheckpoint=20000"  # pages: `checkpoint` comes long before, where a process lives long
OPTIONS: Final = {
    "hide_parameters": True,  # they are people's words, and errors are logged
    "json_serializer": _json,
    "json_deserializer": orjson.loads,
}
