"""What the web needs of the house behind it; `bot.app` builds it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable
from typing import Protocol

from aiohttp import web

from bot.delivery.engine import Engine
from bot.office.codes import Codes
from bot.office.handover_web import News
from bot.office.landing import Landing
from bot.office.office import Office
from bot.office.published import Published
from bot.office.scans import Scans
from content.pack import Facts
from content.schema import Lang
from handlers.contract import Reply


class House(Protocol):
    """The house as seen from the street."""

    @property
    def engine(self) -> Engine:
        """What receives and delivers."""
        ...

    @property
    def office(self) -> Office:
        """What officers can ask."""
        ...

    @property
    def facts(self) -> Facts:
        """Today's facts."""
        ...

    @property
    def published(self) -> Published:
        """The bulletins that went out, and the open figures."""
        ...

    @property
    def codes(self) -> Codes:
        """The printed codes."""
        ...

    @property
    def scans(self) -> Scans:
        """What phones ask of them, and the count of it."""
        ...

    @property
    def landing(self) -> Landing:
        """What stands behind them."""
        ...

    async def today(self) -> Facts:
        """Today's facts, with officers' corrections read anew."""
        ...

    @property
    def public_url(self) -> str:
        """Where people reach this house; no slash at the end."""
        ...

    @property
    def zalo_oa_verify(self) -> str | None:
        """The code by which Zalo sees that this domain is ours."""
        ...

    @property
    def metrics_token(self) -> str | None:
        """What lets `/metrics` be read from elsewhere."""
        ...

    @property
    def name(self) -> str:
        """The locality, as people call it."""
        ...

    def text(self, lang: Lang, key: str, /, **values: object) -> str:
        """The words behind `key`; the web's own keys start with `web.`."""
        ...

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
        """The answer to one message. `sender` means somebody only within `channel`."""
        ...

    async def news(self, sender: str, after: int) -> News:
        """What officers answered in the web chat of this sender since line `after`."""
        ...

    def page(self, id_: str, lang: Lang) -> Awaitable[Reply | None]:
        """The whole answer of one item, for its public page; None where there is no such item."""
        ...

    def answer_json(self, q: str | None, reply: Reply) -> dict[str, object]:
        """One line of `ask --jsonl`."""
        ...

    async def ready(self) -> dict[str, object]:
        """`ready`, and the state of database, content and channels in words."""
        ...


HOUSE: web.AppKey[House] = web.AppKey("house")
