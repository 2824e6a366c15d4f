"""The whole house in one look: settings, pack, database, dialogue, web."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cache, partial

from bot.channels import channels
from bot.channels.channel import Channel
from bot.channels.ports import Ports
from bot.delivery.attendants import Attendant
from bot.delivery.engine import Engine, states
from bot.delivery.inbox import Inbox
from bot.delivery.quiet import Quiet
from bot.dialogue.answer import Dialogue, Message
from bot.dialogue.press import kind_of
from bot.dialogue.wire import answer_json
from bot.metrics import Metrics
from bot.office.access import Access
from bot.office.allowances import Allowances
from bot.office.binding import Binding
from bot.office.bulletin_news import BulletinNews
from bot.office.bulletin_page import BulletinPages
from bot.office.bulletin_preview import Previews
from bot.office.bulletin_review import Review
from bot.office.bulletin_search import BulletinSearch
from bot.office.bulletin_words import Renderings
from bot.office.bulletins import Bulletins
from bot.office.code_views import CodeViews
from bot.office.codes import Codes
from bot.office.connections import Connections
from bot.office.contents import Contents
from bot.office.corrections import Corrections
from bot.office.dictation import Dictating
from bot.office.groups import Groups
from bot.office.handover_parts import HandoverParts, handover_desk, handover_parts
from bot.office.handover_web import News
from bot.office.joining import Joining
from bot.office.keys import Keys
from bot.office.kit import PostingKit
from bot.office.landing import Landing
from bot.office.lists import Lists
from bot.office.logins import Logins
from bot.office.meter import DutyMeter
from bot.office.office import Office
from bot.office.preview import Preview
from bot.office.print_shop import PrintShop, Setup
from bot.office.printing import Printing
from bot.office.proofs import Proofs
from bot.office.published import Published
from bot.office.questions import Questions
from bot.office.records import Records
from bot.office.report import Reports
from bot.office.resting import Resting
from bot.office.scans import Scans
from bot.office.sheets import Sheets
from bot.office.showings import Showings, ShowingsInChat
from bot.office.target_search import TargetSearch
from bot.office.visits import Visits
from bot.office.waiting import Waiting
from bot.settings import Settings
from bot.storage.conversations import PeopleInDatabase
from bot.storage.database import Database
from bot.storage.published import PublishedInDatabase
from bot.storage.tokens import TokensInDatabase
from bot.storage.within import Transactions
from bot.understanding import Understanding, model
from content import loader
from content.hours import HERE
from content.pack import Facts, Pack
from content.texts import texts
from handlers import HANDLERS, procedures
from handlers.contract import Desk, Lang, Query, Reply, Understood


class House:
    """Every part, built once; the web and the terminal ask it."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        dialogue: Dialogue,
        engine: Engine,
        handover: HandoverParts,
        facts: Facts,
    ) -> None:
        self.settings = settings
        self.database = database
        self.dialogue = dialogue
        self.engine = engine
        self.office = _office(
            settings,
            database,
            dialogue.pack,
            engine.channels,
            engine.inbox.answered.set,
            lambda: dialogue.understanding,
        )
        self.handover = handover.web
        self.published = Published(database)
        self.codes = self.office.codes
        self.scans = Scans(database, self.codes)
        self.landing = Landing(database, dialogue.pack, engine.channels, settings.public_url)
        self._facts = facts

    @property
    def facts(self) -> Facts:
        """What is known today, with the corrections last read."""
        return replace(self._facts, at=dt.datetime.now(HERE).date())

    async def today(self) -> Facts:
        """What is known today, with officers' corrections read anew."""
        self._facts = await self.dialogue.facts()
        return self._facts

    @property
    def public_url(self) -> str:
        """Where people reach the pages, without a slash at the end."""
        return self.settings.public_url.rstrip("/")

    @property
    def zalo_oa_verify(self) -> str | None:
        """The code by which Zalo sees that this domain is ours."""
        return self.settings.zalo_oa_verify

    @property
    def metrics_token(self) -> str | None:
        """What lets `/metrics` be read from elsewhere."""
        return self.settings.metrics_token

    @property
    def name(self) -> str:
        """The locality's name."""
        return self.dialogue.pack.locality.name.vi

    def text(self, lang: Lang, key: str, /, **values: object) -> str:
        """Words by key."""
        return texts(lang)(key, **values)

    async def answer(
        self,
        text: str,
        *,
        sender: str | None,
        lang: Lang | None,
        unit: str | None,
        press: str | None,
        at: dt.date | None,
        location: tuple[float, float] | None,
        channel: str,
    ) -> Reply:
        """The answer to a message from the web."""
        message = Message(text=text, press=press, lang=lang, unit=unit, at=at, location=location, keep_question=True)
        message = replace(message, sender=self.dialogue.sender(channel, sender))
        reply = await (self.handover if channel == "web" else self.dialogue).answer(message)
        self.engine.metrics.answered(channel, reply.kind)
        self.engine.inbox.answered.set()  # an officer may have to be told
        return reply

    async def news(self, sender: str, after: int) -> News:
        """What officers answered in the web chat of this sender since line `after`."""
        known = self.dialogue.sender("web", sender)
        return await self.handover.news(known, after) if known else News(open=False)

    async def page(self, id_: str, lang: Lang) -> Reply | None:
        """The whole answer of one item for its public page; None where there is no such item."""
        kind = kind_of(id_, self.dialogue.pack)
        if kind is None:
            return None
        async with self.database.unit_of_work() as session:
            self._facts = await self.dialogue.facts()
            now = dt.datetime.now(HERE)
            desk = Desk(
                facts=self.facts, text=texts(lang), people=PeopleInDatabase(session), lang=lang, now=now,
                bulletins=PublishedInDatabase(session),
            )  # fmt: skip
            query = Query(text="", understood=Understood(kind=kind, id=id_, confidence=1.0), lang=lang)
            reply = await HANDLERS[kind](query, desk)
        if kind == "procedure":
            reply = replace(reply, sections=procedures.whole(desk.facts.procedure(id_), desk))
        return reply

    def answer_json(self, q: str | None, reply: Reply) -> dict[str, object]:
        """The answer as the contract's JSON object."""
        return answer_json(q, reply)

    async def ready(self) -> dict[str, object]:
        """Whether questions can be answered now; a channel that cannot be reached does not count against it."""
        database = await self.database.ping()
        tried = all(channel.health.tried for channel in self.engine.channels.values())
        return {
            "ready": database and tried,
            "database": "ready" if database else "unreachable",
            "content": "ready",
            "channels": {"web": "ready"} | states(list(self.engine.channels.values())),
        }


