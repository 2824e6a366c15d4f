"""The month of bulletins, added up: for the ward's own report to the People's Committee."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import WrongInput
from bot.office.report_figures import ItemFigures, ListFigures, Questions, Report, Sendings, Week
from bot.storage import meter, published, sendings, statistics
from bot.storage.codes import scanned
from bot.storage.database import Database
from bot.storage.lists import ListRow, MemberRow
from bot.storage.meter import start_of
from bot.storage.statistics import monday
from content.hours import HERE
from content.pack import Pack
from content.texts import texts
from handlers.contract import Bulletin
from handlers.subscriptions import KNOWN as KNOWN_TOPICS

MONTH: Final = re.compile(r"([0-9]{4})-([0-9]{2})")
THURSDAY: Final = dt.timedelta(days=3)


class Reports:
    """Reads only."""

    def __init__(self, database: Database, pack: Pack) -> None:
        self._database = database
        self._pack = pack

    async def month(self, month: str, *, unit: str | None = None, now: dt.datetime | None = None) -> Report:
        """The figures of `2026-11`, as far as it has come; `WrongInput` where that is no month, or not begun.

        `unit`: of its lists, and of the questions and codes that name it; who is in two of its lists counts twice.
        """
        made_at = now or dt.datetime.now(dt.UTC)
        today = made_at.astimezone(HERE).date()
        first = first_of(month)
        if first > today:
            raise WrongInput(texts("vi")("monthly.future", month=f"{first:%m/%Y}"))
        last = min(today, first.replace(day=calendar.monthrange(first.year, first.month)[1]))
        async with self._database.reading() as session:
            return await self._made(session, first, last, made_at, unit)

    async def _made(
        self, session: AsyncSession, first: dt.date, last: dt.date, made_at: dt.datetime, unit: str | None
    ) -> Report:
        ends = start_of(last + dt.timedelta(days=1))
        bulletins = await published.between(session, start_of(first), ends)
        lists = list(await session.scalars(select(ListRow).order_by(ListRow.unit, ListRow.name)))
        went_to = await published.lists_of(session, [each.id for each in bulletins])
        if unit is not None:
            lists = [each for each in lists if each.unit == unit]
            own = {each.id for each in lists}
            went_to = {id_: mine for id_, ids in went_to.items() if (mine := [one for one in ids if one in own])}
            bulletins = [each for each in bulletins if each.id in went_to]
        per_list = await sendings.by_list(session, [each.id for each in bulletins])
        per_bulletin = (
            await sendings.by_bulletin(session, [each.id for each in bulletins])
            if unit is None
            else _together(per_list, {each.id for each in lists})
        )
        mondays = weeks_of(first, last)
        weeks = await meter.by_week(session, mondays[0], mondays[-1] + dt.timedelta(days=6)) if mondays else {}
        rows = []
        for each in lists:
            members = _Members(await _members(session, [each.id]))
            rows.append(
                ListFigures(
                    unit=self._unit(each.unit),
                    name=each.name,
                    topic=_topic(each.topic),
                    items=sum(each.id in went_to.get(bulletin.id, ()) for bulletin in bulletins),
                    weeks=_weeks(mondays, weeks.get(each.id, Counter()), each.target),
                    groups=members.groups,
                    people=members.people,
                    uncounted=members.uncounted,
                    sendings=_sum(per_list.get(each.id, {}).values()),
                )
            )
        used = {list_ for bulletin in bulletins for list_ in went_to.get(bulletin.id, ())}
        reached = _Members(await _members(session, sorted(used)))
        names = {each.id: each.name for each in lists}
        return Report(
            locality=", ".join(self._names(unit)),
            first=first,
            last=last,
            made_at=made_at,
            lists=tuple(rows),
            items=tuple(
                _item(each, [names[list_] for list_ in went_to.get(each.id, ())], per_bulletin.get(each.id, {}))
                for each in bulletins
            ),
            groups=reached.groups,
            reach=reached.people,
            uncounted=reached.uncounted,
            sendings=_sum(per_bulletin.values()),
            questions=await _questions(session, first, last, unit),
        )

    def _names(self, unit: str | None) -> list[str]:
        known = self._pack.units.get(unit or "")
        where = [name.vi for name in (self._pack.locality.name, self._pack.locality.province)]
        return [known.name.vi, *where] if known else where

    def _unit(self, unit: str) -> str:
        found = self._pack.units.get(unit)
        return found.name.vi if found else self._pack.locality.name.vi


def first_of(month: str) -> dt.date:
    """The first day of `2026-11`; `WrongInput` where that is no month."""
    match = MONTH.fullmatch(month)
    if match is None or not (1 <= int(match[2]) <= 12 and int(match[1]) >= 2000):
        raise WrongInput(texts("vi")("monthly.wrong_month", month=month[:20]))
    return dt.date(int(match[1]), int(match[2]), 1)


def weeks_of(first: dt.date, last: dt.date) -> list[dt.date]:
    """The Mondays of the weeks whose Thursday lies between: so each week belongs to one month."""
    begin = monday(first)
    weeks = [begin + dt.timedelta(weeks=n) for n in range(6)]
    return [week for week in weeks if first <= week + THURSDAY <= last]


class _Members:
    """Members, each once however many lists hold it."""

    def __init__(self, rows: Iterable[MemberRow]) -> None:
        once: dict[tuple[str, str], MemberRow] = {}
        for row in rows:
            known = once.get((row.channel, row.address))
            if known is None or (row.people or 0) > (known.people or 0):
                once[row.channel, row.address] = row
        groups = [row for row in once.values() if not row.person]
        self.groups = len(groups)
        self.uncounted = sum(row.people is None for row in groups)
        self.people = len(once) - len(groups) + sum(row.people or 0 for row in groups)


async def _members(session: AsyncSession, lists: Sequence[int]) -> Sequence[MemberRow]:
    active = select(MemberRow).where(MemberRow.list.in_(lists), MemberRow.active)
    return (await session.scalars(active)).all()


def _weeks(mondays: Sequence[dt.date], items: Counter[dt.date], target: int) -> tuple[Week, ...]:
    return tuple(Week(monday=day, items=items[day], target=target) for day in mondays) if target else ()


def _item(bulletin: Bulletin, lists: Sequence[str], counts: Mapping[str, int]) -> ItemFigures:
    return ItemFigures(
        id=bulletin.id, day=bulletin.day, title=bulletin.title, lists=tuple(lists), sendings=_sum([counts]),
        recalled=bulletin.recalled,
    )  # fmt: skip


def _sum(counts: Iterable[Mapping[str, int]]) -> Sendings:
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    return Sendings(
        machine=total["sent"], by_hand=total["by_hand"], failed=total["failed"], unknown=total["unknown"],
        waiting=total["queued"],
    )  # fmt: skip


def _together(
    per_list: Mapping[int, Mapping[int, Mapping[str, int]]], lists: Collection[int]
) -> dict[int, Counter[str]]:
    """What became of each bulletin in these lists alone."""
    found: dict[int, Counter[str]] = {}
    for list_ in lists:
        for bulletin, counts in per_list.get(list_, {}).items():
            found.setdefault(bulletin, Counter()).update(counts)
    return found


async def _questions(session: AsyncSession, first: dt.date, last: dt.date, unit: str | None) -> Questions:
    kinds = await statistics.by_kind(session, first, last, unit=unit)
    share = statistics.share(kinds)
    shown = sorted(((kind, n) for kind, n in kinds.items() if kind != "smalltalk"), key=lambda p: (-p[1], p[0]))
    scans = sum(each.n for each in await scanned(session, unit=unit, since=first, until=last))
    return Questions(asked=share.questions, solved=share.solved, by_kind=tuple(shown), scans=scans)


def _topic(topic: str) -> str:
    return texts("vi")(f"topic.{topic}") if topic in KNOWN_TOPICS else topic
