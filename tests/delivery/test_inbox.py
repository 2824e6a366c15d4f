"""An update is kept once and answered once, in the order of its chat, whatever dies meanwhile; on both databases."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

import pytest
from nacl.secret import SecretBox
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.delivery import arrivals
from bot.delivery.arrivals import FLOOD, InboxFull, NotKept
from bot.delivery.inbox import LIVES, TRIES
from bot.storage import queues
from bot.storage.contacts import ContactRow
from bot.storage.database import Database
from bot.storage.queues import Delivery, Received
from bot.storage.tables import ConversationRow, Unanswered
from tests.channels.serving import until
from tests.delivery.fake import Post, Pretend, said

Open = Callable[..., Post]
AWAY = OperationalError("SELECT", {}, Exception("the database is away"))


async def age(post: Post, table: type[Received] | type[Delivery], **by: dt.timedelta) -> None:
    """Put moments of all rows back."""
    async with post.database.unit_of_work() as session:
        for row in await session.scalars(select(table)):
            for name, delta in by.items():
                if getattr(row, name):
                    setattr(row, name, getattr(row, name) - delta)


async def claim(post: Post) -> list[Received]:
    async with post.database.unit_of_work() as session:
        return await queues.claim_received(session, dt.datetime.now(dt.UTC), 32)


async def test_an_update_that_comes_twice_is_answered_once(post: Post) -> None:
    once = said()
    await asyncio.gather(*(post.accept(once) for _ in range(5)))
    assert await post.answer() == 1
    await post.accept(once)
    assert await post.answer() == 0
    await post.deliver()
    assert [chat for chat, _ in post.channel.sent] == ["lan"]
    assert await post.inboxed() == ["done"]
    assert await post.outboxed() == ["sent"]


async def test_two_processes_that_get_the_same_update_answer_it_once(open_post: Open) -> None:
    channel, once = Pretend(), said()
    both = [open_post(channel) for _ in range(2)]
    await asyncio.gather(*(post.accept(once) for post in both for _ in range(3)))
    await asyncio.gather(*(post.answer() for post in both))
    await asyncio.gather(*(post.deliver() for post in both))
    assert len(channel.sent) == 1


async def test_one_chat_is_answered_in_order_and_chats_beside_each_other(post: Post) -> None:
    for number in range(3):
        await post.accept(said(f"lan {number}"), said(f"hùng {number}", chat="hung"))
    assert [row.chat for row in await claim(post)] == ["lan", "hung"]
    assert not await claim(post)  # the next ones wait until these are settled
    await age(post, Received, until=queues.LEASE * 2)
    await post.answer()
    await post.deliver()
    for chat, name in (("lan", "lan"), ("hung", "hùng")):
        assert [words.split(" ->")[0] for to, words in post.channel.sent if to == chat] == [
            f"{name} {n}" for n in range(3)
        ]


async def test_a_claim_is_one_processes_alone(open_post: Open) -> None:
    one, two = open_post(), open_post()
    await one.accept(*(said(chat=f"c{n}") for n in range(20)))
    first, second = await asyncio.gather(claim(one), claim(two))
    assert len(first) + len(second) == 20
    assert not {row.id for row in first} & {row.id for row in second}


async def test_what_a_dead_process_held_is_answered_once_when_its_lease_ends(open_post: Open) -> None:
    dead, alive = open_post(), open_post()
    await dead.accept(said())
    assert len(await claim(dead)) == 1
    assert await alive.answer() == 0
    await age(alive, Received, until=queues.LEASE * 2)
    assert await alive.answer() == 1
    await alive.deliver()
    assert len(alive.channel.sent) == 1


async def test_a_process_that_was_only_slow_answers_nothing_that_another_took(
    open_post: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = open_post(), open_post()
    await slow.accept(said())
    together = slow.inbox._answer_together

    async def late(claimed: list[Received]) -> None:
        await age(quick, Received, until=queues.LEASE * 2)
        assert await quick.answer() == 1
        await together(claimed)

    monkeypatch.setattr(slow.inbox, "_answer_together", late)
    await slow.answer()
    assert await quick.outboxed() == ["queued"]


async def test_an_answer_and_its_talk_are_kept_together_or_not_at_all(post: Post) -> None:
    post.channel.breaks = "khai sinh"
    await post.accept(said())
    await post.inbox.answer_some()
    assert await post.inboxed() == ["waiting"]
    for table in (Delivery, ConversationRow, ContactRow):
        assert not await post.rows(table)
    post.channel.breaks = None
    await post.answer()
    assert await post.outboxed() == ["queued"]
    (talk,) = await post.rows(ConversationRow)
    assert talk.item == "dang-ky-khai-sinh"
    assert (await post.rows(Delivery))[0].received == (await post.rows(Received))[0].id


async def test_one_that_fails_spoils_no_other(post: Post) -> None:
    post.channel.breaks = "hỏng"
    await post.accept(said(chat="a"), said("hỏng", chat="b"), said("đăng ký kết hôn", chat="c"))
    await post.inbox.answer_some()
    assert await post.inboxed() == ["done", "waiting", "done"]
    assert [row.chat for row in await post.rows(Delivery)] == ["a", "c"]


async def test_after_three_failures_an_apology_and_the_message_sealed(post: Post) -> None:
    post.channel.breaks = "bí mật"
    with capture_logs() as logs:
        await post.accept(said("chuyện bí mật của tui"), said("hai", chat="hung"))
        await post.answer()
        await post.deliver()
    assert post.channel.broken == TRIES * 2  # with the others, then alone
    assert ("lan", "chuyện bí mật của tui -> handover") in post.channel.sent  # as this platform shows an apology
    row = next(row for row in await post.rows(Received) if row.chat == "lan")
    assert (row.state, row.tries) == ("failed", TRIES)
    assert "bí mật" not in row.body
    assert "bí mật" in SecretBox(post.key).decrypt(bytes.fromhex(row.body)).decode()
    assert "bí mật" not in repr(logs)
    assert await post.inboxed() == ["failed", "done"]
    await post.accept(said("xin chào"))
    assert await post.answer() == 1  # the talk goes on


async def test_what_kills_every_process_that_tries_it_has_an_end(post: Post) -> None:
    await post.accept(said())
    async with post.database.unit_of_work() as session:
        await session.execute(update(Received).values(tries=LIVES))
    await post.answer()
    assert await post.inboxed() == ["failed"]
    assert [row.body["text"].split(" -> ")[1] for row in await post.rows(Delivery)] == ["handover"]


async def test_an_apology_that_cannot_be_shown_ends_it_too(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    def never(*_: object) -> None:
        raise ValueError("never")

    monkeypatch.setattr(post.channel, "render", never)
    await post.accept(said())
    await post.answer()
    assert await post.inboxed() == ["failed"]
    assert not await post.outboxed()


@pytest.mark.parametrize("at_once", [True, False], ids=["in one call", "one after the other"])
async def test_a_flood_of_one_chat_drops_only_that_chats(post: Post, at_once: bool) -> None:
    flood = [said(f"{n}") for n in range(FLOOD + 10)]
    with capture_logs() as logs:
        if at_once:
            await post.accept(*flood, said(chat="hung"))
        else:
            for each in (*flood, said(chat="hung")):
                await post.accept(each)
    chats = [row.chat for row in await post.rows(Received)]
    assert (chats.count("lan"), chats.count("hung")) == (FLOOD, 1)
    assert sum(entry.get("dropped", 0) for entry in logs) == 10
    await post.answer()
    await post.accept(said("nữa"))
    assert len(await post.rows(Received)) == FLOOD + 2  # answered: he may write again


async def test_a_full_inbox_takes_no_more_of_that_channel(open_post: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    other = Pretend("other")
    post = open_post(others=(other,))
    monkeypatch.setattr(arrivals, "FULL", 2)
    await post.accept(*(said(chat=f"c{n}") for n in range(3)))
    late, elsewhere = await asyncio.gather(
        post.accept(said(chat="d")), post.inbox.accept(other, [said(chat="e")]), return_exceptions=True
    )
    assert isinstance(late, InboxFull)
    assert elsewhere == 1
    assert len(await post.rows(Received)) == 4


async def test_an_old_replay_is_ignored(post: Post) -> None:
    assert await post.accept(said(at=dt.datetime.now(dt.UTC) - dt.timedelta(hours=49))) == 0
    assert not await post.inboxed()


async def test_a_body_is_erased_when_it_is_answered(post: Post) -> None:
    await post.accept(said("số điện thoại công an"))
    (row,) = await post.rows(Received)
    assert "công an" in row.body
    await post.answer()
    await post.deliver()
    (row,) = await post.rows(Received)
    assert row.body is None
    assert [row.body for row in await post.rows(Delivery)] == [None]


TIDIED = {  # state, age -> the body is kept, the row is kept
    "waiting for 23 hours": ("waiting", dt.timedelta(hours=23), True, True),
    "waiting for 25 hours": ("waiting", dt.timedelta(hours=25), False, True),
    "failed 6 days ago": ("failed", dt.timedelta(days=6), True, True),
    "failed 8 days ago": ("failed", dt.timedelta(days=8), False, True),
    "answered 29 days ago": ("done", dt.timedelta(days=29), False, True),
    "answered 31 days ago": ("done", dt.timedelta(days=31), False, False),
}


@pytest.mark.parametrize(("state", "old", "body", "row"), TIDIED.values(), ids=TIDIED)
async def test_tidying_the_inbox(post: Post, state: str, old: dt.timedelta, body: bool, row: bool) -> None:
    await post.accept(said())
    async with post.database.unit_of_work() as session:
        await session.execute(update(Received).values(state=state, **({"body": None} if state == "done" else {})))
        (at,) = await session.scalars(select(Received.at))
        await queues.tidy(session, at.replace(tzinfo=dt.UTC) + old)
    left = await post.rows(Received)
    assert len(left) == row
    assert all((found.body is not None) is body for found in left)


async def test_nobody_answers_what_was_erased(post: Post) -> None:
    await post.accept(said())
    async with post.database.unit_of_work() as session:
        await queues.tidy(session, dt.datetime.now(dt.UTC) + dt.timedelta(hours=25))
    await post.answer()
    assert await post.inboxed() == ["done"]
    assert not await post.outboxed()


async def test_erase_forgets_the_contact_too(post: Post) -> None:
    await post.accept(said(), said(chat="hung"))
    await post.answer()
    assert await post.contact()
    await post.accept(said("/xoa"))
    await post.answer()
    await post.deliver()  # the last word to him brings nothing back
    assert await post.contact() is None
    assert [talk.sender for talk in await post.rows(ConversationRow)] == [
        post.dialogue.sender(post.channel.name, "hung")
    ]
    assert await post.contact("hung")


async def test_a_group_moves_with_all_that_is_open_for_it(post: Post) -> None:
    await post.accept(said("xin chào", chat="-1", group=True, title="Khóm 2"))
    await post.answer()
    moved = [said("", chat="-1", group=True, what="moved", moved_to="-1009") for _ in range(2)]  # told twice
    await post.accept(*moved, said("hai", chat="-1", group=True, title="Khóm 2"))
    await post.answer()
    await post.deliver()
    assert {chat for chat, _ in post.channel.sent} == {"-1009"}
    assert await post.contact("-1") is None
    assert (await post.contact("-1009")).title == "Khóm 2"  # type: ignore[union-attr]


@pytest.mark.parametrize("what", ["left", "revoked"])
async def test_who_left_is_reached_no_more_until_he_writes(post: Post, what: str) -> None:
    await post.accept(said())
    await post.answer()
    await post.accept(said("", what=what))
    await post.answer()
    assert not (await post.contact()).reachable  # type: ignore[union-attr]
    await post.accept(said("xin chào"))
    await post.answer()
    assert (await post.contact()).reachable  # type: ignore[union-attr]


async def test_letters_that_one_database_cannot_hold_are_answered(post: Post) -> None:
    await post.accept(said("nghĩa địa chó mèo\x00 ở đâu bán vé số"))
    await post.answer()
    assert await post.inboxed() == ["done"]
    assert all("\x00" not in row.words for row in await post.rows(Unanswered))


async def test_what_cannot_be_kept_keeps_no_other_out(post: Post) -> None:
    bad = said(chat="x" * 65 + "\x00")  # PostgreSQL holds neither
    took = await asyncio.gather(post.accept(bad), post.accept(said()), return_exceptions=True)
    assert took[1] == 1
    if post.database.engine.dialect.name == "postgresql":
        assert isinstance(took[0], NotKept)


async def test_while_the_database_is_away_nothing_is_said_to_be_kept(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = Database.unit_of_work

    def away(self: Database, **_: object) -> None:
        raise AWAY

    post.start(post.inbox.answering(), post.outbox.run())
    monkeypatch.setattr(Database, "unit_of_work", away)
    with capture_logs() as logs, pytest.raises(NotKept):
        await post.accept(said())
    await asyncio.sleep(0.3)
    assert not any(task.done() for task in post.running)
    monkeypatch.setattr(Database, "unit_of_work", work)
    assert await post.accept(said()) == 1
    await until(lambda: _all(post.outboxed, ["sent"]))
    assert "khai sinh" not in repr(logs)


async def test_a_database_that_goes_while_answering_costs_no_try(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    together = post.inbox._answer_together

    async def away(claimed: object) -> None:
        raise AWAY

    await post.accept(said())
    monkeypatch.setattr(post.inbox, "_answer_together", away)
    for _ in range(5):
        with pytest.raises(OperationalError):
            await post.inbox.answer_some()
    monkeypatch.setattr(post.inbox, "_answer_together", together)
    await post.answer()
    (row,) = await post.rows(Received)
    assert (row.state, row.tries) == ("done", 1)


async def test_who_is_told_to_end_gives_back_what_he_has_claimed(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    begun = asyncio.Event()

    async def long(claimed: object) -> None:
        begun.set()
        await asyncio.sleep(60)

    await post.accept(said())
    monkeypatch.setattr(post.inbox, "_answer_together", long)
    post.start(post.inbox.answering())
    await begun.wait()
    await post.end()
    assert await post.inboxed() == ["waiting"]


async def _all(found: Callable[[], object], wanted: object) -> bool:
    return await found() == wanted  # type: ignore[misc, no-any-return]
