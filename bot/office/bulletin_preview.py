"""How a bulletin will look on each platform, how many chats it reaches, and what SMS will cost: before it is kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.seen import Bubble, seen
from bot.channels.segments import segments
from bot.errors import Refused
from bot.office.bulletin_search import writes
from bot.office.bulletin_words import REFUSE, SMS, Rendered, Renderings, Words, kinds
from bot.office.manuscript import ADDRESS, TEXT, TITLE, Manuscript, address
from bot.storage.database import Database
from bot.storage.lists import BY_HAND, ListRow, MemberRow
from bot.storage.officers import Officer
from content.hours import HERE

ALWAYS = ("zalo-oa", "telegram")  # shown though nobody would get it there


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """Chats of one channel."""

    groups: int = 0
    people: int = 0
    members: int = 0  # of the groups, as far as they were counted

    @property
    def chats(self) -> int:
        """All of them."""
        return self.groups + self.people


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A list that this officer may write for."""

    name: str
    unit: str
    topic: str
    reach: Mapping[str, Reach]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid:
    """What SMS takes."""

    segments: int  # of one message
    alphabet: str
    price: int | None  # of all messages, in đồng; None: not known
    messages: int

    @property
    def all(self) -> int:
        """Segments of all messages."""
        return self.segments * self.messages


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """One platform."""

    channel: str
    is_on: bool
    reach: Reach
    bubbles: Sequence[Bubble]
    limit: int  # characters of one bubble
    cut: bool
    refused: bool
    paid: Paid | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """All of them, and the page."""

    words: Words
    paragraphs: Sequence[Sequence[str]]
    signed: str
    screens: Sequence[Screen]
    chats: int
    members: int
    bad_link: str = ""  # an address that cannot be one


class Previews:
    """For what is typed just now; nothing is kept."""

    def __init__(self, database: Database, renderings: Renderings) -> None:
        self._database = database
        self._renderings = renderings

    async def targets(self, *, by: Officer) -> list[Target]:
        """The lists that he may write for, with whom each reaches."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(ListRow).order_by(ListRow.unit, ListRow.name))
            mine = [row for row in rows if writes(by, row)]
            return [
                Target(name=row.name, unit=row.unit, topic=row.topic, reach=await _reach(session, [row.id]))
                for row in mine
            ]

    async def preview(
        self, written: Manuscript, *, by: Officer, id_: int | None = None, pictured: bool = False
    ) -> Preview:
        """What is typed, however incomplete it is yet; `pictured`: it has a picture, or will have."""
        async with self._database.reading() as session:
            rows = await session.scalars(select(ListRow).where(ListRow.name.in_(written.names)))
            reach = await _reach(session, [row.id for row in rows if writes(by, row)])
        link, bad = _lenient(written.link)
        film, worse = _lenient(written.film)
        words = Words(
            id=id_, title=" ".join(written.title.split())[:TITLE] or "…",
            text=written.text.replace("\r\n", "\n").strip()[:TEXT] or "…",
            lang=written.language, link=link, film=film, on=dt.datetime.now(HERE).date(),
            picture=written.alt if pictured else None,
        )  # fmt: skip
        reply = self._renderings.reply(words)
        names = [*kinds(reach), *(name for name in ALWAYS if name not in reach)]
        return Preview(
            words=words, paragraphs=[section.lines for section in reply.sections], signed=reply.source or "",
            screens=[self._screen(words, name, reach.get(name, Reach()), written.long) for name in names],
            chats=sum(each.chats for each in reach.values()), members=sum(each.members for each in reach.values()),
            bad_link=bad or worse,
        )  # fmt: skip

    def _screen(self, words: Words, channel: str, reach: Reach, long: str) -> Screen:
        """As people see it where any would get it: they are told how to leave, so it is the longer form."""
        person = bool(reach.people) or not reach.groups
        found = self._renderings.rendered(words, channel, person=person)
        bubbles = [seen(bubble.body) for bubble in found.bubbles]
        limit = TEXT if channel == BY_HAND else self._renderings.through(channel).limits.text
        return Screen(
            channel=channel, is_on=self._renderings.is_on(channel), reach=reach, bubbles=bubbles, limit=limit,
            cut=found.cut, refused=long == REFUSE and not found.in_one,
            paid=self._paid(found, reach) if channel == SMS else None,
        )  # fmt: skip

    def _paid(self, found: Rendered, reach: Reach) -> Paid:
        from bot.channels.sms import Sms  # with its library, only where a price is asked for

        text = seen(found.bubbles[0].body).words
        takes, gateway = segments(text), self._renderings.through(SMS)
        dong = gateway.cost(found.bubbles[0]).dong if isinstance(gateway, Sms) else None
        price = None if dong is None else dong * reach.chats
        return Paid(segments=takes.count, alphabet=takes.alphabet, price=price, messages=reach.chats)


async def _reach(session: AsyncSession, lists: Collection[int]) -> dict[str, Reach]:
    """Each chat once, however many of the lists it is in."""
    person = func.max(case((MemberRow.person, 1), else_=0)).label("person")
    chats = (
        select(MemberRow.channel, person, func.max(MemberRow.people).label("members"))
        .where(MemberRow.list.in_(lists), MemberRow.active)
        .group_by(MemberRow.channel, MemberRow.address)
        .subquery()
    )
    rows = await session.execute(
        select(chats.c.channel, func.count(), func.sum(chats.c.person), func.sum(chats.c.members))
        .group_by(chats.c.channel)
        .order_by(chats.c.channel)
    )
    return {
        channel: Reach(groups=n - int(people or 0), people=int(people or 0), members=int(members or 0))
        for channel, n, people, members in rows
    }


def _lenient(typed: str) -> tuple[str | None, str]:
    """The address, or none and what was typed instead of one."""
    try:
        return address(typed) or None, ""
    except Refused:
        return None, typed[:ADDRESS]
