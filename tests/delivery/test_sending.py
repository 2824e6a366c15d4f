"""From a row to the platform, on both databases: what each outcome does, what dies in flight, what moves."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from bot.channels.channel import Outcome, Outgoing, SendResult
from bot.storage import queues, usage
from bot.storage.database import Database
from bot.storage.queues import Delivery
from bot.web import webhooks
from tests.channels.serving import until
from tests.delivery.fake import LIMITS, Post, Pretend, said

Open = Callable[..., Post]
NOW = dt.datetime.now(dt.UTC)


async def queue(post: Post, *texts: str, chat: str = "lan", **changes: object) -> None:
    now = dt.datetime.now(dt.UTC)
    async with post.database.unit_of_work() as session:
        for words in texts:
            row = {
                "channel": post.channel.name, "chat": chat, "lane": queues.REPLY, "body": {"text": words}, "tries": 0,
                "state": "queued", "not_before": now, "expires": now + queues.BODY_KEPT, "at": now, "reason": "",
            }  # fmt: skip
            session.add(Delivery(**(row | changes)))


async def only(post: Post) -> Delivery:
    (row,) = await post.rows(Delivery)
    assert isinstance(row, Delivery)
    return row


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What is left after the first send."""

    says: SendResult
    state: str
    waits: tuple[float, float] | None = None  # seconds until it is tried again, at least and at most
    reachable: bool = True
    replies: int = 0
    stopped: bool = False  # the whole account
    counted: int = 0  # against the month


EFFECTS = {
    "sent": Effect(says=SendResult(outcome=Outcome.SENT, message_id="9"), state="sent", replies=1, counted=1),
    "sent, five replies left": Effect(
        says=SendResult(outcome=Outcome.SENT, left=5), state="sent", replies=1, counted=1
    ),
    "sent, and the minute is used up": Effect(
        says=SendResult(outcome=Outcome.SENT, wait=30, everyone=True),
        state="sent",
        replies=1,
        stopped=True,
        counted=1,
    ),
    "repeat, in its own time": Effect(says=SendResult(outcome=Outcome.REPEAT), state="queued", waits=(1, 3)),
    "repeat after 40 s": Effect(says=SendResult(outcome=Outcome.REPEAT, wait=40), state="queued", waits=(38, 41)),
    "repeat after 40 s, everyone": Effect(
        says=SendResult(outcome=Outcome.REPEAT, wait=40, everyone=True), state="queued", waits=(38, 41), stopped=True
    ),
    "repeat, but once was all": Effect(says=SendResult(outcome=Outcome.REPEAT, times=1), state="repeat"),
    "unknown": Effect(says=SendResult(outcome=Outcome.UNKNOWN), state="unknown", counted=1),
    "window closed": Effect(says=SendResult(outcome=Outcome.WINDOW), state="window"),
    "quota used up": Effect(says=SendResult(outcome=Outcome.QUOTA), state="quota"),
    "gone": Effect(says=SendResult(outcome=Outcome.GONE, reason="403 blocked"), state="gone", reachable=False),
    "moved nobody knows where": Effect(says=SendResult(outcome=Outcome.MOVED), state="moved"),
    "refused": Effect(says=SendResult(outcome=Outcome.REFUSED, reason="too long"), state="refused"),
    "account at fault": Effect(
        says=SendResult(outcome=Outcome.ACCOUNT), state="queued", waits=(55, 61), stopped=True
    ),
}


@pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)
async def test_what_each_outcome_does(open_post: Open, effect: Effect) -> None:
    post = open_post(Pretend(limits=replace(LIMITS, per_month=3000)))
    await post.accept(said())
    await post.answer()
    post.channel.answers.append(effect.says)
    begun = dt.datetime.now(dt.UTC)
    await post.deliver()
    row = await only(post)
    contact = await post.contact()
    assert contact
    assert (row.state, row.reason, row.message_id) == (effect.state, effect.says.reason, effect.says.message_id)
    assert (contact.reachable, contact.replies, contact.replies_left) == (
        effect.reachable, effect.replies, effect.says.left,
    )  # fmt: skip
    assert (row.body is None, row.settled is not None) == (effect.waits is None, effect.waits is None)
    if effect.waits:
        low, high = effect.waits
        assert low <= (row.not_before.replace(tzinfo=dt.UTC) - begun).total_seconds() <= high + 2
    assert (post.outbox._pace.allowance() == 0) is effect.stopped
    async with post.database.reading() as session:
        used = await usage.used(session, post.channel.name, begun)
    assert used.messages == 1 + effect.counted  # the question and what was sent


async def test_every_outcome_is_in_the_table() -> None:
    assert {effect.says.outcome for effect in EFFECTS.values()} == set(Outcome)


async def test_a_chats_bubbles_go_out_one_after_the_other(post: Post) -> None:
    await queue(post, "1", "2", "3")
    await queue(post, "a", "b", chat="hung")
    post.channel.hold = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        await post.outbox._work(tasks)
        await until(lambda: len(post.channel.sent) == 2)
        assert await post.outbox._work(tasks) == 0
        assert post.channel.sent == [("lan", "1"), ("hung", "a")]
        post.channel.hold.set()
    post.channel.hold = None
    await post.deliver()
    assert [words for chat, words in post.channel.sent if chat == "lan"] == ["1", "2", "3"]


