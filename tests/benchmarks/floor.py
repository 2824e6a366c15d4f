"""The honest floor of the same work: a bare handler that commits the body as one row and posts one fixed reply.

`python -m tests.benchmarks.floor PORT FILE URL BODY` in a process of its own, as `hoiphuong serve` is.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Final

import aiohttp
import aiosqlite
import uvloop
from aiohttp import web

PRAGMAS: Final = ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000")


async def main(port: int, file: str, url: str, body: str) -> None:
    """Serve until killed."""
    async with aiosqlite.connect(file, isolation_level=None) as database, aiohttp.ClientSession() as session:
        for pragma in PRAGMAS:
            await database.execute(f"PRAGMA {pragma}")
        await database.execute("CREATE TABLE inbox (id INTEGER PRIMARY KEY, body BLOB NOT NULL)")

        async def take(request: web.Request) -> web.Response:
            raw = await request.read()
            await database.execute("INSERT INTO inbox (body) VALUES (?)", (raw,))  # its own commit
            async with session.post(url, data=body, headers={"Content-Type": "application/json"}) as response:
                await response.read()
            return web.Response()

        async def healthy(_: web.Request) -> web.Response:
            return web.Response()

        app = web.Application()
        app.add_routes([web.post("/webhook", take), web.get("/healthz", healthy)])
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", port).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1]), *sys.argv[2:5]))
