"""A strict SMS gateway on loopback, in the three ways that gateways are built: JSON, a form, a query.

Like real ones it says most failures with HTTP 200 and a code of its own; `taken` is what was paid for.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal

import orjson
from aiohttp import web

from bot.channels.segments import segments

KEY, SENDER = "khoa-bi-mat-cua-cong", "PHUONG SDEC"
Fault = Literal[
    "429", "503", "500", "502", "401", "403", "402", "404", "302", "cut", "cut after", "slow", "html", "no money"
]


@dataclass
class SmsGateway:
    """One gateway and what it took."""

    taken: list[dict[str, str]] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)  # for the next messages, one each
    per_second: int = 1000
    most: int = 10  # segments
    refused: list[str] = field(default_factory=list)
    root: str = ""
    slow: float = 1.0
    _second: int = 0
    _count: int = 0

    async def json(self, request: web.Request) -> web.StreamResponse:
        """`POST` of JSON, the key in a header."""
        if request.headers.get("Authorization") != f"Bearer {KEY}":
            return web.Response(status=401, text="who are you")
        if request.content_type != "application/json":
            return web.Response(status=400, text="JSON please")
        body = orjson.loads(await request.read())
        if set(body) != {"phone", "message", "brandname", "unicode"} or not all(
            isinstance(v, str) for v in body.values()
        ):
            return web.json_response({"code": "99", "detail": f"bad fields for {body.get('phone')}"})
        return await self._take(request, body["phone"], body["message"], body["brandname"], body["unicode"])

    async def form(self, request: web.Request) -> web.StreamResponse:
        """`POST` of a form, the key in a field."""
        if request.content_type != "application/x-www-form-urlencoded":
            return web.Response(status=400, text="a form please")
        fields = dict(await request.post())
        return await self._keyed(request, {name: str(value) for name, value in fields.items()})

    async def query(self, request: web.Request) -> web.StreamResponse:
        """`GET`, everything in the address."""
        return await self._keyed(request, dict(request.query))

    async def _keyed(self, request: web.Request, fields: dict[str, str]) -> web.StreamResponse:
        if fields.pop("key", None) != KEY:
            return web.Response(status=403)
        if set(fields) != {"to", "text", "from", "type"}:
            return web.json_response({"code": "99"})
        return await self._take(request, fields["to"], fields["text"], fields["from"], fields["type"])

    async def _take(self, request: web.Request, to: str, text: str, sender: str, unicode: str) -> web.StreamResponse:
        fault = self.faults.popleft() if self.faults else None
        if fault and fault.isdigit():
            return web.Response(
                status=int(fault), text=f"failed for {to}", headers={"Location": "https://elsewhere.example/"}
            )
        if fault == "cut":
            return _cut(request)
        if fault == "html":
            return web.Response(text=f"<html>maintenance {to}</html>", content_type="text/html")
        if fault == "no money":
            return web.json_response({"code": "103", "detail": "Balance not enough to send message"})
        if wrong := self._wrong(to, text, sender, unicode):
            self.refused.append(wrong)
            return web.json_response({"code": "101", "detail": wrong})
        if int(time.monotonic()) != self._second:
            self._second, self._count = int(time.monotonic()), 0
        self._count += 1
        if self._count > self.per_second:
            return web.Response(status=429)
        self.taken.append({"to": to, "text": text})
        if fault == "slow":
            await asyncio.sleep(self.slow)
        if fault == "cut after":
            return _cut(request)
        return web.json_response({"code": "100", "sms_id": f"sms-{len(self.taken)}"})

    def _wrong(self, to: str, text: str, sender: str, unicode: str) -> str | None:
        found = segments(text)
        if not re.fullmatch(r"84[1-9]\d{8,9}", to):
            return "phone"
        if sender != SENDER:
            return "brandname"
        if not text.strip() or found.count > self.most:
            return "length"
        if unicode != ("0" if found.alphabet == "GSM-7" else "1"):
            return "unicode"
        return None


def _cut(request: web.Request) -> web.Response:
    assert request.transport
    request.transport.abort()
    return web.Response()


def settings(gateway: SmsGateway, **more: Any) -> dict[str, Any]:
    """The settings of the JSON way."""
    return {
        "sms_url": f"{gateway.root}/json",
        "sms_body": '{"phone": "{to}", "message": "{text}", "brandname": "{sender}", "unicode": "{unicode}"}',
        "sms_headers": {"Authorization": f"Bearer {KEY}"},
        "sms_success": r'"code": ?"100", ?"sms_id": ?"(?P<id>[^"]+)"',
        "sms_failure": r'"code": ?"(99|101)"',
        "sms_stop": r'"code": ?"103"',
        "sms_sender": SENDER,
        "sms_per_second": 100,
    } | more


@asynccontextmanager
async def sms_gateway() -> AsyncIterator[SmsGateway]:
    """A running gateway."""
    gateway = SmsGateway()
    app = web.Application()
    app.router.add_post("/json", gateway.json)
    app.router.add_post("/form", gateway.form)
    app.router.add_get("/query", gateway.query)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        gateway.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
        yield gateway
    finally:
        await runner.cleanup()