@asynccontextmanager
async def house(settings: Settings) -> AsyncIterator[House]:
    """The house, open; its typed errors name what is wrong with the start."""
    folder = loader.find(settings.pack)
    pack = loader.load(folder)
    async with house_of(settings, pack, Understanding(pack, model.read(folder))) as opened:
        yield opened


@asynccontextmanager
async def house_of(settings: Settings, pack: Pack, understanding: Understanding) -> AsyncIterator[House]:
    """The house around a pack that is read and understood already."""
    database = Database(settings.database_url)
    try:
        await database.migrate()
        dialogue = Dialogue(pack, understanding, database, settings.key(), settings.public_url.rstrip("/"))
        metrics = Metrics()
        on = channels(settings, _ports(settings, database, metrics))
        handover = handover_parts(settings, database, dialogue, on)
        engine = _engine(settings, database, dialogue, on, handover, metrics)
        yield House(settings, database, dialogue, engine, handover, await dialogue.facts())
        await engine.close()
    finally:
        await database.close()


def _office(
    settings: Settings,
    database: Database,
    pack: Pack,
    on: Mapping[str, Channel],
    rang: Callable[[], None] = lambda: None,
    understanding: Callable[[], Understanding] | None = None,  # None: built when somebody asks for it
) -> Office:
    keys = Keys(settings.key())
    access = Access(database, pack, keys, settings.public_url)
    codes = Codes(database, pack, settings.public_url)
    sheets = Sheets(database, pack, codes, settings.public_url)
    proofs = Proofs(sheets, settings.public_url)
    printing = Printing(database, sheets, proofs)
    setup = Setup(database_url=settings.database_url, pack=settings.pack, public_url=settings.public_url)
    handover = handover_desk(settings, database, pack, on, rang)
    return Office(
        access=access,
        logins=Logins(database, keys, access, on),
        records=Records(database),
        waiting=Waiting(database, handover),
        codes=codes,
        code_views=CodeViews(database, pack, codes),
        corrections=Corrections(pack, database),
        contents=Contents(pack, database),
        preview=Preview(database, pack, settings.public_url),
        questions=Questions(database, pack, understanding or cache(partial(_understanding, settings, pack))),
        sheets=sheets,
        proofs=proofs,
        printing=printing,
        targets=TargetSearch(database, pack, Landing(database, pack, {}, settings.public_url)),
        print_shop=PrintShop(database, printing, setup),
        visits=Visits(database, pack, codes),
        lists=Lists(database, pack),
        bulletins=Bulletins(database, pack, on, settings.public_url, rang),
        bulletin_search=BulletinSearch(database),
        bulletin_pages=BulletinPages(database),
        previews=Previews(database, Renderings(pack, on, settings.public_url)),
        kit=PostingKit(database, settings.public_url),
        groups=Groups(database),
        showings=Showings(database),
        handover=handover,
        meter=DutyMeter(database),
        reports=Reports(database, pack),
        allowances=Allowances(database, on),
        connections=Connections(database, on),
        resting=Resting(database),
    )


