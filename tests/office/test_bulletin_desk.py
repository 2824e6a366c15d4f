"""Writing, finding and looking at bulletins, on both databases: what the console's pages ask of the office."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace

import pytest
from sqlalchemy import func, select

from bot.channels.channel import Outgoing, Update
from bot.errors import NotAllowed, Refused
from bot.office.access import Access
from bot.office.bulletin_page import BulletinPages
from bot.office.bulletin_preview import Previews
from bot.office.bulletin_search import BulletinSearch
from bot.office.bulletin_words import Renderings, Words
from bot.office.bulletins import Bulletins
from bot.office.keys import Keys
from bot.office.manuscript import Manuscript
from bot.office.pictures import Shot
from bot.storage.audit import SHELL, Deed
from bot.storage.bulletins import BulletinPicture, BulletinRow
from bot.storage.database import Database
from bot.storage.officers import Officer
from bot.storage.queues import Delivery
from content.pack import Pack
from content.texts import Texts
from handlers.contract import Reply
from tests.delivery.fake import Pretend
from tests.publishing import NOW, a_bulletin, a_list, a_member

WRITTEN = Manuscript(title="Cảnh giác", text="Đừng đọc mã.", names=["to"])
SHOT = Shot(jpeg=b"jpeg", width=8, height=5)


@pytest.fixture
async def lists(database: Database) -> dict[str, int]:
    """A list with groups, a person and one who left; and a list of another unit."""
    async with database.unit_of_work() as session:
        own, other = await a_list(session, "to"), await a_list(session, "xa", unit="phuong-2")
        await a_member(session, own, "-1", people=20)
        await a_member(session, own, "-2", active=False)
        await a_member(session, own, "to-3", "by-hand", people=31)
        await a_member(session, own, "900000001", "zalo-oa", person=True)
        await a_member(session, other, "-1")
    return {"to": own, "xa": other}


@pytest.fixture
def desk(database: Database, pack: Pack, lists: dict[str, int]) -> Bulletins:
    return Bulletins(database, pack, {}, "https://hoi.example")


@pytest.fixture
async def editor(database: Database, pack: Pack) -> Officer:
    return await officer(database, pack, "an")


async def officer(database: Database, pack: Pack, name: str, unit: str = "phuong-1", role: str = "editor") -> Officer:
    access = Access(database, pack, Keys(b"k" * 32), "https://hoi.example")
    await access.invite(name=name, roles=[role], units=[unit], by=SHELL)
    return await access.acting(name)


async def test_one_form_sent_at_the_same_moment_is_one_bulletin(desk: Bulletins, editor: Officer) -> None:
    made = await asyncio.gather(*(desk.write(WRITTEN, by=editor, once="x" * 43) for _ in range(4)))
    assert len(set(made)) == 1
    assert await desk.write(WRITTEN, by=editor, once="y" * 43) != made[0]


async def test_a_draft_is_revised_whole_and_the_same_words_again_are_no_deed(
    database: Database, desk: Bulletins, editor: Officer
) -> None:
    id_ = await desk.write(replace(WRITTEN, picture=SHOT, alt="Tờ nhắc"), by=editor)
    other = replace(WRITTEN, title="Gọi 113", lang="en", film="youtu.be/thu", urgent=True, alt="Tờ nhắc")
    for _ in range(2):
        await desk.revise(id_, other, by=editor)
    async with database.reading() as session:
        row = await session.get_one(BulletinRow, id_)
        picture = await session.get_one(BulletinPicture, id_)
        deeds = list(await session.scalars(select(Deed.action).where(Deed.subject == f"bulletin:{id_}")))
    assert (row.title, row.lang, row.film, row.urgent) == ("Gọi 113", "en", "https://youtu.be/thu", True)
    assert (picture.jpeg, picture.alt) == (b"jpeg", "Tờ nhắc")
    assert sorted(deeds) == ["bulletin.draft", "bulletin.revise"]
    await desk.revise(id_, replace(other, bare=True), by=editor)
    async with database.reading() as session:
        assert await session.get(BulletinPicture, id_) is None


async def test_nobody_revises_for_a_list_of_another_unit_or_once_it_is_handed_in(
    desk: Bulletins, editor: Officer
) -> None:
    id_ = await desk.write(WRITTEN, by=editor)
    with pytest.raises(NotAllowed):
        await desk.revise(id_, replace(WRITTEN, names=["to", "xa"]), by=editor)
    await desk.submit(id_, by=editor)
    with pytest.raises(Refused):
        await desk.revise(id_, replace(WRITTEN, title="Khác"), by=editor)


async def test_each_unit_finds_its_own(
    database: Database, pack: Pack, lists: dict[str, int], editor: Officer
) -> None:
    stranger = await officer(database, pack, "la", "phuong-3")
    async with database.unit_of_work() as session:
        outcomes = {("telegram", "-1"): "sent", ("by-hand", "to-3"): "queued"}
        await a_bulletin(session, "Đốt rác", lists=[lists["to"]], outcomes=outcomes)
        await a_bulletin(session, "Cấp căn cước", lists=[lists["to"], lists["xa"]], state="draft")
        await a_bulletin(session, "Phường 2", lists=[lists["xa"]], state="draft")
    search = BulletinSearch(database)
    for words, group, titles in (
        ("", "", {"Đốt rác", "Cấp căn cước"}),
        ("dot rac", "", {"Đốt rác"}),
        ("", "draft", {"Cấp căn cước"}),
        ("dot", "draft", set()),
    ):
        found = await search.find(by=editor, words=words, group=group)
        assert {entry.title for entry in found.entries} == titles
        assert found.total == len(titles)
        assert found.states["draft"] == found.states["sent"] == 1
    sent = next(entry for entry in (await search.find(by=editor)).entries if entry.state == "sent")
    assert {name: n for name, n in sent.counts.items() if n} == {"sent": 1, "queued": 1}
    assert (await search.find(by=stranger)).total == 0


async def test_the_page_of_one_tells_each_recipient_and_names_no_person(
    database: Database, pack: Pack, lists: dict[str, int], editor: Officer
) -> None:
    outcomes = {("telegram", "-1"): "sent", ("by-hand", "to-3"): "queued", ("zalo-oa", "900000001"): "window"}
    async with database.unit_of_work() as session:
        id_ = await a_bulletin(session, "Tin", lists=[lists["to"]], state="sending", outcomes=outcomes)
        hidden = await a_bulletin(session, "Xa", lists=[lists["xa"]], state="draft")
    pages = BulletinPages(database)
    whole = await pages.one(id_, by=editor)
    assert (whole.by_hand, whole.reach, whole.may_write, whole.may_approve) == (1, 3, True, False)
    assert whole.by_channel["zalo-oa"]["failed"] == 1
    each = await pages.recipients(id_, by=editor)
    assert [(one.name, one.result, one.state) for one in each.rows] == [
        ("to-3", "queued", "queued"), ("…001", "failed", "window"), ("-1", "sent", "sent"),
    ]  # fmt: skip
    assert [one.name for one in (await pages.recipients(id_, by=editor, result="failed")).rows] == ["…001"]
    for ask in (pages.one(hidden, by=editor), pages.recipients(hidden, by=editor), pages.picture(hidden, by=editor)):
        with pytest.raises(NotAllowed):
            await ask


async def test_the_reach_counts_each_chat_once_and_nobody_who_left(
    database: Database, pack: Pack, lists: dict[str, int], editor: Officer
) -> None:
    previews = Previews(database, Renderings(pack, {}, "https://hoi.example"))
    shown = await previews.preview(replace(WRITTEN, names=["to", "to", "xa"]), by=editor)
    assert (shown.chats, shown.members) == (3, 51)
    assert [screen.channel for screen in shown.screens] == ["zalo-oa", "by-hand", "telegram"]
    assert [target.name for target in await previews.targets(by=editor)] == ["to"]


@pytest.mark.parametrize(
    ("channel", "person", "shown"),
    [
        ("telegram", True, ["Gõ /thoi", "Xem thêm", "Xem cả bản tin"]),
        ("zalo-oa", False, ["https://hoi.example/ban-tin/7"]),
        ("zalo-bot", False, ["https://hoi.example/ban-tin/7"]),
        ("sms", True, ["https://hoi.example/ban-tin/7"]),
        ("by-hand", False, ["https://congan.example/tin"]),
    ],
)
def test_every_platform_leads_to_the_whole_text(pack: Pack, channel: str, person: bool, shown: list[str]) -> None:
    words = Words(id=7, title="Tin", text="Một.", link="https://congan.example/tin", picture="Ảnh", on=NOW.date())
    found = Renderings(pack, {}, "https://hoi.example").rendered(words, channel, person=person)
    said = str([bubble.body for bubble in found.bubbles])
    assert all(part.lower() in said.lower() for part in shown)
    assert found.in_one


class Forgetful(Pretend):
    """A platform that lets us delete what we sent."""

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        return (Outgoing(body={"text": reply.text}),)

    def editing(self, message_id: str, outgoing: Outgoing) -> Outgoing | None:
        return Outgoing(body={"edit": message_id, **outgoing.body})

    def withdrawing(self, message_id: str) -> Outgoing | None:
        return Outgoing(body={"delete": message_id})


async def test_taken_back_the_words_go_before_the_notice_where_the_platform_lets_us(
    database: Database, pack: Pack, lists: dict[str, int]
) -> None:
    desk = Bulletins(database, pack, {"telegram": Forgetful("telegram")}, "https://hoi.example")
    outcomes = {("telegram", "-1"): "sent", ("by-hand", "to-3"): "by_hand", ("zalo-oa", "9"): "sent"}
    async with database.unit_of_work() as session:
        id_ = await a_bulletin(session, "Tin sai", lists=[lists["to"]], outcomes=outcomes)
        for row in await session.scalars(select(Delivery)):
            row.message_id = "77"
    approver = await officer(database, pack, "chi", role="approver")
    for _ in range(2):  # a double click
        await desk.recall(id_, by=approver)
    async with database.reading() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.bulletin.is_(None)).order_by(Delivery.id))
        queued = [(row.channel, row.chat, row.body) for row in rows]
    assert queued[0] == ("telegram", "-1", {"delete": "77"})
    assert [(channel, chat) for channel, chat, _ in queued] == [("telegram", "-1")] * 2
    assert "rút lại" in str(queued[1])


async def test_a_correction_rewrites_the_old_message_where_the_platform_can_and_goes_out_beside(
    database: Database, pack: Pack, lists: dict[str, int]
) -> None:
    desk = Bulletins(database, pack, {"telegram": Forgetful("telegram")}, "https://hoi.example")
    outcomes = {("telegram", "-1"): "sent", ("by-hand", "to-3"): "by_hand", ("zalo-oa", "9"): "sent"}
    async with database.unit_of_work() as session:
        wrong = await a_bulletin(session, "Tin sai", lists=[lists["to"]], outcomes=outcomes)
        for row in await session.scalars(select(Delivery)):
            row.message_id = "77"
        right = await a_bulletin(session, "Tin đúng", lists=[lists["to"]], state="approved", corrects=wrong)
    approver = await officer(database, pack, "chi", role="approver")
    for _ in range(2):  # a double click
        await desk.send(right, by=approver)
    async with database.reading() as session:
        rows = await session.scalars(select(Delivery).where(Delivery.bulletin.is_(None)).order_by(Delivery.id))
        queued = [(row.channel, row.chat, row.body or {}) for row in rows]
        beside = await session.scalar(
            select(func.count()).where(Delivery.bulletin == right, Delivery.channel == "telegram")
        )
    assert [(channel, chat, body["edit"]) for channel, chat, body in queued] == [("telegram", "-1", "77")]
    assert "Bản đúng: Tin đúng" in str(queued[0][2])
    assert beside


def test_in_a_group_of_the_account_a_bulletin_goes_to_the_group(pack: Pack) -> None:
    """Zalo has one way to people and another to groups: the body says which."""
    words = Words(id=7, title="Tin", text="Một.", on=NOW.date())
    renderings = Renderings(pack, {}, "https://hoi.example")
    for person in (True, False):
        body = renderings.rendered(words, "zalo-oa", person=person).bubbles[0].body
        assert bool(body.get("group")) is not person
