"""Telegram's updates as ours. In a group the bot hears only what is meant for it."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import structlog
import telegram
from telegram import ChatMember

from bot.channels.channel import Malformed, NotYet, Update
from bot.channels.telegram.commands import ASK, COMMAND, KNOWN, PAYLOAD, PRESSES
from content.schema import Lang

log = structlog.get_logger()
KINDS: Final = ("message", "callback_query", "my_chat_member")  # all that we ask Telegram for
CONTENT: Final = (  # what a person sends; all else in a message tells of the chat
    "text", "caption", "location", "venue", "photo", "document", "sticker", "voice", "video", "audio", "animation",
    "video_note", "contact", "dice", "poll", "story",
)  # fmt: skip
WORDS: Final = frozenset({"message_id", "from", "chat", "date", "text", "entities"})
LATEST: Final = 2**33  # seconds since 1970
GROUP: Final = frozenset({"group", "supergroup"})
LONGEST_TITLE: Final = 200
_TALK: Final = re.compile(r"\D{0,40}#(\d{1,9})\b")
_KIND: Final = re.compile(r"[a-z_]{1,40}")


@dataclass(frozen=True, slots=True)
class Me:
    """Who we are here; the name is known once connected."""

    id: int
    name: str | None = None


def read(data: object, me: Me) -> tuple[Update, ...]:
    """The update in a body, if it concerns us; `Malformed` where it is nonsense."""
    if not isinstance(data, dict) or type(data.get("update_id")) is not int:
        raise Malformed("no update")
    kind = next((kind for kind in KINDS if kind in data), None)
    if kind is None:
        log.info("event ignored", channel="telegram", kind=kind_of(data))
        return ()
    if plain := _words(data, me):
        return (plain,)
    try:
        update = telegram.Update.de_json(data, None)
        found = _READERS[kind](update, me)
    except NotYet:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library stumbles over is none of Telegram's
        raise Malformed(f"no {kind}: {type(error).__name__}") from None  # the cause would quote the body
    return (found,) if found else ()


def kind_of(data: object) -> str:
    """What kind of update it is, by its own word; "?" where it has none that is fit to be kept."""
    names = sorted(name for name in data if isinstance(name, str)) if isinstance(data, dict) else []
    return next((name for name in names if name != "update_id" and _KIND.fullmatch(name)), "?")


def _message(update: telegram.Update, me: Me) -> Update | None:
    message = update.message
    if message is None or not isinstance(message.date, dt.datetime):
        raise Malformed("no message")
    chat = message.chat
    key, at = f"{update.update_id}:{message.message_id}", message.date
    if message.migrate_to_chat_id:
        old, new = str(chat.id), str(message.migrate_to_chat_id)
        return Update(key=key, chat=old, sender=old, at=at, what="moved", moved_to=new, group=True)
    if message.migrate_from_chat_id:
        old, new = str(message.migrate_from_chat_id), str(chat.id)
        return Update(key=key, chat=old, sender=old, at=at, what="moved", moved_to=new, group=True)
    sender = _sender(message)
    if sender is None or chat.type == "channel" or not any(getattr(message, name) for name in CONTENT):
        return None
    group = chat.type in GROUP
    text = _clean(message.text or message.caption or "")
    command = COMMAND.fullmatch(text)
    if group:
        if not _is_called(message, text, command, me):
            return None
        text = _without_name(text, me)
    place = message.location or (message.venue.location if message.venue else None)
    text, press, start = _asked(command, me) if command else (text, None, None)
    return Update(
        key=key, chat=str(chat.id), sender=sender, at=at, text=text, press=press, start=start,
        location=(float(place.latitude), float(place.longitude)) if place else None,
        lang=_lang_of(message.from_user), group=group, thread=_thread(message), title=_title(chat) if group else None,
        about=_about(message, me),
    )  # fmt: skip


def _words(data: dict[str, Any], me: Me) -> Update | None:
    """What nearly everybody sends, words in a chat of his own, read without the library; None: anything else."""
    message = data.get("message")
    if not isinstance(message, dict) or not message.keys() <= WORDS:
        return None
    match message:
        case {
            "message_id": int(number), "date": int(date), "text": str(text),
            "chat": {"id": int(chat), "type": "private"},
            "from": {"id": int(sender), "is_bot": False, "first_name": str(), **user},
        } if text and 0 <= date < LATEST:  # fmt: skip
            code = user.get("language_code", "")
        case _:
            return None
    if not isinstance(code, str):
        return None
    text = _clean(text)
    command = COMMAND.fullmatch(text)
    text, press, start = _asked(command, me) if command else (text, None, None)
    return Update(
        key=f"{data['update_id']}:{number}", chat=str(chat), sender=str(sender), text=text, press=press, start=start,
        at=dt.datetime.fromtimestamp(date, dt.UTC), lang=_lang(code),
    )  # fmt: skip


def _asked(command: re.Match[str], me: Me) -> tuple[str, str | None, str | None]:
    """What a command says: words, the button that it stands for, what a deep link carried."""
    name, rest = command[1].lower(), (command[3] or "").strip()
    if name == "start":
        return "", None, rest if PAYLOAD.fullmatch(rest) else ""
    if rest and (name == ASK or name in PRESSES):
        return _without_name(rest, me), None, None  # what follows a command is a question
    if name in PRESSES:
        return "", PRESSES[name], None
    return "" if name == ASK else f"/{name}", None, None


def _press(update: telegram.Update, me: Me) -> Update | None:
    query = update.callback_query
    if query is None or not isinstance(query.id, str):
        raise Malformed("no press")
    if query.message is None or not query.data:
        return None
    chat = query.message.chat
    group = chat.type in GROUP
    return Update(
        # The press's own id stands in the key, so that whoever answers can stop the button's spinning.
        key=f"{update.update_id}:{query.id}",
        chat=str(chat.id), sender=str(query.from_user.id), at=dt.datetime.now(dt.UTC), press=_clean(query.data)[:64],
        lang=_lang_of(query.from_user), group=group, thread=_thread(query.message),
        title=_title(chat) if group else None,
    )  # fmt: skip


def _membership(update: telegram.Update, me: Me) -> Update | None:
    change = update.my_chat_member
    if change is None or not isinstance(change.date, dt.datetime):
        raise Malformed("no change")
    member, chat = change.new_chat_member, change.chat
    out = member.status in {ChatMember.LEFT, ChatMember.BANNED}
    if isinstance(member, telegram.ChatMemberRestricted):
        out = not member.is_member
    group = chat.type != "private"
    return Update(
        key=str(update.update_id), chat=str(chat.id), sender=str(change.from_user.id if group else chat.id),
        at=change.date, what="left" if out else "joined", lang=_lang_of(change.from_user), group=group,
        title=_title(chat) if group else None,
    )  # fmt: skip


_READERS: Final = {"message": _message, "callback_query": _press, "my_chat_member": _membership}


def _sender(message: telegram.Message) -> str | None:
    if message.sender_chat:  # an administrator who writes as the group; a channel's post passed on is nobody's
        return None if message.is_automatic_forward else str(message.sender_chat.id)
    user = message.from_user
    return None if user is None or user.is_bot else str(user.id)


def _about(message: telegram.Message, me: Me) -> int | None:
    """The talk that our message, to which this one replies, begins with."""
    answered = message.reply_to_message
    ours = answered if answered and answered.from_user and answered.from_user.id == me.id else None
    found = _TALK.match(ours.text) if ours and ours.text else None
    return int(found[1]) if found else None


def _is_called(message: telegram.Message, text: str, command: re.Match[str] | None, me: Me) -> bool:
    """By a command, a reply to us, or our name; before our name is known, Telegram has to tell it again."""
    answered = message.reply_to_message
    others = command is not None and command[2] is not None and me.name and command[2].lower() != me.name.lower()
    if others:
        return False
    # In a topic every message "replies" to the one that opened it, and that may be ours.
    if answered and answered.from_user and answered.from_user.id == me.id and not answered.forum_topic_created:
        return True
    if command and not command[2]:
        return command[1].lower() in KNOWN
    named = re.findall(r"(?<![\w@])@(\w{4,32})", text) if not command else [command[2]]
    if named and me.name is None:
        raise NotYet("our name is not known before the first connection")
    return any(name.lower() == (me.name or "").lower() for name in named)


def _without_name(text: str, me: Me) -> str:
    if me.name is None:
        return text
    without = re.sub(rf"(?<![\w@])@{re.escape(me.name)}\b", " ", text, flags=re.IGNORECASE)
    return re.sub(" {2,}", " ", without).strip(" ,:\n")


def _clean(text: str) -> str:
    return unicodedata.normalize("NFC", text).replace("\0", "").strip()


def _thread(message: Any) -> str | None:
    """The topic; other threads of a group are mere chains of replies."""
    if not getattr(message, "is_topic_message", None) or not message.message_thread_id:
        return None
    return str(int(message.message_thread_id))


def _title(chat: telegram.Chat) -> str | None:
    return _clean(chat.title)[:LONGEST_TITLE] if chat.title else None


def _lang_of(user: telegram.User | None) -> Lang | None:
    return _lang(user.language_code or "") if user else None


def _lang(code: str) -> Lang | None:
    """As the app is set; who reads neither is served better by English, a Khmer neighbour by Vietnamese."""
    code = code.lower().partition("-")[0]
    if not code:
        return None
    return "vi" if code in {"vi", "km"} else "en"


def ids(batch: list[Mapping[str, object]]) -> list[int]:
    """The update ids of a batch."""
    return [update_id for item in batch if isinstance(update_id := item.get("update_id"), int)]
