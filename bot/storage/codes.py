"""Printed codes: what each opens, what it opened before, how often it was scanned, and the rounds that handed it out.

Nothing here says who scanned; `ref` is the ward's own reference and leaves it in no page and no statistic.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import Date, DateTime, ForeignKey, Index, LargeBinary, String, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base
from bot.storage.upsert import insert_into

CODES_KEY: Final = "codes"
TOGETHER: Final = 500  # rows of one statement: SQLite takes 32,766 values
Channel = Literal["web", "telegram", "zalo"]


class Key(Base):
    """A key that must live as long as what was made with it; made once, at the first need."""

    __tablename__ = "keys"
    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary)


class Code(Base):
    """One printed code. What is printed is its serial, enciphered (`qr/codes.py`)."""

    __tablename__ = "codes"
    serial: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    target: Mapped[str] = mapped_column(String(120), index=True)  # what it opens now: "procedure:dang-ky-khai-sinh"
    issued_for: Mapped[str] = mapped_column(String(120))  # what it opened when it was printed
    unit: Mapped[str] = mapped_column(String(48), default="")  # an id of the pack, or "" for the whole locality
    group: Mapped[str] = mapped_column("grp", String(60), default="")  # tổ
    campaign: Mapped[str] = mapped_column(String(60), default="")
    label: Mapped[str] = mapped_column(String(300), default="")
    ref: Mapped[str | None] = mapped_column(String(80))  # the ward's own reference: one row, one code
    valid_from: Mapped[dt.date | None] = mapped_column(Date)
    valid_until: Mapped[dt.date | None] = mapped_column(Date)  # the last day on which it works
    revoked_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    by: Mapped[str] = mapped_column(String(40))
    __table_args__ = (
        Index("ix_codes_row", "campaign", "issued_for", "unit", "ref", unique=True),  # without a ref each is its own
        Index("ix_codes_place", "unit", "grp"),
        {"sqlite_autoincrement": True},  # a serial is on paper: it is never given out again
    )

    def open_on(self, day: dt.date) -> bool:
        """Whether it opens something on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.revoked_at is None and begun and (self.valid_until is None or day <= self.valid_until)


class CodeTarget(Base):
    """What a code was aimed at, and from when."""

    __tablename__ = "code_targets"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    serial: Mapped[int] = mapped_column(ForeignKey("codes.serial", ondelete="CASCADE"), index=True)
    target: Mapped[str] = mapped_column(String(120))  # "" from when it was revoked
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class Scan(Base):
    """How often a code was opened on one day through one channel."""

    __tablename__ = "scans"
    serial: Mapped[int] = mapped_column(ForeignKey("codes.serial", ondelete="CASCADE"), primary_key=True)
    day: Mapped[dt.date] = mapped_column(Date, primary_key=True)  # as people here count days
    channel: Mapped[str] = mapped_column(String(10), primary_key=True)
    n: Mapped[int] = mapped_column(default=0)


class Visit(Base):
    """A card that was handed over, or a board that was put up: where, when, by whom. No names of residents."""

    __tablename__ = "visits"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    kind: Mapped[str] = mapped_column(String(10))  # "round" or "board"
    serial: Mapped[int | None] = mapped_column(ForeignKey("codes.serial", ondelete="CASCADE"), index=True)
    place: Mapped[str] = mapped_column(String(200), default="")
    done_on: Mapped[dt.date] = mapped_column(Date)
    remark: Mapped[str] = mapped_column(String(300), default="")
    by: Mapped[str] = mapped_column(String(40))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """A code to be made."""

    target: str
    unit: str = ""
    group: str = ""
    campaign: str = ""
    label: str = ""
    ref: str | None = None
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None


async def key(session: AsyncSession) -> bytes:
    """The key of the printed codes, made at the first need; of processes that make it at once one wins."""
    if found := await session.get(Key, CODES_KEY):
        return found.value
    made = insert_into(session, Key).values(name=CODES_KEY, value=secrets.token_bytes(32))
    await session.execute(made.on_conflict_do_nothing())
    return (await session.execute(select(Key.value).where(Key.name == CODES_KEY))).scalar_one()


async def issue(session: AsyncSession, wanted: Sequence[Wanted], *, by: str) -> list[Code]:
    """A code for each, in their order; the same row of the same campaign and target keeps the code it has."""
    made: list[Code] = []
    for first in range(0, len(wanted), TOGETHER):
        made += await _issue(session, wanted[first : first + TOGETHER], by)
    return made


async def _issue(session: AsyncSession, wanted: Sequence[Wanted], by: str) -> list[Code]:
    now = dt.datetime.now(dt.UTC)
    known = await _known(session, wanted)
    new = [_code(w, by, now) for w in {_row(w): w for w in wanted if w.ref and _row(w) not in known}.values()]
    if new:  # another process may print the same rows at this moment: then its codes count
        values = [
            {c.key: getattr(code, c.key) for c in Code.__mapper__.column_attrs if c.key != "serial"} for code in new
        ]
        statement = insert_into(session, Code).on_conflict_do_nothing().returning(Code)
        added = list(await session.scalars(statement, values))
        _remember(session, added)
        known = await _known(session, wanted)
    plain = [None if w.ref else _code(w, by, now) for w in wanted]
    session.add_all(code for code in plain if code)
    await session.flush()
    _remember(session, [code for code in plain if code])
    return [code or known[_row(w)] for code, w in zip(plain, wanted, strict=True)]


