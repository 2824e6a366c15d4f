"""The lists: made, filled from a spreadsheet row by row, shown."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refused
from bot.office.access import By, who
from bot.storage import audit, lists
from bot.storage.database import Database
from bot.storage.lists import BY_HAND, ListRow, MemberRow
from bot.storage.officers import EVERYWHERE
from content.pack import Pack
from content.texts import texts

COLUMNS: Final = ("channel", "address", "title")
CHANNELS: Final = ("telegram", "zalo-oa", "zalo-bot", "sms", BY_HAND)
ADDRESS, TITLE, NAME = 64, 200, 60  # characters
TARGET: Final = 2  # bulletins a week, as the police of the nine units keep it


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One member as the spreadsheet names him."""

    line: int
    channel: str
    address: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One row that cannot be read, and why, in words."""

    line: int
    why: str


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


class Lists:
    """All lists of one house."""

    def __init__(self, database: Database, pack: Pack) -> None:
        self._database = database
        self._pack = pack

    async def create(
        self, name: str, *, unit: str, topic: str, by: By, target: int = TARGET, open_: bool = True
    ) -> int:
        """A new list; its number."""
        name, topic = " ".join(name.split()), " ".join(topic.split())
        place = EVERYWHERE if unit in ("all", EVERYWHERE) else unit
        if not name or len(name) > NAME or not topic or len(topic) > NAME:
            raise Refused("list.wrong_name", most=NAME)
        if place != EVERYWHERE and place not in self._pack.units:
            raise Refused("list.wrong_unit", unit=unit, units=", ".join(self._pack.units))
        async with self._database.unit_of_work() as session:
            if await lists.by_name(session, name):
                raise Refused("list.exists", name=name)
            row = lists.new(
                name=name,
                unit=place,
                topic=topic,
                target=target,
                officer=None,
                open_=open_,
                at=dt.datetime.now(dt.UTC),
            )
            session.add(row)
            await session.flush()
            audit.log(session, by=who(by), action="list.create", subject=f"list:{row.id}", detail={"name": name})
            return row.id

    async def fill(self, name: str, raw: bytes, *, by: By) -> Imported:
        """The members of a spreadsheet; good rows are kept, bad ones told with their lines."""
        good, bad = read(raw)
        added = 0
        async with self._database.unit_of_work() as session:
            row = await known(session, name)
            there = {(m.channel, m.address): m for m in await lists.members(session, [row.id])}
            for each in good:
                member = there.get((each.channel, each.address))
                if member is None:
                    member = MemberRow(
                        list=row.id, channel=each.channel, address=each.address, person=each.channel == "sms",
                        active=True, reason="", joined_at=dt.datetime.now(dt.UTC), title=each.title,
                    )  # fmt: skip
                    session.add(member)
                    there[each.channel, each.address] = member
                    added += 1
                member.title, member.active, member.reason = each.title or member.title, True, ""
            detail = {"added": added, "known": len(good) - added, "bad": len(bad)}
            audit.log(session, by=who(by), action="list.import", subject=f"list:{row.id}", detail=detail)
        return Imported(added=added, known=len(good) - added, bad=bad)

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


def read(raw: bytes) -> tuple[list[Row], list[Bad]]:
    """The rows of a spreadsheet saved as CSV, in whatever form spreadsheets save it; `Refused` where it is none."""
    say = texts("vi")
    text = _decoded(raw)
    lines = io.StringIO(text, newline="")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(lines, delimiter=separator, skipinitialspace=True)
    names = [" ".join((name or "").split()).lower() for name in reader.fieldnames or ()]
    if missing := [name for name in COLUMNS[:2] if name not in names]:
        raise Refused("list.columns", missing=", ".join(missing))
    reader.fieldnames = names
    good: list[Row] = []
    bad: list[Bad] = []
    seen: set[tuple[str, str]] = set()
    for line, cells in _rows(reader):
        channel, address, title = (str(cells.get(name) or "").strip() for name in COLUMNS)
        if not (channel or address or title):
            continue
        key, fields = _fault(channel.lower(), address, title, seen)
        if key:
            bad.append(Bad(line=line, why=say(key, **fields)))
            continue
        seen.add((channel.lower(), address))
        good.append(Row(line=line, channel=channel.lower(), address=address, title=title))
    return good, bad


def _rows(reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        for cells in reader:
            yield reader.line_num, {name: value for name, value in cells.items() if isinstance(name, str)}
    except csv.Error as error:
        raise Refused("list.unreadable", line=reader.line_num, why=error) from error


def _fault(channel: str, address: str, title: str, seen: Iterable[tuple[str, str]]) -> tuple[str, dict[str, object]]:
    """The words for what is wrong with a row; empty where nothing is."""
    if channel not in CHANNELS:
        return "list.row.channel", {"channel": channel[:40], "channels": ", ".join(CHANNELS)}
    if not address or len(address) > ADDRESS or any(ord(c) < 32 for c in address + title):
        return "list.row.address", {"most": ADDRESS}
    if len(title) > TITLE:
        return "list.row.title", {"most": TITLE}
    if (channel, address) in seen:
        return "list.row.twice", {"address": address}
    return "", {}


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1258", errors="replace")


async def known(session: AsyncSession, name: str) -> ListRow:
    """The list of this name, or `Refused`."""
    row = await lists.by_name(session, name)
    if row is None:
        raise Refused("list.unknown", name=name)
    return row
