"""Several processes send for one account: what they send together keeps its limit, on both databases."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import replace

from bot.delivery import outbox
from bot.storage import leases
from bot.storage.leases import Lease
from tests.delivery.fake import LIMITS, Post, Pretend
from tests.delivery.test_sending import until

Open = Callable[..., Post]
SLOW = replace(LIMITS, per_second=10.0, burst=8)


def now(seconds: float = 0) -> dt.datetime:
    return dt.datetime.now(dt.UTC) + dt.timedelta(seconds=seconds)


async def test_each_takes_its_part_and_the_whole_when_it_is_alone_again(open_post: Open) -> None:
    posts = [open_post(Pretend(limits=SLOW)) for _ in range(4)]
    for _ in range(2):  # the first has seen the last at its next heartbeat
        for post in posts:
            await post.outbox.beat(now())
    assert [post.outbox._pace.allowance() for post in posts] == [0] * 4, "until all have seen the others"
    for post in posts:
        post.outbox._pace._stopped = 0.0
    assert [post.outbox._pace.allowance() for post in posts] == [2] * 4
    dead = leases.LENGTH.total_seconds() + 1
    await posts[0].outbox.beat(now(dead))
    assert posts[0].outbox._pace._own_rate == 10.0
    await posts[0].outbox.beat(now(3 * dead))
    assert len(await posts[0].rows(Lease)) == 1, "what ran out long ago is cleared away"


async def test_the_first_sends_at_once_and_the_next_waits_until_it_was_seen(open_post: Open) -> None:
    one, two = (open_post(Pretend(limits=SLOW)) for _ in range(2))
    one.start(one.outbox.run())
    await asyncio.wait_for(one.outbox._counted.wait(), 5)
    assert one.outbox._pace.allowance() == 8
    two.start(two.outbox.run())
    await asyncio.wait_for(two.outbox._counted.wait(), 5)
    assert 0 < two.outbox._pace.wait() <= outbox.HEARTBEAT


async def test_another_channel_takes_nothing_away(open_post: Open) -> None:
    post, other = (open_post(Pretend(name, limits=SLOW)) for name in ("zalo-oa", "zalo-bot"))
    for one in (other, post):
        await one.outbox.beat(now())
    assert post.outbox._pace._own_rate == 10.0


async def test_who_ends_leaves_its_part_to_the_others(open_post: Open) -> None:
    one, two = (open_post(Pretend(limits=SLOW)) for _ in range(2))
    two.start(two.outbox.run())
    await asyncio.wait_for(two.outbox._counted.wait(), 5)
    await one.outbox.beat(now())
    assert one.outbox._pace._own_rate == 5.0
    await two.end()

    async def alone() -> bool:
        await one.outbox.beat(now())
        return one.outbox._pace._own_rate == 10.0

    await until(alone)
