"""What the Bot API takes, and the words with which it refuses the rest."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any, Final
from urllib.parse import urlsplit

from aiohttp import web

TAGS: Final = {
    "b",
    "strong",
    "i",
    "em",
    "u",
    "ins",
    "s",
    "strike",
    "del",
    "a",
    "code",
    "pre",
    "blockquote",
    "tg-spoiler",
}
COMMON: Final = {
    "chat_id",
    "message_thread_id",
    "reply_parameters",
    "reply_markup",
    "disable_notification",
    "protect_content",
}
CHANGED: Final = {"chat_id", "message_id", "reply_markup"}
PARAMETERS: Final = {
    "getMe": set(),
    "getUpdates": {"offset", "limit", "timeout", "allowed_updates"},
    "setWebhook": {"url", "secret_token", "max_connections", "allowed_updates", "drop_pending_updates"},
    "deleteWebhook": {"drop_pending_updates"},
    "getWebhookInfo": set(),
    "setMyCommands": {"commands", "scope", "language_code"},
    "sendMessage": COMMON | {"text", "parse_mode", "link_preview_options"},
    "sendVenue": COMMON | {"latitude", "longitude", "title", "address"},
    "sendContact": COMMON | {"phone_number", "first_name", "last_name", "vcard"},
    "sendPhoto": COMMON | {"photo", "caption", "parse_mode", "show_caption_above_media", "has_spoiler"},
    "answerCallbackQuery": {"callback_query_id", "text", "show_alert"},
    "editMessageText": CHANGED | {"text", "parse_mode", "link_preview_options"},
    "editMessageCaption": CHANGED | {"caption", "parse_mode"},
    "editMessageMedia": CHANGED | {"media"},
    "deleteMessage": {"chat_id", "message_id"},
}


class Refused(Exception):
    """What Telegram says no with."""

    def __init__(self, code: int, description: str, **parameters: object) -> None:
        super().__init__(description)
        self.code, self.parameters = code, parameters
        names = {
            400: "Bad Request",
            401: "Unauthorized",
            403: "Forbidden",
            404: "Not Found",
            409: "Conflict",
            429: "Too Many Requests",
            500: "Internal Server Error",
        }
        self.description = f"{names[code]}: {description}" if description else names[code]


async def parameters(request: web.Request) -> dict[str, Any]:
    """A form, as the library sends it: numbers, lists and objects are JSON within."""
    given = await request.json() if request.content_type == "application/json" else dict(await request.post())
    params: dict[str, Any] = {}
    for name, value in given.items():
        plain = name in {
            "text",
            "title",
            "address",
            "first_name",
            "phone_number",
            "url",
            "secret_token",
            "chat_id",
            "callback_query_id",
            "parse_mode",
            "language_code",
            "photo",
            "caption",
        }
        params[name] = value if plain or not isinstance(value, str) else json.loads(value)
    return params


class _Markup(HTMLParser):
    """Tags as Telegram takes them: known, closed, not crossed; and the text that is left."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in TAGS:
            raise Refused(400, f'can\'t parse entities: Unsupported start tag "{tag}" at byte offset 0')
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise Refused(400, f'can\'t parse entities: Unexpected end tag at byte offset 0 "{tag}"')

    def handle_data(self, data: str) -> None:
        if "<" in data or ">" in data:
            raise Refused(400, "can't parse entities: Unexpected character")
        self.text += data

    def handle_entityref(self, name: str) -> None:
        if name not in {"lt", "gt", "amp", "quot"}:
            raise Refused(400, "can't parse entities: unknown entity")
        self.text += "·"

    def handle_charref(self, name: str) -> None:
        self.text += "·"


def check_photo(params: Mapping[str, Any]) -> None:
    """A picture that the servers can fetch, and 0 to 1024 units below it."""
    photo = str(params.get("photo", ""))
    host = urlsplit(photo).hostname or ""
    if not photo.startswith(("https://", "http://")) or "." not in host or host == "127.0.0.1":
        raise Refused(400, "wrong file identifier/HTTP URL specified")
    if "refused-host" in host:
        raise Refused(400, "failed to get HTTP URL content")
    check_caption(str(params.get("caption", "")), params.get("parse_mode"))


def check_caption(caption: str, parse_mode: str | None) -> None:
    """0 to 1024 units."""
    if caption:
        check_text(caption, parse_mode, most=1024)


def check_text(text: str, parse_mode: str | None, most: int = 4096) -> None:
    """Markup that parses, and 1 to 4096 UTF-16 units of what is left."""
    if parse_mode not in {None, "HTML"}:
        raise Refused(400, "unsupported parse_mode")
    if parse_mode:
        markup = _Markup()
        markup.feed(text)
        markup.close()
        if markup.open or markup.rawdata:
            raise Refused(400, f"can't parse entities: Can't find end tag corresponding to start tag {markup.open}")
        text = markup.text
    if not text.strip():
        raise Refused(400, "message text is empty")
    if len(text.encode("utf-16-le")) // 2 > most:
        raise Refused(400, "message is too long" if most == 4096 else "message caption is too long")


def check_keyboard(markup: Any) -> None:
    """At most 100 inline buttons with one action each."""
    if markup is None:
        return
    buttons = [button for row in markup["inline_keyboard"] for button in row]
    if len(buttons) > 100 or any(not 1 <= len(row) <= 8 for row in markup["inline_keyboard"]):
        raise Refused(400, "REPLY_MARKUP_TOO_LONG")
    for button in buttons:
        if not button.get("text") or len(button) != 2:
            raise Refused(400, "text buttons are unallowed in the inline keyboard")
        if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
            raise Refused(400, "BUTTON_DATA_INVALID")
        if "url" in button and "." not in (urlsplit(button["url"]).hostname or ""):
            raise Refused(400, f'inline keyboard button URL "{button["url"]}" is invalid: Wrong HTTP URL')
