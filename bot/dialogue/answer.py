"""From a message to its answer: context, understanding, one handler.

What is said and what is kept are one transaction.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import math
import time
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue import scanned
from bot.dialogue.kept import FROM_FACTS, Answers, Asked, Meanings, Untouched
from bot.dialogue.press import is_number, kind_of, not_offered, picked, pressed, started
from bot.dialogue.taught import Taught
from bot.storage import conversations, overlays, questions, statistics
from bot.storage.conversations import Choices, Conversation, PeopleInDatabase
from bot.storage.database import Database
from bot.storage.overlays import Overlays
from bot.storage.published import PublishedInDatabase
from bot.storage.subscriptions import book
from bot.understanding import Understanding
from bot.understanding.context import Context
from content.hours import HERE
from content.pack import Facts, Pack
from content.texts import texts
from handlers import answered
from handlers.contract import Desk, Lang, Query, Reply, SenderId, Understood

FORGET: Final = 10.0  # seconds between two erasures of talks that have ended
# Answers of these kinds leave the talk where it was.
KEEPS_TOPIC: Final = {"smalltalk", "handover", "emergency", "out_of_scope", "clarify"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """What came in through a channel, before it is understood."""

    text: str = ""
    press: str | None = None
    sender: SenderId | None = None
    lang: Lang | None = None  # wanted for this answer
    known_lang: Lang | None = None  # as the platform knows the person's; the words and his choice count more
    start: str | None = None  # what a deep link carried: the id of an item, with "_" for ":"
    unit: str | None = None
    at: dt.date | None = None  # answer by what is in force on that day
    location: tuple[float, float] | None = None
    chat: tuple[str, str] | None = None  # (channel, chat) of one person, where bulletins could be sent to
    keep_question: bool = False  # whether an unanswered question is kept for the officers


class Dialogue:
    """Answers messages of any channel."""

    def __init__(
        self, pack: Pack, understanding: Understanding, database: Database, key: bytes, public_url: str = ""
    ) -> None:
        self.pack = pack
        self._public_url = public_url
        self._database = database
        self._key = key
        self._understanding = understanding
        self._meanings = Meanings(understanding.understand)
        self._answers = Answers()
        self._over: tuple[tuple[int, int], Overlays] | None = None
        self._taught = Taught(understanding)
        self._let_go = -math.inf  # when that was last, by a clock that never jumps

    @property
    def understanding(self) -> Understanding:
        """What reads the messages."""
        return self._understanding

    def sender(self, channel: str, name: str | None) -> SenderId | None:
        """The sender as he stands in the database: a keyed hash, so that the file alone tells nobody's name."""
        return keyed(self._key, channel, name)

    async def answer(self, message: Message) -> Reply:
        """The answer to one message."""
        async with self._database.unit_of_work(urgent=True, short=True) as session:
            reply, _ = await self.answer_within(session, message)
            await self.let_go(session)
            return reply

    async def let_go(self, session: AsyncSession) -> None:
        """Erase talks that have ended, now and then: they are not read meanwhile."""
        if self._let_go + FORGET < time.monotonic():
            self._let_go = time.monotonic()
            await conversations.let_go(session, dt.datetime.now(dt.UTC))

    def read(self, message: Message) -> Understood:
        """What a message means by itself, without the talk before it; nothing is answered or kept."""
        return self._understand(message, None)

    async def facts(self, at: dt.date | None = None) -> Facts:
        """What is known on a day, today by default, with officers' corrections."""
        async with self._database.reading() as session:
            return Facts(pack=self.pack, at=at or self._now(None).date(), overlays=await self.corrections(session))

    async def corrections(self, session: AsyncSession) -> Overlays:
        """What officers corrected: the same object for as long as they correct nothing more."""
        version = await overlays.version(session)
        if self._over is None or self._over[0] != version:
            self._over = version, await overlays.overlays(session)
        return self._over[1]

    async def answer_within(
        self, session: AsyncSession, message: Message, over: Overlays | None = None
    ) -> tuple[Reply, Lang]:
        """The answer to one message, and the language it is in, within a transaction of the caller's.

        `over`: the corrections, where the caller has read them in this transaction already.
        """
        message = await scanned.aimed(session, message)
        now = self._now(message.at)
        people = PeopleInDatabase(session)
        choices = await people.choices(message.sender) if message.sender else Choices()
        talk = await conversations.talk(session, message.sender, dt.datetime.now(dt.UTC)) if message.sender else None
        understood = self._understand(message, talk)
        if not message.press and message.start is None:
            understood = await self._taught.over(session, message.text, understood)
        lang = _chosen(understood) or message.lang or choices.lang or _spoken(message, understood, talk)
        over = await self.corrections(session) if over is None else over
        unit = understood.unit or message.unit or (talk.unit if talk else None)
        desk = Desk(
            facts=Facts(pack=self.pack, at=now.date(), overlays=over), text=texts(lang), people=people, lang=lang,
            now=now, elder=choices.elder, bulletins=PublishedInDatabase(session),
            subscriptions=book(session, message.chat), public_url=self._public_url,
        )  # fmt: skip
        if understood.kind in FROM_FACTS and message.location is None:
            reply = await self._from_facts(understood, unit, desk)
        else:
            query = Query(
                text=message.text, understood=understood, lang=lang, unit=unit, sender=message.sender,
                location=message.location,
            )  # fmt: skip
            reply = _told(await answered(query, desk), understood)
        if message.keep_question:
            statistics.asked(session, kind=reply.kind, unit=reply.unit, channel=_channel(message))
        if message.sender and understood.topic != "erase":
            _remember(session, message.sender, reply, talk, lang)
        if understood.kind == "out_of_scope" and message.keep_question:
            await questions.keep(session, message.text, now.date())
        return reply, lang

    async def _from_facts(self, understood: Understood, unit: str | None, desk: Desk) -> Reply:
        """An answer that was given before, where nothing that it says has changed since."""
        over = desk.facts.overlays
        asked = Asked(understood=understood, lang=desk.lang, unit=unit, elder=desk.elder, day=desk.facts.at)
        if kept := self._answers.get(asked, over):
            return kept
        people, bulletins = Untouched(desk.people), Untouched(desk.bulletins)
        watched = replace(desk, people=people, bulletins=bulletins, subscriptions=None)
        query = Query(text="", understood=understood, lang=desk.lang, unit=unit)
        reply = _told(await answered(query, watched), understood)
        if not people.used and not bulletins.used:
            self._answers.put(asked, over, reply)
        return reply

    def _understand(self, message: Message, talk: Conversation | None) -> Understood:
        if message.press:
            return pressed(message.press, self.pack)
        if message.start is not None:
            return started(message.start, self.pack)
        if message.location and not message.text.strip():
            return Understood(kind="homestay", id="homestay:list", confidence=1.0)
        home = message.unit if message.unit in self.pack.units else None
        context = Context(unit=home)
        if talk:
            if button := picked(message.text, talk.offered.split()):
                return pressed(button, self.pack)
            kind = kind_of(talk.item, self.pack) if talk.item else None
            context = Context(id=talk.item, kind=kind, unit=talk.unit or home)
        if is_number(message.text):
            return not_offered(talk.offered.split() if talk else (), self.pack)
        return self._meanings.of(message.text, context)

    @staticmethod
    def _now(at: dt.date | None) -> dt.datetime:
        now = dt.datetime.now(HERE)
        return now if at is None else dt.datetime.combine(at, now.timetz())


