"""What a channel needs of the house: declared here, implemented in `storage`, put together in `bot/app.py`."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Protocol

from bot.metrics import Metrics


class Grant(Protocol):
    """What an Official Account has granted us: a pair of tokens, and how its last renewal went."""

    @property
    def oa_id(self) -> str | None:
        """The account; None until it is learnt."""

    @property
    def access(self) -> str:
        """Goes with every call; empty before the first renewal."""

    @property
    def refresh(self) -> str:
        """Buys the next pair, once."""

    @property
    def version(self) -> int:
        """Rises with every new pair."""

    @property
    def expires_at(self) -> dt.datetime:
        """When `access` must no longer be used."""

    @property
    def refreshed_at(self) -> dt.datetime | None:
        """The last success."""

    @property
    def refreshing_since(self) -> dt.datetime | None:
        """Somebody is at it, or died at it."""

    @property
    def unsure(self) -> bool:
        """An answer was lost since the last success: the refresh token may be used up."""

    @property
    def gone(self) -> bool:
        """Nothing but a new consent helps."""

    @property
    def failures(self) -> int:
        """Renewals refused or lost since the last success."""

    @property
    def next_try(self) -> dt.datetime | None:
        """No renewal before this."""

    @property
    def why(self) -> str:
        """What the platform said last, without a token."""


class Tokens(Protocol):
    """The one durable place of an account's tokens, the same for all processes."""

    async def current(self, first: str | None = None) -> Grant | None:
        """The stored grant. `first`, a refresh token of the settings, makes one where there is none, or where that
        is gone and `first` is another than before."""
        ...

    async def begin(self, version: int, now: dt.datetime, lease: dt.timedelta) -> tuple[bool, Grant]:
        """Take the renewal of this version for `lease`, visibly; False where another has it or it is done."""
        ...

    async def renewed(
        self, version: int, *, access: str, refresh: str, expires_at: dt.datetime, now: dt.datetime
    ) -> Grant:
        """Keep the new pair and the old one's history, and let go, in one transaction."""
        ...

    async def failed(
        self,
        version: int,
        since: dt.datetime | None,
        *,
        why: str,
        unsure: bool,
        gone: bool,
        next_try: dt.datetime | None,
    ) -> Grant:
        """Let go of the lease taken at `since`; the pair stays untouched."""
        ...

    async def connected(
        self, *, oa_id: str, access: str, refresh: str, expires_at: dt.datetime, now: dt.datetime
    ) -> Grant:
        """Keep the pair of a new consent."""
        ...

    async def learnt(self, oa_id: str) -> None:
        """The account's id, as the platform says it."""
        ...

    async def revoked(self, why: str, before: dt.datetime) -> None:
        """The account took its consent back, at `before`; a newer consent stays."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """All of them."""

    zalo_oa_tokens: Tokens
    metrics: Metrics = field(default_factory=Metrics)
