"""What Zalo's webhook sends: its signature over the raw bytes, and the updates that matter.

Shapes: docs.zaloplatforms.com/docs/OA/webhook/tong-quan and what others met in production, as of 2026-11.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from bot.channels.channel import Happening, Malformed, Update

MARK: Final = "#"  # a pressed button comes as text that begins with it
# A button's id as we make them. A person may type one: it is a command, and proof of nothing. "#2" is a typed number.
PRESSED: Final = re.compile(r"#(?=[^a-z]*[a-z])[a-z0-9][A-Za-z0-9:~#._-]{0,63}")
SECONDS: Final = 10**10  # a timestamp below it counts seconds, as in some samples; others milliseconds

SAID: Final = frozenset(
    {"text", "image", "link", "audio", "video", "sticker", "gif", "location", "file", "business_card"}
)
INTERACTED: Final = frozenset({"user_click_chatnow", "user_call_oa"})
GROUP_BEGAN: Final = frozenset({"create_group", "update_group_info"})
GROUP_ENDED: Final = frozenset({"disperse_group", "delete_group"})  # two lists, two names
WITHDRAW: Final = "/xoa"  # user_withdraw: a person asks Zalo, and through it us, to forget him


@dataclass(slots=True)
class Signature:
    """Checks `X-ZEvent-Signature`: plain SHA-256 over app id, raw body, timestamp and the OA secret key."""

    app_id: bytes
    secret: bytes
    counts: Counter[str] = field(default_factory=Counter)  # which timestamp fits, and how many were wrong

    def verified(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the body is Zalo's; the timestamp of the header counts, or that of the body (sources disagree)."""
        given = headers.get("X-ZEvent-Signature", "").strip().lower()
        given = given.removeprefix("mac=").removeprefix("sha256=")
        stamps = {"header": headers.get("X-ZEvent-Timestamp", ""), "body": _stamp_of(raw)}
        fits = [name for name, stamp in stamps.items() if stamp and self._fits(given, raw, stamp)]
        fits = fits if self._ours(raw) else []
        self.counts[fits[0] if fits else "wrong"] += 1
        return bool(fits)

    def _fits(self, given: str, raw: bytes, stamp: str) -> bool:
        whole = self.app_id + raw + stamp.encode("utf-8", "replace") + self.secret
        wanted = hashlib.sha256(whole).hexdigest()
        return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())

    def _ours(self, raw: bytes) -> bool:
        data = _parsed(raw)
        app = data.get("app_id") if isinstance(data, dict) else None
        return app is None or str(app) == self.app_id.decode()


def is_probe(raw: bytes) -> bool:
    """The unsigned empty call that Zalo makes when the address is saved."""
    return b"".join(raw.split()) in {b"", b"{}"} if len(raw) < 64 else False


def read(raw: bytes) -> dict[str, Any]:
    """The event in a body; `Malformed` where it is none."""
    data = _parsed(raw)
    if not isinstance(data, dict) or (data and not isinstance(data.get("event_name"), str)):
        raise Malformed
    return data


def updates(event: Mapping[str, Any], oa_id: str | None, now: dt.datetime) -> list[Update]:
    """What an event means to us; none where it means nothing."""
    name = str(event.get("event_name", ""))
    message = event.get("message")
    message = message if isinstance(message, dict) else {}
    at = moment(event.get("timestamp"), now)

    def update(what: Happening, chat: str | None, sender: str | None = None, **more: Any) -> list[Update]:
        if not chat:
            return []
        ids = (chat, sender or "")
        return [
            Update(key=_key(name, event, message, ids), chat=chat, sender=sender or chat, at=at, what=what, **more)
        ]

    if name == "permission_revoked":
        return update("revoked", _id(event.get("oa_id")) or oa_id or "oa")
    if name in {"follow", "unfollow"}:
        if oa_id and _id(event.get("oa_id")) not in {None, oa_id}:
            return []  # another account of the same app
        return update("joined" if name == "follow" else "left", _id(_of(event, "follower")))
    if name in GROUP_BEGAN | GROUP_ENDED:
        title = _of(event, "group", "group_name") or event.get("group_name") or message.get("group_name")
        title = title[:200] if isinstance(title, str) else None
        return update("joined" if name in GROUP_BEGAN else "left", _group(event), group=True, title=title)
    if name.startswith("user_send_group_"):
        return _in_group(event, message, oa_id, update)
    sides = _sides(event, name, oa_id)
    if sides is None:
        return []
    person, ours = sides
    kind = name.removeprefix("user_send_").removeprefix("oa_send_")
    if name.startswith("oa_send_") and ours and not kind.startswith("group_"):
        return update("staff" if _of(event, "sender", "admin_id") else "other", person)
    if ours:
        return []  # received, seen: nothing waits for it yet
    if name.startswith("user_send_") and kind in SAID:
        return update("message", person, **_said(kind, message))
    if name == "user_withdraw":
        return update("message", person, text=WITHDRAW)
    return update("interacted", person) if name in INTERACTED else []


