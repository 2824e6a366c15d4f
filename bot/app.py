"""The whole house in one look: settings, pack, database, dialogue, web."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from bot.channels import channels
from bot.channels.channel import Channel
from bot.channels.ports import Ports
from bot.delivery.engine import Engine, states
from bot.delivery.inbox import Inbox
from bot.dialogue.answer import HERE, Dialogue, Message
from bot.dialogue.press import kind_of
from bot.dialogue.wire import answer_json
from bot.office.corrections import Corrections
from bot.settings import Settings
from bot.storage.conversations import PeopleInDatabase
from bot.storage.database import Database
from bot.storage.tokens import TokensInDatabase
from bot.understanding import Understanding, model
from content import loader
from content.pack import Facts, Pack
from content.texts import texts
from handlers import HANDLERS, procedures
from handlers.contract import Desk, Lang, Query, Reply, Understood


class House:
    """Every part, built once; the web and the terminal ask it."""

    def __init__(
        self, settings: Settings, database: Database, dialogue: Dialogue, engine: Engine, facts: Facts
    ) -> None:
        self.settings = settings
        self.database = database
        self.dialogue = dialogue
        self.engine = engine
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
        return await self.dialogue.answer(replace(message, sender=self.dialogue.sender(channel, sender)))

    async def page(self, id_: str, lang: Lang) -> Reply | None:
        """The whole answer of one item for its public page; None where there is no such item."""
        kind = kind_of(id_, self.dialogue.pack)
        if kind is None:
            return None
        async with self.database.unit_of_work() as session:
            self._facts = await self.dialogue.facts()
            now = dt.datetime.now(HERE)
            desk = Desk(facts=self.facts, text=texts(lang), people=PeopleInDatabase(session), lang=lang, now=now)
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
        dialogue = Dialogue(pack, understanding, database, settings.key())
        engine = _engine(settings, database, dialogue)
        yield House(settings, database, dialogue, engine, await dialogue.facts())
        await engine.close()
    finally:
        await database.close()


def _engine(settings: Settings, database: Database, dialogue: Dialogue) -> Engine:
    on = channels(settings, _ports(settings, database))
    key = hashlib.sha256(b"inbox" + settings.key()).digest()
    modes = {"telegram": settings.telegram_mode, "zalo-bot": settings.zalo_bot_mode}
    return Engine(
        database,
        Inbox(database, dialogue, on, key),
        on,
        polling=frozenset(name for name in on if modes.get(name) == "polling"),
        unknown_sends=settings.unknown_sends,
        pace=settings.pace,
        public_url=settings.public_url.rstrip("/"),
    )


def _ports(settings: Settings, database: Database) -> Ports:
    return Ports(zalo_oa_tokens=TokensInDatabase(database, settings.key(), f"zalo-oa:{settings.zalo_oa_app_id}"))


@asynccontextmanager
async def opened_channels(settings: Settings) -> AsyncIterator[dict[str, Channel]]:
    """The channels alone, not connected yet: for whoever sets them up."""
    database = Database(settings.database_url)
    on: dict[str, Channel] = {}
    try:
        await database.migrate()
        on = channels(settings, _ports(settings, database))
        yield on
    finally:
        for channel in on.values():
            await channel.close()
        await database.close()


@asynccontextmanager
async def corrections(settings: Settings) -> AsyncIterator[Corrections]:
    """The desk where officers correct facts: pack and database, without what only answers need."""
    pack = loader.load(settings.pack)
    database = Database(settings.database_url)
    try:
        await database.migrate()
        yield Corrections(pack, database)
    finally:
        await database.close()
