"""The bulletins as residents see them: only what went out; a draft, or one that waits, is not there."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.bulletins import BulletinListRow, BulletinPicture, BulletinRow
from bot.storage.lists import ListRow
from bot.storage.moments import utc
from bot.storage.officers import EVERYWHERE
from content.hours import HERE
from content.values import fold
from handlers.contract import Bulletin, Lang, Picture

STANDS: Final = ("sending", "paused", "sent")  # people have got it, or are getting it
OUT: Final = (*STANDS, "recalled")
SEARCHED: Final = 5000  # the newest that a search looks through


class PublishedInDatabase:
    """`handlers.contract.Bulletins`, within one transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def newest(self, units: Collection[str] | None = None) -> Bulletin | None:
        """The newest that stands, of one of these units or of all."""
        found = _out(STANDS).order_by(*_NEWEST_FIRST).limit(1)
        if units is not None:
            found = found.where(_for_lists(ListRow.unit.in_({*units, EVERYWHERE})))
        rows = await _whole(self._session, list(await self._session.scalars(found)))
        return rows[0] if rows else None

    async def one(self, id_: int) -> Bulletin | None:
        """This one, taken back or not."""
        rows = await _whole(self._session, list(await self._session.scalars(_out(OUT).where(BulletinRow.id == id_))))
        return rows[0] if rows else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A part of what was looked for, and how much there is in all."""

    bulletins: Sequence[Bulletin]
    total: int


async def search(
    session: AsyncSession, *, words: str, unit: str | None, topic: str | None, first: int, most: int
) -> Found:
    """What went out, the newest first, that holds all these words, with or without diacritics."""
    found = _out(OUT)
    if unit:
        found = found.where(_for_lists(ListRow.unit.in_((unit, EVERYWHERE))))
    if topic:
        found = found.where(_for_lists(ListRow.topic == topic))
    wanted = _folded(words).split()
    if not wanted:
        total = await session.scalar(select(func.count()).select_from(found.subquery()))
        rows = list(await session.scalars(found.order_by(*_NEWEST_FIRST).offset(first).limit(most)))
        return Found(bulletins=await _whole(session, rows), total=total or 0)
    texts = await session.execute(
        found.with_only_columns(BulletinRow.id, BulletinRow.title, BulletinRow.text)
        .order_by(*_NEWEST_FIRST)
        .limit(SEARCHED)
    )
    written = [(id_, title, text) for id_, title, text in texts]
    ids = await asyncio.to_thread(holding, wanted, written)  # thousands take a moment
    shown = ids[first : first + most]
    rows = list(await session.scalars(_out(OUT).where(BulletinRow.id.in_(shown)).order_by(*_NEWEST_FIRST)))
    return Found(bulletins=await _whole(session, rows), total=len(ids))


async def shelves(session: AsyncSession) -> tuple[list[str], list[str]]:
    """The units and the topics that anything went out for."""
    rows = await session.execute(
        select(ListRow.unit, ListRow.topic)
        .join(BulletinListRow, BulletinListRow.list == ListRow.id)
        .join(BulletinRow, BulletinRow.id == BulletinListRow.bulletin)
        .where(BulletinRow.state.in_(OUT))
        .distinct()
    )
    pairs = [(unit, topic) for unit, topic in rows]
    return sorted({unit for unit, _ in pairs}), sorted({topic for _, topic in pairs if topic})


async def picture(session: AsyncSession, id_: int) -> bytes | None:
    """The picture of a bulletin."""
    return await session.scalar(select(BulletinPicture.jpeg).where(BulletinPicture.bulletin == id_))


async def between(session: AsyncSession, since: dt.datetime, until: dt.datetime) -> list[Bulletin]:
    """All that went out from `since` until before `until`, the oldest first."""
    found = (
        _out(OUT)
        .where(BulletinRow.queued_at >= since, BulletinRow.queued_at < until)
        .order_by(BulletinRow.queued_at, BulletinRow.id)
    )
    return await _whole(session, list(await session.scalars(found)))


async def lists_of(session: AsyncSession, ids: Collection[int]) -> dict[int, list[int]]:
    """The lists that each of these bulletins went to."""
    found: dict[int, list[int]] = {}
    rows = select(BulletinListRow.bulletin, BulletinListRow.list).where(BulletinListRow.bulletin.in_(ids))
    for bulletin, list_ in await session.execute(rows.order_by(BulletinListRow.list)):
        found.setdefault(bulletin, []).append(list_)
    return found


async def sent_by_day(session: AsyncSession, since: dt.datetime, until: dt.datetime) -> list[dt.date]:
    """The days, as people here count them, on which bulletins went out; one entry a bulletin."""
    went = (BulletinRow.queued_at >= since, BulletinRow.queued_at < until)
    rows = await session.scalars(select(BulletinRow.queued_at).where(BulletinRow.state.in_(OUT), *went))
    return sorted(here(moment).date() for moment in rows if moment)


def here(moment: dt.datetime) -> dt.datetime:
    """A moment of the database on the clocks of the ward; SQLite forgets that it is UTC."""
    return utc(moment).astimezone(HERE)


_NEWEST_FIRST: Final = (BulletinRow.queued_at.desc(), BulletinRow.id.desc())  # people have it from then on


def _out(states: Collection[str]) -> Select[BulletinRow]:
    return select(BulletinRow).where(BulletinRow.state.in_(states), BulletinRow.queued_at.is_not(None))


def _for_lists(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """Whether a bulletin went to a list that fulfils this."""
    lists = select(BulletinListRow.bulletin).join(ListRow, ListRow.id == BulletinListRow.list).where(condition)
    return BulletinRow.id.in_(lists)


async def _whole(session: AsyncSession, rows: Sequence[BulletinRow]) -> list[Bulletin]:
    """The rows with what stands beside them: for whom, which picture, which correction."""
    ids = [row.id for row in rows]
    went_to: dict[int, list[tuple[str, str]]] = {id_: [] for id_ in ids}
    lists = (
        select(BulletinListRow.bulletin, ListRow.unit, ListRow.topic)
        .join(ListRow, ListRow.id == BulletinListRow.list)
        .where(BulletinListRow.bulletin.in_(ids))
        .order_by(ListRow.id)
    )
    for id_, unit, topic in await session.execute(lists):
        went_to[id_].append((unit, topic))
    shapes = select(BulletinPicture.bulletin, BulletinPicture.alt, BulletinPicture.width, BulletinPicture.height)
    pictures = {
        id_: Picture(alt=alt, width=width, height=height)
        for id_, alt, width, height in await session.execute(shapes.where(BulletinPicture.bulletin.in_(ids)))
    }
    corrections = _out(OUT).where(BulletinRow.corrects.in_(ids)).order_by(BulletinRow.id)
    corrected = {row.corrects: row.id for row in await session.scalars(corrections)}
    return [_one(row, went_to[row.id], pictures.get(row.id), corrected.get(row.id)) for row in rows]


def _one(
    row: BulletinRow, went_to: Sequence[tuple[str, str]], shown: Picture | None, corrected_by: int | None
) -> Bulletin:
    moment = here(row.queued_at or row.changed_at)
    lang: Lang = "en" if row.lang == "en" else "vi"
    return Bulletin(
        id=row.id, title=row.title, text=row.text, lang=lang, at=moment.astimezone(dt.UTC), day=moment.date(),
        units=tuple(dict.fromkeys(unit for unit, _ in went_to)),
        topics=tuple(dict.fromkeys(topic for _, topic in went_to if topic)),
        link=row.link, film=row.film, picture=shown, recalled=row.state == "recalled", corrects=row.corrects,
        corrected_by=corrected_by,
    )  # fmt: skip


def holding(wanted: Sequence[str], texts: Sequence[tuple[int, str, str]]) -> list[int]:
    """Which of these texts hold all these words."""
    return [id_ for id_, title, text in texts if all(word in _folded(f"{title}\n{text}") for word in wanted)]


@lru_cache(maxsize=SEARCHED)
def _folded(words: str) -> str:
    return fold(words)
