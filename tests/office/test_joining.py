"""A group joins by the link of a list; on both databases."""

from __future__ import annotations

from typing import cast

import pytest
from sqlalchemy import select

from bot.channels.channel import Channel
from bot.office.joining import Joining, links
from bot.storage import lists
from bot.storage.audit import Deed
from bot.storage.database import Database
from bot.storage.lists import MemberRow
from bot.storage.officers import OfficerChat, OfficerRow
from content.pack import Pack
from tests.delivery.fake import Pretend, said
from tests.publishing import NOW, a_list


async def come(database: Database, pack: Pack, start: str | None, **more: object) -> str:
    """What the group is told; empty where nobody attends."""
    update = said("", "-100", start=start, **({"group": True, "title": "Khóm 1"} | more))
    async with database.unit_of_work() as session:
        found = await Joining(pack).attend(session, cast(Channel, Pretend("telegram")), update, None)
        return found.says[0].reply.text if found else ""


async def members(database: Database) -> list[tuple[str, str, str, bool, bool]]:
    async with database.reading() as session:
        rows = await session.scalars(select(MemberRow))
        return [(row.channel, row.address, row.title, row.person, row.active) for row in rows]


async def test_the_group_is_a_member_once_and_again_after_it_left(database: Database, pack: Pack) -> None:
    async with database.unit_of_work() as session:
        await a_list(session, "p1")
        session.add(OfficerRow(id=7, name="lan", created_at=NOW))
        await session.flush()
        session.add(OfficerChat(channel="telegram", chat="lan-chat", officer=7, bound_at=NOW))
    for _ in range(2):
        assert "Phường 1" in await come(database, pack, "l-p1", sender="lan-chat")
    group = ("telegram", "-100", "Khóm 1", False)
    assert await members(database) == [(*group, True)]
    async with database.unit_of_work() as session:
        await lists.gone(session, "telegram", "-100", "left")
    await come(database, pack, "l-p1", sender="somebody")
    assert await members(database) == [(*group, True)]
    async with database.reading() as session:
        deeds = [(deed.by, deed.action) for deed in await session.scalars(select(Deed).order_by(Deed.id))]
    assert deeds == [("lan", "group.join"), ("machine", "group.join")]


@pytest.mark.parametrize(
    ("start", "more", "said"),
    [
        ("l-khong-co", {}, "không còn dùng được"),
        ("l-p1", {"group": False}, "để thêm bot vào một nhóm"),
        ("o-ABC", {}, ""),
        (None, {}, ""),
    ],
)
async def test_what_brings_no_code_of_a_list_joins_nothing(
    database: Database, pack: Pack, start: str | None, more: dict[str, object], said: str
) -> None:
    async with database.unit_of_work() as session:
        await a_list(session, "p1")
    answer = await come(database, pack, start, **more)
    assert said in answer if said else answer == ""
    assert await members(database) == []


def test_a_link_where_the_account_has_one() -> None:
    class Linked(Pretend):
        def group_address(self, start: str) -> str | None:
            return f"https://t.me/thu?startgroup={start}" if self.name == "telegram" else None

    channels = {name: cast(Channel, Linked(name)) for name in ("telegram", "khac")} | {"khong": Pretend()}
    assert links("abc", channels) == {"telegram": "https://t.me/thu?startgroup=l-abc"}
