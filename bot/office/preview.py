"""A correction tried before it is public: what bot, page and printed sheet say now, and would say then."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue.press import pressed
from bot.office.landing import Landing
from bot.office.rows import Change
from bot.office.sheet_words import CardWords
from bot.storage.conversations import PeopleInDatabase
from bot.storage.database import Database
from bot.storage.overlays import overlays
from bot.storage.published import PublishedInDatabase
from content.corrections import VIETNAM, Overlay
from content.pack import Facts, Pack
from content.texts import texts
from handlers import HANDLERS, answered, procedures
from handlers.contract import Desk, Lang, Query, Reply

PLACES: Final = ("bot", "page", "sheet")
ASPECTS: Final = {"fee": "#fee", "fee_rule": "#fee", "time_limit": "#time", "where": "#where"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of what is said."""

    words: str
    changed: bool  # the other side does not say it
    near: bool  # it is changed, or stands beside one that is


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What is said in one place, now and then."""

    place: str
    before: tuple[Line, ...]
    after: tuple[Line, ...]

    @property
    def same(self) -> bool:
        """Whether the correction changes nothing here."""
        return not any(line.changed for line in (*self.before, *self.after))


class Preview:
    """Tries corrections of one house."""

    def __init__(self, database: Database, pack: Pack, public_url: str) -> None:
        self._database = database
        self._pack = pack
        self._public_url = public_url.rstrip("/")
        self._landing = Landing(database, pack, {}, public_url)

    async def tried(self, id_: str, changes: tuple[Change, ...], *, by: str, lang: Lang = "vi") -> tuple[Tried, ...]:
        """Bot, page and sheet, were these changes made by this officer at this moment."""
        async with self._database.reading() as session:
            lying = await overlays(session)
            now = dict(lying.get(id_, {}))
            for change in changes:
                if change.value is None:
                    now.pop(change.field, None)
                else:
                    now[change.field] = Overlay(value=change.value, by=by, at=dt.datetime.now(dt.UTC))
            asked = id_ + _aspect(changes)
            before = await self._said(session, id_, asked, lying, lang)
            after = await self._said(session, id_, asked, {**lying, id_: now}, lang)
        return tuple(_beside(place, before[place], after[place]) for place in PLACES)

    async def _said(
        self, session: AsyncSession, id_: str, asked: str, over: Mapping[str, Mapping[str, Overlay]], lang: Lang
    ) -> Mapping[str, list[str]]:
        now = dt.datetime.now(VIETNAM)
        facts = Facts(pack=self._pack, at=now.date(), overlays=over)
        desk = Desk(
            facts=facts, text=texts(lang), people=PeopleInDatabase(session), lang=lang, now=now,
            bulletins=PublishedInDatabase(session), public_url=self._public_url,
        )  # fmt: skip
        bot = await answered(Query(text="", understood=pressed(asked, self._pack), lang=lang), desk)
        whole = pressed(id_, self._pack)
        page = await HANDLERS[whole.kind](Query(text="", understood=whole, lang=lang), desk)
        if id_ in self._pack.procedures:
            page = replace(page, sections=procedures.whole(facts.procedure(id_), desk))
        return {"bot": _lines(bot), "page": _lines(page), "sheet": self._sheet(id_, desk)}

    def _sheet(self, id_: str, desk: Desk) -> list[str]:
        card = CardWords(desk, self._landing, id_, "", None)
        phone = card.phone("")
        number = [phone[0].number, phone[1]] if phone else []
        return [line for line in (card.sheet.caption, *number) if line]


def _aspect(changes: tuple[Change, ...]) -> str:
    """The one part of the answer that these fields are asked by, where it is one."""
    aspects = {ASPECTS.get(change.field, "") for change in changes}
    return aspects.pop() if len(aspects) == 1 else ""


def _lines(reply: Reply) -> list[str]:
    numbers = [number.number for number in reply.numbers]
    said = [line for section in reply.sections for line in (section.heading or "", *section.lines)]
    return [line for line in (reply.title or "", *numbers, *said, reply.source or "") if line]


def _beside(place: str, before: list[str], after: list[str]) -> Tried:
    return Tried(place=place, before=_side(before, after), after=_side(after, before))


def _side(said: list[str], other: list[str]) -> tuple[Line, ...]:
    changed = [line not in other for line in said]
    return tuple(
        Line(words=line, changed=changed[number], near=any(changed[max(0, number - 1) : number + 2]))
        for number, line in enumerate(said)
    )
