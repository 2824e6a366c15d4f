"""Transcripts of several people and officers, told as they see it (tests/handover/*.txt), played against a house.

Each line of what is said follows what it answers; whatever else is said fails. `…` stands for anything between.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

from sqlalchemy import func, select

from bot.channels import plain
from bot.channels.channel import Outgoing, Update
from bot.delivery.inbox import Inbox
from bot.dialogue.answer import Dialogue
from bot.office.doubts import Doubts
from bot.office.handover import Handover
from bot.office.handover_chat import HandoverInChat
from bot.office.handover_clock import HandoverClock
from bot.office.handover_desk import HandoverDesk
from bot.office.handover_officer import OfficersSide
from bot.office.handover_resident import ResidentsSide
from bot.office.handover_web import HandoverOnWeb
from bot.storage.database import Database
from bot.storage.handovers import Line, Talk
from bot.storage.officers import Officer, OfficerChat, OfficerRole, OfficerRow, by_name
from bot.storage.queues import Delivery
from content.texts import Texts
from handlers.contract import Reply
from tests.conftest import KEY
from tests.delivery.fake import LIMITS, Post, Pretend, said

HERE: Final = dt.timezone(dt.timedelta(hours=7))
OFFICE_HOURS: Final = "t2-t6 07:00-11:30 13:30-17:00"
STEP: Final = re.compile(r"(bot→)?([^:]+): ?(.*)")


class Telling(Pretend):
    """Says the whole reply, with its choices at the end."""

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        keys = [button.title for button in reply.buttons]
        words = "\n".join((*plain.paragraphs(reply), " · ".join(keys)))
        ids = {button.title: button.id for button in reply.buttons if plain.is_choice(button)}
        return (Outgoing(body={"text": words, "ids": ids}),)


@dataclass
class Ward:
    """One house with officers, and a clock that stands still."""

    database: Database
    dialogue: Dialogue
    now: dt.datetime = dt.datetime(2026, 11, 25, 9, tzinfo=HERE)
    below: float = 0.0
    buttons: int = 10
    hours: str = OFFICE_HOURS
    keys: dict[str, dict[str, str]] = field(default_factory=dict)  # the choices that each chat saw, by their titles
    read: int = 0  # deliveries looked at

    def __post_init__(self) -> None:
        self.channel = Telling(limits=replace(LIMITS, buttons=self.buttons))
        channels = {self.channel.name: self.channel}
        pack = self.dialogue.pack
        self.core = Handover(
            pack, channels, key=KEY.encode(), duty_hours=self.hours, sender=self.dialogue.sender,
            clock=lambda: self.now.astimezone(dt.UTC),
        )  # fmt: skip
        doubts = Doubts(self.core, below=self.below, minutes=10)
        residents = ResidentsSide(self.core, doubts, self.dialogue)
        self.chat = HandoverInChat(self.core, OfficersSide(self.core, doubts), residents)
        self.clock = HandoverClock(self.database, self.core, doubts, channels, talk_hours=2)
        self.desk = HandoverDesk(self.database, pack, self.core, doubts, channels)
        self.web = HandoverOnWeb(self.database, self.dialogue, self.core, self.chat, channels)
        self.post = Post(self.database, self.dialogue, self.channel)
        self.post.inbox = Inbox(self.database, self.dialogue, channels, b"i" * 32, (self.chat,), self.chat)
        self.post.start()

    async def officer(self, name: str, unit: str, *, role: str = "duty", chat: bool = True) -> None:
        """Somebody is on duty."""
        async with self.database.unit_of_work() as session:
            row = OfficerRow(name=name, created_at=self.now)
            session.add(row)
            await session.flush()
            session.add(OfficerRole(officer=row.id, role=role, unit=unit))
            if chat:
                session.add(
                    OfficerChat(
                        channel=self.channel.name, chat=name, officer=row.id, bound_at=dt.datetime.now(dt.UTC)
                    )
                )

    async def known(self, name: str) -> Officer:
        async with self.database.reading() as session:
            officer = await by_name(session, name)
        assert officer
        return officer

    async def say(self, who: str, what: str) -> list[tuple[str, str]]:
        """Somebody writes, presses a button by its title, or sends a picture; what is said, to whom."""
        update: dict[str, Any] = {"text": what}
        if match := re.fullmatch(r"\[bấm (.+)\]", what):
            title = match[1]
            update = {"text": "", "press": "handover" if title == "Gặp cán bộ" else self.keys[who][title]}
        elif what == "[ảnh]":
            update = {"text": ""}
        elif match := re.fullmatch(r"\[trả lời #(\d+)\] (.+)", what):
            update = {"text": match[2], "about": int(match[1])}
        elif match := re.fullmatch(r"\[nhân viên viết\] (.+)", what):
            update = {"text": match[1], "what": "staff", "sender": "oa"}
        assert await self.post.accept(said(chat=who, **update))
        assert await self.post.answer()
        return await self.heard()

    async def heard(self) -> list[tuple[str, str]]:
        """What was queued since the last look: to whom, and the words."""
        async with self.database.reading() as session:
            rows = list(await session.scalars(select(Delivery).where(Delivery.id > self.read).order_by(Delivery.id)))
        for row in rows:
            self.read, body = row.id, row.body or {}
            self.keys[row.chat] = {**self.keys.get(row.chat, {}), **body["ids"]}
        return [(row.chat, (row.body or {})["text"]) for row in rows]

    async def kept(self) -> tuple[int, int]:
        """How many talks and lines the database holds."""
        async with self.database.reading() as session:
            talks = await session.scalar(select(func.count()).select_from(Talk))
            return talks or 0, await session.scalar(select(func.count()).select_from(Line)) or 0

    async def words(self) -> list[str]:
        """Every line that is kept."""
        async with self.database.reading() as session:
            return list(await session.scalars(select(Line.words).order_by(Line.id)))


async def play(transcript: Path, ward: Ward) -> None:
    """Play a transcript; what is not as told fails with its line."""
    told: list[tuple[str, str]] = []
    for number, line in enumerate(transcript.read_text(encoding="utf-8").splitlines(), 1):  # noqa: ASYNC240
        where = f"{transcript.name}:{number}: {line}"
        if not line.strip() or line.startswith("#"):
            continue
        if line == "im":
            assert told == [], where
            continue
        step = STEP.fullmatch(line)
        assert step, where
        heard, who, what = step.groups()
        if heard:
            assert told, f"{where}\nnothing more was said"
            found = next(((to, words) for to, words in told if to == who), None)
            assert found, f"{where}\nsaid instead: {told}"
            told.remove(found)
            assert _holds(found[1], what), f"{where}\nsaid instead: {found[1]}"
            continue
        assert told == [], f"{where}\nunexpected before: {told}"
        told = await _step(ward, who, what, where)
    assert told == [], f"{transcript.name}: at the end: {told}"


async def _step(ward: Ward, who: str, what: str, where: str) -> list[tuple[str, str]]:
    if who == "cán bộ":
        for one in what.split(", "):
            name, unit, *rest = one.split()
            await ward.officer(name, unit, chat=not rest)
    elif who == "giờ trực":
        unit, _, hours = what.partition(" ")
        await ward.desk.set_hours(unit, hours, by="shell")
    elif who == "giữ":
        assert str((await ward.kept())[0]) == what, where
    elif who == "giờ":
        ward.now = dt.datetime.fromisoformat(what).replace(tzinfo=HERE)
        await ward.clock.tick()
        return await ward.heard()
    else:
        return await ward.say(who, what)
    return []


def _holds(words: str, wanted: str) -> bool:
    """Whether the parts stand in the words, in their order, whatever the case of letters."""
    at = 0
    for part in wanted.lower().split(" … "):
        found = words.lower().find(part.strip().strip("…").strip(), at)
        if found < 0:
            return False
        at = found + 1
    return True
