"""Updates as Telegram really sends them."""

from __future__ import annotations

import itertools
import time
from typing import Any

Json = dict[str, Any]
BOT: Json = {"id": 123456, "is_bot": True, "first_name": "Hỏi Phường", "username": "SaDec_bot"}
LAN: Json = {"id": 77, "is_bot": False, "first_name": "Lan", "language_code": "vi"}
HOME: Json = {"id": 77, "first_name": "Lan", "type": "private"}
GROUP: Json = {"id": -1001, "title": "Khóm 2", "type": "supergroup", "is_forum": True}
ANONYMOUS: Json = {"id": 1087968824, "is_bot": True, "first_name": "Group", "username": "GroupAnonymousBot"}
_ids = itertools.count(500_000_000)
_message_ids = itertools.count(9000)


def update(**kinds: Any) -> Json:
    """An update of these kinds."""
    return {"update_id": next(_ids), **kinds}


def message(text: str | None = None, *, chat: Json = HOME, sender: Json | None = LAN, **more: Any) -> Json:
    """A message; `more` is what else stands in it."""
    made: Json = {"message_id": next(_message_ids), "date": int(time.time()), "chat": chat, **more}
    if sender is not None:
        made["from"] = sender
    if text is not None:
        made["text"] = text
        if text.startswith("/"):
            made["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split()[0])}]
    return made


def said(text: str | None = None, **more: Any) -> Json:
    """An update that is a message."""
    return update(message=message(text, **more))


def pressed(
    data: str | None, *, id_: str = "4382bfdwdsb323b2d9", chat: Json = HOME, sender: Json = LAN, **more: Any
) -> Json:
    """A pressed button under one of our messages."""
    query: Json = {
        "id": id_,
        "from": sender,
        "chat_instance": "-1",
        "message": message("Dạ", chat=chat, sender=BOT, **more),
    }
    return update(callback_query=query | ({"data": data} if data is not None else {}))


def membership(status: str, *, chat: Json = HOME, before: str = "member", **more: Any) -> Json:
    """Somebody changed what we are in a chat."""
    member: Json = {"user": BOT, "status": status, **more}
    if status == "kicked":
        member["until_date"] = 0
    old: Json = {"user": BOT, "status": before} | ({"until_date": 0} if before == "kicked" else {})
    return update(
        my_chat_member={
            "chat": chat,
            "from": LAN,
            "date": int(time.time()),
            "old_chat_member": old,
            "new_chat_member": member,
        }
    )
