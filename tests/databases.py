"""Fresh databases, quickly: the migrations run once for each kind, and what they made is copied for each test."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg

from bot.storage.database import Database

TEMPLATE = "with_tables"
# What is lost by a crash is not missed here, and nothing waits for the disk.
CARELESS = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")


def sqlite(file: Path) -> str:
    """The URL of a SQLite database with all tables, made where there is none yet."""
    if not file.exists():
        file.write_bytes(_sqlite())
    return f"sqlite+aiosqlite:///{file}"


@cache
def _sqlite() -> bytes:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "tables.db"
        _apart(_migrated(f"sqlite+aiosqlite:///{file}"))
        return file.read_bytes()


def set_up(server: str) -> None:
    """Make a new PostgreSQL server ready: quick, and with a database to copy."""
    _apart(_set_up(server))


async def postgresql(server: str, *, empty: bool = False) -> str:
    """The URL of a database of its own on this server, with all tables or `empty`."""
    name = f"test_{secrets.token_hex(6)}"
    await _run(server, f"CREATE DATABASE {name}" + ("" if empty else f" TEMPLATE {TEMPLATE}"))
    return _url(server, name)


async def _set_up(server: str) -> None:
    careless = [f"ALTER SYSTEM SET {setting}" for setting in CARELESS]
    await _run(server, *careless, "SELECT pg_reload_conf()", f"CREATE DATABASE {TEMPLATE}")
    await _migrated(_url(server, TEMPLATE))


async def _run(server: str, *statements: str) -> None:
    connection = await asyncpg.connect(server)
    for statement in statements:
        await connection.execute(statement)
    await connection.close()


async def _migrated(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


def _url(server: str, name: str) -> str:
    driven = server.replace("postgresql://", "postgresql+asyncpg://", 1)
    return driven.replace("/postgres?", f"/{name}?").removesuffix("/postgres")


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Do it in a thread with a loop of its own: whoever needs it may stand within a loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()
