"""What people wrote while nobody told us: the recent chats, as Zalo lists them, ten a call.

Only words are fetched: whoever sent a picture or a sticker hours ago is not told now that we read words alone.
Fields: developers.zalo.me, "Lấy danh sách tin nhắn gần nhất" and "trong một hội thoại", as of 2024-10.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

import structlog

from bot.channels.channel import Update
from bot.channels.zalo_oa import events
from bot.channels.zalo_oa.access import NoToken
from bot.channels.zalo_oa.api import Api, Silent
from bot.channels.zalo_oa.results import text_of

log = structlog.get_logger()
RECENT: Final = "/v2.0/oa/listrecentchat"
TALK: Final = "/v2.0/oa/conversation"
COUNT: Final = 10  # a call; more is refused
PAGES: Final = 5  # of chats; each call counts against the account's pace
PERSON: Final = "1"  # `src` of what a person wrote; 0 is the account, by us or by staff


async def missed(api: Api, oa_id: str, since: dt.datetime, until: dt.datetime) -> list[Update]:
    """What people wrote between these and nobody answered, oldest first; nothing where Zalo does not say."""
    found: list[Update] = []
    try:
        for person in await _waiting(api, since, until):
            talk = await _asked(api, TALK, user_id=person, offset=0, count=COUNT)
            for said in talk:  # newest first: what stands before the account's last word is answered
                if _src(said) != PERSON or _at(said) <= since:
                    break
                if _at(said) <= until and said.get("type") == "text":
                    found += _update(said, person, oa_id)
    except (NoToken, Silent) as error:
        log.warning("recent chats not read", channel="zalo-oa", error=type(error).__name__)
    return sorted(found, key=lambda update: update.at)


async def _waiting(api: Api, since: dt.datetime, until: dt.datetime) -> list[str]:
    """People whose word is the last of their chat."""
    people: dict[str, None] = {}
    for page in range(PAGES):
        chats = await _asked(api, RECENT, offset=page * COUNT, count=COUNT)
        for last in chats:
            person = text_of(last.get("from_id"))
            if person and _src(last) == PERSON and since < _at(last) <= until:
                people[person] = None
        if len(chats) < COUNT or min(map(_at, chats)) <= since:
            break
    return list(people)


async def _asked(api: Api, path: str, **data: object) -> Sequence[Mapping[str, Any]]:
    answer = await api.get(path, **data)
    if answer.code != 0:
        log.warning("recent chats not read", channel="zalo-oa", code=answer.code)
    return sorted(answer.items, key=_at, reverse=True) if answer.code == 0 else ()


def _update(said: Mapping[str, Any], person: str, oa_id: str) -> list[Update]:
    """As the webhook would have told it, with the same key: what comes by both ways is answered once."""
    event = {
        "event_name": "user_send_text",
        "sender": {"id": person},
        "recipient": {"id": oa_id},
        "timestamp": said.get("time"),
        "message": {"text": said.get("message"), "msg_id": said.get("message_id")},
    }
    return events.updates(event, oa_id, _at(said)) if text_of(said.get("message_id")) else []


def _src(said: Mapping[str, Any]) -> str:
    return str(said.get("src"))


def _at(said: Mapping[str, Any]) -> dt.datetime:
    """When it was said; long ago where that cannot be read."""
    return events.moment(said.get("time"), dt.datetime.fromtimestamp(0, dt.UTC))
