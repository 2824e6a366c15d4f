"""What the public pages show: the bulletins that went out, and the open figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.storage import published, statistics
from bot.storage.database import Database
from bot.storage.published import PublishedInDatabase
from bot.storage.statistics import Share, monday
from content.hours import HERE
from handlers.contract import Bulletin

PAGE: Final = 20  # bulletins of one page of the archive
WEEKS: Final = 12  # of the open figures


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """One page of the archive, and what it can be narrowed to."""

    bulletins: Sequence[Bulletin]
    total: int
    page: int
    size: int
    units: Sequence[str]
    topics: Sequence[str]

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return -(-self.total // self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenWeek:
    """One week in figures, without people."""

    monday: dt.date
    questions: int
    bulletins: int
    kinds: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenFigures:
    """What anybody may know of how the house serves."""

    weeks: Sequence[OpenWeek]  # the newest first
    kinds: Sequence[tuple[str, int]]  # of all these weeks, the most frequent first
    share: Share
    helpful: int  # ever
    unhelpful: int


class Published:
    """Reads for residents; nobody logs in for it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def one(self, id_: int) -> Bulletin | None:
        """One bulletin that went out."""
        async with self._database.reading() as session:
            return await PublishedInDatabase(session).one(id_)

    async def shelf(
        self, *, words: str = "", unit: str | None = None, topic: str | None = None, page: int = 1, size: int = PAGE
    ) -> Shelf:
        """One page of the archive, the newest first."""
        async with self._database.reading() as session:
            found = await published.search(
                session, words=words, unit=unit, topic=topic, first=(page - 1) * size, most=size
            )
            units, topics = await published.shelves(session)
        return Shelf(bulletins=found.bulletins, total=found.total, page=page, size=size, units=units, topics=topics)

    async def picture(self, id_: int) -> bytes | None:
        """The picture of a bulletin, as JPEG."""
        async with self._database.reading() as session:
            return await published.picture(session, id_)

    async def figures(self, now: dt.datetime | None = None) -> OpenFigures:
        """The last weeks, this one included."""
        today = (now or dt.datetime.now(dt.UTC)).astimezone(HERE).date()
        mondays = [monday(today) - dt.timedelta(weeks=n) for n in range(WEEKS)]
        first, last = mondays[-1], mondays[0] + dt.timedelta(days=6)
        async with self._database.reading() as session:
            weeks = await statistics.by_week(session, first, last)
            kinds = await statistics.by_kind(session, first, last)
            days = await published.sent_by_day(session, _start(first), _start(last + dt.timedelta(days=1)))
            helpful, unhelpful = await statistics.thumbs(session)
        sent = [monday(day) for day in days]
        asked = {kind: n for kind, n in kinds.items() if kind != "smalltalk"}
        return OpenFigures(
            weeks=[
                OpenWeek(
                    monday=week,
                    questions=statistics.share(weeks.get(week, {})).questions,
                    bulletins=sent.count(week),
                    kinds=weeks.get(week, {}),
                )
                for week in mondays
            ],
            kinds=sorted(asked.items(), key=lambda pair: (-pair[1], pair[0])),
            share=statistics.share(kinds),
            helpful=helpful,
            unhelpful=unhelpful,
        )


def _start(day: dt.date) -> dt.datetime:
    """The moment at which a day begins here."""
    return dt.datetime.combine(day, dt.time(), HERE).astimezone(dt.UTC)
