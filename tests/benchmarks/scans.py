"""A scan beside the floor of the same bytes, a square beside segno's own, and the first text on a slow phone."""

from __future__ import annotations

import asyncio
import io
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import aiohttp
import segno
import uvloop
from playwright.async_api import async_playwright

from bot.app import office
from bot.settings import Settings
from bot.storage.audit import SHELL
from bot.storage.codes import Wanted
from qr import square
from tests import browser
from tests.channels.serving import free_port

CONNECTIONS: Final = 16
SECONDS: Final = 3.0
ROUNDS: Final = 3
GOAL: Final = 0.40
SVG_GOAL: Final = 1.2
TEXT_GOAL: Final = 1.0  # seconds
RATE: Final = 1.6e6 / 8  # bytes a second
TRIP: Final = 0.150  # seconds, there and back
TARGETS: Final = ("procedure:dang-ky-khai-sinh", "hotline:phuong-1", "homestay:list", "menu", "initiative:hoi-quan")
FLOOR: Final = """
import sys, uvloop
from aiohttp import web
import asyncio
async def main(port, size):
    body = b"x" * size
    async def take(_):
        return web.Response(body=body, content_type="text/html")
    app = web.Application()
    app.router.add_get("/q/{code}", take)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    await asyncio.Event().wait()
uvloop.run(main(int(sys.argv[1]), int(sys.argv[2])))
"""


def table() -> str:
    """The three measurements, as a table."""
    return uvloop.run(_table())


async def _table() -> str:
    rows = []
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite+aiosqlite:///{folder}/scans.db", secret_key="k" * 32)
        async with office(settings) as desk:
            made = await desk.codes.issue_all([Wanted(target=t) for t in TARGETS for _ in range(20)], by=SHELL)
        async with served(Path(folder)) as port:
            for name, codes in (("one code", [made[0].code]), ("100 codes in turn", [each.code for each in made])):
                size = await _size(port, codes)
                async with _floor(size) as floor:
                    ours, bare = [], []
                    for _ in range(ROUNDS):
                        bare.append(await _rate(floor, codes))
                        ours.append(await _rate(port, codes))
                ratio = statistics.median(ours) / statistics.median(bare)
                rows.append(
                    f"| landing, {name}, {size:,} bytes | {statistics.median(ours):,.0f}/s | "
                    f"{statistics.median(bare):,.0f}/s bare aiohttp | {ratio:.2f} | ≥ {GOAL:.2f} |"
                )
            text = await _first_text(port, made[0].code)
        rows.append(f"| first text, 1.6 Mbit/s, 150 ms, TCP and TLS | {text:.2f} s | | | < {TEXT_GOAL:.1f} s |")
    ours_, theirs = squares()
    rows.append(
        f"| link to SVG | {ours_ * 1000:.2f} ms | {theirs * 1000:.2f} ms segno | {ours_ / theirs:.2f} | "
        f"≤ {SVG_GOAL} |"
    )
    return "\n".join(["| what | ours | beside | ratio | goal |", "|---|---|---|---|---|", *rows])


def squares() -> tuple[float, float]:
    """Seconds for one link, ours and segno's own."""
    links = [f"HTTPS://SADEC.EXAMPLE/Q/24NME9{n:03}" for n in range(100)]

    def ours(link: str) -> None:
        square.svg(link)

    def theirs(link: str) -> None:
        segno.make_qr(link, error="h", boost_error=False).save(io.BytesIO(), kind="svg", border=4)

    spent: dict[str, list[float]] = {"ours": [], "theirs": []}
    for link in links:
        for name, draw in (("ours", ours), ("theirs", theirs)):
            start = time.perf_counter()
            draw(link)
            spent[name].append(time.perf_counter() - start)
    return statistics.median(spent["ours"]), statistics.median(spent["theirs"])


