"""`hoiphuong serve`: the web chat, the public pages, health."""

from __future__ import annotations

import asyncio
import errno
import signal
import sys
from typing import Annotated

import typer
import uvloop
from aiohttp import web

from bot import settings
from bot.app import house
from bot.errors import PortInUse
from bot.web.server import application


def serve(
    host: Annotated[
        str, typer.Option(help="Listen on this address; 127.0.0.1 means only this machine.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Listen on this port.", min=1, max=65535)] = 8080,
) -> None:
    """Serve everything: the web chat on /, public pages, health. Ctrl-C ends it."""
    uvloop.run(_serve(host, port))


async def _serve(host: str, port: int) -> None:
    async with house(settings.load()) as opened:
        runner = web.AppRunner(application(opened), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port).start()
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror}. Try --port {port + 1}") from error
            raise
        stop = asyncio.Event()
        for name in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(name, stop.set)
        _greet(host, port, opened.name)
        await stop.wait()
        await runner.cleanup()


def _greet(host: str, port: int, name: str) -> None:
    lines = (
        f"Hỏi Phường {name}: http://{host}:{port}",
        "Hỏi thử / try:  làm khai sinh cần giấy gì · so cong an phuong 1 · where can I stay tonight",
        "Trong máy này / in a terminal:  .venv/bin/hoiphuong ask 'làm căn cước ở đâu'",
        "Ctrl-C để dừng / to stop.",
    )
    print("\n".join(lines), file=sys.stderr, flush=True)
