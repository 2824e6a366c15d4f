"""What stands behind a printed code: the answer that its target is today, and the ways on from there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.channels.channel import Channel, Linked
from bot.dialogue.press import pressed
from bot.dialogue.targets import press_of
from bot.storage.conversations import PeopleInDatabase
from bot.storage.database import Database
from bot.storage.overlays import overlays
from bot.storage.published import PublishedInDatabase
from content.corrections import VIETNAM
from content.pack import Facts, Number, Pack, hotline_of
from content.schema import Club, Hotline, Initiative, Place, Procedure, Unit
from content.texts import texts
from handlers import HANDLERS, procedures
from handlers.contract import Button, Desk, Lang, Query, Reply, Section
from handlers.parts import person_to_call, vouched

_NAMED = (Procedure, Hotline, Place, Initiative, Club)


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """An answer, whole, with whom to call about it."""

    reply: Reply
    title: str  # what the target is, where the answer has no title of its own
    path: str | None  # the public page that says the same
    call: Number | None  # None where the answer itself shows the number to call
    vouched: tuple[Section, ...]  # who stands for that number


class Landing:
    """The answers behind the codes of one house."""

    def __init__(self, database: Database, pack: Pack, channels: Mapping[str, Channel], public_url: str) -> None:
        self._database = database
        self._pack = pack
        self._channels = channels
        self._public_url = public_url.rstrip("/")

    async def opened(self, target: str, unit: str, lang: Lang) -> Opened:
        """The answer behind a target today, for the people of a unit; an unknown target opens the menu."""
        press, own = press_of(target)
        understood = pressed(press, self._pack)
        now = dt.datetime.now(VIETNAM)
        async with self._database.reading() as session:
            facts = Facts(pack=self._pack, at=now.date(), overlays=await overlays(session))
            desk = Desk(
                facts=facts, text=texts(lang), people=PeopleInDatabase(session), lang=lang, now=now,
                bulletins=PublishedInDatabase(session), public_url=self._public_url,
            )  # fmt: skip
            query = Query(text="", understood=understood, lang=lang, unit=own or unit or None)
            reply = _initiatives(desk) if target == "/mo-hinh" else await HANDLERS[understood.kind](query, desk)
        if understood.kind == "procedure" and understood.id:
            reply = replace(reply, sections=procedures.whole(facts.procedure(understood.id), desk))
        call = None if reply.numbers else _number(unit, desk)
        return Opened(
            reply=reply,
            title=self.title_of(target, lang),
            path=reply.path or (target if target.startswith("/") else None),
            call=call,
            vouched=vouched([call], desk) if call else (),
        )

    def title_of(self, target: str, lang: Lang) -> str:
        """What a target is, in the words of people."""
        say, (press, unit) = texts(lang), press_of(target)
        if unit and unit in self._pack.units:
            return say("qr.title.bulletins", unit=self._pack.units[unit].name.in_(lang))
        if press.startswith("bulletin:"):
            return say("qr.title.bulletin", number=press.partition(":")[2])
        if press == "homestay:list":
            return say("place.list_title", name=self._pack.locality.name.in_(lang))
        item = self._pack.item(press)
        if item is None and target in {"/mo-hinh", "/so-lieu", "/thu-tuc", "/duong-day-nong"}:
            return say(f"qr.title.{target[1:]}")
        if item is None:
            return say("qr.title.menu", name=self._pack.locality.name.in_(lang))
        if isinstance(item, Unit):
            return say("hotline.title", name=item.name.in_(lang))
        return item.name.in_(lang) if isinstance(item, _NAMED) else item.own_names()[0]

    def doors(self, start: str) -> dict[str, str]:
        """The addresses that open a talk with our accounts, by channel; `start` is carried where that can be."""
        on = {name: c.address(start) for name, c in self._channels.items() if isinstance(c, Linked)}
        return {name: address for name, address in on.items() if address}


def _initiatives(desk: Desk) -> Reply:
    """The local models as a list: a chat has no such answer, since nobody asks for all of them."""
    all_ = desk.facts.pack.initiatives.values()
    buttons = tuple(Button(id=one.id, title=one.name.in_(desk.lang)) for one in all_)
    return Reply(kind="initiative", title=desk.text("qr.title.mo-hinh"), buttons=buttons, path="/mo-hinh")


def _number(unit: str, desk: Desk) -> Number | None:
    """The unit's own confirmed number, its successor's, or that of people who answer questions."""
    known = desk.facts.pack.units.get(unit)
    if known is None:
        return person_to_call(desk)
    serving = desk.facts.pack.serving(known)
    return desk.facts.number(hotline_of(unit)) or desk.facts.number(hotline_of(serving.id)) or person_to_call(desk)
