"""A house that serves, with a channel's settings pointing at an emulator: as `hoiphuong serve` in a process of its own
(`serving`), or, since each start of that takes seconds, within the tests' own process (`at_home`)."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from structlog.testing import capture_logs

from bot.app import house_of
from bot.settings import Settings
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests import databases

HOIPHUONG = Path(sys.executable).parent / "hoiphuong"


@dataclass
class Served:
    """One that runs."""

    url: str
    database: str
    log: Callable[[], str]
    process: asyncio.subprocess.Process | None = None

    @property
    def said(self) -> str:
        """All that it has logged, and written to its two streams where it has some."""
        return self.log()

    async def ready(self) -> tuple[int, dict[str, Any]]:
        """What /readyz answers now."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.url}/readyz") as response:
            return response.status, await response.json()

    async def channel(self, name: str) -> str:
        """The state of a channel, as /readyz names it."""
        state = (await self.ready())[1]["channels"].get(name, "")
        assert isinstance(state, str)
        return state

    async def post(self, path: str, raw: bytes, headers: Mapping[str, str] | None = None) -> int:
        """Post anything; the status."""
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.url + path, data=raw, headers=headers) as got,
        ):
            return got.status

    async def rows(self, query: str) -> list[Any]:
        """What stands in the database."""
        engine = create_async_engine(self.database)
        async with engine.connect() as connection:
            rows = list((await connection.execute(text(query))).all())
        await engine.dispose()
        return rows

    async def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        """End it, and wait for that."""
        if self.process and self.process.returncode is None:
            self.process.send_signal(how)
            await self.process.wait()


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def serving(
    folder: Path, *, port: int | None = None, args: tuple[str, ...] = (), **settings: object
) -> AsyncIterator[Served]:
    """Serve on SQLite in `folder` with these settings; up when /healthz answers."""
    port = port or free_port()
    database, url = databases.sqlite(folder / "serve.db"), f"http://127.0.0.1:{port}"
    values = {"database_url": database, "public_url": url, "secret_key": "k" * 32} | settings
    env = {name: value for name, value in os.environ.items() if not name.startswith("HOIPHUONG_")}
    env |= {f"HOIPHUONG_{name.upper()}": str(value) for name, value in values.items()}
    log = folder / "serve.log"
    with log.open("ab") as file:
        process = await asyncio.create_subprocess_exec(
            HOIPHUONG, "serve", "--port", str(port), *args, env=env, cwd=Path.cwd(), stdout=file, stderr=file
        )  # fmt: skip
    served = Served(url, str(values["database_url"]), lambda: log.read_text(errors="replace"), process)
    try:
        await until(lambda: _alive(served), seconds=120)  # a busy machine takes long to start a process
        yield served
    finally:
        await served.end()


@asynccontextmanager
async def at_home(
    folder: Path, pack: Pack, understanding: Understanding, *, delivers: bool = True, **settings: object
) -> AsyncIterator[Served]:
    """The same within this process, with a pack that is read already."""
    port = free_port()
    database, url = databases.sqlite(folder / "serve.db"), f"http://127.0.0.1:{port}"
    values: dict[str, Any] = {"database_url": database, "public_url": url, "secret_key": "k" * 32} | settings
    with capture_logs() as logs:
        async with house_of(Settings(_env_file=None, **values), pack, understanding) as house:
            runner = web.AppRunner(application(house), access_log=None, shutdown_timeout=0.5)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", port).start()
            work = asyncio.create_task(house.engine.run(receives=True, delivers=delivers))
            try:
                yield Served(url, database, lambda: repr(logs))
            finally:
                work.cancel()
                await asyncio.wait({work})
                await runner.cleanup()
                if not work.cancelled():
                    work.result()


async def until(true: Callable[[], object | Awaitable[object]], seconds: float = 8.0) -> None:
    """Wait until something is so; what it is may be awaited."""
    async with asyncio.timeout(seconds):
        while True:
            found = true()
            if await found if isinstance(found, Awaitable) else found:
                return
            await asyncio.sleep(0.02)


async def _alive(served: Served) -> bool:
    assert not served.process or served.process.returncode is None, served.said
    try:
        async with aiohttp.ClientSession() as session, session.get(f"{served.url}/healthz") as response:
            return response.status == 200
    except aiohttp.ClientError:
        return False
