"""The words of printed cards: the facts of the day with officers' corrections, so that one edit changes paper too."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue.targets import BULLETIN
from bot.office.codes import Issued
from bot.office.landing import Landing
from bot.storage.conversations import PeopleInDatabase
from bot.storage.overlays import overlays
from bot.storage.published import PublishedInDatabase
from content.corrections import VIETNAM
from content.pack import Facts, Number, Pack, hotline_of
from content.schema import Lang, Unit
from content.texts import day, texts
from content.values import fold
from handlers.contract import Bulletin, Desk
from handlers.parts import vouched
from qr.cards import Card, SheetWords
from qr.codes import is_test, spaced
from qr.rows import Row

DANGER: Final = ("hotline:113", "hotline:114", "hotline:115")


class CardWords:
    """What stands on the cards of one sheet."""

    def __init__(self, desk: Desk, landing: Landing, target: str, caption: str, bulletin: Bulletin | None) -> None:
        self._desk = desk
        self._landing = landing
        self._target = target
        self._bulletin = bulletin
        self._caption = caption or (bulletin.title if bulletin else landing.title_of(target, desk.lang))
        self._own_caption = bool(caption)
        self._phones: dict[str, tuple[Number, str] | None] = {}

    @property
    def sheet(self) -> SheetWords:
        """What all cards share."""
        desk, say = self._desk, self._desk.text
        shown = ((line, desk.facts.number(line)) for line in DANGER if line in desk.facts.pack.hotlines)
        lines = tuple(line for line in self._bulletin.text.splitlines() if line.strip()) if self._bulletin else ()
        return SheetWords(
            locality=desk.facts.pack.locality.name.in_(desk.lang),
            caption=self._caption,
            steps=say("qr.sheet.steps"),
            type_hint=say("qr.sheet.type"),
            call=say("qr.sheet.call"),
            printed=say("qr.sheet.printed", date=day(desk.now.date())),
            test=say("qr.sheet.test") if is_test(desk.public_url) else "",
            kicker=say("qr.sheet.bulletin", date=day(self._bulletin.day)) if self._bulletin else "",
            lines=lines,
            emergency=tuple((number.number, say(f"qr.sheet.{number.number}")) for _, number in shown if number),
        )

    @property
    def trial(self) -> str:
        """What stands across a page that is only looked at."""
        return self.sheet.test or self._desk.text("qr.sheet.preview")

    def phone(self, unit: str) -> tuple[Number, str] | None:
        """The number that a card of this unit may show, and who stands for it (rule of truth 2)."""
        if unit not in self._phones:
            self._phones[unit] = self._phone(unit)
        return self._phones[unit]

    def wanted_number(self, unit: str) -> str:
        """The item whose number an officer would confirm, so that a card of this unit can show one."""
        if self._target.startswith("hotline:"):
            return self._target
        known = self._desk.facts.pack.units.get(unit)
        return hotline_of(self._desk.facts.pack.serving(known).id if known else self._home().id)

    def card(self, row: Row, issued: Issued) -> Card:
        """The card of one row."""
        desk = self._desk
        unit = desk.facts.pack.units.get(row.unit)
        serving = desk.facts.pack.serving(unit) if unit else None
        old = unit.name.in_(desk.lang) if unit and unit is not serving else ""
        groups = (desk.text("qr.sheet.old_unit", unit=old) if old else "", self._group(row.group))
        phone = self.phone(row.unit)
        moved = issued.target != self._target and not self._own_caption
        return Card(
            link=issued.link,
            short=issued.short,
            code=spaced(issued.code),
            unit=serving.name.in_(desk.lang) if serving else "",
            group=", ".join(words for words in groups if words),
            label=row.label,
            caption=self._landing.title_of(issued.target, desk.lang) if moved else "",
            phone=phone[0].number if phone else None,
            phone_name=phone[0].name.in_(desk.lang) if phone and phone[0].name else "",
            phone_note=phone[1] if phone else "",
        )

    def _phone(self, unit: str) -> tuple[Number, str] | None:
        facts = self._desk.facts
        aimed = self._target if self._target.startswith("hotline:") else None
        known = facts.pack.units.get(aimed.partition(":")[2] if aimed else unit)
        lines = [aimed] if aimed else []
        if known:
            lines += [hotline_of(known.id), hotline_of(facts.pack.serving(known).id)]
        number = next((found for line in lines if (found := facts.number(line))), None)
        if number is None:
            return None
        said = " ".join(line for section in vouched([number], self._desk) for line in section.lines)
        return number, said

    def _group(self, words: str) -> str:
        """A group as people say it: a bare number is a tổ."""
        return self._desk.text("qr.sheet.group", group=words) if words and words[0].isdigit() else words

    def _home(self) -> Unit:
        units = self._desk.facts.pack.units.values()
        return next(unit for unit in units if unit.successor is None)


async def card_words(
    session: AsyncSession, pack: Pack, landing: Landing, *, target: str, caption: str, lang: Lang, public_url: str
) -> CardWords:
    """The words of a sheet, as they are today."""
    now = dt.datetime.now(VIETNAM)
    facts = Facts(pack=pack, at=now.date(), overlays=await overlays(session))
    published = PublishedInDatabase(session)
    bulletin = await published.one(int(target.partition(":")[2])) if BULLETIN.fullmatch(target) else None
    desk = Desk(
        facts=facts, text=texts(lang), people=PeopleInDatabase(session), bulletins=published, lang=lang, now=now,
        public_url=public_url,
    )  # fmt: skip
    return CardWords(desk, landing, target, caption, bulletin)


def unit_names(pack: Pack) -> Mapping[str, str]:
    """The ids of the units by every name that people write, folded."""
    units = pack.units.values()
    return {fold(name): unit.id for unit in units for name in (unit.id, *unit.aliases, *unit.own_names())}