async def test_what_waits_for_its_time_holds_its_chat_back_and_no_other(post: Post) -> None:
    post.channel.answers.append(SendResult(outcome=Outcome.REPEAT, wait=60))
    await queue(post, "1", "2")
    await post.deliver()
    await queue(post, "a", chat="hung")
    await post.deliver()
    assert post.channel.sent == [("lan", "1"), ("hung", "a")]


async def test_replies_go_before_bulletins(open_post: Open) -> None:
    post = open_post(Pretend(limits=replace(LIMITS, burst=1, per_second=1)))
    await queue(post, "bản tin", lane=queues.BULLETIN)
    await queue(post, "trả lời")
    await queue(post, "khẩn", chat="hung", lane=queues.URGENT)
    await post.deliver()
    assert post.channel.sent == [("hung", "khẩn")]
    post.outbox._pace._level = 1.0
    await post.deliver()
    assert post.channel.sent[1:] == [("lan", "trả lời")]


async def test_a_bubble_is_claimed_by_one_process(open_post: Open) -> None:
    channel = Pretend()
    one, two = open_post(channel), open_post(channel)
    for number in range(20):
        await queue(one, str(number), chat=f"c{number}")
    await asyncio.gather(one.deliver(), two.deliver())
    assert len(channel.sent) == len(set(channel.sent)) == 20


async def die_in_flight(post: Post) -> None:
    """Claimed and sent, perhaps; nobody lived to see the answer, and the lease has run out."""
    await queue(post, "x")
    now = dt.datetime.now(dt.UTC)
    async with post.database.unit_of_work() as session:
        assert len(await queues.claim_deliveries(session, post.channel.name, now, 32)) == 1
        await session.execute(update(Delivery).values(until=now - dt.timedelta(seconds=1)))


@pytest.mark.parametrize(
    ("setting", "state", "sends"), [("leave", "unknown", 0), ("retry", "sent", 1)], ids=["left", "sent again"]
)
async def test_what_was_in_flight_at_a_death(open_post: Open, setting: str, state: str, sends: int) -> None:
    post = open_post(unknown_sends=setting)
    await die_in_flight(post)
    await post.deliver()
    assert await post.outboxed() == ["sending"]
    await post.outbox.beat(dt.datetime.now(dt.UTC))
    await post.deliver()
    row = await only(post)
    assert (row.state, row.body, len(post.channel.sent)) == (state, None, sends)


async def test_no_answer_is_sent_again_once_where_the_operator_prefers_that(open_post: Open) -> None:
    post = open_post(unknown_sends="retry")
    post.channel.answers.extend([SendResult(outcome=Outcome.UNKNOWN)] * 3)
    await queue(post, "x")
    for _ in range(4):
        await post.deliver()
        async with post.database.unit_of_work() as session:
            await session.execute(update(Delivery).values(not_before=NOW - dt.timedelta(days=1)))
    assert len(post.channel.sent) == 2
    assert await post.outboxed() == ["unknown"]


async def test_a_living_process_keeps_its_claims(open_post: Open) -> None:
    slow, other = open_post(), open_post()
    slow.channel.hold = asyncio.Event()
    await queue(slow, "x")
    async with asyncio.TaskGroup() as tasks:
        await slow.outbox._work(tasks)
        await until(lambda: slow.channel.sent)
        later = dt.datetime.now(dt.UTC) + queues.LEASE * 2  # as after a minute without the database
        await slow.outbox.beat(later)
        await other.outbox.beat(later + queues.LEASE / 2)
        assert await slow.outboxed() == ["sending"]
        slow.channel.hold.set()
    await slow.deliver()
    assert await slow.outboxed() == ["sent"]


async def test_what_was_taken_for_lost_and_was_not_is_told_as_it_is(open_post: Open) -> None:
    slow, other = open_post(), open_post()
    slow.channel.hold = asyncio.Event()
    slow.channel.answers.append(SendResult(outcome=Outcome.REPEAT, wait=0))
    await queue(slow, "x")
    async with asyncio.TaskGroup() as tasks:
        await slow.outbox._work(tasks)
        await until(lambda: slow.channel.sent)
        await other.outbox.beat(dt.datetime.now(dt.UTC) + queues.LEASE * 2)
        assert await slow.outboxed() == ["unknown"]
        slow.channel.hold.set()
    await slow.deliver()
    assert slow.channel.sent == [("lan", "x")] * 2
    assert await slow.outboxed() == ["sent"]


async def test_a_moved_group_gets_what_was_queued_for_it(post: Post) -> None:
    await post.accept(said(chat="-1", group=True, title="Khóm 2"))
    await post.answer()
    await queue(post, "2", chat="-1")
    post.channel.answers.append(SendResult(outcome=Outcome.MOVED, moved_to="-1009"))
    await post.deliver()
    assert [chat for chat, _ in post.channel.sent] == ["-1", "-1009", "-1009"]
    assert await post.outboxed() == ["sent", "sent"]
    assert await post.contact("-1") is None
    contact = await post.contact("-1009")
    assert contact
    assert (contact.title, contact.replies) == ("Khóm 2", 2)


