"""What SIGKILL loses of a delivery: processes that send are killed at random instants, and begin again.

The senders are outboxes with nothing beside them, so that twenty starts do not take the whole time.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from bot.storage.database import Database
from content.pack import Pack
from tests.channels.serving import until
from tests.delivery import lab
from tests.delivery.postman import sender
from tests.emulators import telegram
from tests.emulators.telegram import Fault

RECIPIENTS: Final = 5000
KILLS: Final = 20
WORKERS: Final = 3  # on PostgreSQL
RESTARTS: Final = 3
FAULTS: Final = (*lab.FAULTS, lab.BUSY, Fault(hang=True, done=True))
LONGEST: Final = 900.0  # seconds of any phase


@dataclass
class Killed:
    """What twenty kills left."""

    end: lab.Ended
    seconds: float


async def killing(url: str, pack: Pack, folder: Path, workers: int) -> Killed:
    """Twenty SIGKILLs at random instants of a delivery in which a tenth of all calls goes wrong."""
    platform = lab.Failing(fails=0.1, faults_of=FAULTS)
    dice = random.Random(3)
    async with telegram.serving(platform=platform) as api:
        await lab.queued(url, pack, RECIPIENTS, {"telegram": sender(api.root)})
        processes = [
            lab.lean(url, api.root, folder / f"kill{n}.log", per_second=200, lease=4) for n in range(workers)
        ]
        begun = time.monotonic()
        try:
            for process in processes:
                await process.start()
            for kill in range(1, KILLS + 1):
                victim = dice.choice(processes)
                # Spread over the whole delivery: the next after some more have got it, at any instant of that moment.
                some = min(0.9 * RECIPIENTS, RECIPIENTS * (kill - dice.random()) / (KILLS + 2))
                await until(partial(_reached, platform, round(some)), LONGEST)
                await asyncio.sleep(dice.uniform(0.0, 0.2))
                await victim.kill()
                await victim.start()
            await _settled(url)
        finally:
            for process in processes:
                await process.kill()
    database = Database(url)
    end = await lab.ended(database, platform, RECIPIENTS)
    await database.close()
    return Killed(end=end, seconds=time.monotonic() - begun)


async def resuming(url: str, pack: Pack, folder: Path) -> list[float]:
    """Seconds from the start of `hoiphuong worker`, killed before, to its first message."""
    platform, found = lab.Failing(), []
    async with telegram.serving(platform=platform) as api:
        await lab.queued(url, pack, RECIPIENTS, {"telegram": sender(api.root)})
        process = lab.whole(url, api.root, folder / "resume.log")
        try:
            for _ in range(RESTARTS):
                seen = len(platform.arrivals)
                await process.start()
                await until(partial(_came, platform, seen + 1), LONGEST)
                found.append(platform.arrivals[seen] - process.begun)
                await process.kill()
        finally:
            await process.kill()
    return found


def _reached(platform: lab.Failing, recipients: int) -> bool:
    return len(platform.sent) >= recipients


def _came(platform: lab.Failing, calls: int) -> bool:
    return len(platform.arrivals) >= calls


async def _settled(url: str) -> None:
    database = Database(url)
    async with asyncio.timeout(LONGEST):
        while await lab.unsettled(database):  # noqa: ASYNC110 - other processes tell nobody
            await asyncio.sleep(0.5)
    await database.close()


async def table(pack: Pack, folder: Path, fresh: Callable[[], Any]) -> str:
    """What is left of a delivery after the kills, on both databases."""
    rows = []
    for name, workers in (("SQLite", 1), ("PostgreSQL", WORKERS)):
        url = f"sqlite+aiosqlite:///{folder}/kills.db" if workers == 1 else await fresh()
        found = await killing(url, pack, folder, workers)
        end, states = found.end, found.end.states
        other = states.total() - states["sent"] - states["unknown"]
        rows.append(
            f"| {name} | {workers} | {states['sent']} | {end.lost} | {end.doubled} | {states['unknown']} | {end.unseen} "
            f"| {other} | {found.seconds:.0f} |"
        )
    resumed = await resuming(f"sqlite+aiosqlite:///{folder}/resume.db", pack, folder)
    return "\n".join(
        (
            f"{KILLS} times SIGKILL at random instants of a delivery to {RECIPIENTS}, a tenth of all calls answered with 429 or 502, cut",
            "off before or after it was done, or never answered. Unknown: in flight at a kill, or no answer was seen; left alone.",
            "Unseen: those of them that the platform never saw. The senders are outboxes with nothing beside them.",
            "",
            "| database | workers | sent | lost | doubled | unknown | unseen | other | seconds |",
            "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |",
            *rows,
            "",
            f"`hoiphuong worker`, killed and started again {RESTARTS} times on SQLite: its first message came "
            f"{', '.join(f'{each:.1f}' for each in resumed)} s after its start (goal: within 15 s).",
        )
    )
