"""The token in use: cached, renewed by one process at a time, and never lost between an answer and the database.

1. take the lease that counts for all processes   2. read again; done already: use it
3. the lease stands, visibly, then the call        4. the new pair, in one transaction, before it is used
5. an answer lost: once more with the same token; refused then: gone, an admin must consent again
6. twice a day, and when a call says the token is invalid; never twice within a minute
7. the alarm rings before the grant dies
"""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from typing import Final

import structlog

from bot.channels.channel import State
from bot.channels.ports import Grant, Tokens
from bot.channels.zalo_oa.oauth import Lost, OAuth, Pair, Refused

log = structlog.get_logger()
LEASE: Final = dt.timedelta(seconds=60)  # longer than two calls of 20 seconds
MARGIN: Final = dt.timedelta(minutes=10)  # a token is not used in its last minutes
EVERY: Final = dt.timedelta(hours=12)
JITTER: Final = 3600  # seconds over which renewals spread
AGAIN: Final = dt.timedelta(minutes=1)  # never twice within
LATE: Final = dt.timedelta(hours=20)  # without a success: alarm
DYING: Final = dt.timedelta(days=60)  # of the 90 that a refresh token lives: a louder one
LIFE: Final = dt.timedelta(days=90)
CACHED: Final = 20.0  # seconds that a read of the database counts
PATIENCE: Final = 3.0  # seconds to wait for another process that renews
SAVES: Final = 12  # tries to keep a pair that only this process holds
LOOK: Final = 0.1

NO_CONSENT: Final = "no admin of the OA has consented yet: hoiphuong channels connect-zalo"
CONSENT_AGAIN: Final = "an admin of the OA must consent again: hoiphuong channels connect-zalo"


class NoToken(Exception):
    """There is none to send with now."""

    def __init__(self, state: State, why: str, wait: float = 60.0) -> None:
        super().__init__(why)
        self.state = state
        self.why = why
        self.wait = wait


def expiry(now: dt.datetime, pair: Pair) -> dt.datetime:
    """When a token is no longer used: some minutes before its end, and never at once."""
    life = dt.timedelta(seconds=pair.seconds)
    return now + max(life - MARGIN, life / 2)


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


def _seen(task: asyncio.Task[Grant]) -> None:
    """Whoever waited may be gone: the error stands in the row and in the log already."""
    if not task.cancelled():
        task.exception()


