"""SMS through any gateway that takes one HTTP call a message; it only sends. Plain text, counted in paid segments.

What the gateway says stays here: its words may repeat a number or a message, so reasons name our meaning alone.
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from html import escape
from typing import Final
from urllib.parse import quote, urlsplit

import aiohttp
import orjson
import structlog

from bot.channels import plain
from bot.channels.channel import Health, Limits, Note, Outcome, Outgoing, SendResult, State, Update
from bot.channels.ports import Ports
from bot.channels.segments import PART, SINGLE, Segments, segments, unaccented
from bot.settings import Settings
from handlers.contract import Reply, Texts

log = structlog.get_logger()
TIMEOUT: Final = aiohttp.ClientTimeout(total=20, sock_connect=8)
LONGEST: Final = 64 * 1024  # bytes of an answer that are read
COUNTRY: Final = "84"
PLACE: Final = re.compile(r"\{(to|local|text|sender|unicode)\}")
UNREACHED: Final = (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError, aiohttp.InvalidURL)

STATUSES: Final[Mapping[int, tuple[Outcome, str]]] = {  # what a status means where the success pattern is not there
    401: (Outcome.ACCOUNT, "the gateway does not know us: look at SMS_BODY and SMS_HEADERS"),
    402: (Outcome.ACCOUNT, "the account has no money left"),
    403: (Outcome.ACCOUNT, "the gateway does not let us: look at SMS_BODY, SMS_HEADERS and our address there"),
    404: (Outcome.ACCOUNT, "no gateway at SMS_URL"),
    405: (Outcome.ACCOUNT, "the gateway wants another SMS_METHOD"),
    429: (Outcome.REPEAT, "too many at once: lower SMS_PER_SECOND"),
    503: (Outcome.REPEAT, "the gateway takes nothing now"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a message takes, and comes to."""

    segments: Segments
    dong: int | None  # None where no price is set


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """How this gateway is called, and how its answers are read."""

    url: str
    method: str
    body: str
    headers: Mapping[str, str]
    success: re.Pattern[str]
    failure: re.Pattern[str] | None
    stop: re.Pattern[str] | None
    sender: str

    def call(self, number: str, text: str) -> tuple[str, bytes | None, dict[str, str]]:
        """Address, body and headers of one message; each value in the form that stands around it."""
        values = {
            "to": number, "local": "0" + number.removeprefix(COUNTRY), "text": text, "sender": self.sender,
            "unicode": "0" if segments(text).alphabet == "GSM-7" else "1",
        }  # fmt: skip
        kind, form = _form(self.body) if self.method == "POST" else ("", _in_address)
        address, filled = _filled(self.url, values, _in_address), _filled(self.body, values, form)
        if self.method == "GET":
            joined = address + ("&" if "?" in address else "?") + filled if filled else address
            return joined, None, dict(self.headers)
        return address, filled.encode(), {"Content-Type": kind, **self.headers}

    def read(self, status: int, said: str) -> SendResult:
        """What an answer comes to; one that nobody described may stand for a message that was sent."""
        if 200 <= status < 300 and (found := self.success.search(said)):
            number = found.groupdict().get("id")
            return SendResult(outcome=Outcome.SENT, message_id=number[:120] if number else None)
        if self.stop and self.stop.search(said):
            return SendResult(outcome=Outcome.ACCOUNT, reason="the gateway stopped us: SMS_STOP is in its answer")
        if self.failure and self.failure.search(said):
            return SendResult(outcome=Outcome.REFUSED, reason="SMS_FAILURE is in the answer")
        if status in STATUSES:
            outcome, why = STATUSES[status]
            return SendResult(outcome=outcome, everyone=outcome is Outcome.REPEAT, reason=f"{status}: {why}")
        if 300 <= status < 400:
            return SendResult(outcome=Outcome.ACCOUNT, reason=f"{status}: SMS_URL leads elsewhere")
        if 400 <= status < 500:
            return SendResult(outcome=Outcome.REFUSED, reason=f"{status}: the gateway refused the message")
        return SendResult(outcome=Outcome.UNKNOWN, reason=f"{status}: neither SMS_SUCCESS nor SMS_FAILURE")


