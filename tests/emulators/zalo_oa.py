"""A strict Zalo Official Account on loopback: refuses what Zalo refuses, and breaks as Zalo breaks.

Failures come with HTTP 200, as there. Where the right code is not known from public text, it is this emulator's own
choice: tests rely on the class, not on the number.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import json
import secrets
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

APP_ID, APP_SECRET, OA_SECRET = "3608465248940903967", "app-secret-of-the-tests", "oa-secret-key-of-the-tests"
OA_ID, OTHER_OA, PERSON, GROUP = (
    "388613280878808645",
    "999913280878808645",
    "246845883529197922",
    "f414c8f76fa586fbdfb4",
)
DAY = 86_400.0
QUERY, URL, PHONE, SMS = "oa.query.", "oa.open.url", "oa.open.phone", "oa.open.sms"
TOP = {"recipient", "message"}


class Refuse(Exception):
    """An error in the platform's own way."""

    def __init__(self, code: int, message: str = "refused") -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass
class ZaloOaEmulator:
    """Its state, and what tests tell it to do."""

    now: Callable[[], float] = time.time
    limit: int = 2_000  # calls a clock minute
    oa: dict[str, Any] = field(
        default_factory=lambda: {
            "oaid": OA_ID, "name": "Phường Sa Đéc", "is_verified": True, "oa_type": 4,
            "package_name": "Tăng trưởng", "package_valid_through_date": "31/12/2026",
        }
    )  # fmt: skip
    access: str = ""
    access_ends: float = 0.0
    refresh: str = "refresh-1"
    codes: dict[str, tuple[str, float]] = field(default_factory=dict)  # code -> challenge, when
    oa_of_code: str = OA_ID
    people: dict[str, float | None] = field(default_factory=dict)  # person -> last interaction
    groups: dict[str, str] = field(default_factory=dict)  # group -> "enabled" or "disabled"
    files: dict[str, float] = field(default_factory=dict)  # id or token -> when
    refuses_buttons: bool = False  # the v3 page names none: some accounts may not have them
    sent: list[dict[str, Any]] = field(default_factory=list)
    said: list[dict[str, Any]] = field(default_factory=list)  # all that was ever said, by whom and when
    refreshes: int = 0  # how often the token address gave a pair
    asked: list[str] = field(default_factory=list)
    faults: dict[str, list[Any]] = field(default_factory=dict)  # "send" | "oauth" | "getoa" -> what goes wrong next
    slow: float = 0.0
    _minute: int = 0
    _calls: int = 0

    def person(self, id_: str = PERSON, *, days_ago: float | None = 0.0) -> str:
        """Somebody who interacted so long ago, or never."""
        self.people[id_] = None if days_ago is None else self.now() - days_ago * DAY
        return id_

    def next(self, where: str, *faults: Any) -> None:
        """What the next calls there meet: a code, or `text`, `empty`, `html`, `bare`, `cut`, or a JSON body."""
        self.faults.setdefault(where, []).extend(faults)

    def consent(self, challenge: str) -> str:
        """An admin consents; the code that the callback carries."""
        code = secrets.token_urlsafe(12)
        self.codes[code] = (challenge, self.now())
        return code

    def application(self) -> web.Application:
        app = web.Application(client_max_size=8 * 1024 * 1024)
        app.add_routes(
            [
                web.post("/v4/oa/access_token", self._token),
                web.get("/v2.0/oa/getoa", self._api("getoa", self._getoa)),
                web.post("/v3.0/oa/message/cs", self._api("send", self._message)),
                web.post("/v3.0/oa/group/message", self._api("send", self._group_message)),
                web.get("/v2.0/oa/listrecentchat", self._api("history", self._recent)),
                web.get("/v2.0/oa/conversation", self._api("history", self._talk)),
                web.get("/v3.0/oa/group/getgroupsofoa", self._api("groups", self._groups)),
                web.post("/v2.0/oa/upload/{kind:image|gif|file}", self._api("upload", self._upload)),
                web.post("/v3.0/oa/message/{old:transaction|promotion}", self._api("send", self._shut)),
                web.post("/v2.0/oa/message", self._api("send", self._shut)),
                web.route("*", "/{rest:.*}", self._wrong_path),
            ]
        )
        return app

    async def _wrong_path(self, request: web.Request) -> web.Response:
        return web.Response(status=404, text="empty or invalid API")

    # -- tokens ----------------------------------------------------------------------------------------------------

    async def _token(self, request: web.Request) -> web.StreamResponse:
        self.asked.append("oauth")
        form = await request.post()
        fault = self._fault("oauth")
        if fault == "cut-before":
            return await self._cut(request)
        if isinstance(fault, int):
            return _json(
                {"error": fault, "error_name": "Injected", "error_reason": "", "ref_doc": "https://x.example"}
            )
        if isinstance(fault, dict):
            return _json(fault)
        if fault == "html":
            return web.Response(status=502, text="<html>Bad gateway</html>", content_type="text/html")
        if request.content_type != "application/x-www-form-urlencoded" or request.query:
            return _json({"error_name": "Invalid request"})
        if request.headers.get("secret_key") != APP_SECRET or form.get("app_id") != APP_ID:
            return _json({"error": -14002, "error_name": "Invalid appId"})
        if form.get("grant_type") == "authorization_code":
            challenge, born = self.codes.pop(str(form.get("code")), ("", 0.0))
            if _challenge(str(form.get("code_verifier"))) != challenge or self.now() - born > 600:
                return _json({"error": -14020, "error_name": "Invalid code"})
        elif form.get("grant_type") != "refresh_token" or form.get("refresh_token") != self.refresh:
            return _json({"error_name": "Invalid refresh token"})
        pair = self.give()
        if fault == "cut":  # the answer is lost, the token is used up
            return await self._cut(request)
        if self.slow:
            await asyncio.sleep(self.slow)
        return _json(pair)

    def give(self) -> dict[str, str]:
        """A new pair; the old one, and the old access token, end at once."""
        self.refreshes += 1
        self.access, self.refresh = secrets.token_urlsafe(24), secrets.token_urlsafe(24)
        self.access_ends = self.now() + 25 * 3600
        return {"access_token": self.access, "refresh_token": self.refresh, "expires_in": "90000"}

    # -- the API ---------------------------------------------------------------------------------------------------

    def _api(self, where: str, work: Callable[[web.Request], Any]) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            self.asked.append(where)
            answer: web.StreamResponse
            try:
                self._count()
                self._authorise(request)
                fault = self._fault(where)
                if isinstance(fault, int):
                    raise Refuse(fault, "injected")
                if isinstance(fault, tuple):
                    raise Refuse(*fault)
                if fault == "cut-before":
                    return await self._cut(request)
                if fault in BROKEN:
                    status, body, kind = BROKEN[fault]
                    return web.Response(status=status, text=body, content_type=kind)
                data = await work(request)
                if fault == "cut":
                    return await self._cut(request)
                answer = _json({"data": data, "error": 0, "message": "Success"})
            except Refuse as error:
                answer = _json({"error": error.code, "message": error.message})
            answer.headers["X-RateLimit-Limit"] = str(self.limit)
            answer.headers["X-RateLimit-Remain"] = str(max(0, self.limit - self._calls))
            return answer

        return handle

    def _count(self) -> None:
        minute = int(self.now() // 60)
        if minute != self._minute:
            self._minute, self._calls = minute, 0
        self._calls += 1
        if self._calls > self.limit:
            raise Refuse(-32, "Your application reached limit call api")

    def _authorise(self, request: web.Request) -> None:
        if "Authorization" in request.headers or "access_token" in request.query:
            raise Refuse(-216, "access token is invalid")
        if not self.access or request.headers.get("access_token") != self.access:
            raise Refuse(-216, "access token is invalid")
        if self.now() >= self.access_ends:
            raise Refuse(-220, "access token is expired")

    def _fault(self, where: str) -> Any:
        waiting = self.faults.get(where)
        return waiting.pop(0) if waiting else None

    async def _getoa(self, request: web.Request) -> dict[str, Any]:
        return self.oa

    async def _shut(self, request: web.Request) -> dict[str, Any]:
        raise Refuse(-240, "message API v2 was shut down")

    def hear(
        self, text: str, person: str = PERSON, *, ours: bool = False, seconds_ago: float = 0.0, kind: str = "text"
    ) -> dict[str, Any]:
        """Somebody says something, and no webhook tells it; the event that would have."""
        told = event(f"user_send_{kind}", text=text, person=person)
        told["timestamp"] = str(int((self.now() - seconds_ago) * 1000))
        self.said.append(
            {
                "src": 0 if ours else 1, "time": int(told["timestamp"]), "type": kind, "message": text,
                "message_id": told["message"]["msg_id"], "from_id": OA_ID if ours else person,
                "to_id": person if ours else OA_ID, "person": person,
            }
        )  # fmt: skip
        return told

    async def _recent(self, request: web.Request) -> list[dict[str, Any]]:
        last = {row["person"]: row for row in sorted(self.said, key=lambda row: row["time"])}
        return self._page(self._data(request, {"offset", "count"}), list(last.values()))

    async def _talk(self, request: web.Request) -> list[dict[str, Any]]:
        data = self._data(request, {"offset", "count", "user_id"})
        return self._page(data, [row for row in self.said if row["person"] == data["user_id"]])

    @staticmethod
    def _page(data: dict[str, Any], rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        rows = sorted(rows, key=lambda row: row["time"], reverse=True)[data["offset"] :][: data["count"]]
        return [{name: value for name, value in row.items() if name != "person"} for row in rows]

    @staticmethod
    def _data(request: web.Request, wanted: set[str]) -> dict[str, Any]:
        if set(request.query) != {"data"}:
            raise Refuse(-201, "data is invalid")
        data = json.loads(request.query["data"])
        if set(data) != wanted or not 1 <= data["count"] <= 10 or data["offset"] < 0:
            raise Refuse(-201, "data is invalid")
        return data  # type: ignore[no-any-return]

    async def _groups(self, request: web.Request) -> list[dict[str, Any]]:
        if set(request.query) != {"offset", "count"}:
            raise Refuse(-201, "group calls take plain parameters")
        offset, count = int(request.query["offset"]), int(request.query["count"])
        rows = [
            {"group_id": id_, "name": f"Khóm {number}", "total_member": number + 1, "status": status,
             "group_link": f"https://zalo.me/g/{id_[:8]}"}
            for number, (id_, status) in enumerate(self.groups.items(), 1)
        ]  # fmt: skip
        return rows[offset : offset + count]

    async def _message(self, request: web.Request) -> dict[str, Any]:
        body = await self._body(request)
        person = body["recipient"].get("user_id")
        if set(body["recipient"]) != {"user_id"} or not isinstance(person, str) or person not in self.people:
            raise Refuse(-201, "user_id is invalid")
        last = self.people[person]
        if last is None:
            raise Refuse(-232, "User has not interacted with the OA")
        if self.now() - last > 7 * DAY:
            raise Refuse(-230, "User has not interacted with the OA in the past 7 days")
        self._check(body["message"], group=False)
        quota = {"quota_type": "reply", "remain": "7", "total": "8"}
        return {"quota": quota, "user_id": person} | self._kept(person, body["message"])

    async def _group_message(self, request: web.Request) -> dict[str, Any]:
        body = await self._body(request)
        group = body["recipient"].get("group_id")
        if group not in self.groups:
            raise Refuse(-403, "OA is not in the group")
        if self.groups[group] == "disabled":
            raise Refuse(-237, "group is disabled")
        self._check(body["message"], group=True)
        return {"group_id": group} | self._kept(group, body["message"])

    def _kept(self, chat: str, message: dict[str, Any]) -> dict[str, Any]:
        id_ = secrets.token_hex(10)
        self.sent.append({"chat": chat, "message": message, "id": id_})
        return {"message_id": id_}

    async def _body(self, request: web.Request) -> dict[str, Any]:
        if request.query:
            raise Refuse(-233, "params in the query")
        if request.content_type != "application/json":
            raise Refuse(-201, "the body is not JSON")
        body = json.loads(await request.read())
        if set(body) != TOP or not isinstance(body["recipient"], dict) or not isinstance(body["message"], dict):
            raise Refuse(-201, "params is invalid")
        return body  # type: ignore[no-any-return]

    def _check(self, message: dict[str, Any], *, group: bool) -> None:
        if not message or set(message) - {"text", "attachment", "quote_message_id"}:
            raise Refuse(-201, "message is invalid")
        text, attachment = message.get("text"), message.get("attachment")
        if text is None and attachment is None:
            raise Refuse(-201, "message is invalid")
        if text is not None:
            if not isinstance(text, str) or not text.strip():
                raise Refuse(-201, "text is invalid")
            if len(text) > 2000:
                raise Refuse(-210, "text is over its limit")
        if attachment is not None:
            self._attachment(attachment, group=group)

    def _attachment(self, attachment: dict[str, Any], *, group: bool) -> None:
        payload = attachment.get("payload")
        if attachment.get("type") == "file" and isinstance(payload, dict):
            return self._file(payload.get("token"))
        if attachment.get("type") != "template" or not isinstance(payload, dict):
            raise Refuse(-201, "attachment is invalid")
        match payload.get("template_type", "button"):
            case "media":
                return self._media(payload.get("elements"))
            case "button":
                if group or self.refuses_buttons:
                    raise Refuse(-233, "message type is not supported")
                return self._buttons(payload.get("buttons"))
            case "list":
                raise Refuse(-233, "message type is not supported")
            case _:
                raise Refuse(-201, "template_type is invalid")

    def _file(self, id_: object) -> None:
        if not isinstance(id_, str) or self.now() - self.files.get(id_, -1e12) > 7 * DAY:
            raise Refuse(-100, "attachment_id is expired")

    def _media(self, elements: Any) -> None:
        if not isinstance(elements, list) or len(elements) != 1:
            raise Refuse(-201, "elements is invalid")
        [element] = elements
        if ("url" in element) == ("attachment_id" in element):
            raise Refuse(-201, "url or attachment_id")
        if element.get("media_type") == "gif" and not ("width" in element and "height" in element):
            raise Refuse(-201, "width is invalid")
        if "attachment_id" in element:
            self._file(element["attachment_id"])
        elif not str(element["url"]).startswith("https://") or "refused-host" in element["url"]:
            raise Refuse(-201, "url is invalid")

    @staticmethod
    def _buttons(buttons: Any) -> None:
        if not isinstance(buttons, list) or not 1 <= len(buttons) <= 5:
            raise Refuse(-201, "buttons is invalid")
        for button in buttons:
            payload, kind = button.get("payload"), button.get("type", "")
            title = button.get("title")
            right = isinstance(title, str) and 1 <= len(title) <= 100
            if kind in {f"{QUERY}show", f"{QUERY}hide"}:
                right = right and isinstance(payload, str) and 1 <= len(payload) <= 1000
            elif kind == URL:
                right = right and isinstance(payload, dict) and str(payload.get("url")).startswith("https://")
            elif kind == PHONE:
                code = payload.get("phone_code") if isinstance(payload, dict) else None
                right = right and isinstance(code, str) and code.isdigit() and code.startswith("84")
            else:
                right = right and kind == SMS
            if not right:
                raise Refuse(-201, "buttons is invalid")

    async def _upload(self, request: web.Request) -> dict[str, Any]:
        kind = request.match_info["kind"]
        form = await request.post()
        file = form.get("file")
        if not isinstance(file, web.FileField):
            raise Refuse(-201, "file is invalid")
        content, name = file.file.read(), file.filename.lower()
        most = 1024 * 1024 if kind == "image" else 5 * 1024 * 1024
        fits = {"image": (".jpg", ".jpeg", ".png"), "gif": (".gif",), "file": (".pdf", ".doc", ".docx")}[kind]
        if len(content) > most or not name.endswith(fits):
            raise Refuse(-201, "file is invalid")
        id_ = secrets.token_urlsafe(12)
        self.files[id_] = self.now()
        return {"token" if kind == "file" else "attachment_id": id_}

    @staticmethod
    async def _cut(request: web.Request) -> web.StreamResponse:
        """The connection ends without an answer."""
        assert request.transport
        request.transport.abort()
        return web.Response()


BROKEN = {
    "text": (200, "ok", "text/plain"),
    "empty": (200, "", "application/json"),
    "html": (502, "<html>Bad gateway</html>", "text/html"),
    "bare": (200, '{"message": "Success"}', "application/json"),
    "array": (200, "[0]", "application/json"),
}


def event(name: str, *, text: str | None = None, person: str = PERSON, **more: Any) -> dict[str, Any]:
    """An event of a person to the account, now."""
    message = {"msg_id": secrets.token_hex(10)} | ({"text": text} if text is not None else {})
    return {
        "app_id": APP_ID, "sender": {"id": person}, "recipient": {"id": OA_ID}, "user_id_by_app": "552177279717587730",
        "event_name": name, "message": message, "timestamp": str(int(time.time() * 1000)),
    } | more  # fmt: skip


def sign(raw: bytes, stamp: str, *, app: str = APP_ID, secret: str = OA_SECRET) -> str:
    """The signature as Zalo's own library makes it."""
    return hashlib.sha256(app.encode() + raw + stamp.encode() + secret.encode()).hexdigest()


def signed(body: dict[str, Any]) -> tuple[bytes, dict[str, str]]:
    """A body as Zalo sends it, and its headers."""
    raw = json.dumps(body, ensure_ascii=False).encode()
    stamp = str(body.get("timestamp", ""))
    return raw, {"X-ZEvent-Signature": f"mac={sign(raw, stamp)}", "Content-Type": "application/json"}


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _json(data: Any) -> web.Response:
    return web.json_response(data)


@asynccontextmanager
async def zalo_oa(emulator: ZaloOaEmulator | None = None, port: int = 0) -> AsyncIterator[tuple[str, ZaloOaEmulator]]:
    """A running emulator: its root, and itself."""
    emulator = emulator or ZaloOaEmulator()
    runner = web.AppRunner(emulator.application(), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, listens = runner.addresses[0][:2]
        yield f"http://{host}:{listens}", emulator
    finally:
        await runner.cleanup()
