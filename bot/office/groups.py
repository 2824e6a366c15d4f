"""The register of groups: where they are, who is in charge, how many people, when something was last posted."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowed, Refused
from bot.storage import audit, groups, kit, officers
from bot.storage.database import Database
from bot.storage.groups import Chat
from bot.storage.lists import BY_HAND, ListRow, MemberRow
from bot.storage.moments import utc
from bot.storage.officers import Officer
from content.hours import HERE
from content.values import fold

TITLE: Final = 200  # characters
MANY: Final = 100_000  # people in one group: more is a slip of the finger


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """One group, whatever lists it is in."""

    id: int  # of its first member row
    channel: str
    address: str
    title: str
    lists: tuple[str, ...]
    units: tuple[str, ...]
    officer: str  # in charge; empty where nobody is
    people: int | None
    counted_on: dt.date | None
    last_post: dt.datetime | None
    active: bool
    reason: str  # why not


class Groups:
    """The register of one house."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def everything(self, by: Officer, *, unit: str = "", words: str = "") -> Sequence[Group]:
        """The groups that he may look after, by unit and name; `words` of the title narrow it, as does a unit."""
        async with self._database.reading() as session:
            rows = [(member, list_) for member, list_ in await groups.rows(session) if may(by, list_.unit)]
            found = await self._whole(session, rows)
        wanted = fold(words)
        return [group for group in found if (not unit or unit in group.units) and wanted in fold(group.title)]

    async def one(self, id_: int, *, by: Officer) -> Group:
        """One of them."""
        async with self._database.reading() as session:
            found = await self._whole(session, await _known(session, id_, by))
        return found[0]

    async def add(self, list_: int, *, title: str, officer: str, people: str, counted_on: str, by: Officer) -> int:
        """An ordinary group, to be posted by hand; its number. Added twice under one name it is one group."""
        words = _title(title)
        counted = _counted(people, counted_on)
        async with self._database.unit_of_work() as session:
            row = await session.scalar(select(ListRow).where(ListRow.id == list_).with_for_update())
            if row is None:
                raise Refused("groups.no_list")
            _must(by, row)
            there = select(MemberRow).where(MemberRow.list == list_, MemberRow.channel == BY_HAND, MemberRow.active)
            for member in await session.scalars(there):
                if member.title.casefold() == words.casefold():
                    return member.id
            member = MemberRow(
                list=list_, channel=BY_HAND, address=_address(words), title=words, person=False, active=True,
                reason="", joined_at=dt.datetime.now(dt.UTC), officer=await in_charge(session, officer), **counted,
            )  # fmt: skip
            session.add(member)
            await session.flush()
            _log(session, by, "add", member, title=words, list=row.name)
            return member.id

    async def change(self, id_: int, *, title: str, officer: str, people: str, counted_on: str, by: Officer) -> None:
        """What is known of a group is put right, in all of its lists; nothing changed is no deed."""
        words, counted = _title(title), _counted(people, counted_on)
        async with self._database.unit_of_work() as session:
            rows = await _known(session, id_, by, hold=True)
            facts: dict[str, object] = {"title": words, "officer": await in_charge(session, officer)} | counted
            if all(getattr(member, name) == value for member, _ in rows for name, value in facts.items()):
                return
            await groups.set_facts(session, [member.id for member, _ in rows], **facts)
            told = {"title": words, "officer": officer, "people": counted["people"]}
            _log(session, by, "change", rows[0][0], **told)

    async def leave_out(self, id_: int, *, by: Officer, back: bool = False) -> None:
        """It gets nothing more, and nobody waits for it to be posted; or `back`: it does again. Twice is once."""
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work() as session:
            rows = [(m, list_) for m, list_ in await _known(session, id_, by, hold=True) if may(by, list_.unit)]
            if all(member.active == back for member, _ in rows):
                return
            reason = "" if back else by.name
            await groups.set_facts(session, [member.id for member, _ in rows], active=back, reason=reason)
            first = rows[0][0]
            left = [m for m, _ in await groups.of(session, id_) if m.active and m.id not in {r.id for r, _ in rows}]
            if not back and not left and first.channel == BY_HAND:
                await kit.let_go(session, first.address, now)
            _log(session, by, "back" if back else "leave_out", first)

    @staticmethod
    async def _whole(session: AsyncSession, rows: Sequence[tuple[MemberRow, ListRow]]) -> list[Group]:
        names = {officer.id: officer.name for officer in await officers.everyone(session)}
        together: dict[Chat, list[tuple[MemberRow, ListRow]]] = {}
        for member, list_ in rows:
            together.setdefault((member.channel, member.address), []).append((member, list_))
        posted = await groups.last_posts(session, list(together)) if together else {}
        found = [_group(each, names, posted.get(chat)) for chat, each in together.items()]
        return sorted(found, key=lambda group: (not group.active, group.units, fold(group.title)))


