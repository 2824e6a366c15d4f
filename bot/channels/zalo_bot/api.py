"""One call to the Zalo Bot API, and what its answers mean. Errors come with HTTP 200: only `ok` decides."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.channels.channel import Outcome

CUT: Final = -1  # our own codes, for what the platform did not say: no answer was seen
UNREACHED: Final = -2  # no connection came about, so nothing was sent
LONGEST: Final = 1024 * 1024  # bytes of an answer that are read
CONNECT: Final = 5.0  # seconds
JSON: Final = {"Content-Type": "application/json"}
KEEPALIVE: Final = 4.0  # shorter than any server's: a send into a connection just closed would be "unknown"
ECHO: Final = 12  # characters in common with what was sent: then their words may quote a person, and are not kept

# What a code of the reference means, by the official list and what was measured. Whatever is not here is UNKNOWN.
ERRORS: Final[Mapping[int, tuple[Outcome, str]]] = {
    400: (Outcome.REFUSED, "the message or the chat is at fault"),
    401: (Outcome.ACCOUNT, "the token is wrong or was reset: take the new one from Zalo Bot Creator"),
    403: (Outcome.REPEAT, "an error inside Zalo"),  # "internal server error", no matter of rights
    404: (Outcome.ACCOUNT, "no such method: HOIPHUONG_ZALO_BOT_API_URL leads elsewhere"),
    408: (Outcome.UNKNOWN, "timed out"),  # of getUpdates it only means: nothing new
    426: (Outcome.REPEAT, "asked too often today"),
    429: (Outcome.REPEAT, "too fast, or the month's messages are used up"),
    500: (Outcome.UNKNOWN, "Zalo failed"),
    502: (Outcome.UNKNOWN, "Zalo failed"),
    503: (Outcome.UNKNOWN, "Zalo failed"),
    504: (Outcome.UNKNOWN, "Zalo failed"),
    CUT: (Outcome.UNKNOWN, "no answer"),
    UNREACHED: (Outcome.REPEAT, "Zalo cannot be reached"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of a call."""

    ok: bool
    code: int = 0
    result: Mapping[str, Any] = field(default_factory=dict)
    said: str = ""  # their words, masked

    @property
    def outcome(self) -> Outcome:
        """What it means for a bubble."""
        return Outcome.SENT if self.ok else ERRORS.get(self.code, (Outcome.UNKNOWN, ""))[0]

    @property
    def reason(self) -> str:
        """Code, meaning and their words, fit for a log."""
        meaning = ERRORS.get(self.code, (Outcome.UNKNOWN, "an answer never seen before"))[1]
        return f"{self.code if self.code > 0 else ''} {meaning}{f' ({self.said})' if self.said else ''}".strip()


@cache
def _timeout(wait: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=wait, sock_connect=CONNECT)


class Api:
    """The eleven calls are all the same: POST and JSON, since multipart is not read."""

    def __init__(self, root: str, token: str, *secrets: str | None) -> None:
        self._root = f"{root.rstrip('/')}/bot{quote(token, safe=':')}/"
        plain = [token, token.partition(":")[2], *filter(None, secrets)]
        self._masked = sorted(
            {form for word in plain for form in (word, quote(word, safe=""))}, key=len, reverse=True
        )
        self._session: aiohttp.ClientSession | None = None

    async def call(self, method: str, params: Mapping[str, object], *, wait: float) -> Answer:
        """Call a method; `wait` seconds for the whole of it. Nothing is raised, no address gets into a log."""
        url, body = URL(self._root + method, encoded=True), orjson.dumps(params)
        try:
            async with self._open().post(
                url, data=body, headers=JSON, timeout=_timeout(wait), allow_redirects=False
            ) as response:
                return self._read(response.status, await _body(response), params)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError):
            return Answer(ok=False, code=UNREACHED)
        except (aiohttp.ClientError, TimeoutError, OSError):
            return Answer(ok=False, code=CUT)

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session:
            await self._session.close()
            self._session = None

    def mask(self, text: str) -> str:
        """`text` without the token and the secret, in whatever form, and without long numbers."""
        for word in self._masked:
            if len(word) >= 6:  # a shorter one would blot out innocent words, and is no secret
                text = text.replace(word, "***")
        return re.sub(r"\d[\d .-]{5,}\d", "***", text)

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(keepalive_timeout=KEEPALIVE)
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        return self._session

    def _read(self, status: int, raw: bytes, params: Mapping[str, object]) -> Answer:
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError:
            data = None
        if not isinstance(data, dict) or not isinstance(data.get("ok"), bool):
            # a gateway's page, which may echo the address with the token: only its status counts
            return Answer(ok=False, code=status if status >= 400 else CUT)
        if data["ok"] and 200 <= status < 300:
            result = data.get("result")
            return Answer(ok=True, result=result if isinstance(result, dict) else {})
        code = _code(data.get("error_code")) or (status if status >= 400 else CUT)
        return Answer(ok=False, code=code, said=self._said(data.get("description"), params))

    def _said(self, words: object, params: Mapping[str, object]) -> str:
        words = self.mask(" ".join(words.split()))[:120] if isinstance(words, str) else ""
        sent = " ".join(str(value) for value in params.values())
        pieces = (words[i : i + ECHO] for i in range(len(words) - ECHO + 1))
        return "" if any(piece in sent for piece in pieces) or (words and words in sent) else words


async def _body(response: aiohttp.ClientResponse) -> bytes:
    if response.content_length is not None and response.content_length <= LONGEST:
        return await response.read()
    raw = bytearray()
    async for chunk in response.content.iter_chunked(65536):
        raw += chunk
        if len(raw) > LONGEST:
            break
    return bytes(raw)


def _code(value: object) -> int:
    """The code, which may come as a number or as text; 0 where it is neither."""
    text = str(value).strip()
    return int(text) if not isinstance(value, bool) and text.isascii() and text.isdigit() and len(text) < 6 else 0
