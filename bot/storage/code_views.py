"""Questions about printed codes that officers ask in the console: pages of a list, places, one code's own days."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.codes import Code, Scan, Visit

Asked = Literal["good", "early", "expired", "revoked", "silent"]  # silent: printed, good, and never scanned


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """Which codes; what is None is not asked for."""

    units: Collection[str] | None = None  # only those of these units
    unit: str | None = None
    campaign: str | None = None
    group: str | None = None
    state: Asked | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The cards of one tổ in one campaign, added up."""

    campaign: str
    unit: str
    group: str
    printed: int  # those that still work
    handed: int  # of them with an entry of a round, or on a wall
    silent: int  # of them never scanned
    scans: int


async def page(session: AsyncSession, wish: Wish, day: dt.date, *, after: int | None, most: int) -> list[Code]:
    """The newest codes first, those made before the serial `after`."""
    found = select(Code).where(*_fits(wish, day))
    if after is not None:
        found = found.where(Code.serial < after)
    return list(await session.scalars(found.order_by(Code.serial.desc()).limit(most)))


async def count(session: AsyncSession, wish: Wish, day: dt.date) -> int:
    """How many codes fit."""
    return await session.scalar(select(func.count()).select_from(Code).where(*_fits(wish, day))) or 0


async def campaigns(session: AsyncSession, units: Collection[str] | None) -> list[str]:
    """The names of the campaigns, the newest first."""
    found = select(Code.campaign).where(*_fits(Wish(units=units), None), Code.campaign != "").group_by(Code.campaign)
    return list(await session.scalars(found.order_by(func.max(Code.serial).desc())))


async def groups(session: AsyncSession, units: Collection[str] | None, unit: str | None) -> list[str]:
    """The tổ that have codes."""
    found = select(Code.group).where(*_fits(Wish(units=units, unit=unit), None), Code.group != "").distinct()
    return sorted(await session.scalars(found), key=_counted)


async def places(session: AsyncSession, wish: Wish, day: dt.date) -> list[Place]:
    """Every tổ of every campaign, by name."""
    scans = select(Scan.serial, func.sum(Scan.n).label("n")).group_by(Scan.serial).subquery()
    works, handed = Code.revoked_at.is_(None), exists().where(Visit.serial == Code.serial, Visit.kind != "missed")
    by = (Code.campaign, Code.unit, Code.group)
    counts = (works, works & handed, works & scans.c.n.is_(None))
    sums = [func.sum(case((counted, 1), else_=0)) for counted in counts]
    found = select(*by, *sums, func.coalesce(func.sum(scans.c.n), 0))
    found = found.outerjoin(scans, scans.c.serial == Code.serial).where(*_fits(wish, day)).group_by(*by)
    rows = [
        Place(campaign=c, unit=u, group=g, printed=int(n), handed=int(h), silent=int(s), scans=int(k))
        for c, u, g, n, h, s, k in await session.execute(found)
    ]
    return sorted(rows, key=lambda row: (row.campaign, row.unit, _counted(row.group)))


async def days(session: AsyncSession, serial: int) -> Sequence[tuple[dt.date, str, int]]:
    """The scans of one code: day, channel and how many."""
    found = select(Scan.day, Scan.channel, Scan.n).where(Scan.serial == serial).order_by(Scan.day, Scan.channel)
    return [(day, channel, n) for day, channel, n in await session.execute(found)]


async def hangs(session: AsyncSession, serial: int) -> Visit | None:
    """Where a board was last put up."""
    found = select(Visit).where(Visit.serial == serial, Visit.kind == "board").order_by(Visit.id.desc()).limit(1)
    return await session.scalar(found)


async def boards(session: AsyncSession, wish: Wish, most: int) -> list[tuple[Visit, Code]]:
    """The boards on walls, the newest first, each where it was put up last."""
    last = select(func.max(Visit.id)).where(Visit.kind == "board").group_by(Visit.serial)
    found = select(Visit, Code).join(Code, Code.serial == Visit.serial).where(Visit.id.in_(last), *_fits(wish, None))
    return [(visit, code) for visit, code in await session.execute(found.order_by(Visit.id.desc()).limit(most))]


def _fits(wish: Wish, day: dt.date | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if wish.units is not None:
        wanted.append(Code.unit.in_(wish.units))
    same: tuple[tuple[Any, str | None], ...] = (
        (Code.unit, wish.unit), (Code.campaign, wish.campaign), (Code.group, wish.group)
    )  # fmt: skip
    wanted += [column == value for column, value in same if value is not None]
    if wish.state == "revoked":
        wanted.append(Code.revoked_at.is_not(None))
    elif wish.state is not None and day is not None:
        wanted.append(Code.revoked_at.is_(None))
        ended, early = Code.valid_until < day, Code.valid_from > day
        if wish.state == "expired":
            wanted.append(ended)
        elif wish.state == "early":
            wanted.append(early)
        else:
            wanted += [or_(Code.valid_until.is_(None), ~ended), or_(Code.valid_from.is_(None), ~early)]
        if wish.state == "silent":
            wanted.append(~exists().where(Scan.serial == Code.serial))
    return wanted


def _counted(group: str) -> tuple[int, str]:
    """Tổ 2 before Tổ 10."""
    digits = "".join(c for c in group if c.isdigit())[:9]
    return int(digits) if digits.isascii() and digits else 0, group
