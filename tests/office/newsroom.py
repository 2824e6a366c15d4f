"""A house whose officers write bulletins in their chats: for transcripts as those of talks (`desks.py`).

`cán bộ: lan editor@phuong-1` invites with a role; `danh sách: to phuong-1 -1 -2 tay` makes a list of two groups and one
that an officer forwards to by hand; `đợi: 31` lets so many minutes pass; `tin 1: submitted` tells a bulletin's state.
`⏎` begins a new line, `[nhóm]` says it in a group.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from sqlalchemy import delete

from bot.delivery.inbox import Inbox
from bot.office.bulletin_news import BulletinNews
from bot.office.bulletin_review import Review
from bot.office.bulletins import Bulletins
from bot.office.dictation import Dictating
from bot.office.lists import Lists
from bot.storage.audit import SHELL
from bot.storage.lists import BY_HAND, MemberRow
from bot.storage.queues import Delivery
from bot.storage.within import Transactions
from tests.delivery.fake import said
from tests.office.desks import Ward

HAND = "tay"


@dataclass
class Newsroom(Ward):
    """The same house, with lists and the attendant of `/bantin`."""

    now: dt.datetime = field(default_factory=lambda: dt.datetime.now(dt.UTC))  # talks of an hour ago are let go

    def __post_init__(self) -> None:
        super().__post_init__()
        channels = {self.channel.name: self.channel}
        pack = self.dialogue.pack

        def bulletins(transactions: Transactions) -> Bulletins:
            return Bulletins(transactions, pack, channels, "https://phuong.example")

        self.bulletins, self.lists = bulletins(self.database), Lists(self.database, pack)
        review = Review(bulletins, channels, self.dialogue.sender, self._clock)
        self.news = BulletinNews(self.database, channels, review)
        attendants = (Dictating(bulletins, review, self._clock), self.chat)
        self.post.inbox = Inbox(self.database, self.dialogue, channels, b"i" * 32, attendants, self.chat)
        self.post.start()

    def _clock(self) -> dt.datetime:
        return self.now.astimezone(dt.UTC)

    async def officer(self, name: str, unit: str, *, role: str = "duty", chat: bool = True) -> None:
        """`unit` may bring the role: `editor@phuong-1`."""
        own, _, place = unit.rpartition("@")
        await super().officer(name, place, role=own or role, chat=chat)

    async def fill(self, name: str, unit: str, *groups: str) -> None:
        """A list with these groups."""
        id_ = await self.lists.create(name, unit=unit, topic="an-ninh", by=SHELL)
        async with self.database.unit_of_work() as session:
            session.add_all(
                MemberRow(
                    list=id_, channel=BY_HAND if group == HAND else self.channel.name, address=group, title=group,
                    person=False, active=True, reason="", joined_at=self._clock(),
                )
                for group in groups
            )  # fmt: skip

    async def say(self, who: str, what: str) -> list[tuple[str, str]]:
        """A step of the transcript, or what somebody writes; what is said, the clock's news too."""
        if who == "danh sách":
            await self.fill(*what.split())
        elif who == "đợi":
            self.now += dt.timedelta(minutes=int(what))
        elif who.startswith("tin "):
            assert (await self.bulletins.status(int(who[4:]))).state == what
        elif what.startswith("[nhóm] "):
            group = said(what.removeprefix("[nhóm] "), chat="-100", sender=who, group=True)
            assert await self.post.accept(group)
            assert await self.post.answer()
        else:
            now = await super().say(who, what.replace("⏎", "\n"))
            return [*now, *await self.look()]
        return await self.look()

    async def heard(self) -> list[tuple[str, str]]:
        """What was said to officers and residents since; the bulletins themselves are rows that nobody sends here."""
        async with self.database.unit_of_work() as session:
            await session.execute(delete(Delivery).where(Delivery.bulletin.is_not(None)))
        return await super().heard()

    async def look(self) -> list[tuple[str, str]]:
        """What the clock has to tell."""
        await self.news.look(self._clock())
        return await self.heard()