def may(by: Officer, unit: str) -> bool:
    """Whether he looks after the groups of this unit."""
    return by.may("editor", unit) or by.may("approver", unit)


async def in_charge(session: AsyncSession, name: str) -> int | None:
    """The number of an officer by his short name; None for nobody, `Refused` for one who is none."""
    if not name:
        return None
    officer = await officers.by_name(session, name)
    if officer is None or officer.disabled:
        raise Refused("groups.no_officer", name=name)
    return officer.id


async def _known(
    session: AsyncSession, id_: int, by: Officer, *, hold: bool = False
) -> list[tuple[MemberRow, ListRow]]:
    rows = await groups.of(session, id_, hold=hold)
    if not rows:
        raise Refused("groups.unknown")
    if not any(may(by, list_.unit) for _, list_ in rows):
        raise NotAllowed("groups.not_yours")
    return rows


def _must(by: Officer, row: ListRow) -> None:
    if not may(by, row.unit):
        raise NotAllowed("groups.not_yours")


def _group(rows: Sequence[tuple[MemberRow, ListRow]], names: Mapping[int, str], posted: dt.datetime | None) -> Group:
    first = rows[0][0]
    known = [utc(member.last_post) for member, _ in rows if member.last_post]
    moments = [*known, posted] if posted else known
    active = any(member.active for member, _ in rows)
    return Group(
        id=first.id, channel=first.channel, address=first.address,
        title=next((member.title for member, _ in rows if member.title), first.address),
        lists=tuple(list_.name for _, list_ in rows), units=tuple(sorted({list_.unit for _, list_ in rows})),
        officer=next((names[m.officer] for m, _ in rows if m.officer is not None and m.officer in names), ""),
        people=next((member.people for member, _ in rows if member.people is not None), None),
        counted_on=next((member.counted_on for member, _ in rows if member.counted_on), None),
        last_post=max(moments, default=None), active=active,
        reason="" if active else next((member.reason for member, _ in rows if member.reason), ""),
    )  # fmt: skip


def _title(title: str) -> str:
    words = " ".join(title.split())
    if not words or len(words) > TITLE:
        raise Refused("groups.wrong_title", most=TITLE)
    return words


def _counted(people: str, counted_on: str) -> dict[str, object]:
    """How many people, and the day they were counted: today, where none is said."""
    today = dt.datetime.now(HERE).date()
    if not people.strip():
        return {"people": None, "counted_on": None}
    number = people.strip().replace(".", "")
    if not (number.isascii() and number.isdecimal()) or len(number) > 9 or int(number) > MANY:
        raise Refused("groups.wrong_people", most=f"{MANY:,}".replace(",", "."))
    try:
        day = dt.date.fromisoformat(counted_on) if counted_on else today
    except ValueError:
        raise Refused("groups.wrong_day") from None
    if day > today:
        raise Refused("groups.wrong_day")
    return {"people": int(number), "counted_on": day}


def _address(title: str) -> str:
    """A short name of our own: ordinary groups have none that a machine could use."""
    return f"{fold(title).replace(' ', '-')[:40].strip('-') or 'nhom'}-{secrets.token_hex(4)}"


def _log(session: AsyncSession, by: Officer, deed: str, member: MemberRow, **detail: object) -> None:
    subject = f"group:{member.channel}:{member.address}"[:80]
    audit.log(session, by=by.name, action=f"group.{deed}", subject=subject, detail=detail)
