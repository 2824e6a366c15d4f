"""`/bantin` in an officer's own chat: he dictates a bulletin, looks at it, chooses who gets it, and submits it.

An attendant of the inbox. For everybody else, and in groups, `/bantin` stays the newest bulletin.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Attended, Channel, Say, Update
from bot.dialogue.press import picked
from bot.errors import NotAllowed, Refused
from bot.office.bulletin_review import Review, able
from bot.office.bulletins import Bulletins
from bot.office.dictation_words import Draft, halves, newest, screen, told
from bot.office.manuscript import TEXT, TITLE
from bot.storage import dictation, officers
from bot.storage.dictation import Dictation
from bot.storage.lists import ListRow
from bot.storage.officers import Officer
from bot.storage.within import Transactions, Within
from bot.understanding.intents import command
from bot.understanding.lexicon import fold
from handlers.contract import Reply, SenderId

PRESS: Final = re.compile(
    r"dictate:([0-9a-f]{6}):(done|add|out|next|ready|submit|send|yes|words|lists|drop)(?::(\d{1,9}))?"
)
COMMAND: Final = "/bantin"
DONE, DROP = ("xong", "/xong"), ("bo", "huy", "/bo", "/huy")  # typed instead of a button


@dataclass(slots=True, kw_only=True)
class Seat:
    """An officer in his chat, with what he dictates there."""

    me: Officer
    channel: Channel
    update: Update
    row: Dictation | None

    @property
    def numbered(self) -> bool:
        """Whether every choice is a number here."""
        return not self.channel.limits.buttons


class Dictating:
    """What an officer's message does to the bulletin that he dictates, and to those that wait for his word."""

    def __init__(
        self,
        bulletins: Callable[[Transactions], Bulletins],
        review: Review,
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self._bulletins = bulletins
        self._review = review
        self._clock = clock

    async def attend(
        self, session: AsyncSession, channel: Channel, update: Update, sender: SenderId | None
    ) -> Attended | None:
        """What is said to an officer at work on a bulletin; None where the message is nothing of the kind."""
        if update.group or sender is None or update.what != "message" or update.start is not None:
            return None
        if (channel.name, update.chat) not in await officers.own_chats(session):
            return None
        me = await officers.by_chat(session, channel.name, update.chat)
        if me is None:
            return None
        row = await dictation.of_chat(session, channel.name, update.chat, self._clock())
        seat = Seat(me=me, channel=channel, update=update, row=row)
        try:
            reply = await self._reply(session, seat, sender)
        except (Refused, NotAllowed) as no:
            reply = await self._again(session, seat, str(no))
        if reply is None:
            return None
        await self._offered(session, seat, reply)
        return Attended(says=(Say(channel=channel.name, chat=update.chat, reply=reply),))

    async def _reply(self, session: AsyncSession, seat: Seat, sender: SenderId) -> Reply | None:
        row, text = seat.row, seat.update.text.strip()
        if press := await self._press(session, seat, sender):
            if match := PRESS.fullmatch(press):
                if row is None or row.serial != match[1]:
                    return told(screen("dictation.old"))
                return await self._pressed(session, seat, row, match[2], int(match[3] or 0))
            return await self._review.pressed(session, seat.me, seat.channel.name, seat.update.chat, press)
        word, _, rest = text.partition("\n") if "\n" in text else text.partition(" ")
        if fold(word).partition("@")[0] == COMMAND:
            return await self._asked(session, seat, rest.strip())
        if row is None:
            return None
        if command(text) == "erase":
            await session.delete(row)
            return None
        if row.about is not None and text and not text.startswith(("/", "#")):
            return await self._review.commented(session, seat.me, row, text)
        if not row.step or seat.update.about is not None or text.startswith("#"):
            return None  # a talk that was handed over to him
        return await self._typed(session, seat, row, text)

    async def _press(self, session: AsyncSession, seat: Seat, sender: SenderId) -> str | None:
        """The button that was pressed, or that a typed number picks where choices are numbered."""
        text = seat.update.text.strip()
        if seat.update.press is not None or not text.isdigit():
            return seat.update.press
        if seat.row is None or not seat.row.step:
            return await self._review.picked(session, seat.me, sender, text)
        return picked(text, seat.row.offered.split()) if seat.row.step != "text" or seat.numbered else None

    async def _asked(self, session: AsyncSession, seat: Seat, words: str) -> Reply | None:
        """`/bantin`: begin, or go on with what was begun; None for an officer who writes no bulletins."""
        if seat.row and seat.row.step and seat.row.words:
            return await self._again(session, seat, screen("dictation.unfinished"))
        if not (seat.me.has("editor") or seat.me.has("approver")):
            return None
        if not await lists_for(session, seat.me):
            return told(screen("dictation.no_lists"), buttons=[newest()])
        where, now = (seat.channel.name, seat.update.chat), self._clock()
        seat.row = await dictation.begin(session, *where, seat.me.id, "text", now)
        if words:
            return await self._typed(session, seat, seat.row, words)
        waiting = await self._review.waiting(session, seat.me)
        return Draft(seat.row).asking(waiting)

    async def _typed(self, session: AsyncSession, seat: Seat, row: Dictation, text: str) -> Reply | None:
        row.changed_at = self._clock()
        if fold(text) in DROP:
            return await self._pressed(session, seat, row, "drop", 0)
        if fold(text) in DONE and row.step == "text":
            return await self._pressed(session, seat, row, "done", 0)
        if text.startswith("/"):
            return None
        if row.step != "text":
            return await self._again(session, seat, screen("dictation.press"))
        if not text:
            return Draft(row).noted(screen("dictation.picture"))
        title, body = halves(joined := f"{row.words}\n\n{text}" if row.words else text)
        if len(title) > TITLE:
            raise Refused("dictation.title_long", most=TITLE, has=len(title))
        if len(body) > TEXT:
            raise Refused("dictation.text_long", most=TEXT, has=len(body))
        row.words = joined
        return Draft(row).noted(screen("dictation.more", count=len(joined)))

    async def _pressed(self, session: AsyncSession, seat: Seat, row: Dictation, deed: str, list_: int) -> Reply:
        row.changed_at = self._clock()
        mine = await lists_for(session, seat.me)
        match deed:
            case "drop":
                await session.delete(row)
                seat.row = None
                return told(screen("dictation.dropped"))
            case "words":
                row.step, row.words = "text", ""
                return Draft(row).asking(())
            case "done" if not row.words:
                raise Refused("dictation.empty")
            case "done" if not halves(row.words)[1]:
                raise Refused("dictation.no_text")
            case "done":
                row.lists = [mine[0].id] if len(mine) == 1 else [each.id for each in mine if each.id in row.lists]
                row.step = "ready" if len(mine) == 1 else "lists"
            case "add" | "out":
                wanted = {*row.lists, list_} if deed == "add" else {*row.lists} - {list_}
                row.lists, row.step = [each.id for each in mine if each.id in wanted], "lists"
            case "lists":
                row.step = "lists"
            case "next" | "ready":
                if not row.lists:
                    raise Refused("bulletin.no_list")
                row.step = "ready"
            case _:
                return await self._end(session, seat, row, deed, mine)
        return await self._shown(session, seat, row, mine)

    async def _end(
        self, session: AsyncSession, seat: Seat, row: Dictation, deed: str, mine: Sequence[ListRow]
    ) -> Reply:
        """Submit it, or send it at once where nobody else could approve it."""
        to = [each for each in mine if each.id in row.lists]
        if row.step != "ready" or not to:
            raise Refused("bulletin.no_list")
        reach = await dictation.reach(session, row.lists)
        if deed == "send":
            return Draft(row).sure(reach)
        title, text = halves(row.words)
        async with session.begin_nested():  # all of it, or nothing
            service = self._bulletins(Within(session))
            id_ = await service.draft(title=title, text=text, names=[each.name for each in to], by=seat.me)
            await service.submit(id_, by=seat.me)
            if deed == "yes":
                await service.approve(id_, by=seat.me)
                await service.send(id_, by=seat.me)
        await session.delete(row)
        seat.row = None
        if deed == "yes":
            return told(screen("dictation.sent", id=id_, reach=reach))
        can = await able(session, {each.unit for each in to})
        others = [each.name for each in can if each.id != seat.me.id]
        key = "dictation.submitted" if others else "dictation.submitted.nobody"
        return told(screen(key, id=id_, names=", ".join(others)))

    async def _again(self, session: AsyncSession, seat: Seat, why: str) -> Reply:
        """What he is looking at, once more, below what is to be said."""
        row = seat.row
        if row is None or not row.step:
            return told(why)
        if row.step == "text":
            return Draft(row).noted(why)
        return await self._shown(session, seat, row, await lists_for(session, seat.me), why)

    async def _shown(
        self, session: AsyncSession, seat: Seat, row: Dictation, mine: Sequence[ListRow], why: str = ""
    ) -> Reply:
        if row.step == "lists":
            return Draft(row).choosing(mine, why)
        to = [each for each in mine if each.id in row.lists]
        units = {each.unit for each in to}
        alone = {each.id for each in await able(session, units)} == {seat.me.id}
        return Draft(row).ready(to, await dictation.reach(session, row.lists), why, alone=alone)

    async def _offered(self, session: AsyncSession, seat: Seat, reply: Reply) -> None:
        """From now on a typed number picks from these."""
        ids = [button.id for button in reply.buttons if not button.url]
        if seat.row is not None and seat.row.step:
            seat.row.offered = " ".join(ids)
        elif ids:
            await self._review.offer(session, seat.channel.name, seat.update.chat, ids)


async def lists_for(session: AsyncSession, officer: Officer) -> list[ListRow]:
    """The lists that an officer may write to."""
    every = await session.scalars(select(ListRow).order_by(ListRow.id))
    return [each for each in every if officer.may("editor", each.unit) or officer.may("approver", each.unit)]
