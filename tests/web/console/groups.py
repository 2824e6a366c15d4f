"""A bulletin on its way to ordinary groups, for the tests of the posting kit and of the register."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence

from PIL import Image
from sqlalchemy import select

from bot.app import House
from bot.storage.audit import Deed
from bot.storage.bulletins import BulletinPicture
from bot.storage.lists import MemberRow
from bot.storage.officers import by_name

UNITS = ("phuong-1", "phuong-2", "phuong-3", "tan-khanh-dong")
TEXT = "Đừng đọc mã OTP cho ai.\n\nGọi 113 khi bị lừa."


async def filled(house: House, name: str, unit: str, titles: Sequence[str], topic: str = "an-ninh") -> None:
    """A list of ordinary groups."""
    lists = house.office.lists
    await lists.create(name, unit=unit, topic=topic, by="shell")
    rows = "".join(f"by-hand,{name}-{n},{title}\n" for n, title in enumerate(titles, 1))
    await lists.fill(name, f"channel,address,title\n{rows}".encode(), by="shell")


async def sent(house: House, *names: str, title: str = "Cảnh giác cuộc gọi giả danh", picture: bool = False) -> int:
    """A bulletin that is being sent to these lists, by its number."""
    desk = house.office
    await desk.access.invite(name="bien.tap", roles=["approver"], units=["all"], by="shell")
    writer = await desk.access.acting("bien.tap")
    id_ = await desk.bulletins.draft(title=title, text=TEXT, names=names, by=writer)
    if picture:
        made = io.BytesIO()
        Image.new("RGB", (640, 400), "#b3245c").save(made, "JPEG")
        async with house.database.unit_of_work() as session:
            session.add(
                BulletinPicture(bulletin=id_, jpeg=made.getvalue(), width=640, height=400, alt="Tờ nhắc giữ mã OTP")
            )
    await desk.bulletins.submit(id_, by=writer)
    await desk.access.invite(name="duyet", roles=["approver"], units=["all"], by="shell")
    approver = await desk.access.acting("duyet")
    await desk.bulletins.approve(id_, by=approver)
    await desk.bulletins.send(id_, by=approver)
    return id_


async def in_charge(house: House, name: str, addresses: Sequence[str]) -> None:
    """This officer answers for these groups."""
    async with house.database.unit_of_work() as session:
        officer = await by_name(session, name)
        assert officer
        for member in await session.scalars(select(MemberRow).where(MemberRow.address.in_(addresses))):
            member.officer = officer.id


async def deeds(house: House, action: str) -> list[Mapping[str, object]]:
    """What the log has of this."""
    async with house.database.reading() as session:
        rows = await session.scalars(select(Deed).where(Deed.action == action).order_by(Deed.id))
        return [{"by": row.by, "subject": row.subject} | row.detail for row in rows]
