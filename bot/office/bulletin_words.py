"""A bulletin as each channel shows it: one reply, the channel's own bubbles, and what is too long for one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, cast

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels import plain
from bot.channels.channel import Channel, Outgoing, Update
from bot.channels.seen import seen
from bot.channels.segments import unaccented
from bot.errors import Refused
from bot.storage import bulletins
from bot.storage.bulletins import BulletinPicture, BulletinRow
from bot.storage.lists import BY_HAND
from bot.storage.moments import utc
from content.hours import HERE
from content.pack import Pack
from content.texts import day, texts
from handlers.contract import Button, Lang, Photo, Reply, Section

if TYPE_CHECKING:
    from bot.channels.unconnected import Rendering

SMS: Final = "sms"
REFUSE: Final = "refuse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """What an officer wrote, kept or not yet."""

    id: int | None  # None: not kept yet
    title: str
    text: str
    lang: Lang = "vi"
    link: str | None = None
    film: str | None = None
    picture: str | None = None  # what it shows, in words; None: there is none
    on: dt.date  # the day that stands below


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """What goes out through one channel."""

    bubbles: tuple[Outgoing, ...]
    cut: bool = False  # it did not fit: the last line leads to the page with all of it

    @property
    def in_one(self) -> bool:
        """Whether all of its words stand in one bubble; a picture may come before."""
        return not self.cut and sum(bool(seen(bubble.body).lines) for bubble in self.bubbles) < 2


class Renderings:
    """The channels of one house, on or off."""

    def __init__(self, pack: Pack, channels: Mapping[str, Channel], public_url: str) -> None:
        self._pack = pack
        self._channels = channels
        self.public_url = public_url.rstrip("/")

    def is_on(self, channel: str) -> bool:
        """Whether anything can be sent through it."""
        return channel in self._channels or channel == BY_HAND

    def whose(self, lang: Lang) -> str:
        """Who signs."""
        return self._pack.locality.name.in_(lang)

    def through(self, channel: str) -> Rendering | Channel:
        """The channel, or what stands in for it while it is off."""
        from bot.channels.unconnected import unconnected  # it knows every platform's library

        return self._channels.get(channel) or unconnected(channel, self.public_url)

    def reply(self, words: Words) -> Reply:
        """The bulletin as an answer, the same for every channel."""
        say = texts(words.lang)
        number = words.id or "…"  # it gets one when it is kept
        name, path = f"bulletin:{number}", f"/ban-tin/{number}"
        page = Button(id=name, title=say("bulletin.button.page"), url=self.public_url + path)
        link = Button(id="bulletin:link", title=say("bulletin.button.link"), url=words.link)
        photo = Photo(url=f"{self.public_url}{path}/anh.jpg", alt=words.picture or words.title)
        paragraphs = tuple(part.strip() for part in words.text.split("\n\n") if part.strip())
        return Reply(
            kind="bulletin", id=name, title=words.title, path=path, buttons=(link, page) if words.link else (page,),
            sections=tuple(Section(lines=tuple(part.split("\n"))) for part in paragraphs),
            source=say("bulletin.signed", name=self.whose(words.lang), day=day(words.on)), film=words.film,
            picture=photo if words.picture is not None else None,
        )  # fmt: skip

    def rendered(self, words: Words, channel: str, *, person: bool) -> Rendered:
        """Its bubbles, for people who subscribed or for groups."""
        reply, say = self.reply(words), texts(words.lang)
        if channel == BY_HAND:  # the officer adds the picture and the page by hand
            more = (Section(lines=(words.link,)),) if words.link else ()
            reply = replace(reply, picture=None, sections=reply.sections + more)
            return Rendered(bubbles=(Outgoing(body={"text": reply.text}),))
        if channel == SMS:  # each line is paid for, and the page shows both
            reply = replace(reply, picture=None, film=None)
        elif person:
            stop = Section(lines=(say("subscription.stop"),), tone="quiet")
            reply = replace(reply, sections=(*reply.sections, stop))
        now = dt.datetime.now(dt.UTC)
        to = Update(key="", chat="", sender="", at=now, what="other", group=not person)  # it answers nobody
        bubbles = tuple(self.through(channel).render(reply, to, say))
        more_at = plain.more(say, "", plain.page(reply, self.public_url))
        said = "\n".join(seen(bubble.body).words for bubble in bubbles)
        return Rendered(bubbles=bubbles, cut=more_at in said or unaccented(more_at) in said)

    async def keep(self, session: AsyncSession, row: BulletinRow) -> None:
        """What is to be sent through each channel; one that is off has no bubbles, and its rows fail."""
        words, bodies = await self.words(session, row), {}
        for channel, person in await bulletins.channels_of(session, row.id):
            if not self.is_on(channel):
                continue
            found = self.rendered(words, channel, person=person)
            if row.long == REFUSE and not found.in_one:
                limit = self.through(channel).limits.text
                raise Refused("bulletin.too_long", channel=channel, limit=limit)
            bodies[channel, person] = [bubble.body for bubble in found.bubbles]
        await bulletins.keep_bodies(session, row.id, bodies)

    async def words(self, session: AsyncSession, row: BulletinRow) -> Words:
        """What is kept."""
        alt = await session.scalar(select(BulletinPicture.alt).where(BulletinPicture.bulletin == row.id))
        when = utc(row.schedule_at) if row.schedule_at else dt.datetime.now(dt.UTC)
        return Words(
            id=row.id, title=row.title, text=row.text, lang=cast(Lang, row.lang), link=row.link, film=row.film,
            picture=alt, on=when.astimezone(HERE).date(),
        )  # fmt: skip


def kinds(found: Iterable[str]) -> list[str]:
    """Channels in the order in which people know them."""
    order = ("zalo-oa", "zalo-bot", BY_HAND, "telegram", SMS)
    return sorted(found, key=lambda name: order.index(name) if name in order else len(order))
