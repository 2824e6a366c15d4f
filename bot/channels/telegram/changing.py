"""Changing and taking back what was sent: the bodies of such calls, and what helps where the first is refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from bot.channels import plain
from bot.channels.channel import Outgoing

CAPTION: Final = 1024  # UTF-16 units, after the HTML is parsed
KEPT: Final = ("parse_mode", "reply_markup")
METHODS: Final = ("editMessageText", "editMessageMedia", "editMessageCaption", "deleteMessage")


def edited(message_id: str, body: Mapping[str, Any]) -> Outgoing | None:
    """The call that makes a sent bubble say this instead; None for pins and cards, which stay as they are."""
    params = body["params"]
    kept = {"message_id": int(message_id)} | {name: params[name] for name in KEPT if name in params}
    if body["method"] == "sendMessage":
        text = {"text": params["text"], "link_preview_options": params.get("link_preview_options", {})}
        return Outgoing(body={"method": "editMessageText", "params": kept | text})
    if body["method"] == "sendPhoto":
        mode = kept.pop("parse_mode", None)
        media = {"type": "photo", "media": params["photo"], "caption": params.get("caption", "")}
        media |= {"parse_mode": mode} if mode else {}
        return Outgoing(
            body={"method": "editMessageMedia", "params": kept | {"media": media}, "alt": body.get("alt", "")}
        )
    return None


def withdrawn(message_id: str) -> Outgoing:
    """The call that deletes a sent bubble; Telegram allows it for 48 hours."""
    return Outgoing(body={"method": "deleteMessage", "params": {"message_id": int(message_id)}})


def of_another_kind(body: Mapping[str, Any], link: str) -> Outgoing | None:
    """The same words for a bubble that turns out to be a picture, or to be none; `link` ends what had a picture."""
    params = dict(body["params"])
    if body["method"] == "editMessageText":
        text = str(params.pop("text"))
        params.pop("link_preview_options", None)
        fits = plain.utf16(text) <= CAPTION  # as it is marked up: a little less than is allowed
        return Outgoing(body={"method": "editMessageCaption", "params": params | {"caption": text}}) if fits else None
    if body["method"] == "editMessageMedia":
        media = params.pop("media")
        params |= {"parse_mode": media["parse_mode"]} if "parse_mode" in media else {}
        words = "\n\n".join(part for part in (media["caption"], link) if part)
        return Outgoing(body={"method": "editMessageText", "params": params | {"text": words}})
    return None