def keyed(key: bytes, channel: str, name: str | None) -> SenderId | None:
    """The sender's keyed hash."""
    if not name:
        return None
    digest = hmac.new(key, f"{channel}:{name}".encode(errors="replace"), hashlib.sha256).hexdigest()
    return SenderId(f"{channel}:{digest[:40]}")


def _told(reply: Reply, understood: Understood) -> Reply:
    """With how sure it is, and the unit it was asked of."""
    return replace(reply, confidence=understood.confidence, unit=reply.unit or understood.unit)


def _channel(message: Message) -> str:
    """Where it was asked; the sender's name begins with it."""
    return message.sender.partition(":")[0] if message.sender else "web"


def _chosen(understood: Understood) -> Lang | None:
    """The language that this very message asks for."""
    chosen: dict[str | None, Lang] = {"language:vi": "vi", "language:en": "en"}
    return chosen.get(understood.topic)


def _spoken(message: Message, understood: Understood, talk: Conversation | None) -> Lang:
    """The language of the words; of a button, a command or a place that of the talk, or as the platform knows."""
    if any(c.isalpha() for c in message.text) and not message.press and not message.text.startswith("/"):
        return understood.lang
    return "en" if (talk.lang if talk else message.known_lang) == "en" else "vi"


def _remember(session: AsyncSession, sender: SenderId, reply: Reply, talk: Conversation | None, lang: Lang) -> None:
    keep = reply.kind in KEEPS_TOPIC and talk is not None
    conversations.remember(
        session,
        Conversation(
            sender=sender,
            item=talk.item if keep and talk else reply.id,
            kind=talk.kind if keep and talk else reply.kind,
            unit=reply.unit or (talk.unit if talk else None),
            lang=lang,
            offered=" ".join(button.id for button in reply.buttons if not button.url and not button.dial),
            changed_at=dt.datetime.now(dt.UTC),
        ),
    )