def _remember(session: AsyncSession, codes: Collection[Code]) -> None:
    session.add_all(CodeTarget(serial=c.serial, target=c.target, by=c.by, at=c.created_at) for c in codes)


def _code(w: Wanted, by: str, now: dt.datetime) -> Code:
    return Code(
        target=w.target, issued_for=w.target, unit=w.unit, group=w.group, campaign=w.campaign, label=w.label,
        ref=w.ref or None, valid_from=w.valid_from, valid_until=w.valid_until, revoked_at=None, created_at=now, by=by,
    )  # fmt: skip


def _row(w: Wanted | Code) -> tuple[str, str, str, str | None]:
    return w.campaign, w.issued_for if isinstance(w, Code) else w.target, w.unit, w.ref or None


async def _known(session: AsyncSession, wanted: Sequence[Wanted]) -> dict[tuple[str, str, str, str | None], Code]:
    refs = {w.ref for w in wanted if w.ref}
    if not refs:
        return {}
    found = select(Code).where(
        Code.ref.in_(refs),
        Code.campaign.in_({w.campaign for w in wanted}),
        Code.issued_for.in_({w.target for w in wanted}),
    )
    return {_row(code): code for code in await session.scalars(found)}


async def one(session: AsyncSession, serial: int) -> Code | None:
    """The code of this serial."""
    return await session.get(Code, serial)


async def aim(session: AsyncSession, code: Code, target: str, *, by: str) -> None:
    """Let a printed code open something else from now on."""
    code.target = target
    session.add(CodeTarget(serial=code.serial, target=target, by=by, at=dt.datetime.now(dt.UTC)))


async def revoke(session: AsyncSession, serials: Collection[int], now: dt.datetime, *, by: str) -> None:
    """Let these open nothing any more; in the history they are aimed at nothing."""
    session.add_all(CodeTarget(serial=serial, target="", by=by, at=now) for serial in serials)
    await session.execute(
        update(Code).where(Code.serial.in_(serials), Code.revoked_at.is_(None)).values(revoked_at=now)
    )


async def changed(session: AsyncSession, since: int) -> tuple[int, set[int]]:
    """The number of the last change of all, and the codes that were made, aimed anew or revoked after `since`."""
    last = await session.scalar(select(func.max(CodeTarget.id))) or 0
    if last <= since:
        return last, set()
    return last, set(await session.scalars(select(CodeTarget.serial).where(CodeTarget.id > since)))


async def history(session: AsyncSession, serial: int) -> Sequence[CodeTarget]:
    """What a code was aimed at, oldest first."""
    found = select(CodeTarget).where(CodeTarget.serial == serial).order_by(CodeTarget.id)
    return (await session.scalars(found)).all()


async def listed(
    session: AsyncSession,
    *,
    unit: str | None = None,
    group: str | None = None,
    campaign: str | None = None,
    target: str | None = None,
    never_scanned: bool = False,
    most: int | None = None,
) -> list[tuple[Code, int]]:
    """The codes and how often each was scanned, in the order of their making."""
    scans = select(Scan.serial, func.sum(Scan.n).label("n")).group_by(Scan.serial).subquery()
    found = select(Code, func.coalesce(scans.c.n, 0)).outerjoin(scans, scans.c.serial == Code.serial)
    for column, value in ((Code.unit, unit), (Code.group, group), (Code.campaign, campaign), (Code.target, target)):
        if value is not None:
            found = found.where(column == value)
    if never_scanned:
        found = found.where(scans.c.n.is_(None))
    return [(code, int(n)) for code, n in await session.execute(found.order_by(Code.serial).limit(most))]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scanned:
    """Scans of one day and channel, by what they were printed for; never by code."""

    campaign: str
    unit: str
    group: str
    day: dt.date
    channel: str
    n: int


async def scanned(
    session: AsyncSession,
    *,
    unit: str | None = None,
    campaign: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> list[Scanned]:
    """The scans of these days, both included, the oldest first."""
    by = (Code.campaign, Code.unit, Code.group, Scan.day, Scan.channel)
    found = select(*by, func.sum(Scan.n)).join(Code, Code.serial == Scan.serial).group_by(*by)
    if unit is not None:
        found = found.where(Code.unit == unit)
    if campaign is not None:
        found = found.where(Code.campaign == campaign)
    if since:
        found = found.where(Scan.day >= since)
    if until:
        found = found.where(Scan.day <= until)
    ordered = found.order_by(Scan.day, Code.campaign, Code.unit, Code.group, Scan.channel)
    return [
        Scanned(campaign=c, unit=u, group=g, day=d, channel=via, n=int(n))
        for c, u, g, d, via, n in await session.execute(ordered)
    ]


async def count(session: AsyncSession, scans: Mapping[tuple[int, dt.date, str], int]) -> None:
    """So many more scans, by serial, day and channel, in one statement; processes that count at once add up."""
    rows = [
        {"serial": serial, "day": day, "channel": channel, "n": n}
        for (serial, day, channel), n in sorted(scans.items())
    ]
    for first in range(0, len(rows), TOGETHER):
        statement = insert_into(session, Scan).values(rows[first : first + TOGETHER])
        more = {"n": Scan.n + statement.excluded.n}
        await session.execute(statement.on_conflict_do_update(index_elements=["serial", "day", "channel"], set_=more))
