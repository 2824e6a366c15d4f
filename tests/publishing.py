"""Lists and bulletins as rows, for tests that look at them from the side of residents and reports."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.bulletins import BulletinListRow, BulletinPicture, BulletinRow
from bot.storage.lists import ListRow, MemberRow
from bot.storage.queues import Delivery

NOW = dt.datetime(2026, 11, 25, 3, tzinfo=dt.UTC)  # Wednesday, ten in the morning here


async def a_list(
    session: AsyncSession, name: str, unit: str = "phuong-1", topic: str = "an-ninh", **more: Any
) -> int:
    """A list, by its number."""
    row = ListRow(
        **{"name": name, "unit": unit, "topic": topic, "target": 2, "code": name, "open": True, "created_at": NOW}
        | more
    )
    session.add(row)
    await session.flush()
    return row.id


async def a_member(
    session: AsyncSession, list_: int, address: str, channel: str = "telegram", people: int | None = None, **more: Any
) -> None:
    """A group in a list; with `person=True` somebody who subscribed."""
    row = MemberRow(
        **{"list": list_, "channel": channel, "address": address, "title": address, "person": False, "active": True}
        | {"people": people, "reason": "", "joined_at": NOW}
        | more
    )
    session.add(row)
    await session.flush()


async def a_bulletin(
    session: AsyncSession,
    title: str,
    text: str = "Bà con lưu ý.",
    *,
    lists: Sequence[int] = (),
    at: dt.datetime = NOW,
    state: str = "sent",
    outcomes: Mapping[tuple[str, str], str] | None = None,
    picture: bytes | None = None,
    **more: Any,
) -> int:
    """A bulletin that went out, by its number; `outcomes` are the states of its deliveries by (channel, chat)."""
    out = state in {"sending", "sent", "recalled"}
    row = BulletinRow(
        **{"title": title, "text": text, "lang": "vi", "long": "split", "urgent": False, "state": state}
        | {"author": "thu", "comment": "", "created_at": at, "changed_at": at}
        | ({"queued_at": at, "sent_at": at} if out else {})
        | more
    )
    session.add(row)
    await session.flush()
    session.add_all(BulletinListRow(bulletin=row.id, list=list_) for list_ in lists)
    if picture:
        session.add(BulletinPicture(bulletin=row.id, jpeg=picture, width=8, height=5, alt="Tờ nhắc"))
    session.add_all(
        Delivery(
            channel=channel, chat=chat, lane=3, body=None, state=what, tries=1, not_before=at, at=at, bulletin=row.id
        )
        for (channel, chat), what in (outcomes or {}).items()
    )
    await session.flush()
    return row.id
