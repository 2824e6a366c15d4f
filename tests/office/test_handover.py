"""Talks handed over to officers: played from transcripts, on both databases; and what of them is kept, and for how long."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from bot.dialogue.answer import Dialogue, Message
from bot.errors import NotAllowed, Refused, WrongInput
from bot.office.handover_web import News
from bot.storage import audit
from bot.storage.database import Database
from bot.storage.handovers import Talk
from bot.understanding import Understanding
from content.pack import Pack
from handlers.contract import Reply
from tests.conftest import KEY
from tests.delivery.fake import said
from tests.office.desks import Ward, play

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "handover").glob("*.txt"))
Open = Callable[..., Ward]


@pytest.fixture
async def ward(database_url: str, pack: Pack, understanding: Understanding) -> AsyncIterator[Open]:
    """A house with its settings; each call is another process on the same database."""
    database = Database(database_url)
    await database.migrate()
    opened: list[Ward] = []

    def another(**more: Any) -> Ward:
        dialogue = Dialogue(pack, understanding, database, KEY.encode())
        opened.append(Ward(database, dialogue, **more))
        return opened[-1]

    yield another
    for one in opened:
        await one.post.end()
    await database.close()


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_a_talk_goes_as_told(transcript: Path, ward: Open) -> None:
    below = 1.0 if "giữ câu dưới" in transcript.read_text(encoding="utf-8") else 0.0  # noqa: ASYNC240
    await play(transcript, ward(below=below))


async def _begun(ward: Ward, *officers: tuple[str, str], who: str = "An") -> None:
    for name, unit in officers:
        await ward.officer(name, unit)
    await ward.say(who, "gặp cán bộ")


async def test_of_two_who_take_at_the_same_moment_one_has_it(ward: Open) -> None:
    first, second = ward(), ward()
    await _begun(first, ("lan", "*"), ("minh", "*"))
    lan, minh = await first.known("lan"), await first.known("minh")
    ends = await asyncio.gather(first.desk.take(1, lan), second.desk.take(1, minh), return_exceptions=True)
    refused = [end for end in ends if isinstance(end, Refused)]
    assert len(refused) == 1, ends
    winner = lan if refused[0] is ends[1] else minh
    [entry] = await first.desk.open_talks(lan)
    assert (entry.state, entry.officer) == ("open", winner.name)
    assert str(refused[0]) == f"#1 đã có {winner.name} nhận."


async def test_what_a_page_sends_twice_at_the_same_moment_is_done_once(ward: Open) -> None:
    first, second = ward(), ward()
    await _begun(first, ("lan", "*"), ("hoa", "phuong-2"))
    lan = await first.known("lan")
    for deed in (
        lambda desk: desk.take(1, lan),
        lambda desk: desk.answer(1, "Dạ em nghe, gọi 0900000001.", lan, after=1),
        lambda desk: desk.pass_on(1, "phuong-2", lan),
        lambda desk: desk.close(1, lan),
    ):
        await asyncio.gather(deed(first.desk), deed(second.desk))
    told = [words for who, words in await first.heard() if who == "An"]
    begins = (
        "Cán bộ lan đã nhận",
        "Cán bộ lan:",
        "Đã chuyển lời của bà con sang Phường 2",
        "Cán bộ lan đã xong việc",
    )
    assert [words.startswith(begin) for words, begin in zip(told, begins, strict=True)] == [True] * 4, told
    assert await first.words() == ["gặp cán bộ", "Dạ em nghe, gọi #."]


async def test_of_two_who_settle_a_doubtful_answer_one_does(ward: Open) -> None:
    first, second = ward(below=1.0), ward(below=1.0)
    for name in ("lan", "minh"):
        await first.officer(name, "*")
    await first.say("An", "lam khai sinh can giay gi")
    lan, minh = await first.known("lan"), await first.known("minh")
    ends = await asyncio.gather(
        first.desk.settle(1, lan, yes=True),
        second.desk.correct(1, "Mang giấy tới phường.", minh),
        return_exceptions=True,
    )
    refused = [end for end in ends if isinstance(end, Refused)]
    assert len(refused) == 1, ends
    winner = "minh" if refused[0] is ends[0] else "lan"
    assert str(refused[0]) == f"#1 đã có {winner} lo xong rồi."
    assert len([words for who, words in await first.heard() if who == "An"]) == 1


async def test_a_list_tells_the_last_words_and_puts_danger_first(ward: Open) -> None:
    house = ward()
    await _begun(house, ("lan", "*"))
    await house.say("An", "đèn đường tắt")
    await house.say("Bình", "gặp cán bộ")
    await house.say("Bình", "cháy nhà")
    entries = await house.desk.open_talks(await house.known("lan"))
    assert [(entry.id, entry.danger, entry.last and entry.last.words) for entry in entries] == [
        (2, True, "cháy nhà"), (1, False, "đèn đường tắt"),
    ]  # fmt: skip


async def test_what_is_kept_holds_no_number_and_the_sealed_one_goes_at_the_end(ward: Open) -> None:
    house = ward()
    await _begun(house, ("lan", "*"))
    await house.say("An", "cccd tui 087000000001, vợ tui 087 000 000 002, thư ong.thu@example.com")
    await house.say("lan", "#1 nhận")
    await house.say("An", "gọi lại 0900000001 nghe")
    await house.say("lan", "dạ, em gọi 0900000001")
    assert await house.words() == [
        "gặp cán bộ", "cccd tui #, vợ tui #, thư #", "dạ, em gọi #",
    ]  # fmt: skip
    async with house.database.reading() as session:
        talk = await session.get_one(Talk, 1)
    assert talk.callback
    assert "0900000001" not in talk.callback
    lan = await house.known("lan")
    assert await house.desk.number(1, lan) == "0900000001"
    await house.desk.close(1, lan)
    async with house.database.reading() as session:
        assert (await session.get_one(Talk, 1)).callback is None
    with pytest.raises(Refused):
        await house.desk.number(1, lan)


async def test_pages_do_what_chats_do_and_the_log_holds_no_words(ward: Open) -> None:
    house = ward()
    await _begun(house, ("lan", "phuong-1"), ("hoa", "phuong-2"))
    lan, hoa = await house.known("lan"), await house.known("hoa")
    assert [entry.id for entry in await house.desk.open_talks(hoa)] == [1]  # no unit was named: anybody's
    await house.desk.answer(1, "Dạ em nghe đây.", lan)
    assert [words for who, words in await house.heard() if who == "An"][-1].startswith("Cán bộ lan:\n")
    await house.desk.pass_on(1, "phuong-2", lan)
    assert await house.desk.open_talks(lan) == []
    with pytest.raises(Refused, match="thuộc đơn vị khác"):
        await house.desk.take(1, lan)
    with pytest.raises(Refused):
        await house.desk.thread(1, lan)
    thread = await house.desk.thread(1, hoa)
    assert [(line.who, line.officer, line.words) for line in thread.said] == [
        ("resident", None, "gặp cán bộ"), ("officer", "lan", "Dạ em nghe đây."),
    ]  # fmt: skip
    await house.desk.take(1, hoa)
    await house.desk.close(1, hoa)
    await house.desk.set_hours("phuong-1", "t2 07:00-08:00", by="shell")
    async with house.database.reading() as session:
        deeds = [(d.by, d.action, d.subject, d.detail) for d in reversed(await audit.deeds(session))]
    assert deeds == [
        ("lan", "handover.take", "handover:1", {}),
        ("lan", "handover.pass", "handover:1", {"unit": "phuong-2"}),
        ("hoa", "handover.take", "handover:1", {}),
        ("hoa", "handover.close", "handover:1", {}),
        ("shell", "handover.hours", "hours:phuong-1", {"hours": "t2 07:00-08:00"}),
    ]


async def test_what_officers_may_not_do_is_refused(ward: Open) -> None:
    house = ward()
    await _begun(house, ("lan", "*"))
    lan = await house.known("lan")
    with pytest.raises(Refused, match="không có cán bộ trực"):
        await house.desk.pass_on(1, "phuong-3", lan)
    with pytest.raises(Refused, match="Chưa có lời nào"):
        await house.desk.answer(1, " \n", lan)
    with pytest.raises(Refused, match="Không thấy #9"):
        await house.desk.take(9, lan)
    with pytest.raises(NotAllowed):
        await house.desk.set_hours("phuong-1", "t2 07:00-08:00", by=lan)
    with pytest.raises(WrongInput, match="is no day"):
        await house.desk.set_hours("phuong-1", "thu-hai 07:00-08:00", by="shell")
    assert await house.desk.hours() == {}


async def test_a_stranger_who_knows_a_button_does_nothing_with_it(ward: Open) -> None:
    house = ward()
    await _begun(house, ("lan", "*"))
    house.keys["Kẻ"] = {"Nhận": "talk:take:1", "Số": "talk:number:1"}
    for title in ("Nhận", "Số"):
        told = await house.say("Kẻ", f"[bấm {title}]")
        assert [who for who, _ in told] == ["Kẻ"]
    await house.say("Kẻ", "#1 nhận")
    assert (await house.desk.open_talks(await house.known("lan")))[0].state == "waiting"


async def test_where_choices_are_numbered_a_typed_number_is_the_deed(ward: Open) -> None:
    house = ward(buttons=0, hours="", now=dt.datetime.now(dt.UTC))
    await _begun(house, ("lan", "phuong-1"), ("hoa", "phuong-2"))
    assert sorted(who for who, _ in await house.say("lan", "1")) == ["An", "hoa", "lan"]
    told = await house.say("lan", "2")  # with an open talk a number is an answer
    assert [(who, words) for who, words in told if who == "An"] == [("An", "Cán bộ lan:\n2\n")]
    await house.say("lan", "#1 chuyển")
    assert [who for who, _ in await house.say("lan", "2") if who != "lan"] == ["An", "hoa"]


async def test_a_group_is_answered_as_before(ward: Open) -> None:
    house = ward()
    await house.officer("lan", "*")
    update = said("gặp cán bộ", chat="-100", sender="An", group=True)
    assert await house.post.accept(update)
    await house.post.answer()
    assert [who for who, _ in await house.heard()] == ["-100"]
    assert await house.kept() == (0, 0)


async def test_on_the_web_the_page_asks_for_the_answers(ward: Open) -> None:
    house = ward()
    await house.officer("lan", "*")
    me, other = house.dialogue.sender("web", "a" * 32), house.dialogue.sender("web", "b" * 32)
    assert me
    assert other

    async def ask(text: str = "", press: str | None = None) -> Reply:
        return await house.web.answer(Message(text=text, press=press, sender=me, keep_question=True))

    reply = await ask("gặp cán bộ")
    assert "đã báo cán bộ trực" in reply.text
    assert [button.id for button in reply.buttons] == ["talk:see", "talk:bot"]
    assert [who for who, _ in await house.heard()] == ["lan"]
    assert (await ask("đèn đường tắt")).text == "Đã chuyển cho cán bộ."
    assert "Chưa có trả lời mới" in (await ask(press="talk:see")).text
    await house.say("lan", "#1 Dạ, gọi đội điện 0900000001 giúp em.")
    assert "gọi đội điện 0900000001" in (await ask(press="talk:see")).text
    news = await house.web.news(me, 0)
    assert news.open
    assert [words.partition("\n")[0] for _, words in news.lines] == [
        "Cán bộ lan đã nhận, đang nói chuyện với bà con.", "Cán bộ lan: Dạ, gọi đội điện 0900000001 giúp em.",
    ]  # fmt: skip
    last = news.lines[-1][0]
    assert await house.web.news(me, last) == News(open=True)
    again = (await house.web.news(me, 0)).lines
    assert again[-1][1] == "Cán bộ lan: Dạ, gọi đội điện # giúp em.", "what was read is kept masked only"
    assert await house.web.news(other, 0) == News(open=False)
    await house.say("lan", "/xong")
    [(_, words)] = (await house.web.news(me, last)).lines
    assert words.startswith("Cán bộ lan đã xong việc")
    assert not (await house.web.news(me, last)).open
    assert "Đăng ký khai sinh" in (await ask("làm khai sinh cần giấy gì")).text


async def test_an_answer_held_on_the_web_comes_to_its_page(ward: Open) -> None:
    house = ward(below=1.0)
    await house.officer("lan", "*")
    me = house.dialogue.sender("web", "a" * 32)
    assert me
    reply = await house.web.answer(Message(text="lam khai sinh can giay gi", sender=me, keep_question=True))
    assert "nhờ cán bộ xem trước" in reply.text
    assert "talk:see" in [button.id for button in reply.buttons]
    await house.heard()
    await house.say("lan", "[bấm Gửi]")
    assert any("Đăng ký khai sinh" in words for _, words in (await house.web.news(me, 0)).lines)


@pytest.mark.parametrize(("days", "kept"), [(29, 1), (31, 0)])
async def test_a_closed_talk_is_kept_for_thirty_days(ward: Open, days: int, kept: int) -> None:
    house = ward()
    await _begun(house, ("lan", "*"))
    await house.desk.close(1, await house.known("lan"))
    house.now += dt.timedelta(days=days)
    await house.clock.tick()
    assert await house.kept() == (kept, kept)


async def test_two_clocks_do_each_thing_once(ward: Open) -> None:
    first, second = ward(), ward()
    await _begun(first, ("lan", "*"))
    await first.heard()
    first.now = second.now = first.now + dt.timedelta(minutes=16)
    changed = await asyncio.gather(first.clock.tick(), second.clock.tick())
    assert sorted(changed) == [0, 1]
    assert len(await first.heard()) == 1