class Access:
    """Hands out the token of one account."""

    def __init__(
        self, tokens: Tokens, oauth: OAuth, first: str | None, clock: Callable[[], dt.datetime] = _now
    ) -> None:
        self._tokens = tokens
        self._oauth = oauth
        self._first = first
        self._clock = clock
        self._grant: Grant | None = None
        self._read = -CACHED
        self._renewing: asyncio.Task[Grant] | None = None
        self._alarms: dict[str, dt.datetime] = {}

    async def grant(self, *, fresh: bool = False) -> Grant:
        """The grant as it stands; `NoToken` where there is none that works."""
        if fresh or self._grant is None or time.monotonic() - self._read > CACHED:
            self._grant, self._read = await self._tokens.current(self._first), time.monotonic()
        if self._grant is None:
            raise NoToken("not connected", NO_CONSENT)
        if self._grant.gone:
            raise NoToken("not connected", self._grant.why or CONSENT_AGAIN)
        return self._grant

    async def token(self) -> Grant:
        """A grant whose access token may be used now."""
        grant = await self.grant()
        return grant if self._lives(grant) else await self._renewed(await self.grant(fresh=True))

    async def rejected(self, version: int) -> Grant:
        """Another token than that of `version`, which the platform does not take any more."""
        grant = await self.grant(fresh=True)
        if grant.version != version and self._lives(grant):
            return grant
        if grant.refreshed_at and self._clock() - grant.refreshed_at < AGAIN:
            raise NoToken(
                "refused", "the platform does not take a token that it has just made", AGAIN.total_seconds()
            )
        return await self._renewed(grant)

    async def tend(self) -> Grant:
        """Renew by schedule, and ring where it has not worked for long."""
        grant = await self.grant(fresh=True)
        now = self._clock()
        if self._due(grant, now) and (grant.next_try is None or grant.next_try <= now):
            try:
                grant = await self._renewed(grant)
            except NoToken:
                self._ring(grant, now)
                if not self._lives(await self.grant(fresh=True)):
                    raise
        self._ring(grant, now)
        return grant

    async def close(self) -> None:
        """A renewal under way ends first: its answer must not be lost."""
        if self._renewing and not self._renewing.done():
            await asyncio.wait({self._renewing}, timeout=LEASE.total_seconds())

    def _ring(self, grant: Grant, now: dt.datetime) -> None:
        age = now - grant.refreshed_at if grant.refreshed_at else dt.timedelta()
        if age > DYING:
            self._alarm("the grant dies soon", days_left=max(0, (LIFE - age).days))
        elif age > LATE:
            self._alarm("no renewal for long", hours=int(age.total_seconds() // 3600))

    def _lives(self, grant: Grant) -> bool:
        return bool(grant.access) and grant.expires_at > self._clock()

    @staticmethod
    def _due(grant: Grant, now: dt.datetime) -> bool:
        spread = dt.timedelta(seconds=grant.version * 7919 % JITTER)
        return grant.expires_at <= now or grant.refreshed_at is None or grant.refreshed_at + EVERY + spread <= now

    async def _renewed(self, grant: Grant) -> Grant:
        now = self._clock()
        if grant.next_try and now < grant.next_try:
            raise NoToken("unreachable", grant.why, (grant.next_try - now).total_seconds())
        if self._renewing is None or self._renewing.done():
            self._renewing = asyncio.create_task(self._renew(grant.version))
            self._renewing.add_done_callback(_seen)
        # Whoever waits may be cancelled, the renewal may not: its answer is the only copy of the next token.
        renewed = await asyncio.shield(self._renewing)
        self._grant, self._read = renewed, time.monotonic()
        return renewed

    async def _renew(self, version: int) -> Grant:
        until = time.monotonic() + PATIENCE
        while True:
            mine, grant = await self._tokens.begin(version, self._clock(), LEASE)
            if mine:
                return await self._spend(grant)
            if grant.gone:
                raise NoToken("not connected", grant.why or CONSENT_AGAIN)
            if grant.version != version:
                return grant
            while (seen := await self._tokens.current()) and seen.version == version and seen.refreshing_since:
                if time.monotonic() > until:
                    raise NoToken("connecting", "another process renews the tokens", 2.0)
                await asyncio.sleep(LOOK)  # no other process can wake us but through its row

    async def _spend(self, held: Grant) -> Grant:
        """Use the refresh token up, and keep what it buys."""
        if held.unsure:
            log.warning("a renewal was cut short; its refresh token is tried again", channel="zalo-oa")
        answer = await self._oauth.refresh(held.refresh)
        unsure = held.unsure
        if isinstance(answer, Lost) and answer.perhaps:
            unsure = True
            answer = await self._oauth.refresh(held.refresh)
        if isinstance(answer, Pair):
            return await self._keep(held.version, answer)
        gone = unsure and isinstance(answer, Refused)
        unsure = unsure or (isinstance(answer, Lost) and answer.perhaps)
        pause = 60 if isinstance(answer, Refused) or unsure else 1
        wait = dt.timedelta(seconds=min(3600, pause * 2**held.failures))
        await self._tokens.failed(
            held.version, held.refreshing_since, why=answer.why, unsure=unsure, gone=gone,
            next_try=None if gone else self._clock() + wait,
        )  # fmt: skip
        if gone:
            self._alarm("an admin of the OA must consent again", why=answer.why)
            raise NoToken("not connected", f"{CONSENT_AGAIN} ({answer.why})")
        if isinstance(answer, Refused):
            self._alarm("the renewal of the tokens was refused", why=answer.why)
            raise NoToken("refused", answer.why, wait.total_seconds())
        if unsure:
            self._alarm("the answer to a renewal of the tokens was lost", why=answer.why)
        raise NoToken("unreachable", answer.why, wait.total_seconds())

    async def _keep(self, version: int, pair: Pair) -> Grant:
        """The only copy of a pair is in this process: nothing else is done until it is kept."""
        for number in range(SAVES):
            now = self._clock()
            try:
                return await self._tokens.renewed(
                    version, access=pair.access, refresh=pair.refresh, now=now, expires_at=expiry(now, pair)
                )
            except Exception as error:  # noqa: BLE001 - whatever ails the database, the pair must outlive it
                log.error("the new tokens cannot be kept yet", channel="zalo-oa", error=type(error).__name__)
                await asyncio.sleep(min(30.0, 0.2 * 2**number))
        raise NoToken("unreachable", "the database does not take the new tokens")

    def _alarm(self, what: str, **more: object) -> None:
        """Once an hour for each thing."""
        now = self._clock()
        if now - self._alarms.get(what, now - dt.timedelta(days=1)) > dt.timedelta(hours=1):
            self._alarms[what] = now
            log.error("alarm", channel="zalo-oa", what=what, **more)
