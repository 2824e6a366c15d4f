"""A person on a platform asks for bulletins, stops them, and is forgotten: through inbox and outbox."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from bot.storage.lists import MemberRow
from bot.storage.statistics import Asked
from tests.delivery.fake import Post, Pretend, said
from tests.publishing import a_list

Open = Callable[..., Post]


@pytest.fixture
async def telegram(open_post: Open) -> Post:
    """The only process, on a platform that can be written to unasked."""
    post = open_post(Pretend(name="telegram"))
    async with post.database.unit_of_work() as session:
        await a_list(session, "p1")
    return post


async def say(post: Post, *texts: str, chat: str = "lan", **more: object) -> None:
    for text in texts:
        await post.accept(said(text, chat, **more))
        await post.answer()


async def members(post: Post) -> list[tuple[str, str, bool]]:
    return [(row.channel, row.address, row.person) for row in await post.rows(MemberRow)]


async def test_a_number_typed_after_dangky_subscribes_this_chat(telegram: Post) -> None:
    await say(telegram, "/dangky", "1")
    assert await members(telegram) == [("telegram", "lan", True)]
    await say(telegram, "/thoi")
    assert await members(telegram) == []


async def test_to_be_forgotten_is_to_get_no_more(telegram: Post) -> None:
    await say(telegram, "/dangky", "1")
    await say(telegram, "/dangky", "1", chat="tam")
    await say(telegram, "/xoa")
    assert await members(telegram) == [("telegram", "tam", True)]


async def test_a_group_does_not_join_by_itself(telegram: Post) -> None:
    await say(telegram, "/dangky", "1", chat="-100", group=True)
    assert await members(telegram) == []


async def test_what_was_asked_is_counted_by_channel(telegram: Post) -> None:
    await telegram.accept(*(said("làm khai sinh cần giấy gì", f"c{n}") for n in range(3)))
    await telegram.answer()
    [row] = await telegram.rows(Asked)
    assert (row.kind, row.channel, row.n) == ("procedure", "telegram", 3)
