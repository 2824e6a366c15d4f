"""Whoever is asked before the dialogue takes a message into its own hands, and may speak to others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, Say, Update
from bot.storage.queues import Delivery
from handlers.contract import Reply, SenderId
from tests.delivery.fake import Post, Pretend, said


@dataclass
class Doorkeeper:
    """Takes what holds its word; tells whoever is at the desk, through whichever channel."""

    word: str
    says: tuple[Say, ...] = ()
    asked: int = 0

    async def attend(
        self, session: AsyncSession, channel: Channel, update: Update, sender: SenderId | None
    ) -> Attended | None:
        self.asked += 1
        return Attended(says=self.says) if self.word in update.text else None


def say(channel: str, chat: str, about: str) -> Say:
    return Say(channel=channel, chat=chat, reply=Reply(kind="handover", id=about))


async def test_the_first_who_takes_a_message_answers_it(open_post: Callable[..., Post]) -> None:
    first = Doorkeeper("mở cửa", (say("pretend", "lan", "mot"), say("desk", "an", "hai"), say("off", "x", "ba")))
    second = Doorkeeper("mở")
    post = open_post(others=(Pretend("desk"),), attendants=(first, second))
    await post.accept(said("mở cửa giùm"))
    await post.answer()
    rows = await post.rows(Delivery)
    assert [(row.channel, row.chat, row.body["text"]) for row in rows] == [
        ("pretend", "lan", "mở cửa giùm -> mot"),
        ("desk", "an", " -> hai"),  # nothing of what the other wrote
    ]
    assert [row.received is not None for row in rows] == [True, False]
    assert (first.asked, second.asked) == (1, 0)


async def test_what_nobody_takes_goes_to_the_dialogue(open_post: Callable[..., Post]) -> None:
    keepers = (Doorkeeper("mở cửa"), Doorkeeper("đóng cửa"))
    post = open_post(attendants=keepers)
    await post.accept(said("đăng ký khai sinh"))
    await post.answer()
    assert [row.body["text"] for row in await post.rows(Delivery)] == ["đăng ký khai sinh -> dang-ky-khai-sinh"]
    assert [keeper.asked for keeper in keepers] == [1, 1]


async def test_an_attendant_that_says_nothing_has_taken_it_all_the_same(open_post: Callable[..., Post]) -> None:
    post = open_post(attendants=(Doorkeeper("im"),))
    await post.accept(said("im lặng"))
    await post.answer()
    assert await post.rows(Delivery) == []
    assert await post.inboxed() == ["done"]
