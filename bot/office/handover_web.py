"""Talks from the web chat: it has no outbox, so its page asks for what was answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.channels.channel import Attended, Channel, Update
from bot.dialogue.answer import Dialogue, Message
from bot.dialogue.saying import queue
from bot.office.handover import Handover
from bot.office.handover_chat import HandoverInChat
from bot.office.handover_words import WEB
from bot.storage import handovers
from bot.storage.database import Database
from bot.storage.handovers import LIVE, RESIDENTS
from handlers.contract import Reply, SenderId


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a page shows below what it has: new lines, each with its number, and whether more may come."""

    open: bool
    lines: tuple[tuple[int, str], ...] = ()


class HandoverOnWeb:
    """Stands between the web chat and the dialogue."""

    def __init__(
        self,
        database: Database,
        dialogue: Dialogue,
        handover: Handover,
        chat: HandoverInChat,
        channels: Mapping[str, Channel],
    ) -> None:
        self._database = database
        self._dialogue = dialogue
        self._handover = handover
        self._chat = chat
        self._channels = channels

    async def answer(self, message: Message) -> Reply:
        """What the page shows for this message: of the talk it belongs to, or of the machine."""
        if message.sender is None or message.at is not None:
            return await self._dialogue.answer(message)
        sender, now = message.sender, self._handover.now()
        update = Update(
            key="", chat=sender, sender=sender, at=now, text=message.text, press=message.press, lang=message.lang
        )
        async with self._database.unit_of_work(urgent=True) as session:
            attended = await self._chat.attend_at(session, WEB, update, sender)
            reply: Reply | None = None
            if attended is None:
                reply, lang = await self._dialogue.answer_within(session, message)
                attended = await self._chat.review_at(session, WEB, update, sender, reply, lang)
            await self._dialogue.let_go(session)
            if attended is None and reply is not None:
                return reply
            said = attended or Attended()
            queue(session, self._channels, said.says)
            return _together([say.reply for say in said.says if (say.channel, say.chat) == (WEB, sender)])

    async def news(self, sender: SenderId, after: int) -> News:
        """What was answered since line `after`, of the last talk of this sender."""
        async with self._database.reading() as session:
            talk = await handovers.newest(session, WEB, sender)
            if talk is None or talk.sender != sender:
                return News(open=False)
            lines = await handovers.lines(session, talk.id, after)
            found = tuple((line.id, self._handover.shown(line)) for line in lines if line.who not in RESIDENTS)
            is_open = talk.state in (*LIVE, "word_left")
            shown = await handovers.is_sealed(session, talk.id, after)
        if shown:
            async with self._database.unit_of_work() as session:
                await handovers.read(session, talk.id, after)
        return News(open=is_open, lines=found)


def _together(replies: list[Reply]) -> Reply:
    if not replies:
        return Reply(kind="handover")
    first = replies[0]
    more = tuple(section for reply in replies[1:] for section in reply.sections)
    buttons = {button.id: button for reply in replies for button in reply.buttons}
    return replace(first, sections=(*first.sections, *more), buttons=tuple(buttons.values()))