def _understanding(settings: Settings, pack: Pack) -> Understanding:
    return Understanding(pack, model.read(loader.find(settings.pack)))


def _attendants(settings: Settings, pack: Pack, dictating: Dictating, handover: HandoverParts) -> Sequence[Attendant]:
    """Who is asked before the dialogue, in this order."""
    return (Binding(pack, Keys(settings.key())), Joining(pack), ShowingsInChat(), dictating, handover.chat)


def _engine(
    settings: Settings,
    database: Database,
    dialogue: Dialogue,
    on: dict[str, Channel],
    handover: HandoverParts,
    metrics: Metrics,
) -> Engine:
    key = hashlib.sha256(b"inbox" + settings.key()).digest()

    def bulletins(transactions: Transactions) -> Bulletins:
        return Bulletins(transactions, dialogue.pack, on, settings.public_url)

    review = Review(bulletins, on, dialogue.sender)
    attendants = _attendants(settings, dialogue.pack, Dictating(bulletins, review), handover)
    modes = {"telegram": settings.telegram_mode, "zalo-bot": settings.zalo_bot_mode}
    return Engine(
        database,
        Inbox(database, dialogue, on, key, attendants, handover.chat, metrics),
        on,
        polling=frozenset(name for name in on if modes.get(name) == "polling"),
        unknown_sends=settings.unknown_sends,
        pace=settings.pace,
        public_url=settings.public_url.rstrip("/"),
        quiet=Quiet.of(settings.quiet_hours),
        beside=(handover.clock.run, BulletinNews(database, on, review).run),
    )


def _ports(settings: Settings, database: Database, metrics: Metrics | None = None) -> Ports:
    tokens = TokensInDatabase(database, settings.key(), f"zalo-oa:{settings.zalo_oa_app_id}")
    return Ports(zalo_oa_tokens=tokens, metrics=metrics or Metrics())


@asynccontextmanager
async def _opened(settings: Settings) -> AsyncIterator[tuple[Database, dict[str, Channel]]]:
    """The database, and the channels that are not connected: for what needs no answers."""
    database = Database(settings.database_url)
    on: dict[str, Channel] = {}
    try:
        await database.migrate()
        on = channels(settings, _ports(settings, database))
        yield database, on
    finally:
        for channel in on.values():
            await channel.close()
        await database.close()


@asynccontextmanager
async def opened_channels(settings: Settings) -> AsyncIterator[dict[str, Channel]]:
    """The channels alone, not connected yet: for whoever sets them up."""
    async with _opened(settings) as (_, on):
        yield on


@asynccontextmanager
async def office(settings: Settings) -> AsyncIterator[Office]:
    """The officers' desk without the web: whoever has the shell is the administrator."""
    pack = loader.load(settings.pack)
    async with _opened(settings) as (database, on):  # channels render what is sent later, by whoever serves
        yield _office(settings, database, pack, on)