async def test_refused_is_said_in_plainer_words_once(post: Post) -> None:
    plain = (Outgoing(body={"text": "one"}), Outgoing(body={"text": "two"}))
    post.channel.answers.append(SendResult(outcome=Outcome.REFUSED, instead=plain))
    await queue(post, "with buttons")
    await post.deliver()
    assert post.channel.sent == [("lan", "with buttons"), ("lan", "one"), ("lan", "two")]
    assert await post.outboxed() == ["sent", "sent"]


async def test_what_came_too_late_is_not_sent(post: Post) -> None:
    await queue(post, "x", expires=NOW - dt.timedelta(minutes=1))
    await post.deliver()
    row = await only(post)
    assert (row.state, row.reason, row.body, post.channel.sent) == ("refused", "expired", None, [])


async def test_a_channels_own_fault_ends_nothing(post: Post) -> None:
    post.channel.answers.append(ValueError("a bug"))
    await queue(post, "x")
    await queue(post, "y", chat="hung")
    await post.deliver()
    assert await post.outboxed() == ["unknown", "sent"]


async def test_a_channel_that_is_not_ready_sends_nothing(post: Post) -> None:
    post.channel.health.state = "unreachable"
    await queue(post, "x")
    await post.deliver()
    assert not post.channel.sent
    post.channel.health.state = "ready"
    await post.deliver()
    assert await post.outboxed() == ["sent"]


TIDIED = {  # state, age -> body kept, row kept
    "queued, and still in time": ("queued", dt.timedelta(hours=23), True, True),
    "queued for a channel turned off": ("queued", dt.timedelta(hours=25), False, True),
    "sent 29 days ago": ("sent", dt.timedelta(days=29), False, True),
    "sent 31 days ago": ("sent", dt.timedelta(days=31), False, False),
}


@pytest.mark.parametrize(("state", "old", "body", "row"), TIDIED.values(), ids=TIDIED)
async def test_tidying_the_outbox(post: Post, state: str, old: dt.timedelta, body: bool, row: bool) -> None:
    await queue(post, "x", state=state)
    async with post.database.unit_of_work() as session:
        await queues.tidy(session, dt.datetime.now(dt.UTC) + old)
    left = await post.rows(Delivery)
    assert len(left) == row
    assert all((found.body is not None) is body for found in left)


async def test_what_could_not_be_settled_is_settled_later(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    """The platform's answer outlives a database that is away: nothing is sent twice, nothing stays in flight."""
    work, failed = Database.unit_of_work, []
    post.start(post.outbox.run())
    post.channel.hold = asyncio.Event()
    await queue(post, "x")
    await until(lambda: post.channel.sent)

    def away(self: Database, **_: object) -> None:
        failed.append(1)
        raise OperationalError("UPDATE", {}, Exception("away"))

    monkeypatch.setattr(Database, "unit_of_work", away)
    post.channel.hold.set()
    await until(lambda: len(failed) > 1)
    monkeypatch.setattr(Database, "unit_of_work", work)

    async def settled() -> bool:
        return await post.outboxed() == ["sent"]

    await until(settled)
    assert len(post.channel.sent) == 1
    assert not post.outbox._flying


async def test_a_process_that_is_told_to_end_settles_first(post: Post) -> None:
    post.start(post.outbox.run())
    post.channel.hold = asyncio.Event()
    await queue(post, "x")
    await until(lambda: post.channel.sent)
    asyncio.get_running_loop().call_later(0.1, post.channel.hold.set)
    await post.end()
    assert await post.outboxed() == ["sent"]


async def test_a_webhook_says_so_when_its_update_was_not_kept(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    app = web.Application()
    app[webhooks.INBOX] = post.inbox
    app.router.add_post("/hook", webhooks.hook(post.channel))
    post.channel.received = (said(),)

    def away(self: Database, **_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("away"))

    async with TestClient(TestServer(app)) as client:
        with monkeypatch.context() as while_away, capture_logs() as logs:
            while_away.setattr(Database, "unit_of_work", away)
            assert (await client.post("/hook", data=b"{}")).status == 503
        assert (await client.post("/hook", data=b"{}")).status == 200  # the platform's repeat
    assert await post.inboxed() == ["waiting"]
    assert "khai sinh" not in repr(logs)


async def test_an_error_of_the_database_names_nobodys_words(post: Post) -> None:
    with pytest.raises(Exception, match="no_such_table") as error:
        async with post.database.unit_of_work() as session:
            await session.execute(text("INSERT INTO no_such_table VALUES (:words)"), {"words": "chuyện bí mật"})
    assert "bí mật" not in str(error.value)


async def test_a_ring_while_it_looks_is_not_forgotten(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    async def nothing(*_: object) -> bool:
        post.outbox.ring()  # somebody queued right after the rows were read
        return False

    monkeypatch.setattr(queues, "is_anything_queued", nothing)
    await post.deliver()
    assert post.outbox._is_to_look()
