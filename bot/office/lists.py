"""The lists: made, set, filled from a spreadsheet row by row, shown."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowed, Refused
from bot.office.access import By, who
from bot.office.groups import in_charge
from bot.office.list_rows import Bad, Row, read
from bot.storage import audit, lists, officers, slots
from bot.storage.database import Database
from bot.storage.lists import BY_HAND, ListRow, MemberRow
from bot.storage.officers import EVERYWHERE, Officer, Role
from content.hours import HERE
from content.pack import Pack
from content.texts import Texts, texts

NAME: Final = 60  # characters
TARGET: Final = 2  # bulletins a week, as the police of the nine units keep it
MOST: Final = 50  # bulletins a week that can be due
HOUR: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What became of a spreadsheet."""

    added: int
    known: int
    bad: Sequence[Bad]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A list and who is in it."""

    name: str
    unit: str
    topic: str
    target: int
    code: str
    members: Sequence[MemberRow]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListSettings:
    """A list as its page shows it."""

    id: int
    name: str
    unit: str
    topic: str
    target: int
    officer: str  # who answers for it; empty: those who may write for the unit
    open: bool
    code: str
    hours: Sequence[tuple[int, str]]  # (weekday, "08:00"): when its next approved bulletin goes out by itself


class Lists:
    """All lists of one house."""

    def __init__(self, database: Database, pack: Pack) -> None:
        self._database = database
        self._pack = pack

    async def create(
        self, name: str, *, unit: str, topic: str, by: By, target: int = TARGET, open_: bool = True, officer: str = ""
    ) -> int:
        """A new list; its number."""
        name, topic, place = *_named(name, topic), self._place(unit)
        _must(by, "approver", place)
        async with self._database.unit_of_work() as session:
            if await lists.by_name(session, name):
                raise Refused("list.exists", name=name)
            row = lists.new(
                name=name, unit=place, topic=topic, target=_target(target), officer=await in_charge(session, officer),
                open_=open_, at=dt.datetime.now(dt.UTC),
            )  # fmt: skip
            session.add(row)
            await session.flush()
            audit.log(session, by=who(by), action="list.create", subject=f"list:{row.id}", detail={"name": name})
            return row.id

    async def change(
        self, id_: int, *, name: str, unit: str, topic: str, target: int, officer: str, open_: bool, by: By
    ) -> None:
        """The list is set so; nothing changed is no deed. Its unit only he may change who approves for both."""
        name, topic, place = *_named(name, topic), self._place(unit)
        _must(by, "approver", place)
        async with self._database.unit_of_work() as session:
            row = await _held(session, id_, by)
            other = await lists.by_name(session, name)
            if other is not None and other.id != id_:
                raise Refused("list.exists", name=name)
            wanted: dict[str, object] = {
                "name": name, "unit": place, "topic": topic, "target": _target(target), "open": open_,
                "officer": await in_charge(session, officer),
            }  # fmt: skip
            changed = {field: value for field, value in wanted.items() if getattr(row, field) != value}
            for field, value in changed.items():
                setattr(row, field, value)
            if changed:
                audit.log(session, by=who(by), action="list.change", subject=f"list:{id_}", detail=changed)

    async def set_hours(self, id_: int, *, days: Collection[int], at: str, by: By) -> None:
        """On these days of the week, at that hour, its next approved bulletin goes out by itself; no days: never."""
        found = HOUR.fullmatch(at.strip())
        if days and found is None:
            raise Refused("list.wrong_hour", hour=at[:20])
        if any(day not in range(7) for day in days):
            raise Refused("list.wrong_day")
        hour = dt.time(int(found[1]), int(found[2])) if found else dt.time()
        async with self._database.unit_of_work() as session:
            await _held(session, id_, by)
            wanted = [(day, f"{hour:%H:%M}") for day in sorted(days)]
            if [(slot.weekday, slot.at) for slot in await slots.of_list(session, id_)] == wanted:
                return
            await slots.set_slots(session, id_, [(day, hour) for day in sorted(days)], dt.datetime.now(dt.UTC))
            detail = {"days": sorted(days), "at": f"{hour:%H:%M}" if days else ""}
            audit.log(session, by=who(by), action="list.hours", subject=f"list:{id_}", detail=detail)

    async def settings(self, id_: int) -> ListSettings:
        """One list, for its page."""
        async with self._database.reading() as session:
            row = await session.get(ListRow, id_)
            if row is None:
                raise Refused("list.gone")
            named = await officers.by_id(session, row.officer) if row.officer else None
            hours = [(slot.weekday, slot.at) for slot in await slots.of_list(session, id_)]
        return ListSettings(
            id=row.id, name=row.name, unit=row.unit, topic=row.topic, target=row.target, open=row.open, code=row.code,
            officer=named.name if named and not named.disabled else "", hours=hours,
        )  # fmt: skip

    async def fill(self, name: str, raw: bytes, *, by: By, say: Texts | None = None) -> Imported:
        """The members of a spreadsheet; good rows are kept, bad ones told with their lines."""
        say = say or texts("vi")
        good, bad = read(raw, say)
        added = kept = 0
        async with self._database.unit_of_work() as session:
            row = await known(session, name)
            _must(by, "editor", row.unit)
            there = {(m.channel, m.address): m for m in await lists.members(session, [row.id])}
            charge = {
                officer.name: officer.id for officer in await officers.everyone(session) if not officer.disabled
            }
            elsewhere = await lists.elsewhere(session, row, [r.address for r in good if r.channel == BY_HAND])
            for each in good:
                if why := _misplaced(each, charge, elsewhere, say):
                    bad.append(Bad(line=each.line, why=why))
                    continue
                member = there.get((each.channel, each.address))
                if member is None:
                    member = MemberRow(
                        list=row.id, channel=each.channel, address=each.address, person=each.channel == "sms",
                        active=True, reason="", joined_at=dt.datetime.now(dt.UTC), title=each.title,
                    )  # fmt: skip
                    session.add(member)
                    there[each.channel, each.address] = member
                    added += 1
                kept += 1
                member.title, member.active, member.reason = each.title or member.title, True, ""
                if each.officer:
                    member.officer = charge[each.officer]
                if each.people is not None:
                    member.people, member.counted_on = each.people, dt.datetime.now(HERE).date()
            detail = {"added": added, "known": kept - added, "bad": len(bad)}
            audit.log(session, by=who(by), action="list.import", subject=f"list:{row.id}", detail=detail)
        return Imported(added=added, known=kept - added, bad=sorted(bad, key=lambda each: each.line))

    async def show(self, name: str) -> Shown:
        """One list and its members."""
        async with self._database.reading() as session:
            row = await known(session, name)
            members = await lists.members(session, [row.id])
        return Shown(name=row.name, unit=row.unit, topic=row.topic, target=row.target, code=row.code, members=members)

    async def everything(self) -> Sequence[ListRow]:
        """All lists, the oldest first."""
        async with self._database.reading() as session:
            return (await session.scalars(select(ListRow).order_by(ListRow.id))).all()

    def _place(self, unit: str) -> str:
        place = EVERYWHERE if unit in ("all", EVERYWHERE) else unit
        if place != EVERYWHERE and place not in self._pack.units:
            raise Refused("list.wrong_unit", unit=unit, units=", ".join(self._pack.units))
        return place


async def known(session: AsyncSession, name: str) -> ListRow:
    """The list of this name, or `Refused`."""
    row = await lists.by_name(session, name)
    if row is None:
        raise Refused("list.unknown", name=name)
    return row


async def _held(session: AsyncSession, id_: int, by: By) -> ListRow:
    """The list, to be changed by one who may."""
    row = await session.scalar(select(ListRow).where(ListRow.id == id_).with_for_update())
    if row is None:
        raise Refused("list.gone")
    _must(by, "approver", row.unit)
    return row


def _must(by: By, role: Role, unit: str) -> None:
    """He must have the role for the unit; whoever may approve may also look after groups."""
    if isinstance(by, Officer) and not (by.may(role, unit) or by.may("approver", unit)):
        raise NotAllowed("list.not_yours")


def _named(name: str, topic: str) -> tuple[str, str]:
    name, topic = " ".join(name.split()), " ".join(topic.split())
    if not name or len(name) > NAME or not topic or len(topic) > NAME:
        raise Refused("list.wrong_name", most=NAME)
    return name, topic


def _target(target: int) -> int:
    if not 0 <= target <= MOST:
        raise Refused("list.wrong_target", most=MOST)
    return target


def _misplaced(row: Row, charge: Collection[str], elsewhere: Mapping[str, str], say: Texts) -> str:
    """Why a row that is well written cannot be kept; empty where it can. Two groups must not become one."""
    if row.officer and row.officer not in charge:
        return say("list.row.officer", name=row.officer[:40])
    other = elsewhere.get(row.address, "") if row.channel == BY_HAND else ""
    if other and row.title and other.casefold() != row.title.casefold():
        return say("list.row.elsewhere", address=row.address, title=other)
    return ""
