"""The Official Account as a channel: connection, sending, and what whoever sets it up should know."""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

import structlog

from bot.channels.channel import (
    SHOWN,
    Health,
    Ignored,
    Note,
    Outcome,
    Outgoing,
    SendResult,
    State,
    Update,
    uncounted,
)
from bot.channels.ports import Tokens
from bot.channels.zalo_oa import codes, events, groups, history, rendering
from bot.channels.zalo_oa.access import CONSENT_AGAIN, LIFE, Access, NoToken, expiry
from bot.channels.zalo_oa.api import Answer, Api, Silent
from bot.channels.zalo_oa.oauth import Consent, OAuth, Pair, WrongCallback
from bot.channels.zalo_oa.results import result, text_of
from content.hours import HERE
from content.texts import Texts, day
from handlers.contract import Reply

log = structlog.get_logger()
REVOKED: Final = f"the OA took its consent back; {CONSENT_AGAIN}"
MESSAGE: Final = "/v3.0/oa/message/cs"
GROUP_MESSAGE: Final = "/v3.0/oa/group/message"
GETOA: Final = "/v2.0/oa/getoa"


class ZaloOa:
    """One Official Account. What matters stands in `Tokens`; here are connections and counters."""

    name = "zalo-oa"

    def __init__(
        self,
        *,
        signature: events.Signature,
        oauth: OAuth,
        access: Access,
        api: Api,
        tokens: Tokens,
        oa_id: str | None,
        public_url: str,
        per_second: float = 1.0,
        template: str = "button",
        ignored: Ignored = uncounted,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.limits = rendering.limits(per_second)
        self.health = Health()
        self.signature = signature
        self._ignored = ignored
        self.api = api
        self._oauth = oauth
        self._access = access
        self._tokens = tokens
        self._wanted_oa = oa_id
        self._oa_id = oa_id
        self._public_url = public_url
        self._template = template
        self._clock = clock
        self._revoked: dt.datetime | None = None
        self._quota_told = False
        self._shown = lru_cache(SHOWN)(self._show)

    def address(self, start: str) -> str | None:
        """The account's page; no link of Zalo's carries anything to an Official Account, as of 2026-11."""
        return f"https://zalo.me/{self._oa_id}" if self._oa_id else None

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the call carries Zalo's signature."""
        return self.signature.verified(headers, raw)

    def is_probe(self, raw: bytes) -> bool:
        """The empty call when the address is saved."""
        return events.is_probe(raw)

    def receive(self, raw: bytes) -> Sequence[Update]:
        """The updates of an event; a revoked consent also ends the connection at once."""
        event = events.read(raw)
        found = events.updates(event, self._oa_id, dt.datetime.fromtimestamp(self._clock(), dt.UTC))
        if not found:
            self._ignored(event.get("event_name"))
        for update in found:
            if update.what == "revoked":  # written down by the next try to connect, which comes soon
                self._revoked = update.at
                self._is("not connected", REVOKED)
        return found

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        """One bubble where it fits, three at most, buttons below the last."""
        return self._shown(reply, text, update.group)

    def _show(self, reply: Reply, text: Texts, group: bool) -> Sequence[Outgoing]:
        return rendering.render(reply, text, group=group, public_url=self._public_url, template=self._template)

    async def connect(self, *, webhook: str | None) -> None:
        """Get a token and ask who we are. The webhook's address can only be set by hand, in Zalo's console."""
        try:
            await self._note_revoked()
            grant = await self._access.grant(fresh=True)
            self._oa_id = self._wanted_oa or grant.oa_id
            await self._access.tend()
            answer = await self.api.get(GETOA)
        except NoToken as error:
            return self._is(error.state, error.why)
        except Silent as error:
            return self._is("unreachable", error.why)
        except Exception as error:  # noqa: BLE001 - the database may be away: the connection is tried again
            return self._is("unreachable", type(error).__name__)
        return await self._introduced(answer)

    async def tend(self) -> None:
        """Renew the token by schedule; see whether another process lost the consent."""
        try:
            await self._access.tend()
        except NoToken as error:
            self._is(error.state, error.why)
        except Exception as error:  # noqa: BLE001 - the database may be away; the token in hand still works
            log.warning("tending failed", channel=self.name, error=type(error).__name__)

    async def send(self, chat: str, outgoing: Outgoing) -> SendResult:
        """One bubble, to a person or a group."""
        body = outgoing.body
        group = bool(body.get("group"))
        recipient = {"group_id" if group else "user_id": chat}
        try:
            answer = await self.api.post(
                GROUP_MESSAGE if group else MESSAGE, {"recipient": recipient, "message": body.get("message")}
            )
        except NoToken as error:
            return self._without_token(error)
        except Silent as error:
            outcome = Outcome.UNKNOWN if error.perhaps else Outcome.REPEAT
            return SendResult(outcome=outcome, reason=error.why)
        except Exception as error:  # noqa: BLE001 - the database may be away while the token is read: nothing was sent
            return SendResult(outcome=Outcome.REPEAT, reason=type(error).__name__)
        return self._settled(answer, body)

    async def missed(self, since: dt.datetime, until: dt.datetime) -> Sequence[Update]:
        """What people wrote and the webhook did not bring."""
        return await history.missed(self.api, self._oa_id, since, until) if self._oa_id else ()

    async def groups(self) -> Sequence[groups.Group]:
        """The groups that the account owns; `NotRead` says why they cannot be listed."""
        return await groups.owned(self.api)

    async def poll(self) -> AsyncIterator[Sequence[Update]]:
        """The OA has webhooks only."""
        nothing: tuple[Sequence[Update], ...] = ()
        for updates in nothing:
            yield updates

    async def close(self) -> None:
        """End a renewal under way, then let go."""
        await self._access.close()
        await self.api.close()

    async def inspect(self) -> Sequence[Note]:
        """Where the webhook belongs, token, package and rights, in words."""
        url = f"{self._public_url.rstrip('/')}/webhook/{self.name}"
        host = urlsplit(url)
        if host.scheme != "https" or host.port:
            return [Note(key="zalo_oa.not_https", fields={"url": url}, wrong=True), *await self._looked()]
        return [Note(key="zalo_oa.webhook", fields={"url": url}), *await self._looked()]

    async def _looked(self) -> list[Note]:
        try:
            grant = await self._access.grant(fresh=True)
            answer = await self.api.get(GETOA)
        except NoToken as error:
            fix = "consent" if error.state == "not connected" else "wait"
            return [Note(key=f"zalo_oa.fix.{fix}", fields={"why": error.why}, wrong=True)]
        except Silent as error:
            return [Note(key="zalo_oa.fix.wait", fields={"why": error.why}, wrong=True)]
        notes = []
        if grant.refreshed_at:
            last = grant.refreshed_at + LIFE
            expires = f"{grant.expires_at.astimezone(HERE):%H:%M %d/%m/%Y}"
            notes.append(Note(key="zalo_oa.token", fields={"expires": expires, "last": day(last.astimezone(HERE))}))
        if answer.code == 0:
            package = str(answer.data.get("package_name") or "?")
            until = str(answer.data.get("package_valid_through_date") or "?")
            name = str(answer.data.get("name") or "?")
            notes.append(Note(key="zalo_oa.package", fields={"name": name, "package": package, "until": until}))
            if answer.data.get("is_verified") is False:
                notes.append(Note(key="zalo_oa.fix.verify", wrong=True))
            if (given := _oa_of(answer)) and self._wanted_oa and given != self._wanted_oa:
                fields = {"given": given, "wanted": self._wanted_oa}
                notes.append(Note(key="zalo_oa.fix.other_oa", fields=fields, wrong=True))
        else:
            notes.append(_fix(answer))
        return notes

    def consent(self, state: str | None = None) -> Consent:
        """What an admin of the account must open; `state` comes back with him."""
        return self._oauth.consent(self._public_url, state)

    async def consented(self, consent: Consent, address: str) -> str:
        """Keep the tokens for the consent in `address`; the account's id. `WrongCallback` says what is wrong."""
        known = await self._tokens.current()
        code, oa_id = consent.code(address, oa_id=self._wanted_oa or (known.oa_id if known else None))
        answer = await self._oauth.exchange(code, consent.verifier)
        if not isinstance(answer, Pair):
            raise WrongCallback("zalo_oa.consent.refused", why=answer.why)
        now = dt.datetime.now(dt.UTC)
        await self._tokens.connected(
            oa_id=oa_id, access=answer.access, refresh=answer.refresh, expires_at=expiry(now, answer), now=now
        )
        return oa_id

    async def _note_revoked(self) -> None:
        if self._revoked:
            await self._tokens.revoked(REVOKED, self._revoked)
            self._revoked = None

    async def _introduced(self, answer: Answer) -> None:
        """What `getoa` says: who we are, or why not."""
        if answer.code != 0:
            outcome, why = codes.meaning(answer.code, answer.message)
            state: State = "refused" if outcome is Outcome.ACCOUNT else "unreachable"
            return self._is(state, f"{answer.code}: {why}")
        given = _oa_of(answer)
        if given and self._wanted_oa and given != self._wanted_oa:
            return self._is("refused", f"the token is of OA {given}, HOIPHUONG_ZALO_OA_ID is {self._wanted_oa}")
        if given and given != self._oa_id:
            await self._tokens.learnt(given)
            self._oa_id = given
        return self._is("ready", "")

    def _is(self, state: State, why: str) -> None:
        if state != "ready" and (state, why) != (self.health.state, self.health.why):
            log.warning("zalo-oa", state=state, why=why)
        self.health.state, self.health.why = state, why

    def _without_token(self, error: NoToken) -> SendResult:
        if error.state in {"not connected", "refused"}:
            self._is(error.state, error.why)
            return SendResult(outcome=Outcome.ACCOUNT, reason=error.why)
        return SendResult(outcome=Outcome.REPEAT, wait=error.wait, everyone=True, reason=error.why)

    def _settled(self, answer: Answer, body: Mapping[str, object]) -> SendResult:
        found = result(answer, body, self._clock())
        if found.outcome is Outcome.SENT:
            self._watch_quota(answer)
        elif found.outcome is Outcome.ACCOUNT:
            self._is("refused", found.reason)
        elif answer.code == codes.AGAINST_RULES:
            log.error("alarm", channel=self.name, what="a message is against the platform's rules")
        return found

    def _watch_quota(self, answer: Answer) -> None:
        """Replies are free as long as Zalo counts them as replies."""
        quota = answer.data.get("quota")
        kind = quota.get("quota_type") if isinstance(quota, dict) else None
        if kind not in {None, "reply"} and not self._quota_told:
            self._quota_told = True
            log.error("alarm", channel=self.name, what="answers are no longer free replies", quota=str(kind)[:40])


def _fix(answer: Answer) -> Note:
    _, why = codes.meaning(answer.code, answer.message)
    fix = codes.FIXES.get(answer.code or 0, "wait")
    return Note(key=f"zalo_oa.fix.{fix}", fields={"why": f"{answer.code}: {why}"}, wrong=True)


def _oa_of(answer: Answer) -> str | None:
    """Documented as `oaid`, seen as `oa_id`."""
    return text_of(answer.data.get("oaid")) or text_of(answer.data.get("oa_id"))
