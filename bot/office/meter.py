"""The duty meter of the console: each list, week by week, against its target."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from bot.office.report_figures import Week
from bot.storage import meter
from bot.storage.database import Database
from bot.storage.lists import ListRow
from bot.storage.statistics import monday
from content.hours import HERE

WEEKS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ListWeeks:
    """One list, the oldest week first, this one last."""

    id: int
    name: str
    unit: str  # an id of the pack
    weeks: tuple[Week, ...]

    @property
    def now(self) -> Week:
        """The week that runs."""
        return self.weeks[-1]


class DutyMeter:
    """Reads only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def weeks(
        self, *, units: frozenset[str] | None = None, most: int = WEEKS, now: dt.datetime | None = None
    ) -> Sequence[ListWeeks]:
        """The last weeks of every list with a duty; of these units, or of all."""
        today = (now or dt.datetime.now(dt.UTC)).astimezone(HERE).date()
        mondays = [monday(today) - dt.timedelta(weeks=n) for n in reversed(range(most))]
        async with self._database.reading() as session:
            counts = await meter.by_week(session, mondays[0], mondays[-1] + dt.timedelta(days=6))
            lists = list(await session.scalars(select(ListRow).where(ListRow.target > 0).order_by(ListRow.name)))
        return [
            ListWeeks(
                id=each.id, name=each.name, unit=each.unit,
                weeks=tuple(
                    Week(monday=day, items=counts.get(each.id, Counter())[day], target=each.target)
                    for day in mondays
                ),
            )
            for each in lists
            if units is None or each.unit in units
        ]  # fmt: skip
