"""`hoiphuong serve` and `hoiphuong worker`: what runs for ever."""

from __future__ import annotations

import asyncio
import errno
import gc
import signal
import socket
import subprocess
import sys
from collections.abc import Coroutine
from typing import Annotated, Any

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
    workers: Annotated[int, typer.Option(help="Serve with so many processes, on one port.", min=1, max=64)] = 1,
    no_worker: Annotated[
        bool, typer.Option("--no-worker", help="Leave answering and delivery to `hoiphuong worker` processes.")
    ] = False,
    shared: Annotated[bool, typer.Option("--shared", hidden=True)] = False,
) -> None:
    """Serve everything: the web chat on /, public pages, webhooks, delivery, health. Ctrl-C ends it."""
    if workers > 1:
        raise typer.Exit(_family(host, port, workers, no_worker=no_worker))
    uvloop.run(_serve(host, port, delivers=not no_worker, shared=shared))


def worker() -> None:
    """Answer and deliver what `hoiphuong serve --no-worker` has received. Ctrl-C ends it."""
    uvloop.run(_work())


def _family(host: str, port: int, workers: int, *, no_worker: bool) -> int:
    """The processes that share the port; one signal to us ends them all."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror}. Try --port {port + 1}") from error
    command = [sys.argv[0], "serve", "--host", host, "--port", str(port), "--shared"]
    command += ["--no-worker"] if no_worker else []
    children = [subprocess.Popen(command) for _ in range(workers)]  # noqa: S603 - our own command

    def end(*_: object) -> None:
        for child in children:
            child.terminate()

    for name in (signal.SIGINT, signal.SIGTERM):
        signal.signal(name, end)
    return max(abs(child.wait()) for child in children)


async def _serve(host: str, port: int, *, delivers: bool, shared: bool) -> None:
    async with house(settings.load()) as opened:
        _settle_in()
        runner = web.AppRunner(application(opened), access_log=None)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, reuse_port=shared or None).start()
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise PortInUse(f"cannot listen on {host}:{port}: {error.strerror}. Try --port {port + 1}") from error
            raise
        _greet(host, port, opened.name)
        await _until_told(opened.engine.run(receives=True, delivers=delivers))
        await runner.cleanup()


async def _work() -> None:
    async with house(settings.load()) as opened:
        _settle_in()
        print(f"Hỏi Phường {opened.name}: answering and delivering. Ctrl-C ends it.", file=sys.stderr, flush=True)
        await _until_told(opened.engine.run(receives=False, delivers=True))


def _settle_in() -> None:
    """Pack and model stay as they are: the collector need not look through them again and again."""
    gc.collect()
    gc.freeze()


async def _until_told(work: Coroutine[Any, Any, None]) -> None:
    """Run until Ctrl-C or SIGTERM; a fault of the work ends it too."""
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    running, told = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait((running, told), return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if running.done():
        await running
    running.cancel()
    await asyncio.wait((running,))


def _greet(host: str, port: int, name: str) -> None:
    lines = (
        f"Hỏi Phường {name}: http://{host}:{port}",
        "Hỏi thử / try:  làm khai sinh cần giấy gì · so cong an phuong 1 · where can I stay tonight",
        "Trong máy này / in a terminal:  .venv/bin/hoiphuong ask 'làm căn cước ở đâu'",
        "Ctrl-C để dừng / to stop.",
    )
    print("\n".join(lines), file=sys.stderr, flush=True)
