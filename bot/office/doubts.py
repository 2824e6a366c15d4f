"""An answer that the machine is not sure of waits for an officer's yes (HOLD_DOUBTFUL), or asks back."""

from __future__ import annotations

import datetime as dt
from typing import Final

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Say, Update
from bot.errors import Refused
from bot.office.handover import Asker, Handover
from bot.office.handover_duty import Reached
from bot.office.handover_words import WEB
from bot.storage import audit, conversations, handovers
from bot.storage.handovers import DOUBT, Talk
from bot.storage.officers import Officer
from content.texts import texts
from handlers.contract import Button, Candidate, Lang, Reply, Section

HELD: Final = frozenset({"procedure", "hotline", "homestay", "initiative"})
REPLY: Final = TypeAdapter(Reply)
PROPOSED: Final = 1200  # characters of the answer that the officer is shown


class Doubts:
    """Held answers are talks of their own kind; the bot is not quiet meanwhile."""

    def __init__(self, handover: Handover, *, below: float, minutes: float) -> None:
        self._handover = handover
        self._below = below
        self.wait = dt.timedelta(minutes=minutes)

    def is_doubtful(self, update: Update, reply: Reply) -> bool:
        """Whether this answer is to wait."""
        typed = bool(update.text.strip()) and update.press is None and update.start is None
        return typed and reply.kind in HELD and reply.id is not None and reply.confidence < self._below

    async def hold(
        self, session: AsyncSession, asker: Asker, update: Update, unit: str | None, reply: Reply
    ) -> list[Say] | None:
        """Ask an officer first; None where nobody is there, and the answer goes out as it is."""
        now = self._handover.now()
        if not await self._handover.duty.is_on(session, unit, now):
            return None
        talk = await handovers.begin(
            session,
            Talk(
                kind=DOUBT, state="waiting", channel=asker.channel, chat=asker.chat, sender=asker.sender, unit=unit,
                item=reply.id, lang=asker.lang, told=True, hinted=True, opened_at=now, last_at=now,
                proposed={
                    "text": _short(reply.text), "yes": REPLY.dump_python(reply, mode="json"),
                    "back": REPLY.dump_python(_ask_back(reply, asker.lang), mode="json"),
                },
            ),
        )  # fmt: skip
        await self._handover.line(session, talk, "resident", update.text)
        return [
            self._handover.words.to_resident(talk, "handover.held", see=True),
            *await self._handover.tell(session, talk),
        ]

    async def deed(
        self, session: AsyncSession, talk: Talk, officer: Officer, deed: str, at: Reached | None
    ) -> list[Say]:
        """Send it, correct it first, or drop it: then the resident is asked back. `at`: where the officer is told."""
        if deed not in ("send", "edit", "drop"):
            raise Refused("handover.desk.gone", id=talk.id)
        await self._may(session, talk, officer)
        if deed == "edit":
            talk.state, talk.officer = "open", officer.id
            return self._told(at, "handover.desk.edit", talk)
        audit.log(session, by=officer.name, action=f"handover.{deed}", subject=f"handover:{talk.id}")
        talk.officer = officer.id
        says = await self._settle(session, talk, "yes" if deed == "send" else "back")
        return [*says, *self._told(at, f"handover.desk.{deed}", talk)]

    async def corrected(
        self, session: AsyncSession, talk: Talk, officer: Officer, words: str, at: Reached | None
    ) -> list[Say]:
        """The officer's own words instead."""
        core = self._handover
        await self._may(session, talk, officer)
        talk.officer = officer.id
        await core.line(session, talk, "officer", words, officer)
        audit.log(session, by=officer.name, action="handover.correct", subject=f"handover:{talk.id}")
        says = [*core.words.officer_says(talk, officer.name, words), *self._told(at, "handover.desk.send", talk)]
        await handovers.close(session, talk, core.now())
        return says

    async def too_late(self, session: AsyncSession, talk: Talk) -> list[Say]:
        """Nobody said yes in time: the resident is asked back."""
        told = [
            self._handover.words.to_officer(one, "handover.desk.late", talk)
            for one in await self._handover.duty.reached(session, talk.unit)
        ]
        return [*await self._settle(session, talk, "back"), *told]

    async def _may(self, session: AsyncSession, talk: Talk, officer: Officer) -> None:
        core = self._handover
        if talk.state == "closed":
            raise Refused(
                "handover.desk.late" if talk.officer is None else "handover.desk.ended",
                id=talk.id,
                name=await core.name_of_taker(session, talk),
            )
        if not await core.duty.answers_for(session, officer, talk.unit):
            raise Refused("handover.desk.not_yours", id=talk.id)
        if talk.officer not in (None, officer.id):
            raise Refused("handover.desk.taken_by", id=talk.id, name=await core.name_of_taker(session, talk))

    def _told(self, at: Reached | None, key: str, talk: Talk) -> list[Say]:
        return [self._handover.words.to_officer(at, key, talk)] if at else []

    async def _settle(self, session: AsyncSession, talk: Talk, which: str) -> list[Say]:
        reply = REPLY.validate_python((talk.proposed or {})[which])
        if talk.channel != WEB:  # there it becomes a line when it is said
            await self._handover.line(session, talk, "house", reply.text)
        if which == "back":
            await conversations.offer(session, talk.sender, [b.id for b in reply.buttons], self._handover.now())
        await handovers.close(session, talk, self._handover.now())
        return [self._handover.words.reply(talk, reply)]


def _ask_back(reply: Reply, lang: Lang) -> Reply:
    """The same answer, and what else it could be, as choices."""
    say = texts(lang)
    near = {c.id for c in reply.candidates}
    others = [button for button in reply.buttons if button.id in near]
    choices = (Button(id=reply.id or "menu", title=reply.title or say("button.menu")), *others)
    return Reply(
        kind="clarify",
        sections=(
            Section(lines=(say("clarify.ask"),)),
            Section(lines=tuple(b.title for b in choices), shape="steps"),
        ),
        buttons=(*choices, Button(id="handover", title=say("button.handover"))),
        candidates=(
            Candidate(kind=reply.kind, id=reply.id or "menu", confidence=reply.confidence),
            *reply.candidates,
        ),
    )


def _short(text: str) -> str:
    return text if len(text) <= PROPOSED else text[:PROPOSED].rsplit(" ", 1)[0] + " …"