def _said(kind: str, message: Mapping[str, Any]) -> dict[str, Any]:
    """The words, the pressed button or the place. Pictures, voices, files and cards may have no words."""
    text = message.get("text")
    text = text if isinstance(text, str) and kind not in {"business_card", "file"} else ""
    if kind == "text" and PRESSED.fullmatch(text.strip()):
        return {"press": text.strip().removeprefix(MARK)}
    return {"text": text, "location": _place(message) if kind == "location" else None}


def _in_group(event: Mapping[str, Any], message: Mapping[str, Any], oa_id: str | None, update: Any) -> list[Update]:
    """In a group only what calls us by mention is a question; all else tells that the group lives."""
    # How a mention arrives is not documented: taken to be as one is sent, `[@<id>]`; else we stay silent.
    group, person = _group(event), _id(_of(event, "sender"))
    text = message.get("text")
    mention = f"[@{oa_id}]"
    if oa_id and isinstance(text, str) and mention in text:
        said = _said("text", {"text": text.replace(mention, " ")})
        return update("message", group, person, group=True, **said)  # type: ignore[no-any-return]
    return update("interacted", group, person, group=True)  # type: ignore[no-any-return]


def _sides(event: Mapping[str, Any], name: str, oa_id: str | None) -> tuple[str | None, bool] | None:
    """The person, and whether the account is who acted; None where our account is not in it."""
    sender, recipient = _id(_of(event, "sender")), _id(_of(event, "recipient"))
    if oa_id is None:  # not learnt yet: only what people send, for which there is one way to read it
        return (sender, False) if name.startswith("user_") and name not in RECEIPTS else None
    if sender == oa_id:
        return recipient, True
    if recipient == oa_id or (recipient is None and _id(event.get("oa_id")) in {None, oa_id}):
        return sender or _id(_of(event, "follower")) or _id(event.get("user_id")), False
    return None


RECEIPTS: Final = frozenset({"user_received_message", "user_seen_message"})  # the account is their sender


def _group(event: Mapping[str, Any]) -> str | None:
    """The group's id: `recipient.id`, or where others found it."""
    for group in (
        _of(event, "recipient", "group_id"), _of(event, "recipient"), event.get("group_id"), _of(event, "group")
    ):  # fmt: skip
        if found := _id(group):
            return found
    return None


def _of(event: Mapping[str, Any], name: str, part: str = "id") -> object:
    inner = event.get(name)
    return inner.get(part) if isinstance(inner, dict) else None


def _id(value: object) -> str | None:
    """An id as text; it may have come as a number."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    found = str(value).strip()
    return found if 0 < len(found) <= 64 and found.isascii() else None


def _place(message: Mapping[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude in the one form that is known; others are an unknown place."""
    try:
        [first, *_] = message["attachments"]
        coordinates = first["payload"]["coordinates"]
        lat, lon = float(coordinates["latitude"]), float(coordinates["longitude"])
    except (KeyError, TypeError, ValueError):
        return None
    inside = math.isfinite(lat) and math.isfinite(lon) and abs(lat) <= 90 and abs(lon) <= 180
    return (lat, lon) if inside else None


def _key(name: str, event: Mapping[str, Any], message: Mapping[str, Any], ids: tuple[str, str]) -> str:
    """The event's name with its message's id; where there is none, a digest of name, time and whom it is about."""
    if found := _id(message.get("msg_id")):
        return f"{name}:{found}"[:120]
    whole = "\n".join((name, str(event.get("timestamp")), *ids))
    return f"{name[:60]}:{hashlib.sha256(whole.encode('utf-8', 'replace')).hexdigest()[:40]}"


def moment(value: object, now: dt.datetime) -> dt.datetime:
    """The time of an event; `now` where it carries none that makes sense."""
    try:
        number = int(str(value))
        seconds = number if number < SECONDS else number / 1000
        return dt.datetime.fromtimestamp(seconds, dt.UTC)
    except (ValueError, OverflowError, OSError):
        return now


def _stamp_of(raw: bytes) -> str:
    data = _parsed(raw)
    stamp = data.get("timestamp") if isinstance(data, dict) else None
    return str(stamp) if isinstance(stamp, str | int) else ""


def _parsed(raw: bytes) -> object:
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None
