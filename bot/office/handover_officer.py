"""An officer at work in his own chat: he takes, answers, passes on and closes talks."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Say, Update
from bot.dialogue.press import picked
from bot.errors import Refused
from bot.office.doubts import Doubts
from bot.office.handover import Handover
from bot.office.handover_duty import Reached
from bot.storage import handovers
from bot.storage.conversations import CONVERSATIONS
from bot.storage.handovers import DOUBT, Talk
from bot.understanding.lexicon import fold
from handlers.contract import SenderId

PRESS: Final = re.compile(r"talk:(take|pass|done|number|send|edit|drop):(\d{1,9})(?::([\w-]{1,48}))?")
TYPED: Final = re.compile(r"#\s*(\d{1,9})\b[\s:,.]*(.*)", re.DOTALL)
VERBS: Final = {
    "nhan": "take", "chuyen": "pass", "xong": "done", "so": "number", "gui": "send", "sua": "edit", "bo": "drop",
}  # fmt: skip
DONE, DUTY = "/xong", "/truc"


class OfficersSide:
    """What an officer's message does to the talks."""

    def __init__(self, handover: Handover, doubts: Doubts) -> None:
        self._handover = handover
        self._doubts = doubts

    async def attend(
        self, session: AsyncSession, me: Reached, update: Update, sender: SenderId | None
    ) -> list[Say] | None:
        """What is to be said; None where the message is a question to the machine like anybody's."""
        try:
            return await self._attend(session, me, update, sender)
        except Refused as refused:
            return [self._handover.words.plain(me, refused.key, refused.fields)]

    async def _attend(
        self, session: AsyncSession, me: Reached, update: Update, sender: SenderId | None
    ) -> list[Say] | None:
        if update.start is not None:
            return None
        mine = await handovers.taken_by(session, me.officer.id)
        if press := update.press or await self._picked(session, update.text, mine, sender):
            match = PRESS.fullmatch(press)
            return await self._deed(session, me, match[1], int(match[2]), match[3]) if match else None
        if named := TYPED.fullmatch(update.text.strip()):
            return await self._named(session, me, int(named[1]), named[2].strip())
        word = fold(update.text.strip())
        if word == DUTY:
            return [await self._list(session, me)]
        if word == DONE:
            return await self._deed(session, me, "done", self._one(mine).id)
        if word.startswith("/"):
            return None
        if not mine:
            return None
        about = update.about or next((talk.id for talk in mine if talk.kind == DOUBT), None)
        return await self._words(session, me, about or self._one(mine).id, update.text)

    async def _named(self, session: AsyncSession, me: Reached, id_: int, rest: str) -> list[Say]:
        verb, _, unit = fold(rest).partition(" ")
        if verb in VERBS and (not unit or VERBS[verb] == "pass"):
            return await self._deed(session, me, VERBS[verb], id_, unit.strip() or None)
        if rest:
            return await self._words(session, me, id_, rest)
        talk = await self._talk(session, id_)
        return [self._handover.words.news(me, talk, await handovers.lines(session, id_))]

    async def _words(self, session: AsyncSession, me: Reached, id_: int, words: str) -> list[Say]:
        talk = await self._talk(session, id_)
        if not words.strip():
            return [self._handover.words.to_officer(me, "handover.desk.no_pictures", talk)]
        if talk.kind == DOUBT:
            return await self._corrected(session, me, talk, words)
        return await self._handover.answer(session, talk, me.officer, words)

    async def _corrected(self, session: AsyncSession, me: Reached, talk: Talk, words: str) -> list[Say]:
        if talk.officer != me.officer.id:  # plain words must not slip out as an answer: Sửa comes first
            raise Refused("handover.desk.take_first", id=talk.id)
        return await self._doubts.corrected(session, talk, me.officer, words, me)

    async def _deed(
        self, session: AsyncSession, me: Reached, deed: str, id_: int, unit: str | None = None
    ) -> list[Say]:
        talk, core = await self._talk(session, id_), self._handover
        if talk.kind == DOUBT:
            return await self._doubts.deed(session, talk, me.officer, deed, me)
        if deed == "take":
            return await core.take(session, talk, me.officer)
        if deed == "done":
            return await core.close(session, talk, me.officer)
        if deed == "number":
            return [self._number(me, talk)]
        if deed != "pass":
            raise Refused("handover.desk.gone", id=id_)
        if unit:
            return await core.pass_on(session, talk, unit, me.officer)
        others = [unit for unit in await core.duty.units(session) if unit != talk.unit]
        if not others:
            raise Refused("handover.desk.no_others")
        return [core.words.choice_of_units(me, talk, others)]

    def _number(self, me: Reached, talk: Talk) -> Say:
        number = self._handover.number(talk, me.officer)
        return self._handover.words.to_officer(me, "handover.desk.number", talk, number=number)

    async def _list(self, session: AsyncSession, me: Reached) -> Say:
        words = self._handover.words
        open_ = await handovers.listed(session, ("waiting", "word_left", "open"))
        seen = [talk for talk in open_ if talk.officer in (None, me.officer.id)]
        answers = self._handover.duty.answers_for
        more = [words.entry(talk) for talk in seen if await answers(session, me.officer, talk.unit)]
        return words.plain(me, "handover.desk.list" if more else "handover.desk.nothing", more=more)

    def _one(self, mine: Sequence[Talk]) -> Talk:
        if len(mine) == 1:
            return mine[0]
        if not mine:
            raise Refused("handover.desk.none_open")
        raise Refused("handover.desk.which", ids=", ".join(f"#{talk.id}" for talk in mine), id=mine[0].id)

    async def _talk(self, session: AsyncSession, id_: int) -> Talk:
        talk = await handovers.locked(session, id_)
        if talk is None or talk.state == "closed":
            raise Refused("handover.desk.gone", id=id_)
        return talk

    async def _picked(
        self, session: AsyncSession, text: str, mine: Sequence[Talk], sender: SenderId | None
    ) -> str | None:
        """The deed that a typed number picks; with an open talk a number may be an answer."""
        talk = await CONVERSATIONS.get(session, sender) if sender and text.strip().isdigit() else None
        pick = picked(text, talk.offered.split()) if talk else None
        wanted = "talk:pass:" if mine else "talk:"
        return pick if pick and pick.startswith(wanted) else None
