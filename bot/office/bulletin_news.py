"""Whom a deed on a bulletin concerns is told in his own chat, from whatever door it was done.

The log of deeds says what happened; each deed is told once, by one of the processes that look.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.saying import queue
from bot.office.bulletin_review import DEEDS, Review, able, who
from bot.office.dictation_words import halves, screen, told
from bot.storage import audit, dictation, officers
from bot.storage import bulletins as rows
from bot.storage.bulletins import BulletinRow
from bot.storage.database import Database
from bot.storage.dictation import Dictation
from bot.storage.moments import utc
from bot.storage.officers import Officer
from content.hours import HERE
from handlers.contract import Reply

log = structlog.get_logger()
LOOK: Final = 2.0  # seconds between two looks
ACTIONS: Final = tuple(f"bulletin.{deed}" for deed in DEEDS)
UNTOLD: Final = ("pause", "resume")  # the next deed says more


class BulletinNews:
    """Runs in every process that answers."""

    def __init__(self, database: Database, channels: Mapping[str, Channel], review: Review) -> None:
        self._database = database
        self._channels = channels
        self._review = review

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.look(dt.datetime.now(dt.UTC))
            except (SQLAlchemyError, OSError) as error:
                log.error("news of bulletins wait for the database", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def look(self, now: dt.datetime) -> int:
        """Tell what nobody was told of, and let go of dictations that nobody went on with; how many were told."""
        async with self._database.reading() as session:
            untold = await dictation.untold(session, ACTIONS, now)
            silent = await dictation.any_silent(session, now)
        told_ = 0
        for id_, deed in untold.items():
            async with self._database.unit_of_work() as session:
                if await dictation.mine_to_tell(session, id_, deed):
                    told_ += await self._tell(session, id_, deed, now)
        if silent:
            async with self._database.unit_of_work() as session:
                for row in await dictation.silent(session, now):
                    self._let_go(session, row, now)
                    await session.delete(row)
        return told_

    async def _tell(self, session: AsyncSession, id_: int, deed_id: int, now: dt.datetime) -> int:
        row, deed = await session.get(BulletinRow, id_), await session.get(audit.Deed, deed_id)
        does = deed.action.partition(".")[2] if deed else ""
        if row is None or deed is None or does in UNTOLD:
            return 0
        if does == "submit":
            if row.state != "submitted":
                return 0
            to = await able(session, await rows.units_of(session, id_))
            above = screen("dictation.review.new", id=id_, author=who(row.author))
            reply = await self._review.asking(session, row, above)
        else:
            author = await officers.by_name(session, row.author)
            to = [author] if author and not author.disabled and deed.by != author.name else []
            reply = await self._became(session, row, deed, does)
        says = [say for officer in to if officer.name != deed.by and (say := self._say(officer, reply))]
        queue(session, self._channels, says, now=now)
        for say in says:
            await self._review.offer(session, say.channel, say.chat, [b.id for b in reply.buttons if not b.url])
        return len(says)

    async def _became(self, session: AsyncSession, row: BulletinRow, deed: audit.Deed, does: str) -> Reply:
        """What the author is told."""
        fields: dict[str, object] = {"id": row.id, "title": row.title, "by": who(deed.by)}
        if does == "schedule" and row.schedule_at:
            fields["at"] = f"{utc(row.schedule_at).astimezone(HERE):%H:%M %d/%m/%Y}"
        if does == "sent":
            counts = await rows.counts(session, row)
            fields |= {"sent": counts["sent"], "by_hand": counts["by_hand"]}
            fields["failed"] = counts["failed"] + counts["gone"] + counts["unknown"]
        words = [screen(f"dictation.news.{does}", **fields)]
        if does == "return":
            words += [screen("dictation.news.comment", comment=row.comment)] if row.comment else []
            words.append(screen("dictation.news.mend"))
        return told(*words)

    def _say(self, officer: Officer, reply: Reply) -> Say | None:
        """To the chat that he bound last, of those on a channel that is on."""
        spot = next(((name, chat) for name, chat in officer.chats if name in self._channels), None)
        return Say(channel=spot[0], chat=spot[1], reply=reply) if spot else None

    def _let_go(self, session: AsyncSession, row: Dictation, now: dt.datetime) -> None:
        if row.step and row.words:
            words = screen("dictation.silent", title=halves(row.words)[0])
            says = [Say(channel=row.channel, chat=row.chat, reply=told(words))]
            queue(session, self._channels, says, now=now)
