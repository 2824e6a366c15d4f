"""An update as a row of the inbox, and its answer as rows of the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, NamedTuple

import orjson

from bot.channels.channel import Update
from bot.storage import queues
from bot.storage.queues import Claimed, Flying


class Moment(NamedTuple):
    """When a batch is answered, and until when its answers are good: the same objects for all of it."""

    now: dt.datetime
    expires: dt.datetime


def moment() -> Moment:
    """This one."""
    now = dt.datetime.now(dt.UTC)
    return Moment(now, now + queues.BODY_KEPT)


def delivery_of(row: Claimed, body: Mapping[str, object], at: Moment) -> dict[str, object]:
    """The outbox row of one bubble that answers an update."""
    return {
        "channel": row.channel, "chat": row.chat, "lane": queues.REPLY, "body": body, "state": "queued", "tries": 0,
        "not_before": at.now, "expires": at.expires, "received": row.id, "at": at.now, "reason": "",
        "until": None,
    }  # fmt: skip


def flying_of(number: int, row: Mapping[str, Any]) -> Flying:
    """Such a row, kept under this number, as it is sent at once."""
    return Flying(
        number, row["channel"], row["chat"], row["lane"], row["body"], row["tries"], row["expires"], None
    )  # fmt: skip


def packed(update: Update) -> str:
    """As it stands in the inbox."""
    return orjson.dumps(update).decode()


def unpacked(body: str, chat: str) -> Update:
    """As it came; `chat` is where it stands now."""
    data = orjson.loads(body)
    if not data["moved_to"]:
        data["chat"] = chat  # a group may have moved since
    data["at"] = dt.datetime.fromisoformat(data["at"])
    if data["location"]:
        data["location"] = tuple(data["location"])
    return Update(**data)
