"""A strict double of the Zalo Bot Platform: it refuses and injects whatever was measured or documented, and records
what each chat really shows. A real HTTP server on loopback; errors come with HTTP 200, as the platform's do."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import Counter, defaultdict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import urlsplit

import aiohttp
import orjson
from aiohttp import web

TOKEN: Final = "1234567890:bi-mat-cua-bot-Sa-Dec"
SECRET: Final = "mat-khau-webhook-123"
ACTIONS: Final = {"typing"}
PARAMS: Final[Mapping[str, set[str]]] = {
    "getMe": set(),
    "getUpdates": {"timeout"},
    "setWebhook": {"url", "secret_token"},
    "deleteWebhook": set(),
    "getWebhookInfo": set(),
    "testWebhook": set(),
    "sendMessage": {"chat_id", "text", "parse_mode", "text_styles"},
    "sendPhoto": {"chat_id", "photo", "caption", "parse_mode", "text_styles"},
    "sendSticker": {"chat_id", "sticker"},
    "sendChatAction": {"chat_id", "action"},
    "sendVoice": {"chat_id", "voice_url"},
}
Fault = Literal[
    "500", "502 page", "401", "403", "404", "408", "426", "429", "slow", "cut before", "cut after", "junk", "list"
]


@dataclass(frozen=True)
class Refusal(Exception):
    """An error of the platform."""

    code: int
    words: str


@dataclass
class ZaloBotPlatform:
    """One bot, the people and groups that know it, and what they see."""

    token: str = TOKEN
    name: str = "Bot Sa Đéc"
    can_join_groups: bool = True
    real_status: bool = False  # errors as HTTP status too
    text_codes: bool = False  # `error_code` as text
    any_url: bool = False  # let `http://` and loopback be a webhook, which the real one refuses
    month: int = 3000  # messages, both directions
    most_people: int = 50
    slow: float = 0.5  # seconds of a slow answer
    people: set[str] = field(default_factory=set)  # who wrote to the bot
    groups: set[str] = field(default_factory=set)
    blocked: set[str] = field(default_factory=set)
    shown: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # what each chat really shows
    calls: list[tuple[str, Any]] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    faults: deque[Fault] = field(default_factory=deque)  # for the next send calls, one each
    poll_faults: deque[Fault] = field(default_factory=deque)
    webhook: str = ""
    secret: str = ""
    used: int = 0
    lost: int = 0  # updates that came while nobody polled
    tests_left: int = 3
    down: bool = False  # every connection is cut
    verification_fails: bool = False

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._waiting: asyncio.Future[dict[str, Any]] | None = None
        self._runner: web.AppRunner | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    @property
    def url(self) -> str:
        """The root of the API."""
        return f"http://127.0.0.1:{self.port}"

    async def stop(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        if self._waiting and not self._waiting.done():
            self._waiting.cancel()
        if self._runner:
            await self._runner.cleanup()

    @property
    def polled(self) -> bool:
        """Whether somebody waits for updates now."""
        return self._waiting is not None and not self._waiting.done()

    def message(
        self, chat: str = "a" * 20, text: str | None = "làm khai sinh cần giấy gì", **changes: Any
    ) -> dict[str, Any]:
        """A text as live traffic has it; `changes` go over the message, `event` over the event's name."""
        event = changes.pop("event", "message.text.received")
        group = changes.pop("group", None)
        message = (
            {
                "message_id": f"{next(self._ids):020x}",
                "date": int(time.time() * 1000),
                "message_type": "CHAT_TEXT",
                "from": {"id": chat, "display_name": "Lan", "is_bot": False},
                "chat": {"id": group or chat, "chat_type": "GROUP" if group else "PRIVATE"},
            }
            | ({} if text is None else {"text": text})
            | changes
        )
        return {"event_name": event, "message": message}

    def hear(self, event: Mapping[str, Any]) -> None:
        """Somebody wrote: he can be answered from now on, and the message counts."""
        chat = event["message"]["chat"]
        (self.groups if chat["chat_type"] == "GROUP" else self.people).add(chat["id"])
        self.used += 1

    async def deliver(self, event: Mapping[str, Any], *, wrapped: bool = False, secret: str | None = None) -> int:
        """Send an event to the webhook; the status of the answer."""
        if "message" in event:
            self.hear(event)
        body = {"ok": True, "result": event} if wrapped else event
        return await self.post(orjson.dumps(body), secret=self.secret if secret is None else secret)

    async def post(self, raw: bytes, *, secret: str | None) -> int:
        """Send anything to the webhook, as the platform's Java client does."""
        headers = {"Content-Type": "application/json", "User-Agent": "Java/1.8"}
        if secret is not None:
            headers["X-Bot-Api-Secret-Token"] = secret
        async with (
            aiohttp.ClientSession() as session,
            session.post(self.webhook, data=raw, headers=headers) as response,
        ):
            return response.status

    def offer(self, event: Mapping[str, Any]) -> bool:
        """Hand an event to whoever polls now; lost where nobody does."""
        self.hear(event)
        if not self.polled:
            self.lost += 1
            return False
        assert self._waiting
        self._waiting.set_result(dict(event))
        return True

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return self._cut(request)
        method = request.path.rpartition("/")[2]
        try:
            params = await self._params(request, method)
            self.calls.append((method, params))
            if fault := self._fault(method):
                return await self._failing(fault, request, method, params)
            return self._json({"ok": True, "result": await self._do(method, params), "error_code": 0})
        except Refusal as refusal:
            self.refused.append(refusal)
            code: object = str(refusal.code) if self.text_codes else refusal.code
            status = refusal.code if self.real_status else 200
            return self._json({"ok": False, "description": refusal.words, "error_code": code}, status=status)

    async def _params(self, request: web.Request, method: str) -> dict[str, Any]:
        prefix = "/bot"
        token = request.path[len(prefix) :].rpartition("/")[0]
        if not request.path.startswith(prefix) or token != self.token:
            raise Refusal(401, "Unauthorized")
        if method not in PARAMS:
            raise Refusal(404, "Not Found")
        if request.content_type == "multipart/form-data":
            params: Any = {}  # it is not read
        else:
            raw = await request.read()
            params = orjson.loads(raw) if raw else dict(request.query)
        if not isinstance(params, dict):
            raise Refusal(400, "Bad Request")
        if unknown := set(params) - PARAMS[method]:
            raise Refusal(400, f"Unknown parameter {sorted(unknown)[0]}")
        return params

    def _fault(self, method: str) -> Fault | None:
        if method == "getUpdates":
            return self.poll_faults.popleft() if self.poll_faults else None
        return self.faults.popleft() if self.faults and method.startswith("send") else None

    async def _failing(
        self, fault: Fault, request: web.Request, method: str, params: dict[str, Any]
    ) -> web.StreamResponse:
        match fault:
            case "500":
                return self._json({"ok": False, "description": "Internal", "error_code": 500}, status=500)
            case "502 page":
                page = f"<html><h1>502 Bad Gateway</h1>{request.raw_path}</html>"
                return web.Response(status=502, text=page, content_type="text/html")
            case "slow":
                await asyncio.sleep(self.slow)
                return self._json({"ok": True, "result": await self._do(method, params), "error_code": 0})
            case "cut before":
                return self._cut(request)
            case "cut after":
                await self._do(method, params)
                return self._cut(request)
            case "junk":
                return web.Response(text="ok")
            case "list":
                return web.Response(text="[]", content_type="application/json")
            case _:
                raise Refusal(int(fault), f"error {fault} at {request.raw_path}: {params.get('text', '')}")

    async def _do(self, method: str, params: dict[str, Any]) -> object:
        match method:
            case "getMe":
                return {"id": self.token.partition(":")[0], "account_name": "bot.SaDec", "display_name": self.name,
                        "account_type": "BASIC", "can_join_groups": self.can_join_groups}  # fmt: skip
            case "getUpdates":
                return await self._poll(params)
            case "setWebhook" | "testWebhook":
                return await self._set_webhook(params) if method == "setWebhook" else await self._test()
            case "deleteWebhook" | "getWebhookInfo":
                if method == "deleteWebhook":
                    self.webhook = ""
                return {"url": self.webhook, "updated_at": int(time.time() * 1000)}
            case _:
                return self._send(method, params)

    async def _poll(self, params: dict[str, Any]) -> object:
        if self.webhook:
            raise Refusal(400, "Webhook is set")
        if self.polled:
            raise Refusal(400, "Another poll is waiting")
        self._waiting = asyncio.get_running_loop().create_future()
        try:
            return await asyncio.wait_for(self._waiting, float(params.get("timeout", 30)))
        except TimeoutError:
            raise Refusal(408, "Request timeout") from None

    async def _set_webhook(self, params: dict[str, Any]) -> object:
        url, secret = params.get("url"), params.get("secret_token")
        if not isinstance(secret, str) or not 8 <= len(secret) <= 256:
            raise Refusal(400, "The secret_token must be 8 to 256 characters")
        host = urlsplit(url).hostname if isinstance(url, str) else None
        if not isinstance(url, str) or not (self.any_url or (url.startswith("https://") and host != "localhost")):
            raise Refusal(400, "The url must be a public HTTPS address")
        self.webhook, self.secret = url, secret  # kept even where the verification fails
        return {"url": url, "updated_at": int(time.time() * 1000), "verification": await self._verified()}

    async def _test(self) -> object:
        self.tests_left -= 1
        if self.tests_left < 0:
            raise Refusal(426, "Too many tests")
        return await self._verified()

    async def _verified(self) -> object:
        if self.verification_fails:
            return {"ok": False, "status_code": 403, "outcome": "webhook.http.403", "hint": "blocked"}
        return {"ok": True, "status_code": 200, "outcome": "webhook.ok", "hint": ""}

    def _send(self, method: str, params: dict[str, Any]) -> object:
        chat = params.get("chat_id")
        if not chat:
            raise Refusal(400, "The chat_id must not be empty")
        if not isinstance(chat, str):
            raise Refusal(400, "The chat_id must be a string")
        if chat in self.blocked or chat not in self.people | self.groups:
            raise Refusal(400, "The chat does not exist")
        if len(self.people) > self.most_people and chat in self.people and method != "sendChatAction":
            raise Refusal(429, "Quota exceeded: users")
        if params.get("parse_mode") not in (None, "markdown", "html"):
            raise Refusal(400, "The parse_mode is invalid")
        if method == "sendChatAction":
            if params.get("action") not in ACTIONS:
                raise Refusal(400, "The action is invalid")
            return {}
        if self.used >= self.month:
            raise Refusal(429, "Quota exceeded")
        self._show(method, chat, params)
        self.used += 1
        return {"message_id": f"{next(self._ids):020x}", "date": int(time.time() * 1000)} | (
            {"message_type": "CHAT_PHOTO"} if method == "sendPhoto" else {}
        )

    def _show(self, method: str, chat: str, params: dict[str, Any]) -> None:
        match method:
            case "sendMessage":
                self.shown[chat].append(_text(params, "text", required=True))
            case "sendPhoto":
                photo, caption = params.get("photo"), _text(params, "caption", required=False)
                if not photo:
                    raise Refusal(400, "The photo must not be empty")
                if not isinstance(photo, str) or not photo.startswith(("http://", "https://")):
                    raise Refusal(400, "The photo must start with http:// or https://")
                if "refused-host" in photo:
                    raise Refusal(400, "The photo URL is invalid")
                task = asyncio.create_task(self._fetch_twice(chat, photo, caption))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
            case "sendSticker":
                self.shown[chat].append(f"[sticker {params.get('sticker')}]")
            case "sendVoice":
                if not str(params.get("voice_url")).endswith(".aac"):
                    raise Refusal(400, "The voice_url must end with .aac")
                if chat in self.people:  # in a group it says ok, and nothing is shown
                    self.shown[chat].append("[voice]")

    async def _fetch_twice(self, chat: str, photo: str, caption: str) -> None:
        """An address that vanished after the first look shows a black picture, while the call said ok."""
        seen = []
        async with aiohttp.ClientSession() as session:
            for _ in range(2):
                async with session.get(photo) as response:
                    seen.append(response.status == 200)
                await asyncio.sleep(0.05)
        self.shown[chat].append(f"[{'photo' if all(seen) else 'black'}] {caption}".strip())

    def doubles(self) -> Counter[str]:
        """Bubbles that a chat shows more than once."""
        counts = Counter(f"{chat}: {text}" for chat, texts in self.shown.items() for text in texts)
        return Counter({text: n for text, n in counts.items() if n > 1})

    def _cut(self, request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.abort()
        return web.Response()

    @staticmethod
    def _json(data: object, status: int = 200) -> web.Response:
        return web.Response(body=orjson.dumps(data), status=status, content_type="application/json")


def _text(params: dict[str, Any], name: str, *, required: bool) -> str:
    value = params.get(name, "")
    if not isinstance(value, str) or (required and not value.strip()):
        raise Refusal(400, f"The {name} must not be empty")
    if len(value.encode("utf-16-le")) // 2 > 2000:
        raise Refusal(400, f"The {name} is too long")
    return value
