"""What no webhook brought: what is fetched, and what is left alone."""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.channels.channel import Update
from bot.channels.zalo_oa.api import understood
from bot.channels.zalo_oa.groups import Group, NotRead, _group, _items
from bot.delivery import catching_up
from bot.delivery.catching_up import SILENT, CatchingUp
from bot.delivery.inbox import Inbox
from bot.storage import queues
from bot.storage.database import Database
from bot.storage.queues import Received
from bot.understanding import Understanding
from content.pack import Pack
from tests import databases
from tests.channels.serving import Served, at_home, until
from tests.channels.zalo_oa.rig import Rig
from tests.channels.zalo_oa.test_sending import ready
from tests.channels.zalo_oa.test_serving import say, values
from tests.emulators.zalo_bot import ZaloBotPlatform
from tests.emulators.zalo_oa import GROUP, PERSON, ZaloOaEmulator, event, zalo_oa
from tests.web.test_metrics import Ward

HOUR = 3600.0
LAN, HUNG = "111111111111111111", "222222222222222222"


async def missed(oa: Rig, *, hours: float = 3.0) -> list[Update]:
    now = dt.datetime.now(dt.UTC)
    await ready(oa)
    return list(await oa.channel.missed(now - dt.timedelta(hours=hours), now - dt.timedelta(minutes=1)))


async def test_what_nobody_answered_comes_with_the_webhooks_own_key(oa: Rig) -> None:
    oa.emulator.hear("làm khai sinh", seconds_ago=3 * HOUR + 60)  # before the outage
    first = oa.emulator.hear("hộ khẩu", seconds_ago=2 * HOUR)
    oa.emulator.hear("của cán bộ", LAN, ours=True, seconds_ago=1 * HOUR)
    second = oa.emulator.hear("lệ phí", seconds_ago=HOUR)
    other = oa.emulator.hear("căn cước", LAN, seconds_ago=0.5 * HOUR)
    found = await missed(oa)
    assert [(u.chat, u.text) for u in found] == [(PERSON, "hộ khẩu"), (PERSON, "lệ phí"), (LAN, "căn cước")]
    told = [oa.channel.receive(json.dumps(body).encode())[0] for body in (first, second, other)]
    assert [u.key for u in found] == [u.key for u in told]
    assert [u.at for u in found] == [u.at for u in told]


async def test_what_is_left_alone(oa: Rig) -> None:
    oa.emulator.hear("hỏi rồi", seconds_ago=2 * HOUR)
    oa.emulator.hear("đã trả lời", ours=True, seconds_ago=HOUR)
    oa.emulator.hear("", LAN, seconds_ago=HOUR, kind="sticker")
    oa.emulator.hear("mới đây", HUNG, seconds_ago=5)  # the webhook may still bring it
    assert await missed(oa) == []


async def test_many_chats_are_asked_for_page_by_page_and_no_further_than_needed(oa: Rig) -> None:
    for number in range(25):
        oa.emulator.hear("chào", f"9{number:017}", seconds_ago=HOUR + number)
    for number in range(30):
        oa.emulator.hear("xưa", f"8{number:017}", seconds_ago=50 * HOUR)
    assert len(await missed(oa)) == 25
    assert oa.emulator.asked.count("history") == 3 + 25


@pytest.mark.parametrize("fault", [-32, -216, "html", "empty", "cut", "array"])
async def test_an_account_that_does_not_tell_harms_nothing(oa: Rig, fault: object) -> None:
    oa.emulator.hear("hộ khẩu", seconds_ago=HOUR)
    await ready(oa)
    oa.emulator.next("history", *[fault] * 2)
    now = dt.datetime.now(dt.UTC)
    assert list(await oa.channel.missed(now - dt.timedelta(hours=3), now)) == []


@pytest.fixture
async def platform() -> AsyncIterator[tuple[str, ZaloOaEmulator]]:
    async with zalo_oa() as (root, emulator):
        emulator.person()
        emulator.person(LAN)
        yield root, emulator


async def _ready(served: Served) -> bool:
    return (await served.channel("zalo-oa")).startswith("ready")


