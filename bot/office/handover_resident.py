"""A resident whose talk is handed over: his lines go to the officer, and the machine is quiet, but for danger."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Say, Update
from bot.dialogue.answer import Dialogue, Message
from bot.dialogue.masking import only_phone
from bot.office.doubts import Doubts
from bot.office.handover import Asker, Handover
from bot.office.handover_words import WEB
from bot.storage import contacts, handovers
from bot.storage.conversations import CONVERSATIONS
from bot.storage.handovers import LIVE, RESIDENTS, TALK, Talk
from bot.storage.moments import utc
from bot.understanding.intents import command
from content.texts import texts
from handlers.contract import Lang, Reply, Section, SenderId

BOT, BACK, SEE, WANTED = "/bot", "talk:bot", "talk:see", "handover"
QUIET: Final = dt.timedelta(minutes=30)  # after staff wrote from the platform's own app
ASKED: Final = dt.timedelta(minutes=30)  # for so long the next message is the word that is left


class ResidentsSide:
    """What a resident's message does to his talk."""

    def __init__(self, handover: Handover, doubts: Doubts, dialogue: Dialogue) -> None:
        self._handover = handover
        self._doubts = doubts
        self._dialogue = dialogue

    async def staff_wrote(self, session: AsyncSession, channel: str, update: Update) -> list[Say]:
        """Somebody of the ward answers from the platform's own app: the machine keeps out of it."""
        until = self._handover.now() + QUIET
        await contacts.keep_quiet(session, channel, update.chat, until)
        talks = await handovers.of_chat(session, channel, update.chat)
        if (talk := _talk(talks)) and update.text.strip():
            await self._handover.line(session, talk, "officer", update.text)
        return []

    async def attend(self, session: AsyncSession, channel: str, update: Update, sender: SenderId) -> list[Say] | None:
        """What is to be said; None where the machine answers."""
        talk = _talk(await handovers.of_chat(session, channel, update.chat))
        back = update.press == BACK or update.text.strip().lower() == BOT
        if talk is None or talk.state not in (*LIVE, "asking", "word_left"):
            return await self._without(session, channel, update, sender, back=back)
        if back:
            return await self._back(session, talk)
        if update.press == SEE:
            return await self.unread(session, talk)
        if update.press == WANTED and talk.state != "asking":
            return await self._wanted_again(session, talk)
        if update.press is not None or update.start is not None:  # said to the machine, and so is what follows
            await self._no_word(session, talk)
            return None
        return await self._words(session, talk, channel, update, sender)

    async def _without(
        self, session: AsyncSession, channel: str, update: Update, sender: SenderId, *, back: bool
    ) -> list[Say] | None:
        """There is no talk; perhaps staff write here themselves."""
        if update.press == SEE:
            talk = await handovers.newest(session, channel, update.chat)
            return await self.unread(session, talk) if talk and talk.sender == sender else None
        quiet = channel != WEB and await contacts.is_quiet(session, channel, update.chat, self._handover.now())
        if back:
            await contacts.keep_quiet(session, channel, update.chat, None)
            return [_said(channel, update, "handover.bot_here")]
        if not quiet or update.press is not None or update.start is not None or update.text.startswith("/"):
            return None
        if self._dialogue.read(_message(update, sender)).kind == "emergency":
            return None
        return []

    async def _words(
        self, session: AsyncSession, talk: Talk, channel: str, update: Update, sender: SenderId
    ) -> list[Say] | None:
        text = update.text.strip()
        if command(text) == "erase":
            return await self._erase(session, talk, update, sender)
        if self._dialogue.read(_message(update, sender)).kind == "emergency":
            return await self._danger(session, talk, update, sender)
        if text.startswith("/") or (self._handover.now() - utc(talk.last_at) > ASKED and talk.state == "asking"):
            await self._no_word(session, talk)
            return None
        number = only_phone(text)
        if number and (talk.state != "asking"):
            return await self._handover.to_be_called(session, talk, number)
        if talk.state == "word_left":
            return None
        if not text:
            return [self._handover.words.to_resident(talk, "handover.no_pictures")]
        if talk.state == "asking":
            return await self._handover.leave_word(session, talk, text)
        says = await self._handover.resident_says(session, talk, text)
        if channel == WEB and not says_here(says, talk):
            says.insert(0, self._handover.words.to_resident(talk, "handover.passed_to_officer", back=True))
        return says

    async def _no_word(self, session: AsyncSession, talk: Talk) -> None:
        """The machine answers; whoever was asked for a word leaves none."""
        if talk.state == "asking":
            await handovers.close(session, talk, self._handover.now())

    async def _back(self, session: AsyncSession, talk: Talk) -> list[Say]:
        """Back to the machine: an open talk ends; a word that was left stays."""
        await contacts.keep_quiet(session, talk.channel, talk.chat, None)
        if talk.state == "word_left":
            return [self._handover.words.to_resident(talk, "handover.bot_here")]
        return await self._handover.ended(session, talk, "handover.back", "handover.desk.back")

    async def _wanted_again(self, session: AsyncSession, talk: Talk) -> list[Say] | None:
        """He asks for a person once more: a word that was left waits for one now, where somebody is there."""
        now = self._handover.now()
        if talk.state == "word_left":
            if not await self._handover.duty.is_on(session, talk.unit, now):
                at = await self._handover.when(session, talk)
                return [self._handover.words.to_resident(talk, "handover.left_already", when=at)]
            talk.state, talk.told, talk.last_at = "waiting", True, now
            where = self._handover.words.unit(talk.unit, "en" if talk.lang == "en" else "vi")
            says = [self._handover.words.to_resident(talk, "handover.waiting", back=True, unit=where)]
            return [*says, *await self._handover.tell(session, talk)]
        return [self._handover.words.to_resident(talk, f"handover.already.{talk.state}", back=True)]

    async def _danger(self, session: AsyncSession, talk: Talk, update: Update, sender: SenderId) -> list[Say]:
        """The number to call first; and whoever has the talk, or could take it, sees it at once."""
        reply, lang = await self._dialogue.answer_within(session, _message(update, sender))
        says = [Say(channel=talk.channel, chat=talk.chat, reply=reply, lang=lang)]
        line = await self._handover.line(session, talk, "danger", update.text)
        one = await self._handover.taker(session, talk)
        reached = [one] if one else await self._handover.duty.reached(session, talk.unit)
        words = self._handover.words
        return [*says, *(words.to_officer(each, "handover.desk.danger", talk, words=line.words) for each in reached)]

    async def _erase(self, session: AsyncSession, talk: Talk, update: Update, sender: SenderId) -> list[Say]:
        """`/xoa` in a talk: the officer learns only that it is gone."""
        one = await self._handover.taker(session, talk)
        gone = [self._handover.words.to_officer(one, "handover.desk.erased", talk)] if one else []
        reply, lang = await self._dialogue.answer_within(session, _message(update, sender))
        return [Say(channel=talk.channel, chat=talk.chat, reply=reply, lang=lang), *gone]

    async def review(
        self, session: AsyncSession, channel: str, update: Update, sender: SenderId, reply: Reply, lang: Lang
    ) -> list[Say] | None:
        """Instead of this answer of the machine: a person, or a person's yes first; None: it goes out as it is."""
        doubtful = self._doubts.is_doubtful(update, reply)
        if reply.kind != "handover" and not doubtful:
            return None
        if not await self._handover.duty.anybody(session):
            return None
        about = await CONVERSATIONS.get(session, sender)
        unit = reply.unit or (about.unit if about else None)
        asker = Asker(channel=channel, chat=update.chat, sender=sender, lang=lang)
        if doubtful:
            return await self._doubts.hold(session, asker, update, unit, reply)
        talk = _talk(await handovers.of_chat(session, channel, update.chat))
        if talk and talk.state != "asking":
            return await self._wanted_again(session, talk)
        words = "" if update.press or update.text.startswith("/") else update.text
        return await self._handover.begin(session, asker, words, unit, about.item if about else None, reply)

    async def unread(self, session: AsyncSession, talk: Talk) -> list[Say]:
        """For a page without a script: what was answered since the resident last wrote."""
        lines = await handovers.lines(session, talk.id)
        last = max((n for n, line in enumerate(lines, 1) if line.who in RESIDENTS), default=0)
        shown = [self._handover.shown(line) for line in lines[last:]]
        if not shown:
            return [self._handover.words.to_resident(talk, "handover.nothing_yet", back=talk.state != "closed")]
        say = texts("en" if talk.lang == "en" else "vi")
        buttons = self._handover.words.ways(talk.channel, say) if talk.state != "closed" else ()
        sections = tuple(Section(lines=tuple(words.splitlines())) for words in shown)
        return [self._handover.words.reply(talk, Reply(kind="handover", sections=sections, buttons=buttons))]


def _talk(talks: Sequence[Talk]) -> Talk | None:
    return next((talk for talk in reversed(talks) if talk.kind == TALK), None)


def says_here(says: Sequence[Say], talk: Talk) -> bool:
    """Whether the resident is told anything."""
    return any((say.channel, say.chat) == (talk.channel, talk.chat) for say in says)


def _message(update: Update, sender: SenderId) -> Message:
    return Message(text=update.text, sender=sender, known_lang=update.lang, keep_question=True)


def _said(channel: str, update: Update, key: str) -> Say:
    lang: Lang = update.lang or "vi"
    reply = Reply(kind="smalltalk", sections=(Section(lines=(texts(lang)(key),)),))
    return Say(channel=channel, chat=update.chat, reply=reply, lang=lang)
