"""Writers of one process: one at a time, the awaited first, nobody kept out."""

from __future__ import annotations

import asyncio

from bot.storage.turns import Turns


async def order(*writers: str, cancelled: str = "") -> list[str]:
    """In which order they write who all came while one wrote; the urgent ones begin with "u"."""
    turns, wrote = Turns(), []

    async def write(name: str) -> None:
        async with turns.turn(urgent=name.startswith("u")):
            wrote.append(name)
            await asyncio.sleep(0)

    async with turns.turn():
        tasks = {name: asyncio.create_task(write(name)) for name in writers}
        await asyncio.sleep(0)
    if cancelled:
        tasks[cancelled].cancel()
    await asyncio.wait(tasks.values(), timeout=1)
    async with asyncio.timeout(1), turns.turn():
        return wrote


async def test_in_the_order_of_their_coming() -> None:
    assert await order("a", "b", "c") == ["a", "b", "c"]


async def test_one_for_whom_somebody_waits_goes_first_but_not_twice_in_a_row() -> None:
    assert await order("a", "b", "u1", "u2", "u3") == ["u1", "a", "u2", "b", "u3"]


async def test_whoever_gives_up_at_his_turn_passes_it_on() -> None:
    assert await order("a", "b", cancelled="a") == ["b"]


async def test_whoever_gives_up_earlier_is_passed_over() -> None:
    assert await order("a", "b", "c", cancelled="b") == ["a", "c"]
