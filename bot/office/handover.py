"""A talk handed over to a person: waiting, taken, answered, passed on, closed. Each deed is one transaction.

The steps, which take a session and return what is to be said, serve the officers' chats and the clock; the methods
below them are the same deeds for pages. The first to take a talk has it: its row is held while it is looked at.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.masking import masked, phone_in
from bot.errors import Refused
from bot.office.handover_duty import Duty, Reached
from bot.office.handover_words import WEB, Words, lang_of, when
from bot.storage import audit, conversations, handovers, officers
from bot.storage.handovers import LIVE, RESIDENTS, TALK, Line, Talk, Who
from bot.storage.officers import Officer
from content.pack import Pack
from content.texts import texts
from handlers.contract import Lang, Reply, Section, SenderId

LONGEST: Final = 4000  # characters of one line


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """The resident, where he writes."""

    channel: str
    chat: str
    sender: SenderId
    lang: Lang


class Handover:
    """The talks of one house."""

    def __init__(
        self,
        pack: Pack,
        channels: Mapping[str, Channel],
        *,
        key: bytes,
        duty_hours: str,
        sender: Callable[[str, str], SenderId | None],
        clock: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.now = clock
        self._sender = sender
        self._numbered = {name for name, channel in channels.items() if not channel.limits.buttons}
        self.duty = Duty(pack, channels, duty_hours, clock)
        self.words = Words(pack, channels)
        self._box = SecretBox(hashlib.sha256(b"talks" + key).digest())

    async def begin(
        self, session: AsyncSession, asker: Asker, words: str, unit: str | None, item: str | None, answer: Reply
    ) -> list[Say]:
        """A resident wants a person: officers are told, or he leaves a word; `answer` says how to reach one else."""
        now = self.now()
        on = await self.duty.is_on(session, unit, now)
        talk = await handovers.begin(
            session,
            Talk(
                kind=TALK, state="waiting" if on else "asking", channel=asker.channel, chat=asker.chat,
                sender=asker.sender, unit=unit, item=item, lang=asker.lang, told=on, hinted=False, opened_at=now,
                last_at=now,
            ),
        )  # fmt: skip
        if words:
            await self.line(session, talk, "resident", words)
        if on:
            where = self.words.unit(unit, asker.lang)
            keys = ("handover.waiting", "handover.waiting.next", "handover.hides")
            return [self.words.to_resident(talk, *keys, back=True, unit=where), *await self.tell(session, talk)]
        return [self.words.reply(talk, await self._leave_a_word(session, talk, answer))]

    async def _leave_a_word(self, session: AsyncSession, talk: Talk, answer: Reply) -> Reply:
        say, is_hour = texts(lang_of(talk)), await self.duty.is_hour(session, talk.unit, self.now())
        first = (
            say("handover.asking.away") if is_hour else say("handover.asking", when=await self.when(session, talk))
        )
        calls = tuple(button for button in answer.buttons if button.dial)
        return Reply(
            kind="handover",
            sections=(
                Section(lines=(first,)),
                Section(lines=(say("handover.asking.how"),)),
                *answer.sections[1:],
            ),
            buttons=(*calls, *self.words.ways(talk.channel, say)[-1:]),
            numbers=answer.numbers,
        )

    async def when(self, session: AsyncSession, talk: Talk) -> str:
        """When somebody is there again, in the resident's words."""
        now, say = self.now(), texts(lang_of(talk))
        if await self.duty.is_hour(session, talk.unit, now):  # he may be back any minute
            return say("handover.when.soon")
        return when(await self.duty.next(session, talk.unit, now), now, say)

    async def tell(self, session: AsyncSession, talk: Talk, but: Officer | None = None) -> list[Say]:
        """Tell officers of a talk that waits."""
        said = await handovers.lines(session, talk.id)
        reached = await self.duty.reached(session, talk.unit)
        return [self.words.news(one, talk, said) for one in reached if but is None or one.officer.id != but.id]

    async def leave_word(self, session: AsyncSession, talk: Talk, text: str) -> list[Say]:
        """The word that a resident leaves, with or without a number to be called back."""
        await self.line(session, talk, "resident", text)
        talk.state, talk.told = "word_left", False
        number = phone_in(text)
        if number:
            talk.callback = self.seal(number)
        how = "handover.left.callback" if number else "handover.left.no_number"
        at = await self.when(session, talk)
        return [self.words.to_resident(talk, "handover.left", how, see=True, when=at)]

    async def to_be_called(self, session: AsyncSession, talk: Talk, number: str) -> list[Say]:
        """A number left on purpose: sealed, for the officer alone."""
        talk.callback, talk.last_at = self.seal(number), self.now()
        says = [self.words.to_resident(talk, "handover.left.callback")]
        if one := await self.taker(session, talk):
            says.append(self.words.to_officer(one, "handover.desk.callback_now", talk, deeds=("number",)))
        return says

    async def resident_says(self, session: AsyncSession, talk: Talk, text: str) -> list[Say]:
        """A resident's line in a talk that waits or is open."""
        line = await self.line(session, talk, "resident", text)
        says: list[Say] = []
        if one := await self.taker(session, talk):
            says.append(self.words.to_officer(one, "handover.desk.said", talk, words=line.words))
        if line.words != text[:LONGEST].strip() and not talk.hinted:
            talk.hinted = True
            says.append(self.words.to_resident(talk, "handover.hidden"))
        return says

    async def take(self, session: AsyncSession, talk: Talk, officer: Officer) -> list[Say]:
        """The first to take it has it; the others are told."""
        await self._may(session, talk, officer)
        if talk.state == "open":
            raise Refused("handover.desk.taken_by", id=talk.id, name=await self.name_of_taker(session, talk))
        talk.state, talk.officer, talk.last_at, talk.told = "open", officer.id, self.now(), True
        audit.log(session, by=officer.name, action="handover.take", subject=f"handover:{talk.id}")
        says = [self.words.to_resident(talk, "handover.taken", "handover.waiting.next", back=True, name=officer.name)]
        for one in await self.duty.reached(session, talk.unit):
            if one.officer.id != officer.id:
                says.append(self.words.to_officer(one, "handover.desk.taken_by", talk, name=officer.name))
        if own := self.duty.chat_of(officer):
            says.append(self.words.taken(own, talk, await handovers.lines(session, talk.id)))
        return says

    async def answer(self, session: AsyncSession, talk: Talk, officer: Officer, words: str) -> list[Say]:
        """An officer's words to the resident; whoever answers a talk that waits takes it."""
        says = [] if talk.state == "open" else await self._onto_page(session, await self.take(session, talk, officer))
        if talk.officer != officer.id:
            raise Refused("handover.desk.taken_by", id=talk.id, name=await self.name_of_taker(session, talk))
        await self.line(session, talk, "officer", words, officer)
        return [*says, *self.words.officer_says(talk, officer.name, words)]

    async def pass_on(self, session: AsyncSession, talk: Talk, unit: str, officer: Officer) -> list[Say]:
        """Another unit answers, with all that was said."""
        await self._may(session, talk, officer)
        if unit not in await self.duty.units(session):
            raise Refused("handover.desk.no_unit", unit=unit)
        now = self.now()
        talk.unit, talk.officer, talk.last_at = unit, None, now
        talk.told = await self.duty.is_on(session, unit, now)
        talk.state = "waiting" if talk.told else "word_left"
        detail = {"unit": unit}
        audit.log(session, by=officer.name, action="handover.pass", subject=f"handover:{talk.id}", detail=detail)
        is_hour = await self.duty.is_hour(session, unit, now)
        key = "handover.passed" if talk.told else "handover.passed.away" if is_hour else "handover.passed.later"
        where = self.words.unit(unit, lang_of(talk))
        says = [self.words.to_resident(talk, key, unit=where, when=await self.when(session, talk))]
        if own := self.duty.chat_of(officer):
            says.append(self.words.to_officer(own, "handover.desk.passed", talk))
        return [*says, *(await self.tell(session, talk, officer) if talk.told else ())]

    async def close(self, session: AsyncSession, talk: Talk, officer: Officer) -> list[Say]:
        """The officer is done; the machine answers again."""
        await self._may(session, talk, officer)
        if talk.officer not in (None, officer.id):
            raise Refused("handover.desk.taken_by", id=talk.id, name=await self.name_of_taker(session, talk))
        audit.log(session, by=officer.name, action="handover.close", subject=f"handover:{talk.id}")
        talk.officer = officer.id
        await handovers.close(session, talk, self.now())
        says = [self.words.to_resident(talk, "handover.done", name=officer.name)]
        if own := self.duty.chat_of(officer):
            says.append(self.words.to_officer(own, "handover.desk.done", talk))
        return says

    async def ended(self, session: AsyncSession, talk: Talk, key: str, officer_key: str) -> list[Say]:
        """It closed by itself, or the resident ended it: both are told."""
        one = await self.taker(session, talk)
        waiting = [] if one or talk.state not in LIVE else await self.duty.reached(session, talk.unit)
        await handovers.close(session, talk, self.now())
        told = [self.words.to_officer(each, officer_key, talk) for each in ([one] if one else waiting)]
        return [self.words.to_resident(talk, key), *told]

    async def offered(
        self, session: AsyncSession, says: Sequence[Say], *, here: tuple[str, str] | None = None
    ) -> list[Say]:
        """The same, remembered where choices are numbered: a typed 1 is the first of them.

        What the web is to be told becomes a line that its page asks for, but `here`, where it is an answer at once.
        """
        answers = [say for say in says if (say.channel, say.chat) == here]
        says = [*answers, *await self._onto_page(session, [say for say in says if say not in answers])]
        for say in says:
            ids = [button.id for button in say.reply.buttons if button.id.startswith("talk:")]
            if ids and say.channel in self._numbered and (sender := self._sender(say.channel, say.chat)):
                await conversations.offer(session, sender, ids, self.now())
        return says

    async def _onto_page(self, session: AsyncSession, says: Sequence[Say]) -> list[Say]:
        """What the web is told stands in the talk from now on; the rest."""
        for say in says:
            if say.channel == WEB and (talk := await handovers.newest(session, WEB, say.chat)):
                await self.line(session, talk, "house", say.reply.text)
        return [say for say in says if say.channel != WEB]

    async def line(
        self, session: AsyncSession, talk: Talk, who: Who, words: str, officer: Officer | None = None
    ) -> Line:
        """Keep what was said, masked; what goes to the web whole too, sealed, until it was read there."""
        words = words[:LONGEST].strip()
        kept = masked(words)
        whole = self.seal(words) if who not in RESIDENTS and talk.channel == WEB and kept != words else None
        name = officer.name if officer else None
        line = Line(talk=talk.id, who=who, officer=name, words=kept, sealed=whole, at=self.now())
        session.add(line)
        talk.last_at = self.now()
        await session.flush()
        return line

    async def was_said(self, session: AsyncSession, talk: Talk, officer: Officer, words: str, after: int = 0) -> bool:
        """Whether this officer said just this after line `after`."""
        kept = masked(words[:LONGEST].strip())
        said = await handovers.lines(session, talk.id, after)
        return any((line.who, line.officer, line.words) == ("officer", officer.name, kept) for line in said)

    def shown(self, line: Line) -> str:
        """A line as the resident reads it on the web."""
        words = self.unsealed(line.sealed) or line.words
        return texts("vi")("handover.officer_line", name=line.officer or "…", words=words) if line.officer else words

    async def taker(self, session: AsyncSession, talk: Talk) -> Reached | None:
        """Whoever has the talk, where he is told things."""
        officer = await officers.by_id(session, talk.officer) if talk.officer else None
        return self.duty.chat_of(officer) if officer and not officer.disabled else None

    def number(self, talk: Talk, officer: Officer) -> str:
        """The number to call back, for whoever has the talk."""
        if talk.officer != officer.id or talk.state == "closed":
            raise Refused("handover.desk.take_first", id=talk.id)
        number = self.unsealed(talk.callback)
        if number is None:
            raise Refused("handover.desk.no_number", id=talk.id)
        return number

    def seal(self, words: str) -> str:
        """What only this house reads."""
        return self._box.encrypt(words.encode()).hex()

    def unsealed(self, sealed: str | None) -> str | None:
        """What was sealed; None where nothing was, or with another key."""
        try:
            return self._box.decrypt(bytes.fromhex(sealed)).decode() if sealed else None
        except (CryptoError, ValueError):
            return None

    async def _may(self, session: AsyncSession, talk: Talk, officer: Officer) -> None:
        if talk.state in ("closed", "asking"):
            by = await self.name_of_taker(session, talk) if talk.officer not in (None, officer.id) else None
            raise (
                Refused("handover.desk.ended", id=talk.id, name=by)
                if by
                else Refused("handover.desk.gone", id=talk.id)
            )
        if talk.officer != officer.id and not await self.duty.answers_for(session, officer, talk.unit):
            raise Refused("handover.desk.not_yours", id=talk.id)

    async def name_of_taker(self, session: AsyncSession, talk: Talk) -> str:
        """Who has the talk, by his short name."""
        officer = await officers.by_id(session, talk.officer) if talk.officer else None
        return officer.name if officer else "…"
