"""The library's Bot, set up so that the token stands in no log and every answer's status is known."""

from __future__ import annotations

import asyncio
import logging
import os
import ssl
from collections.abc import Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
import orjson
from telegram import Bot
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

os.environ.setdefault("PTB_TIMEDELTA", "1")  # the coming form of `retry_after`; without it the library warns
for _name, _level in {
    "httpx": logging.WARNING,  # at INFO it logs each address, and the address holds the token
    "httpcore": logging.WARNING,
    "telegram": logging.WARNING,  # at DEBUG it logs what people are told
    "telegram.request": logging.CRITICAL,  # logs bodies that it cannot read, a proxy's page with our address in it
    "telegram.request.BaseRequest": logging.CRITICAL,
}.items():
    logging.getLogger(_name).setLevel(_level)

AT_ONCE: Final = 64  # connections; the outbox has 32 bubbles in flight, each perhaps with an answer to a press
JSON: Final = {"Content-Type": "application/json"}
CONNECT, READ, POOL = 5.0, 10.0, 5.0  # seconds
SPOKEN: Final = frozenset({400, 401, 403, 404, 409, 429})  # statuses that the library tells apart


class Answered(NetworkError):
    """A status that is no word of the Bot API's: a server in trouble, or a page put in its way."""

    def __init__(self, status: int) -> None:
        super().__init__(f"HTTP {status}")
        self.status = status


class _Request(BaseRequest):
    """The library's way out, by the client that the house has anyway: a quarter of the work of the library's own."""

    def __init__(self, *, connections: int, read: float, proxy: str | None) -> None:
        self._connections, self._read, self._proxy = connections, read, proxy
        self._session: aiohttp.ClientSession | None = None  # opened by the first call, within the loop

    @property
    def read_timeout(self) -> float:
        """Seconds of silence that a call may take."""
        return self._read

    async def initialize(self) -> None:
        """Nothing is opened before it is needed."""

    async def shutdown(self) -> None:
        """Let go of every connection."""
        if self._session:
            await self._session.close()
            self._session = None

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = None,
        write_timeout: Any = None,
        connect_timeout: Any = None,
        pool_timeout: Any = None,
    ) -> tuple[int, bytes]:
        silence = read_timeout if isinstance(read_timeout, float) else self._read
        return await self.ask(url, request_data.parameters if request_data else {}, silence, method)

    async def ask(
        self, url: str, params: Mapping[str, object], silence: float, method: str = "POST"
    ) -> tuple[int, bytes]:
        """The status and the body, of the Bot API and nobody else; `silence`: seconds that it may take."""
        if self._session is None:
            connector = aiohttp.TCPConnector(limit=self._connections, ssl=_trust())
            self._session = aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar())
        timeout = _timeout(silence)
        # As JSON: a form writes each Vietnamese letter as six signs and more, and packs lists into it as JSON anyway.
        try:
            async with self._session.request(
                method, url, data=orjson.dumps(params), headers=JSON, proxy=self._proxy, timeout=timeout,
                allow_redirects=False,
            ) as response:  # fmt: skip
                return _heard(response.status, await response.read())
        except TimeoutError as error:
            raise TimedOut from error
        except aiohttp.ClientError as error:  # without its words, which hold the address
            raise NetworkError(type(error).__name__) from error


@cache
def _timeout(silence: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(connect=CONNECT + POOL, sock_connect=CONNECT, sock_read=silence)


class _Refused(_Request):
    """A refusal that was heard already, for the library to put into its own words."""

    def __init__(self, status: int, payload: bytes) -> None:
        super().__init__(connections=0, read=0.0, proxy=None)
        self._said = status, payload

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        return self._said


class _Socks(HTTPXRequest):
    """The library's own way out, where a SOCKS proxy stands before us."""

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        return _heard(*await super().do_request(*args, **kwargs))


def _heard(status: int, payload: bytes) -> tuple[int, bytes]:
    """A carrier's or proxy's own 403 page must not count as "this person blocked the bot"."""
    if 200 <= status < 300 or (status in SPOKEN and _is_refusal(status, payload)):
        return status, payload
    raise Answered(status)


def _is_refusal(status: int, payload: bytes) -> bool:
    try:
        said = orjson.loads(payload)
    except orjson.JSONDecodeError:
        return False
    if not isinstance(said, dict) or said.get("ok") is not False:
        return False
    parameters = said.get("parameters")
    return status != 429 or (isinstance(parameters, dict) and isinstance(parameters.get("retry_after"), int))


class _Bot(Bot):
    async def call(self, method: str, params: Mapping[str, object], read_timeout: float) -> Any:
        # Raw, by name: an outbox row holds a method and its parameters, and of the answer we need the id alone.
        way = self._request[0 if method == "getUpdates" else 1]
        if not isinstance(way, _Request):
            return await self._post(method, dict(params), read_timeout=read_timeout)
        url = f"{self.base_url}/{method}"
        told = {name: value for name, value in params.items() if value is not None}
        status, payload = await way.ask(url, told, read_timeout)
        if not 200 <= status < 300:
            return await _Refused(status, payload).post(url)
        try:
            return orjson.loads(payload)["result"]
        except (orjson.JSONDecodeError, TypeError, KeyError):
            return way.parse_json_payload(payload)["result"]  # fails again, in the library's words


@cache
def _trust() -> ssl.SSLContext:
    """Read once: it is most of what a connection costs to set up."""
    return httpx.create_ssl_context()


def _proxy_of_the_machine(root: str) -> str | None:
    """As HTTPS_PROXY and NO_PROXY say; looked up once, not with each call."""
    parts = urlsplit(root)
    return None if proxy_bypass(parts.hostname or "") else getproxies().get(parts.scheme)


def _way_out(connections: int, read: float, proxy: str | None) -> BaseRequest:
    if proxy and proxy.startswith("socks"):
        return _Socks(
            connections, read_timeout=read, connect_timeout=CONNECT, pool_timeout=POOL, proxy=proxy,
            httpx_kwargs={"verify": _trust()},
        )  # fmt: skip
    return _Request(connections=connections, read=read, proxy=proxy)


class Client:
    """One bot's connection to the Bot API."""

    def __init__(self, token: str, *, root: str, proxy: str | None = None, read: float = READ) -> None:
        self.bot_id = int(token.partition(":")[0])
        self._read = read
        proxy = proxy or _proxy_of_the_machine(root)
        self._requests = tuple(_way_out(n, read, proxy) for n in (1, AT_ONCE))  # getUpdates has its own
        self._bot = _Bot(
            token,
            base_url=f"{root.rstrip('/')}/bot",
            base_file_url=f"{root.rstrip('/')}/file/bot",
            get_updates_request=self._requests[0],
            request=self._requests[1],
        )

    async def call(self, method: str, params: Mapping[str, object] | None = None, *, longer: float = 0.0) -> Any:
        """The result of one method; the library's errors. `longer`: seconds that a long poll may stay silent."""
        return await self._bot.call(method, params or {}, self._read + longer)

    async def close(self) -> None:
        """Let go of every connection."""
        await asyncio.gather(*(request.shutdown() for request in self._requests))
