"""Whoever forwards a bulletin by hand gets it in his own chat, and is reminded until it is in all of his groups."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.delivery.quiet import Quiet
from bot.delivery.telling import own_chat, said
from bot.dialogue.saying import queue
from bot.storage import kit, nudges, officers
from bot.storage.bulletins import BulletinRow
from bot.storage.database import Database
from bot.storage.kit import Post
from bot.storage.moments import utc
from bot.storage.officers import Officer
from content.hours import HERE
from content.texts import texts
from handlers.contract import Button, Reply, Section

log = structlog.get_logger()
LOOK: Final = 5.0  # seconds between two looks
AGAIN: Final = dt.timedelta(hours=2)  # after the first word
MORNING: Final = dt.time(8)  # of the days after that
UNTIL: Final = dt.time(19)  # a house that started late wakes nobody
MOST: Final = 5  # words about one bulletin: the first, one the same day, three mornings
KEPT: Final = dt.timedelta(hours=12)  # afterwards a word that could not be sent says nothing new
PATH: Final = "/can-bo/chuyen-tin"


class Reminders:
    """Looks at the clock in every process that delivers; what it says it says once."""

    def __init__(
        self, database: Database, channels: Mapping[str, Channel], quiet: Quiet, public_url: str, rang: asyncio.Event
    ) -> None:
        self._database = database
        self._channels = channels
        self._quiet = quiet
        self._page = f"{public_url.rstrip('/')}{PATH}"
        self._rang = rang  # something is there to be sent

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            try:
                await self.remind(dt.datetime.now(dt.UTC))
            except (SQLAlchemyError, OSError) as error:
                log.error("nobody reminded of groups", error=type(error).__name__)
            await asyncio.sleep(LOOK)

    async def remind(self, now: dt.datetime) -> int:
        """Tell whoever is to be told now; how many were."""
        async with self._database.reading() as session:
            rows = [row for row in await kit.unfinished(session) if self._may(row, now)]
            due = await self._due(session, rows, now)
        told = 0
        for row, officer, open_, step in due:
            async with self._database.unit_of_work() as session:
                told += await self._tell(session, row, officer, open_, step, now)
        if told:
            self._rang.set()
        return told

    def _may(self, row: BulletinRow, now: dt.datetime) -> bool:
        """A paused one waits; at night only what a second officer let pass is told."""
        loud = row.urgent and row.urgent_by is not None
        return row.state == "sending" and (loud or not self._quiet.at(now))

    async def _due(
        self, session: AsyncSession, rows: Sequence[BulletinRow], now: dt.datetime
    ) -> list[tuple[BulletinRow, Officer, int, int]]:
        """Which officer has how many groups left of which bulletin, where a word is due, and the how manieth."""
        if not rows:
            return []
        ids = [row.id for row in rows]
        everyone = await officers.everyone(session)
        posts, before = await kit.posts(session, ids, everyone), await nudges.last(session, ids)
        found = []
        for row in rows:
            for officer in everyone:
                open_ = sum(not post.done and answers(officer, post, everyone) for post in posts.get(row.id, ()))
                step = next_step(before.get((row.id, _who(officer))), now)
                if open_ and step is not None and own_chat(officer, self._channels):
                    found.append((row, officer, open_, step))
        return found

    async def _tell(
        self, session: AsyncSession, row: BulletinRow, officer: Officer, open_: int, step: int, now: dt.datetime
    ) -> bool:
        chat = own_chat(officer, self._channels)
        if chat is None or not await nudges.take(session, row.id, _who(officer), step, now):
            return False
        say, page = texts("vi"), f"{self._page}/{row.id}"
        key = "kit.told.first" if step == 0 else "kit.told.again"
        words = Reply(
            kind="smalltalk",
            sections=(Section(lines=(say(key, left=open_, title=row.title),)), Section(lines=(page,))),
            buttons=(Button(id="kit", title=say("kit.told.button"), url=page),),
        )
        replies = [words] if step else [words, said(*(await kit.text(session, row)).split("\n"))]
        queue(
            session, self._channels, [Say(channel=chat[0], chat=chat[1], reply=reply) for reply in replies],
            kept=KEPT, now=now,
        )  # fmt: skip
        return True


def answers(officer: Officer, post: Post, everyone: Sequence[Officer]) -> bool:
    """Whether he is to be told of this group: in charge, else a writer of its unit, an administrator only at last."""
    if officer.disabled or not post.is_his(officer):
        return False
    if post.officers or any(role == "editor" for role, _ in officer.grants):
        return True
    return not any(
        other.may("editor", unit) and any(role == "editor" for role, _ in other.grants)
        for other in everyone
        for unit in post.units
    )


def next_step(before: tuple[int, dt.datetime] | None, now: dt.datetime) -> int | None:
    """The number of the word that is due now; None: none is."""
    if before is None:
        return 0
    step, at = before[0] + 1, utc(before[1])
    if step >= MOST:
        return None
    if step == 1 and now < _morning_after(at):
        return 1 if now - at >= AGAIN else None
    local = now.astimezone(HERE)
    return step if now >= _morning_after(at) and MORNING <= local.time() < UNTIL else None


def _morning_after(moment: dt.datetime) -> dt.datetime:
    """Eight o'clock of the next day."""
    day = moment.astimezone(HERE).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, MORNING, HERE)


def _who(officer: Officer) -> str:
    return f"officer:{officer.id}"
