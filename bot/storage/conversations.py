"""What a talk is about, for half an hour; what a person chose; and how all of it is forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import bindparam, delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import contacts, handovers, subscriptions
from bot.storage.moments import utc
from bot.storage.tables import Conversation, Person, Thumb
from bot.storage.together import add, row
from handlers.contract import Lang, SenderId

FIELDS: Final = ("item", "kind", "unit", "lang", "offered", "changed_at")
KEPT: Final = dt.timedelta(minutes=30)  # long enough for an elder to find the glasses

ENDED: Final = (
    delete(Conversation)
    .where(Conversation.changed_at < bindparam("since"))
    .execution_options(synchronize_session=False)  # SQLite's moments have no zone
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What a person chose; None where he chose nothing."""

    lang: Lang | None = None
    elder: bool = False


class PeopleInDatabase:
    """`handlers.contract.People`, within one unit of work."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def choices(self, sender: SenderId) -> Choices:
        """What this sender chose before."""
        person = await row(self._session, Person, sender)
        if person is None:
            return Choices()
        lang: Lang | None = {"vi": "vi", "en": "en"}.get(person.lang or "")  # type: ignore[assignment]
        return Choices(lang=lang, elder=person.elder)

    async def choose(self, sender: SenderId, *, lang: Lang | None = None, elder: bool | None = None) -> None:
        """Remember a choice."""
        person = await row(self._session, Person, sender)
        if person is None:
            person = Person(sender=sender, lang=None, elder=False)
            add(self._session, person, sender)
        person.lang = lang or person.lang
        person.elder = person.elder if elder is None else elder

    async def erase(self, sender: SenderId) -> None:
        """Forget everything that is held on this sender."""
        await self._session.execute(delete(Conversation).where(Conversation.sender == sender))
        await self._session.execute(delete(Person).where(Person.sender == sender))
        await handovers.erase(self._session, sender)
        await subscriptions.erase(self._session, sender)  # before the contacts, which tell whose they are
        await contacts.forget(self._session, sender)

    async def count(self, item: str, *, helpful: bool) -> None:
        """Count a thumb, without the person."""
        thumb = await self._session.get(Thumb, item) or Thumb(item=item, helpful=0, unhelpful=0)
        thumb.helpful += helpful
        thumb.unhelpful += not helpful
        await self._session.merge(thumb)


async def talk(session: AsyncSession, sender: SenderId, now: dt.datetime) -> Conversation | None:
    """What the talk with this sender was about, if it was lately."""
    found = await row(session, Conversation, sender)
    if found is None:
        return None
    return found if now - utc(found.changed_at) <= KEPT else None


async def remember(session: AsyncSession, conversation: Conversation) -> None:
    """Keep what the talk is about."""
    known = await row(session, Conversation, conversation.sender)
    if known is None:
        add(session, conversation, conversation.sender)
        return
    for name in FIELDS:  # `merge` would write all that waits in the session first, message by message
        setattr(known, name, getattr(conversation, name))


async def offer(session: AsyncSession, sender: str, buttons: Sequence[str], now: dt.datetime) -> None:
    """A typed number picks from these from now on, whatever the talk is about."""
    known = await row(session, Conversation, sender)
    if known is None:
        known = Conversation(sender=sender)
        add(session, known, sender)
    known.offered, known.changed_at = " ".join(buttons), now


async def let_go(session: AsyncSession, now: dt.datetime) -> None:
    """Forget all talks that have ended."""
    await session.execute(ENDED, {"since": now - KEPT})
