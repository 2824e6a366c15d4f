"""SQLite in the event loop's own thread, for transactions of a few short statements.

`aiosqlite` hands each call to a thread and waits for it to come back: of a message's short statements that is most of
the work. Here a statement is a plain call; it takes microseconds, and nothing waits in it: the one thing that may
take long, the turn to write, is asked for without waiting and again a little later, with the loop free in between.
Nothing that reads or changes many rows belongs here, since the loop stands still for as long as it takes.
"""

from __future__ import annotations

import asyncio
import random
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from sqlalchemy import URL, Insert
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool

from bot.storage.ready import Ready, Statement, Values

PATIENCE: Final = 10.0  # seconds that a writer waits for its turn, as `busy_timeout` does elsewhere
BEGIN: Final = "BEGIN IMMEDIATE"
LOOKS: Final = 0.002, 0.02  # seconds between two tries, at least and at most


class _Cursor(sqlite3.Cursor):
    async def _async_soft_close(self) -> None:
        """What SQLAlchemy asks of a cursor that it cannot close by a plain call; this one it can."""


class _Connection(sqlite3.Connection):
    def cursor(self, factory: Any = _Cursor) -> Any:
        return super().cursor(factory)


class Dialect(SQLiteDialect_pysqlite):
    """Python's own SQLite, called as it is, in the place of a driver that has to be awaited."""

    driver = "swift"
    is_async = True
    supports_statement_cache = True

    @classmethod
    def get_pool_class(cls, url: URL) -> type[Pool]:  # noqa: ARG003 - the dialect's own signature
        """Waiting for a connection must leave the loop free."""
        return AsyncAdaptedQueuePool

    def get_driver_connection(self, connection: Any) -> Any:
        """Nothing stands between."""
        return connection


registry.register("sqlite.swift", __name__, "Dialect")


class Session(AsyncSession):
    """A session on the line, its turn to write begun: what it asks is asked at once, without a greenlet each."""

    line: Line
    driver: sqlite3.Connection

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.execute(*args, **kwargs)

    async def scalar(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.scalar(*args, **kwargs)

    async def scalars(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.scalars(*args, **kwargs)

    async def get(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.get(*args, **kwargs)

    def run(self, statement: Statement, values: Values | Sequence[Values] | None) -> list[tuple[Any, ...]]:
        """The rows of a statement that was made once."""
        first = values[0] if isinstance(values, Sequence) else values
        return self.line.ready(statement, tuple(first or ())).run(self.driver, values)

    def end(self) -> None:
        """Keep all of it."""
        if self.sync_session.in_transaction():
            self.sync_session.commit()
        if self.driver.in_transaction:
            self.driver.commit()

    def leave(self) -> None:
        """Undo what was not kept."""
        self.sync_session.close()
        if self.driver.in_transaction:
            self.driver.rollback()


class Line:
    """The one connection by which the loop writes; whoever uses it has the process's turn to write."""

    def __init__(self, url: URL, **options: Any) -> None:
        self.engine = create_async_engine(
            url.set(drivername="sqlite+swift"),
            connect_args={"factory": _Connection, "check_same_thread": False},
            **options,
        )
        self._connection: AsyncConnection | None = None
        self._ready: dict[tuple[Statement, tuple[str, ...]], Ready] = {}

    @asynccontextmanager
    async def transaction(self, **options: Any) -> AsyncIterator[Session]:
        """One transaction; the turn to write is waited for without holding anybody up."""
        if self._connection is None:
            self._connection = await self.engine.connect()
        driver: Any = (await self._connection.get_raw_connection()).driver_connection
        await _begin(driver)
        session = Session(bind=self._connection, **options)
        session.line, session.driver = self, driver
        try:
            yield session
            session.end()
        finally:
            session.leave()

    def ready(self, statement: Statement, columns: tuple[str, ...]) -> Ready:
        """The statement, ready for the driver; kept for as long as the process lives."""
        key = statement, columns if isinstance(statement, Insert) else ()
        found = self._ready.get(key)
        if found is None:
            found = self._ready[key] = Ready(statement, self.engine.dialect, columns)
        return found

    async def close(self) -> None:
        """Let go of it."""
        if self._connection:
            await self._connection.close()
            self._connection = None
        await self.engine.dispose()


async def _begin(driver: sqlite3.Connection) -> None:
    """Take SQLite's one write lock, or wait for it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            driver.execute(BEGIN)
            return
        except sqlite3.OperationalError as error:
            if time.monotonic() > until:
                raise OperationalError(BEGIN, None, error) from error
        await asyncio.sleep(random.uniform(*LOOKS))  # noqa: S311 - spreads tries, keeps no secret