class Sms:
    """One gateway."""

    name = "sms"

    def __init__(
        self, gateway: Gateway, *, most: int, price: int, bare: bool, per_second: float, public_url: str
    ) -> None:
        self.health = Health()
        self._gateway = gateway
        self._price = price
        self._bare = bare
        self._public_url = public_url
        self._most = most
        alphabet = "GSM-7" if bare else "UCS-2"
        self.limits = Limits(
            text=_room(alphabet, most), bubbles=1, buttons=0, button_title=100, per_second=per_second,
            burst=max(1, round(per_second)),
        )  # fmt: skip
        self._session: aiohttp.ClientSession | None = None

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Nobody: nothing comes in by SMS."""
        return False

    def is_probe(self, raw: bytes) -> bool:
        """No."""
        return False

    def receive(self, raw: bytes) -> Sequence[Update]:
        """Nothing."""
        return ()

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        """One message. Calls and pages are lines; choices are left out, since no answer to them can come in."""
        shown = replace(reply, buttons=tuple(b for b in reply.buttons if not plain.is_choice(b)))
        body = plain.parts(plain.without_choices(shown))
        links = plain.choices(shown.buttons, said="\n".join(part.text for part in body))
        address = plain.page(reply, self._public_url)
        bubbles = plain.fitted(
            body,
            ["\n".join(links)] if links else [],
            limit=self.limits.text,
            most=1,
            count=self._counted,
            left_out=lambda names: plain.more(text, names, address),
        )
        said = bubbles[0] if bubbles else "…"
        return (Outgoing(body={"text": unaccented(said) if self._bare else said}),)

    async def connect(self, *, webhook: str | None) -> None:
        """A gateway has no call that costs nothing and tells all: it is taken for ready until it says otherwise."""
        self.health.state, self.health.why = "ready", ""

    async def send(self, chat: str, outgoing: Outgoing) -> SendResult:
        """One message to one number."""
        number = normalised(chat)
        if number is None:
            return SendResult(outcome=Outcome.REFUSED, reason="no telephone number of Viet Nam")
        url, body, headers = self._gateway.call(number, str(outgoing.body.get("text", "")))
        try:
            async with self._open().request(
                self._gateway.method, url, data=body, headers=headers, allow_redirects=False
            ) as response:
                said = (await response.content.read(LONGEST)).decode("utf-8", "replace")
                result = self._gateway.read(response.status, said)
        except UNREACHED as error:
            return SendResult(outcome=Outcome.REPEAT, everyone=True, wait=30.0, reason=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError) as error:  # without its words, which hold the address
            return SendResult(outcome=Outcome.UNKNOWN, reason=type(error).__name__)
        if result.outcome is Outcome.ACCOUNT:
            self._is("refused", result.reason)
        return result

    def cost(self, outgoing: Outgoing) -> Cost:
        """What this message takes, before anything is sent."""
        found = segments(str(outgoing.body.get("text", "")))
        return Cost(segments=found, dong=found.count * self._price if self._price else None)

    async def poll(self) -> AsyncIterator[Sequence[Update]]:
        """Nothing comes in."""
        nothing: tuple[Sequence[Update], ...] = ()
        for updates in nothing:
            yield updates

    async def tend(self) -> None:
        """Nothing ages here."""

    async def inspect(self) -> Sequence[Note]:
        """Where messages go, under which name, and what a segment costs; no gateway can be asked without paying."""
        fields = {"host": urlsplit(self._gateway.url).hostname or "?", "sender": self._gateway.sender or "–"}
        notes = [Note(key="sms.gateway", fields=fields)]
        if urlsplit(self._gateway.url).scheme != "https":
            notes.append(Note(key="sms.not_https", wrong=True))
        notes.append(Note(key="sms.bare" if self._bare else "sms.accented", fields={"most": self._most}))
        price = Note(key="sms.price", fields={"price": self._price}) if self._price else Note(key="sms.no_price")
        return [*notes, price]

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session:
            await self._session.close()

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _counted(self, text: str) -> int:
        """Characters as the limit counts them; what needs no marks has the larger alphabet's room."""
        found = segments(unaccented(text) if self._bare else text)
        own = _room(found.alphabet, self._most)
        return found.used if own == self.limits.text else -(-found.used * self.limits.text // own)

    def _is(self, state: State, why: str) -> None:
        log.warning("sms", state=state, why=why)
        self.health.state, self.health.why = state, why


def build(settings: Settings, ports: Ports) -> Sms | None:
    """The gateway of these settings; None where it is off."""
    if not settings.sms_url:
        return None
    gateway = Gateway(
        url=settings.sms_url,
        method=settings.sms_method,
        body=settings.sms_body or "",
        headers=settings.sms_headers,
        success=re.compile(settings.sms_success or ""),
        failure=re.compile(settings.sms_failure) if settings.sms_failure else None,
        stop=re.compile(settings.sms_stop) if settings.sms_stop else None,
        sender=settings.sms_sender,
    )
    return Sms(
        gateway,
        most=settings.sms_segments,
        price=settings.sms_price,
        bare=settings.sms_unaccented,
        per_second=settings.sms_per_second,
        public_url=settings.public_url,
    )


def normalised(number: str) -> str | None:
    """A number of Viet Nam as 84…; None for what is none, and for short ones, which take no SMS."""
    bare = re.sub(r"[\s.()-]", "", number)
    found = re.fullmatch(r"(?:\+?84|0084|0)([1-9]\d{8,9})", bare, re.ASCII)
    return COUNTRY + found[1] if found else None


def _room(alphabet: str, most: int) -> int:
    return SINGLE[alphabet] if most == 1 else PART[alphabet] * most


def _filled(template: str, values: Mapping[str, str], form: Callable[[str], str]) -> str:
    """All places at once: a text that holds `{to}` stays as it is."""
    return PLACE.sub(lambda found: form(values[found[1]]), template)


def _form(body: str) -> tuple[str, Callable[[str], str]]:
    """The kind of a body by its first character, and how a value is written in it."""
    match body.lstrip()[:1]:
        case "{" | "[":
            return "application/json; charset=utf-8", _in_json
        case "<":
            return "text/xml; charset=utf-8", escape
        case _:
            return "application/x-www-form-urlencoded; charset=utf-8", _in_address


def _in_json(value: str) -> str:
    return orjson.dumps(value).decode()[1:-1]


def _in_address(value: str) -> str:
    return quote(value, safe="")
