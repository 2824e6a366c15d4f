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
from typing import Any, Final

from sqlalchemy import URL, Connection
from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.pysqlite import SQLiteDialect_pysqlite
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool, Pool
from sqlalchemy.util import await_only

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


class Session(AsyncSession):
    """A session on such an engine, its transaction begun: what it asks is asked at once, without a greenlet each."""

    core: Connection  # it has begun

    async def execute(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.execute(*args, **kwargs)

    async def scalar(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.scalar(*args, **kwargs)

    async def scalars(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.scalars(*args, **kwargs)

    async def get(self, *args: Any, **kwargs: Any) -> Any:
        return self.sync_session.get(*args, **kwargs)


registry.register("sqlite.swift", __name__, "Dialect")


def engine(url: URL, **more: Any) -> AsyncEngine:
    """An engine on the same file."""
    return create_async_engine(
        url.set(drivername="sqlite+swift"), connect_args={"factory": _Connection, "check_same_thread": False}, **more
    )


def begin(connection: Connection) -> None:
    """Take SQLite's one write lock, or wait for it without holding anybody up."""
    until = time.monotonic() + PATIENCE
    driver: Any = connection.connection.driver_connection
    while True:
        try:
            driver.execute(BEGIN)
            return
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                connection.exec_driver_sql(BEGIN)  # fails once more, in the words that everybody knows
                return
        await_only(asyncio.sleep(random.uniform(*LOOKS)))  # noqa: S311 - spreads tries, keeps no secret
