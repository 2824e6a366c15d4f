"""Processes that send are killed in the midst of it: nobody is lost, nobody is told twice; on both databases."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from pathlib import Path

from bot.storage.database import Database
from content.pack import Pack
from tests.channels.serving import until
from tests.delivery import lab
from tests.delivery.postman import sender
from tests.emulators.telegram import serving

RECIPIENTS, KILLS = 300, 3


def more_than(platform: lab.Failing, messages: int) -> bool:
    """Whether so many have come."""
    return len(platform.sent) > messages


async def test_who_is_killed_in_the_midst_loses_nobody_and_tells_nobody_twice(
    database: Database, tmp_path: Path, pack: Pack
) -> None:
    platform = lab.Failing(fails=0.1)
    platform.fail("sendMessage", lab.BUSY)
    dice = random.Random(11)
    async with serving(platform=platform) as api:
        id_ = await lab.approved(database, RECIPIENTS)
        await lab.send(database, pack, id_, {"telegram": sender(api.root)})
        senders = 2 if database.engine.dialect.name == "postgresql" else 1  # on SQLite one delivers
        url = database.engine.url.render_as_string(hide_password=False)
        posts = [lab.lean(url, api.root, tmp_path / f"{n}.log", per_second=100) for n in range(senders)]
        try:
            for post in posts:
                await post.start()
            for kill in range(KILLS):
                enough = len(platform.sent) + 20
                await until(partial(more_than, platform, enough), seconds=20)
                await asyncio.sleep(dice.uniform(0.0, 0.1))
                await posts[kill % senders].kill()
                await posts[kill % senders].start()

            async def settled() -> bool:
                return not await lab.unsettled(database)

            await until(settled, seconds=30)
        finally:
            for post in posts:
                await post.kill()
        end = await lab.ended(database, platform, RECIPIENTS)
    assert (end.lost, end.doubled) == (0, 0), end
    assert end.states.keys() <= {"sent", "unknown"}, end
    assert end.states.total() == RECIPIENTS
    assert end.states["unknown"] < RECIPIENTS / 2, "far more than what was in flight or failed"
