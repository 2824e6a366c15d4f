"""The cafés that show films: each showing is confirmed by the café in its chat, or by an officer in the console."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, Say, Update
from bot.errors import NotAllowed, Refused
from bot.office.groups import may
from bot.storage import audit, showings
from bot.storage.database import Database
from bot.storage.lists import ListRow, MemberRow
from bot.storage.officers import Officer
from bot.storage.showings import CHAT, OFFICER, TARGET
from bot.storage.statistics import monday
from content.hours import HERE
from content.texts import texts
from content.values import fold
from handlers.contract import Button, Lang, Reply, Section, SenderId

SHOWN, UNDO = "showing", "showing:undo"  # ids of buttons
LONGEST: Final = 20  # letters of what is looked at for one of these
SAID: Final = frozenset({"da chieu", "da chieu phim", "quan da chieu"})  # typed, where a platform has no buttons
BACK: Final = dt.timedelta(days=6)  # how late a showing can still be ticked
WEEKS: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Cafe:
    """One café, and what it showed."""

    id: int  # of its member row
    title: str
    unit: str
    list: str
    days: Sequence[tuple[dt.date, str]]  # of this week and who said so, the oldest first
    before: Sequence[int]  # how many in each of the weeks before, the oldest first
    target: int = TARGET

    @property
    def kept(self) -> bool:
        """Whether this week has enough."""
        return len(self.days) >= self.target


class Showings:
    """The showings of one house."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def cafes(self, by: Officer, *, now: dt.datetime | None = None) -> Sequence[Cafe]:
        """The cafés that he looks after, with this week and the weeks before."""
        week = monday(_today(now))
        since = week - dt.timedelta(weeks=WEEKS - 1)
        async with self._database.reading() as session:
            lists = {row.id: row for row in await showings.lists(session)}
            members = [m for m in await showings.cafes(session, list(lists)) if _his(by, m, lists[m.list])]
            found = await showings.between(session, [m.id for m in members], since, week + dt.timedelta(days=6))
        cafes = []
        for member in members:
            rows, list_ = found.get(member.id, []), lists[member.list]
            counts = showings.by_week(rows)
            cafes.append(
                Cafe(
                    id=member.id, title=member.title or member.address, unit=list_.unit, list=list_.name,
                    days=[(row.day, row.by if row.how == OFFICER else "") for row in rows if row.day >= week],
                    before=[counts[week - dt.timedelta(weeks=n)] for n in range(WEEKS - 1, 0, -1)],
                )
            )  # fmt: skip
        return cafes

    async def tick(self, id_: int, day: dt.date, *, by: Officer, shown: bool = True) -> bool:
        """The café showed the film that day, or not after all; said twice it is one deed: then False."""
        today = _today(None)
        if not today - BACK <= day <= today:
            raise Refused("cafes.wrong_day")
        async with self._database.unit_of_work() as session:
            member = await session.get(MemberRow, id_)
            list_ = await session.get(ListRow, member.list) if member else None
            if member is None or list_ is None or not showings.is_film(list_.topic):
                raise Refused("cafes.unknown")
            if not _his(by, member, list_):
                raise NotAllowed("groups.not_yours")
            now = dt.datetime.now(dt.UTC)
            if shown:
                new = await showings.confirm(session, id_, day, how=OFFICER, by=by.name, now=now)
            else:
                new = await showings.take_back(session, id_, day)
            if new:
                detail = {"day": day.isoformat(), "shown": shown}
                audit.log(session, by=by.name, action="cafe.showing", subject=f"member:{id_}", detail=detail)
            return new


class ShowingsInChat:
    """The attendant that a café tells of its showing, by the button or in words."""

    async def attend(
        self,
        session: AsyncSession,
        channel: Channel,
        update: Update,
        sender: SenderId | None,  # noqa: ARG002  (other attendants need it)
    ) -> Attended | None:
        """Count it for today; None for every other message, and for whoever is no café."""
        undo = update.press == UNDO
        said = len(update.text) < LONGEST and fold(update.text) in SAID
        if update.what != "message" or not (undo or update.press == SHOWN or said):
            return None
        cafes = await _cafes_of(session, channel.name, update.chat)
        if not cafes:
            return None
        lang: Lang = update.lang or "vi"
        say, today, now = texts(lang), _today(None), dt.datetime.now(dt.UTC)
        for cafe in cafes:
            if undo:
                await showings.take_back(session, cafe, today)
            else:
                await showings.confirm(session, cafe, today, how=CHAT, by=channel.name, now=now)
        count = max([await showings.in_week(session, cafe, today) for cafe in cafes])
        words = say("cafes.undone" if undo else "cafes.noted", count=count, target=TARGET)
        button = Button(id=SHOWN if undo else UNDO, title=say("cafes.shown" if undo else "cafes.slip"))
        reply = Reply(kind="smalltalk", sections=(Section(lines=(words,)),), buttons=(button,))
        return Attended(says=(Say(channel=channel.name, chat=update.chat, reply=reply, lang=lang),))


async def _cafes_of(session: AsyncSession, channel: str, chat: str) -> list[int]:
    lists = [row.id for row in await showings.lists(session)]
    mine = (MemberRow.list.in_(lists), MemberRow.channel == channel, MemberRow.address == chat, MemberRow.active)
    return list(await session.scalars(select(MemberRow.id).where(*mine)))


def _his(by: Officer, member: MemberRow, list_: ListRow) -> bool:
    return may(by, list_.unit) or (member.officer == by.id and not by.disabled)


def _today(now: dt.datetime | None) -> dt.date:
    return (now or dt.datetime.now(dt.UTC)).astimezone(HERE).date()