async def _rate(port: int, codes: Sequence[str]) -> float:
    """Answers a second to as many connections as there are, each asking again once it is answered."""
    end = time.perf_counter() + SECONDS
    requests = [
        f"GET /q/{code} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUser-Agent: phone\r\nAccept-Encoding: gzip\r\n\r\n".encode()
        for code in codes
    ]

    async def ask(offset: int) -> int:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        done = 0
        while time.perf_counter() < end:
            writer.write(requests[(offset + done) % len(requests)])
            head = await reader.readuntil(b"\r\n\r\n")
            if not head.startswith(b"HTTP/1.1 200"):
                raise RuntimeError(head.decode(errors="replace"))
            at = head.lower().index(b"content-length:") + 15
            await reader.readexactly(int(head[at : head.index(b"\r", at)]))
            done += 1
        writer.close()
        return done

    start = time.perf_counter()
    done = await asyncio.gather(*(ask(n * 7) for n in range(CONNECTIONS)))
    return sum(done) / (time.perf_counter() - start)


async def _size(port: int, codes: Sequence[str]) -> int:
    """Bytes of the middle page, packed."""
    async with aiohttp.ClientSession(auto_decompress=False, headers={"Accept-Encoding": "gzip"}) as session:
        sizes = []
        for code in codes:
            async with session.get(f"http://127.0.0.1:{port}/q/{code}") as response:
                sizes.append(len(await response.read()))
    return int(statistics.mean(sizes))


async def _first_text(port: int, code: str) -> float:
    """Seconds until Chromium, with nothing kept, shows the first text over a slow line; the middle of five."""
    seen = []
    async with _slow(port) as slow, async_playwright() as playwright:
        chromium = await playwright.chromium.launch(**browser.options())
        for _ in range(5):
            context = await chromium.new_context(locale="vi-VN", viewport={"width": 360, "height": 780})
            page = await context.new_page()
            await page.goto(f"http://127.0.0.1:{slow}/q/{code}", wait_until="load")
            paint = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"
            await page.wait_for_function(paint)
            seen.append(float(await page.evaluate(paint)) / 1000)
            await context.close()
        await chromium.close()
    return statistics.median(seen)


@asynccontextmanager
async def _slow(port: int) -> AsyncIterator[int]:
    """A line of 1.6 Mbit/s and 150 ms: two trips to begin (TCP and TLS), then half a trip for each way."""

    async def carry(
        reader: asyncio.StreamReader, writer: asyncio.StreamWriter, line: list[float], rate: float | None
    ) -> None:
        while chunk := await reader.read(4096):
            now = time.perf_counter()
            line[0] = max(now, line[0]) + (len(chunk) / rate if rate else 0)
            await asyncio.sleep(line[0] + TRIP / 2 - now if rate else TRIP / 2)
            writer.write(chunk)
        writer.close()

    line = [0.0]  # when it is free again; all connections share it

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(2 * TRIP)
        back, on = await asyncio.open_connection("127.0.0.1", port)
        await asyncio.gather(carry(reader, on, [0.0], None), carry(back, writer, line, RATE), return_exceptions=True)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@asynccontextmanager
async def served(folder: Path) -> AsyncIterator[int]:
    """The house over the database in this folder, in a process of its own; its port."""
    port = free_port()
    env = os.environ | {
        "HOIPHUONG_DATABASE_URL": f"sqlite+aiosqlite:///{folder}/scans.db", "HOIPHUONG_SECRET_KEY": "k" * 32,
    }  # fmt: skip
    hoiphuong = str(Path(sys.executable).parent / "hoiphuong")
    async with _process([hoiphuong, "serve", "--port", str(port)], port, env):
        yield port


@asynccontextmanager
async def _floor(size: int) -> AsyncIterator[int]:
    port = free_port()
    async with _process([sys.executable, "-c", FLOOR, str(port), str(size)], port, dict(os.environ)):
        yield port


@asynccontextmanager
async def _process(command: Sequence[str], port: int, env: dict[str, str]) -> AsyncIterator[None]:
    """A process of its own, from when it answers."""
    nowhere = asyncio.subprocess.DEVNULL
    process = await asyncio.create_subprocess_exec(*command, env=env, stdout=nowhere, stderr=nowhere)
    try:
        async with asyncio.timeout(180):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                except OSError:
                    await asyncio.sleep(0.05)
                    continue
                writer.close()
                break
        yield
    finally:
        process.terminate()
        await process.wait()


if __name__ == "__main__":
    print(table())
