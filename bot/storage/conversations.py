"""What a talk is about, for half an hour; what a person chose; and how all of it is forgotten."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from sqlalchemy import bindparam, delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage import contacts, handovers, subscriptions
from bot.storage.moments import utc
from bot.storage.tables import ConversationRow, PersonRow, Thumb
from bot.storage.together import Book, later, settle
from bot.storage.upsert import Upsert, taking
from handlers.contract import Lang, SenderId

KEPT: Final = dt.timedelta(minutes=30)  # long enough for an elder to find the glasses

ENDED: Final = (
    delete(ConversationRow)
    .where(ConversationRow.changed_at < bindparam("since"))
    .execution_options(synchronize_session=False)  # SQLite's moments have no zone
)


class Conversation(NamedTuple):
    """What a talk was last about, as one transaction sees it; the fields are `ConversationRow`'s."""

    sender: str
    item: str | None = None
    kind: str | None = None
    unit: str | None = None
    lang: str | None = None
    offered: str = ""
    changed_at: dt.datetime = dt.datetime.min


class Person(NamedTuple):
    """What a person chose, as one transaction sees it; the fields are `PersonRow`'s."""

    sender: str
    lang: str | None = None
    elder: bool = False


CONVERSATIONS: Final = Book(ConversationRow, Conversation)
PEOPLE: Final = Book(PersonRow, Person)
REMEMBERED: Final = Upsert(CONVERSATIONS.table, taking(*Conversation._fields[1:]))
CHOSEN: Final = Upsert(PEOPLE.table, taking(*Person._fields[1:]))


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
        person = await PEOPLE.get(self._session, sender)
        if person is None:
            return Choices()
        lang: Lang | None = {"vi": "vi", "en": "en"}.get(person.lang or "")  # type: ignore[assignment]
        return Choices(lang=lang, elder=person.elder)

    async def choose(self, sender: SenderId, *, lang: Lang | None = None, elder: bool | None = None) -> None:
        """Remember a choice."""
        known = await PEOPLE.get(self._session, sender) or Person(sender)
        person = Person(sender, lang or known.lang, known.elder if elder is None else elder)
        PEOPLE.put(self._session, sender, person)
        later(self._session, CHOSEN, person._asdict())

    async def erase(self, sender: SenderId) -> None:
        """Forget everything that is held on this sender."""
        await settle(self._session)
        for book in (CONVERSATIONS, PEOPLE):
            await self._session.execute(delete(book.table).where(book.table.c.sender == sender))
            book.close(self._session)
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
    found = await CONVERSATIONS.get(session, sender)
    if found is None:
        return None
    return found if now - utc(found.changed_at) <= KEPT else None


def remember(session: AsyncSession, conversation: Conversation) -> None:
    """Keep what the talk is about."""
    CONVERSATIONS.put(session, conversation.sender, conversation)
    later(session, REMEMBERED, conversation._asdict())


async def offer(session: AsyncSession, sender: str, buttons: Sequence[str], now: dt.datetime) -> None:
    """A typed number picks from these from now on, whatever the talk is about."""
    known = await CONVERSATIONS.get(session, sender) or Conversation(sender)
    remember(session, known._replace(offered=" ".join(buttons), changed_at=now))


async def let_go(session: AsyncSession, now: dt.datetime) -> None:
    """Forget all talks that have ended."""
    await session.execute(ENDED, {"since": now - KEPT})
