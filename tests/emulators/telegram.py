"""A strict Bot API on loopback: it refuses what Telegram refuses, and fails in the ways that it is told to.

It knows no kindness: an unknown parameter, an unclosed tag, a button of 65 bytes, a second poller, an update that was
answered with anything but 2xx (it comes again). What it took stands in `sent`, each call in `calls`.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from tests.emulators.telegram_rules import (
    PARAMETERS,
    Refused,
    check_caption,
    check_keyboard,
    check_photo,
    check_text,
    parameters,
)

TOKEN: Final = "123456:AAH-emulated_token"
BOT: Final = {
    "id": 123456,
    "is_bot": True,
    "first_name": "Hỏi Phường",
    "username": "SaDec_bot",
    "can_join_groups": True,
    "can_read_all_group_messages": False,
}
KINDS: Final = {
    "message",
    "edited_message",
    "callback_query",
    "my_chat_member",
    "chat_member",
    "channel_post",
    "inline_query",
}
RETRIES: Final = (
    0.0,
    0.05,
    0.1,
    0.2,
    0.4,
)  # seconds before each repeat of a webhook call; the real ones are 0, 2, 4, 8 s


@dataclass
class Fault:
    """One call that goes wrong: refused, answered with raw bytes, cut off before or after it was done, or never answered."""

    refused: Refused | None = None
    raw: tuple[int, bytes] | None = None
    cut: bool = False  # the connection ends without an answer
    hang: bool = False  # no answer in time
    done: bool = False  # it was carried out before that


@dataclass
class Telegram:
    """The platform's side."""

    root: str = ""
    username: str = BOT["username"]  # type: ignore[assignment]
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    sent: list[dict[str, Any]] = field(default_factory=list)
    too_old: set[int] = field(default_factory=set)  # messages of more than 48 hours ago
    deleted: list[int] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)  # presses that were acknowledged
    presses: set[str] = field(default_factory=set)  # presses that still may be
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    chats: dict[str, str] = field(default_factory=dict)  # id -> how it is if not well: "blocked", "moved:-100…" …
    topics: dict[str, dict[int, str]] = field(default_factory=dict)  # chat -> topic -> "open" or "closed"
    unknown_chats: bool = True  # whether a chat that was never heard of may be written to
    webhook: dict[str, Any] = field(default_factory=dict)
    https_only: bool = False
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    pending: list[dict[str, Any]] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)  # what the webhook calls were answered
    _polling: int = 0
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)
    _message_id: int = 1000
    last_error: str | None = None

    def fail(self, method: str, fault: Fault, times: int = 1) -> None:
        """Let the next calls of a method go wrong."""
        self.faults.setdefault(method, []).extend([fault] * times)

    def called(self, method: str) -> list[dict[str, Any]]:
        """The parameters of each call of a method."""
        return [params for name, params in self.calls if name == method]

    def texts(self, chat: int | str | None = None) -> list[str]:
        """What people were told."""
        return [s["text"] for s in self.sent if "text" in s and chat in (None, s["chat_id"], int(s["chat_id"]))]

    def queue(self, update: dict[str, Any]) -> None:
        """An update for whoever polls."""
        self.pending.append(update)
        self._arrived.set()

    async def deliver(
        self, *updates: dict[str, Any], times: int = len(RETRIES), secret: str | None = None
    ) -> list[int]:
        """Call the webhook with each, in order, and again until it is taken; the last status of each."""
        last = []
        async with aiohttp.ClientSession() as session:
            for update in updates:
                status = 0
                for wait in RETRIES[:times]:
                    await asyncio.sleep(wait)
                    status = await self._post(session, update, secret)
                    self.statuses.append(status)
                    if 200 <= status < 300:
                        break
                    self.last_error = f"Wrong response from the webhook: {status}"
                last.append(status)
        return last

    async def _post(self, session: aiohttp.ClientSession, update: dict[str, Any], secret: str | None) -> int:
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret or self.webhook.get("secret_token", "")}
        try:
            async with session.post(self.webhook["url"], json=update, headers=headers) as response:
                return response.status
        except aiohttp.ClientError:
            return 0

    # ---- what the server does

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        token, method = request.match_info["token"], request.match_info["method"]
        try:
            if not re.fullmatch(r"\d+:[\w-]+", token) or method not in PARAMETERS:
                raise Refused(404, "")
            if token not in self.tokens:
                raise Refused(401, "")
            params = await parameters(request)
            self.calls.append((method, params))
            fault = self.faults[method].pop(0) if self.faults.get(method) else None
            if fault and not fault.done:
                return await self._go_wrong(request, fault)
            result = await self._do(method, params)
            if fault:
                return await self._go_wrong(request, fault)
            return web.json_response({"ok": True, "result": result})
        except Refused as refused:
            return _said_no(refused)

    async def _go_wrong(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        if fault.refused:
            raise fault.refused
        if fault.raw:
            return web.Response(status=fault.raw[0], body=fault.raw[1], content_type="text/html")
        if fault.hang:
            await asyncio.sleep(30)
        if request.transport:
            request.transport.abort()
        return web.Response()

    async def _do(self, method: str, params: dict[str, Any]) -> Any:
        unknown = set(params) - PARAMETERS[method]
        if unknown:
            raise Refused(400, f"unknown parameters {sorted(unknown)}")
        if method.startswith("send"):
            return self._send(method, params)
        if method.startswith("editMessage"):
            return self._edit(method, params)
        return await getattr(self, "_" + re.sub("[A-Z]", lambda m: "_" + m[0].lower(), method))(params)

    async def _get_me(self, params: dict[str, Any]) -> Any:
        return BOT | {"username": self.username}

    async def _set_webhook(self, params: dict[str, Any]) -> Any:
        url = urlsplit(params["url"])
        port = url.port or 443
        loopback = url.hostname in {"127.0.0.1", "localhost"} and not self.https_only
        if not loopback and (url.scheme != "https" or port not in {443, 80, 88, 8443}):
            raise Refused(400, "bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", params.get("secret_token", "x")):
            raise Refused(400, "secret token contains unallowed characters")
        if not set(params.get("allowed_updates", [])) <= KINDS:
            raise Refused(400, "wrong update type")
        if not 1 <= int(params.get("max_connections", 40)) <= 100:
            raise Refused(400, "wrong max_connections")
        self.webhook = params
        return True

    async def _delete_webhook(self, params: dict[str, Any]) -> Any:
        self.webhook = {}
        if params.get("drop_pending_updates"):
            self.pending.clear()
        return True

    async def _get_webhook_info(self, params: dict[str, Any]) -> Any:
        info = {
            "url": self.webhook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.pending),
        }
        return info | ({"last_error_date": 1, "last_error_message": self.last_error} if self.last_error else {})

    async def _get_updates(self, params: dict[str, Any]) -> Any:
        if self.webhook:
            raise Refused(
                409,
                "can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            )
        if self._polling:
            raise Refused(
                409, "terminated by other getUpdates request; make sure that only one bot instance is running"
            )
        if "offset" in params:
            self.pending = [u for u in self.pending if u["update_id"] >= params["offset"]]
        self._polling += 1
        try:
            self._arrived.clear()
            if not self.pending:
                await asyncio.wait_for(self._arrived.wait(), min(float(params.get("timeout", 0)), 50))
        except TimeoutError:
            pass
        finally:
            self._polling -= 1
        allowed = set(params.get("allowed_updates") or KINDS)
        self.pending = [u for u in self.pending if set(u) & allowed]
        return self.pending[: params.get("limit", 100)]

    async def _set_my_commands(self, params: dict[str, Any]) -> Any:
        commands = params["commands"]
        if len(commands) > 100:
            raise Refused(400, "BOT_COMMANDS_TOO_MUCH")
        for command in commands:
            if not re.fullmatch(r"[a-z0-9_]{1,32}", command["command"]):
                raise Refused(400, "BOT_COMMAND_INVALID")
            if not 1 <= len(command["description"]) <= 256:
                raise Refused(400, "BOT_COMMAND_DESCRIPTION_INVALID")
        scope = params.get("scope", {"type": "default"})["type"]
        if scope not in {"default", "all_private_chats", "all_group_chats", "all_chat_administrators"}:
            raise Refused(400, "unsupported BotCommandScope specified")
        language = params.get("language_code", "")
        if not re.fullmatch(r"([a-z]{2})?", language):
            raise Refused(400, "LANGUAGE_CODE_INVALID")
        self.commands[scope, language] = commands
        return True

    async def _answer_callback_query(self, params: dict[str, Any]) -> Any:
        query = str(params["callback_query_id"])
        if query not in self.presses:
            raise Refused(400, "query is too old and response timeout expired or query ID is invalid")
        self.presses.remove(query)
        self.answered.append(query)
        return True

    def _edit(self, method: str, params: dict[str, Any]) -> Any:
        message = self._found(params, "edit")
        if method == "editMessageText":
            if "text" not in message:
                raise Refused(400, "there is no text in the message to edit")
            check_text(str(params.get("text", "")), params.get("parse_mode"))
        elif "photo" not in message:
            raise Refused(
                400, f"there is no {'media' if method == 'editMessageMedia' else 'caption'} in the message to edit"
            )
        elif method == "editMessageMedia":
            media = params["media"]
            if media.get("type") != "photo" or set(media) - {"type", "media", "caption", "parse_mode"}:
                raise Refused(400, "wrong media")
            check_photo(media | {"photo": media["media"]})
            params = params | {"photo": media["media"], "caption": media.get("caption", "")}
        else:
            check_caption(str(params.get("caption", "")), params.get("parse_mode"))
        check_keyboard(params.get("reply_markup"))
        new = {name: params[name] for name in ("text", "caption", "photo", "reply_markup") if name in params}
        if new.items() <= message.items() and message.get("reply_markup") == params.get("reply_markup"):
            raise Refused(
                400, "message is not modified: specified new message content and reply markup are exactly the same"
            )
        message.pop("reply_markup", None)
        message.update(new)
        return {
            "message_id": message["message_id"],
            "date": 1764000000,
            "chat": {"id": int(message["chat_id"]), "type": "private"},
        }

    async def _delete_message(self, params: dict[str, Any]) -> Any:
        message = self._found(params, "delete")
        if message["message_id"] in self.too_old:
            raise Refused(400, "message can't be deleted for everyone")
        self.sent.remove(message)
        self.deleted.append(message["message_id"])
        return True

    def _found(self, params: dict[str, Any], to: str) -> dict[str, Any]:
        chat = str(params.get("chat_id", ""))
        self._check_chat(chat, {})
        for message in self.sent:
            if message["chat_id"] == chat and message["message_id"] == params.get("message_id"):
                return message
        raise Refused(400, f"message to {to} not found")

    def _send(self, method: str, params: dict[str, Any]) -> Any:
        chat = str(params.get("chat_id", ""))
        self._check_chat(chat, params)
        if method == "sendMessage":
            check_text(str(params.get("text", "")), params.get("parse_mode"))
        elif method == "sendPhoto":
            check_photo(params)
        elif method == "sendVenue":
            if any(not params.get(name) for name in ("latitude", "longitude", "title", "address")):
                raise Refused(400, "venue is incomplete")
            if abs(float(params["latitude"])) > 90 or abs(float(params["longitude"])) > 180:
                raise Refused(400, "invalid geo point")
        elif not params.get("first_name") or not re.fullmatch(
            r"\+?\d[\d ()-]{2,}", str(params.get("phone_number", ""))
        ):
            raise Refused(400, "PHONE_NUMBER_INVALID")
        check_keyboard(params.get("reply_markup"))
        self._message_id += 1
        self.sent.append({"method": method, "message_id": self._message_id, **params, "chat_id": chat})
        kind = "supergroup" if chat.startswith("-") else "private"
        return {"message_id": self._message_id, "date": 1764000000, "chat": {"id": int(chat), "type": kind}}

    def _check_chat(self, chat: str, params: dict[str, Any]) -> None:
        state = self.chats.get(chat, "well" if self.unknown_chats and re.fullmatch(r"-?\d+", chat) else "unknown")
        if state.startswith("moved:"):
            raise Refused(400, "group chat was upgraded to a supergroup chat", migrate_to_chat_id=int(state[6:]))
        refusals = {
            "unknown": Refused(400, "chat not found"),
            "blocked": Refused(403, "bot was blocked by the user"),
            "deactivated": Refused(403, "user is deactivated"),
            "kicked": Refused(403, "bot was kicked from the supergroup chat"),
            "not a member": Refused(403, "bot is not a member of the supergroup chat"),
            "deleted": Refused(403, "the group chat was deleted"),
            "never started": Refused(403, "bot can't initiate conversation with a user"),
            "silenced": Refused(400, "not enough rights to send text messages to the chat"),
            "no pictures": Refused(400, "not enough rights to send photos to the chat"),
        }
        if state in refusals and (state != "no pictures" or "photo" in params):
            raise refusals[state]
        if "message_thread_id" in params:
            topic = self.topics.get(chat, {}).get(int(params["message_thread_id"]))
            if topic is None:
                raise Refused(400, "message thread not found")
            if topic == "closed":
                raise Refused(400, "TOPIC_CLOSED")


def _said_no(refused: Refused) -> web.Response:
    body: dict[str, Any] = {"ok": False, "error_code": refused.code, "description": refused.description}
    if refused.parameters:
        body["parameters"] = refused.parameters
    return web.json_response(body, status=refused.code)


@asynccontextmanager
async def serving(port: int = 0, platform: Telegram | None = None) -> AsyncIterator[Telegram]:
    """The emulator, or another made of it, on a free port or on this one."""
    telegram = platform or Telegram()
    app = web.Application()
    app.router.add_post("/bot{token}/{method}", telegram.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    telegram.root = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield telegram
    finally:
        await runner.cleanup()


async def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for a condition; fail where it does not come true."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110 - what is waited for is another process
            await asyncio.sleep(0.01)