async def test_after_an_outage_everybody_is_answered_once(
    tmp_path: Path, pack: Pack, understanding: Understanding, platform: tuple[str, ZaloOaEmulator]
) -> None:
    root, emulator = platform
    before = Database(databases.sqlite(tmp_path / "serve.db"))
    await before.migrate()
    async with before.unit_of_work() as session:  # the last that came before the outage
        at = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
        session.add(Received(channel="zalo-oa", key="user_send_text:1", chat=PERSON, state="done", tries=1, at=at))
    await before.close()
    told = emulator.hear("cảm ơn bà con", LAN, seconds_ago=1)
    async with at_home(tmp_path, pack, understanding, **values(root)) as served:
        await until(lambda: LAN in [sent["chat"] for sent in emulator.sent])
        assert await say(served, told) == 200  # Zalo repeats it after all
        assert await say(served, event("user_send_text", text="cảm ơn")) == 200
        await until(lambda: PERSON in [sent["chat"] for sent in emulator.sent])
        assert [sent["chat"] for sent in emulator.sent].count(LAN) == 1
        ward = Ward(served, emulator, ZaloBotPlatform())
        assert await ward.number("updates_caught_up_total", channel="zalo-oa") == 1
        assert "caught up after an outage" in served.said
        assert "'alarm'" not in served.said
        assert "bà con" not in served.said
        assert await served.rows("SELECT count(*) FROM inbox") == [(3,)]


async def test_a_new_account_is_not_answered_for_what_was_before(
    tmp_path: Path, pack: Pack, understanding: Understanding, platform: tuple[str, ZaloOaEmulator]
) -> None:
    root, emulator = platform
    emulator.hear("chuyện cũ", LAN, seconds_ago=60)
    async with at_home(tmp_path, pack, understanding, **values(root)) as served:
        await until(lambda: _ready(served))
        assert await say(served, event("user_send_text", text="chào")) == 200
        await until(lambda: emulator.sent)
        assert "history" not in emulator.asked


async def test_a_silent_webhook_is_an_alarm_until_it_speaks_again(oa: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    await ready(oa)
    inbox = Inbox(oa.database, None, {"zalo-oa": oa.channel}, b"k" * 32)  # type: ignore[arg-type]
    accepting = asyncio.create_task(inbox.accepting())
    looking = CatchingUp(oa.database, inbox, oa.channel)

    def now(minutes: float) -> dt.datetime:
        return dt.datetime.now(dt.UTC) + dt.timedelta(minutes=minutes)

    try:
        [hello] = oa.channel.receive(json.dumps(event("user_send_text", text="chào")).encode())
        await inbox.accept(oa.channel, [hello])
        oa.emulator.hear("hộ khẩu", LAN, seconds_ago=1)
        await looking.look(now(5))
        assert "history" not in oa.emulator.asked, "ten minutes without a word are nothing"
        await looking.look(now(11))
        assert oa.channel.health.why == SILENT
        asked = oa.emulator.asked.count("history")
        await looking.look(now(15))
        assert oa.emulator.asked.count("history") == asked, "not asked again at once"
        await looking.look(now(30))
        assert oa.emulator.asked.count("history") > asked
        async with oa.database.reading() as session:
            assert await queues.waiting(session, "zalo-oa") == 2, "what was kept is not kept again"
        monkeypatch.setattr(catching_up, "SETTLED", dt.timedelta(days=-1))
        looking._caught = now(-10)
        await looking.look(now(0))
        assert oa.channel.health.why == ""
    finally:
        accepting.cancel()
        await asyncio.wait({accepting})


async def test_the_groups_of_the_account(oa: Rig) -> None:
    await ready(oa)
    oa.emulator.groups = {GROUP: "enabled"} | {f"{number:020x}": "disabled" for number in range(6)}
    found = await oa.channel.groups()
    assert len(found) == 7
    assert found[0] == Group(id=GROUP, name="Khóm 1", members=2, link="https://zalo.me/g/f414c8f7", enabled=True)
    assert not found[1].enabled


@pytest.mark.parametrize(
    "data",
    [{"groups": [{"group_id": "a1", "name": "Khóm 2"}]}, [{"group_info": {"group_id": "a1", "name": "Khóm 2"}}]],
)
async def test_groups_in_whatever_shape(oa: Rig, data: object) -> None:
    answer = understood(200, {}, json.dumps({"error": 0, "data": data}).encode())
    assert [_group(item) for item in _items(answer)] == [
        Group(id="a1", name="Khóm 2", members=None, link=None, enabled=True)
    ]


async def test_groups_that_cannot_be_read_say_why(oa: Rig) -> None:
    await ready(oa)
    oa.emulator.next("groups", -224)
    with pytest.raises(NotRead, match="-224: the OA's package"):
        await oa.channel.groups()
