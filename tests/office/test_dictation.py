"""Bulletins dictated in officers' chats: played from transcripts, on both databases; and what chance and haste do to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from bot.delivery.quiet import NEVER
from bot.delivery.schedule import Schedule
from bot.dialogue.answer import Dialogue
from bot.storage import audit
from bot.storage.bulletins import BulletinRow
from bot.storage.database import Database
from bot.storage.dictation import Dictation
from bot.storage.lists import MemberRow
from bot.understanding import Understanding
from content.pack import Pack
from tests.conftest import KEY
from tests.delivery.fake import said
from tests.office.desks import play
from tests.office.newsroom import Newsroom

TRANSCRIPTS = sorted((Path(__file__).parent.parent / "dictation").glob("*.txt"))
Open = Callable[..., Newsroom]


@pytest.fixture
async def newsroom(database_url: str, pack: Pack, understanding: Understanding) -> AsyncIterator[Open]:
    """A house; each call is another process on the same database."""
    database = Database(database_url)
    await database.migrate()
    opened: list[Newsroom] = []

    def another(**more: Any) -> Newsroom:
        opened.append(Newsroom(database, Dialogue(pack, understanding, database, KEY.encode()), **more))
        return opened[-1]

    yield another
    for one in opened:
        await one.post.end()
    await database.close()


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
async def test_a_bulletin_goes_as_told(transcript: Path, newsroom: Open) -> None:
    numbered = "có số" in transcript.read_text(encoding="utf-8").partition("\n")[0]  # noqa: ASYNC240
    await play(transcript, newsroom(buttons=0 if numbered else 10))


async def begun(house: Newsroom, *words: str) -> None:
    """Lan dictates to a list of one group; Minh and Hoa may approve."""
    await house.officer("lan", "editor@phuong-1")
    await house.officer("minh", "approver@phuong-1")
    await house.officer("hoa", "approver@phuong-1")
    await house.fill("to", "phuong-1", "-1")
    await house.say("lan", "/bantin")
    for each in words:
        await house.say("lan", each)


async def submitted(house: Newsroom) -> None:
    """The same, and it waits for one of the two."""
    await begun(house, "Giữ xe⏎Khóa cổ xe.", "xong", "[bấm Gửi duyệt]")


def to(who: str, told: list[tuple[str, str]]) -> list[str]:
    """What one of them was told."""
    return [words for name, words in told if name == who]


async def state(house: Newsroom, id_: int = 1) -> str:
    return (await house.bulletins.status(id_)).state


async def test_of_two_approvers_at_the_same_moment_one_does_it_and_the_other_hears_who(newsroom: Open) -> None:
    first = newsroom()
    await submitted(first)
    second = newsroom(keys=first.keys, read=first.read)
    for house, who in ((first, "minh"), (second, "hoa")):
        assert await house.post.accept(said(chat=who, press="review:1:approve"))
    await asyncio.gather(first.post.answer(), second.post.answer())
    told = await first.heard()
    both = [words for who in ("minh", "hoa") for words in to(who, told)]
    assert sorted(words.startswith("Đã duyệt bản tin số 1") for words in both) == [False, True], both
    (slower,) = [words for words in both if not words.startswith("Đã duyệt")]
    assert "đã duyệt”: " in slower
    assert " duyệt lúc " in slower
    async with first.database.reading() as session:
        approvals = [d for d in await audit.deeds(session, subject="bulletin:1") if d.action == "bulletin.approve"]
    assert len(approvals) == 1


@pytest.mark.parametrize("again", ["review:1:approve", "review:1:yes"])
async def test_a_button_pressed_twice_does_it_once(newsroom: Open, again: str) -> None:
    house = newsroom()
    await submitted(house)
    for _ in range(2):
        assert await house.post.accept(said(chat="minh", press=again))
        assert await house.post.answer()
    async with house.database.reading() as session:
        deeds = [deed.action for deed in await audit.deeds(session, subject="bulletin:1")]
    assert len(deeds) == len(set(deeds)), deeds


async def test_the_button_of_an_earlier_bulletin_does_nothing_to_the_next(newsroom: Open) -> None:
    house = newsroom()
    await begun(house, "Tin cũ⏎Cũ.", "xong")
    old = house.keys["lan"]["Gửi duyệt"]
    await house.say("lan", "bỏ")
    await house.say("lan", "/bantin")
    await house.say("lan", "Tin mới⏎Mới.")
    house.keys["lan"]["Nút cũ"] = old
    assert "Nút này hết dùng rồi" in to("lan", await house.say("lan", "[bấm Nút cũ]"))[0]
    assert "Tin mới" in to("lan", await house.say("lan", "xong"))[0]


@pytest.mark.parametrize(
    ("who", "press"),
    [("An", "review:1:approve"), ("An", "review:1:show"), ("tu", "review:1:yes"), ("xa", "review:1:approve"),
     ("lan", "review:1:return"), ("An", "dictate:abcdef:submit")],
)  # fmt: skip
async def test_whoever_may_not_does_nothing_with_a_button_and_sees_no_officers_words(
    newsroom: Open, who: str, press: str
) -> None:
    house = newsroom()
    await submitted(house)
    await house.officer("tu", "duty@phuong-1")
    await house.officer("xa", "approver@phuong-2")
    house.keys.setdefault(who, {})["Nút"] = press
    words = to(who, await house.say(who, "[bấm Nút]"))
    assert await state(house) == "submitted"
    assert not any("Khóa cổ xe" in line for line in words)
    if who == "An":
        assert not any("bản tin số 1" in line for line in words), "a resident sees the menu"


@pytest.mark.parametrize(
    ("words", "said_"),
    [
        pytest.param("Đ" * 201 + "⏎Nội dung.", "dài nhất 200 ký tự; dòng này có 201", id="a title too long"),
        pytest.param("Tin⏎" + "a" * 20_001, "dài nhất 20000 ký tự; thêm tin vừa rồi là 20001", id="a text too long"),
    ],
)
async def test_what_is_too_long_is_told_and_the_words_before_stay(newsroom: Open, words: str, said_: str) -> None:
    house = newsroom()
    await begun(house)
    assert said_ in to("lan", await house.say("lan", words))[0]
    assert "Chưa có chữ nào" in to("lan", await house.say("lan", "xong"))[0]
    await house.say("lan", "Tin ngắn⏎Nội dung.")
    assert "Tin ngắn" in to("lan", await house.say("lan", "xong"))[0]


async def test_a_list_tapped_twice_stays_chosen(newsroom: Open) -> None:
    house = newsroom()
    await begun(house, "Tin⏎Chữ.")
    await house.fill("khac", "phuong-1", "-2")
    await house.say("lan", "xong")
    tap = house.keys["lan"]["☐ khac"]
    for _ in range(2):
        house.keys["lan"]["Bấm"] = tap
        told = to("lan", await house.say("lan", "[bấm Bấm]"))
        assert "Đang chọn: khac." in told[0]


async def test_a_refusal_in_the_midst_leaves_no_draft_behind(newsroom: Open) -> None:
    house = newsroom()
    await begun(house, "Tin⏎Chữ.", "xong")
    async with house.database.unit_of_work() as session:
        await session.execute(update(MemberRow).values(active=False))
    told = to("lan", await house.say("lan", "[bấm Gửi duyệt]"))
    assert "Danh sách chưa có ai để gửi: to" in told[0]
    assert "Gửi duyệt" in told[0], "and he can go on"
    async with house.database.reading() as session:
        assert list(await session.scalars(select(BulletinRow))) == []


async def test_what_other_doors_do_is_told_too_and_by_two_clocks_once(newsroom: Open) -> None:
    first, second = newsroom(), newsroom()
    await begun(first)
    lan, minh = await first.known("lan"), await first.known("minh")
    id_ = await first.bulletins.draft(title="Từ trang", text="Chữ.", names=["to"], by=lan)
    await first.bulletins.submit(id_, by=lan)
    await asyncio.gather(first.news.look(first.now), second.news.look(second.now))
    told = await first.heard()
    assert sorted(who for who, _ in told) == ["hoa", "minh"]
    assert "Duyệt · Trả lại · Gửi ngay" in told[0][1]
    await first.bulletins.approve(id_, by=minh)
    await first.bulletins.cancel(id_, by=minh)
    assert to("lan", await first.look()) == [
        "minh đã bỏ bản tin số 1 “Từ trang”. Nơi nào chưa nhận thì không nhận nữa.\n"
    ]
    assert await first.look() == []


async def test_the_author_hears_when_all_have_it(newsroom: Open) -> None:
    house = newsroom()
    await submitted(house)
    await house.say("minh", "[bấm Gửi ngay]")
    await house.say("minh", "[bấm Gửi]")
    await Schedule(house.database, NEVER, asyncio.Event()).look(house.now)  # its rows are gone: all is settled
    (told,) = to("lan", await house.look())
    assert told.startswith("Đã gửi xong bản tin số 1 “Giữ xe”")


async def test_his_own_bulletin_somebody_else_approves(newsroom: Open) -> None:
    house = newsroom()
    await submitted(house)
    await house.officer("binh", "approver@phuong-1")
    binh = await house.known("binh")
    id_ = await house.bulletins.draft(title="Của Bình", text="Chữ.", names=["to"], by=binh)
    await house.bulletins.submit(id_, by=binh)
    assert sorted(who for who, _ in await house.look()) == ["hoa", "minh"], "he is not asked about his own"
    house.keys["binh"] = {"Duyệt": f"review:{id_}:approve"}
    assert "người khác duyệt" in to("binh", await house.say("binh", "[bấm Duyệt]"))[0]
    assert await state(house, id_) == "submitted"


async def test_a_comment_is_awaited_beside_a_bulletin_that_he_dictates(newsroom: Open) -> None:
    house = newsroom()
    await submitted(house)
    await house.say("minh", "/bantin")
    await house.say("minh", "Tin của Minh⏎Chữ.")
    await house.say("minh", "[bấm Trả lại]")
    assert "Đã trả bản tin số 1" in to("minh", await house.say("minh", "Viết rõ hơn."))[0]
    assert "Tin của Minh" in to("minh", await house.say("minh", "xong"))[0]


async def test_the_right_to_forget_takes_what_was_dictated(newsroom: Open) -> None:
    house = newsroom()
    await begun(house, "Tin⏎Chữ.")
    await house.say("lan", "/xoa")
    async with house.database.reading() as session:
        assert list(await session.scalars(select(Dictation))) == []
