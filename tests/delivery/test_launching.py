"""An answer that nothing stands in the way of flies the moment that it is kept; all others are queued and wait.

On SQLite alone: only there can nothing happen between the end of a transaction and the launch.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from bot.channels.channel import Outcome, SendResult
from bot.storage import queues
from tests import databases
from tests.channels.serving import until
from tests.delivery.fake import LIMITS, Post, Pretend, said
from tests.delivery.test_sending import queue

Open = Callable[..., Post]


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """A fresh one of SQLite's."""
    return databases.sqlite(tmp_path / "test.db")


@pytest.fixture
async def sending(open_post: Open, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """A process whose outbox runs, and looks for no rows by itself: what is sent was launched."""

    async def started(channel: Pretend | None = None) -> Post:
        post = open_post(channel)
        post.inbox.senders = {post.channel.name: post.outbox}
        post.start(post.outbox.run())
        await until(lambda: post.outbox._tasks)
        monkeypatch.setattr(post.outbox, "_is_to_look", lambda: False)
        post.outbox._looks = False  # it knows that nothing is queued
        return post

    return started


@dataclass(frozen=True, kw_only=True)
class Case:
    """What stands there, and what of the answers flies at once."""

    launched: int
    limits: Any = LIMITS
    waiting: tuple[str, ...] = ()  # states of bubbles for the same chat
    state: str = "ready"


CASES = {
    "nothing stands in its way": Case(launched=1),
    "an earlier bubble waits": Case(launched=0, waiting=("queued",)),
    "an earlier one flies": Case(launched=0, waiting=("sending",)),
    "an earlier one is held": Case(launched=0, waiting=("paused",)),
    "earlier ones have ended": Case(launched=1, waiting=("sent", "unknown", "refused")),
    "the pace allows none": Case(launched=0, limits=replace(LIMITS, per_second=0.001, burst=0)),
    "the channel is out of reach": Case(launched=0, state="unreachable"),
}


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
async def test_what_is_launched(sending: Any, case: Case) -> None:
    post = await sending(Pretend(limits=case.limits))
    for state in case.waiting:
        await queue(post, "trước", state=state)
    post.channel.health.state = case.state
    await post.accept(said("làm khai sinh"))
    await post.answer()
    await asyncio.sleep(0.05)
    assert len(post.channel.sent) == case.launched
    states = [row.state for row in await post.rows(queues.Delivery)][len(case.waiting) :]
    assert states == [["queued"], ["sent"]][case.launched] or states == ["sending"]


async def test_of_each_chat_only_the_first(sending: Any) -> None:
    channel = Pretend()
    channel.hold = asyncio.Event()
    post = await sending(channel)
    await post.accept(said("một"), said("hai"), said("ba", chat="hung"))
    await post.answer()
    await asyncio.sleep(0.05)
    assert {chat for chat, _ in channel.sent} == {"lan", "hung"}
    assert len(channel.sent) == 2
    channel.hold.set()


async def test_who_waits_already_goes_before(sending: Any) -> None:
    post = await sending()
    await queue(post, "trước", chat="hung")
    post.outbox._looks = True  # somebody rang
    await post.accept(said("làm khai sinh"))
    await post.answer()
    await asyncio.sleep(0.05)
    assert post.channel.sent == []


async def test_a_transaction_that_fails_launches_nothing(sending: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    post = await sending()
    await post.accept(said("một"))

    async def broken(*_: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr(queues, "queue", broken)
        await post.inbox.answer_some()
    await asyncio.sleep(0.05)
    assert post.channel.sent == []
    assert await post.rows(queues.Delivery) == []


async def test_what_was_launched_and_refused_for_now_is_queued_again(sending: Any) -> None:
    post = await sending()
    post.channel.answers.append(SendResult(outcome=Outcome.REPEAT, wait=60.0))
    await post.accept(said("một"))
    await post.answer()

    async def again() -> bool:
        return [(row.state, row.tries) for row in await post.rows(queues.Delivery)] == [("queued", 1)]

    await until(again)
    (row,) = await post.rows(queues.Delivery)
    assert row.body["of"] == "một"  # nothing of it is lost
