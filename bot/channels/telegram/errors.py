"""What the Bot API says when it does not do what was asked, as one value.

The library tells refusals apart by class; within a class only Telegram's words differ, so the words are keys here.
A reason never holds these words as they came: they may quote what a person is told.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Final

import aiohttp
import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.channels.channel import Outcome, SendResult, State
from bot.channels.telegram.client import Answered

Meaning = tuple[Outcome, str]

WORDS: Final[dict[str, Meaning]] = {  # 400, 403: a part of the description, in small letters
    "bot was blocked by the user": (Outcome.GONE, "blocked by the person"),
    "user is deactivated": (Outcome.GONE, "the account is deleted"),
    "bot was kicked": (Outcome.GONE, "removed from the group"),
    "bot is not a member": (Outcome.GONE, "not a member of the group"),
    "the group chat was deleted": (Outcome.GONE, "the group is deleted"),
    "bot can't initiate conversation": (Outcome.GONE, "the person never pressed Start"),
    "bot can't send messages to bots": (Outcome.GONE, "that is a bot"),
    "chat not found": (Outcome.GONE, "no such chat"),
    "user not found": (Outcome.GONE, "no such person"),
    "peer_id_invalid": (Outcome.GONE, "no such chat"),
    "not enough rights to send photos": (Outcome.REFUSED, "no right to send pictures in this group"),
    "message can't be deleted": (Outcome.REFUSED, "too old to be taken back, or no right to"),
    "not enough rights": (Outcome.GONE, "no right to write in this group"),
    "have no rights to send": (Outcome.GONE, "no right to write in this group"),
    "need administrator rights": (Outcome.GONE, "no right to write in this channel"),
    "chat_write_forbidden": (Outcome.GONE, "no right to write in this group"),
    "topic_closed": (Outcome.REFUSED, "the topic is closed"),
    "topic_deleted": (Outcome.REFUSED, "the topic is deleted"),
    "message thread not found": (Outcome.REFUSED, "no such topic"),
    "can't parse entities": (Outcome.REFUSED, "our HTML is wrong"),
    "message is too long": (Outcome.REFUSED, "too long"),
    "message text is empty": (Outcome.REFUSED, "no text"),
    "button_data_invalid": (Outcome.REFUSED, "a button's data is wrong"),
    "button_url_invalid": (Outcome.REFUSED, "a button's address is wrong"),
    "wrong http url": (Outcome.REFUSED, "a button's address is wrong"),
    "reply_markup_too_long": (Outcome.REFUSED, "too many buttons"),
    "wrong file identifier": (Outcome.REFUSED, "an unknown file"),
    "failed to get http url content": (Outcome.REFUSED, "the picture cannot be fetched"),
    "wrong type of the web page content": (Outcome.REFUSED, "the picture is none"),
    "wrong remote file identifier": (Outcome.REFUSED, "an unknown file"),
    "webpage_": (Outcome.REFUSED, "the picture cannot be fetched"),
    "image_process_failed": (Outcome.REFUSED, "the picture cannot be read"),
    "photo_invalid_dimensions": (Outcome.REFUSED, "the picture is too large or too long"),
    "caption is too long": (Outcome.REFUSED, "too long below a picture"),
    "no text in the message to edit": (Outcome.REFUSED, "the message is a picture"),
    "no media in the message to edit": (Outcome.REFUSED, "the message has no picture"),
    "no caption in the message to edit": (Outcome.REFUSED, "the message has no words below a picture"),
    "message to edit not found": (Outcome.REFUSED, "the message is gone"),
    "message can't be edited": (Outcome.REFUSED, "the message cannot be changed any more"),
    "message to delete not found": (Outcome.SENT, "it is gone already"),
    "message is not modified": (Outcome.SENT, "it says so already"),
    "query is too old": (Outcome.SENT, "the press is too old to be answered"),
}
THREADS: Final = ("topic_closed", "topic_deleted", "message thread not found")
MARKUP: Final = ("can't parse entities",)
OTHER_KIND: Final = ("no text in the message to edit", "no media in the message to edit")
KEYBOARD: Final = ("button_data_invalid", "button_url_invalid", "wrong http url", "reply_markup_too_long")

CLASSES: Final[dict[type[Exception], Meaning]] = {  # the first that fits; `BadRequest` is a `NetworkError`
    RetryAfter: (Outcome.REPEAT, "too many requests"),  # 429
    ChatMigrated: (Outcome.MOVED, "the group became a supergroup"),  # 400
    Forbidden: (Outcome.GONE, "forbidden"),  # 403
    InvalidToken: (Outcome.ACCOUNT, "the token is not accepted"),  # 401, 404
    Conflict: (Outcome.ACCOUNT, "another program polls this bot, or a webhook is set"),  # 409
    BadRequest: (Outcome.REFUSED, "refused"),  # 400
    TimedOut: (Outcome.UNKNOWN, "no answer in time"),
    NetworkError: (Outcome.UNKNOWN, "the answer was lost"),
    TelegramError: (Outcome.UNKNOWN, "an answer that is none"),  # 200 with nonsense
}
STATUSES: Final[dict[int, Meaning]] = {
    413: (Outcome.REFUSED, "too large"),
    429: (Outcome.REPEAT, "too many requests"),
    500: (Outcome.REPEAT, "Telegram's fault"),
    502: (Outcome.REPEAT, "Telegram's fault"),
    503: (Outcome.REPEAT, "Telegram's fault"),
    504: (Outcome.REPEAT, "Telegram's fault"),
}
OTHER_STATUS: Final[Meaning] = (Outcome.REPEAT, "not Telegram's answer")
CAUSES: Final[dict[type[Exception], Meaning]] = {  # it never left us; any other cause may come after the sending
    aiohttp.ClientConnectorError: (Outcome.REPEAT, "no connection"),
    aiohttp.ConnectionTimeoutError: (Outcome.REPEAT, "no connection in time"),
    aiohttp.ClientHttpProxyError: (Outcome.REPEAT, "the proxy refuses"),
    aiohttp.InvalidURL: (Outcome.REPEAT, "a wrong address"),
    httpx.ConnectError: (Outcome.REPEAT, "no connection"),
    httpx.ConnectTimeout: (Outcome.REPEAT, "no connection in time"),
    httpx.PoolTimeout: (Outcome.REPEAT, "too many at once"),
    httpx.ProxyError: (Outcome.REPEAT, "the proxy refuses"),
    httpx.UnsupportedProtocol: (Outcome.REPEAT, "a wrong address"),
}
CURED_OTHERWISE: Final = (*THREADS, *MARKUP, *KEYBOARD)  # than by sending words in place of a picture
PAUSE: Final = 5.0  # seconds, where Telegram says 429 without saying how long
MARGIN: Final = 1.0  # seconds beyond what Telegram asks for
_WORDLESS: Final = re.compile(r"""["'`“<].*|https?://\S*|\d+""", re.DOTALL)


def meaning(error: Exception) -> Meaning:
    """What became of a call that ended so."""
    if isinstance(error, Answered):
        return STATUSES.get(error.status, OTHER_STATUS)
    for cause, said in CAUSES.items():
        if isinstance(error.__cause__, cause):
            return said
    if isinstance(error, BadRequest | Forbidden) and (words := _words(error)):
        return WORDS[words]
    if type(error) is BadRequest:
        return Outcome.REFUSED, plain_words(error)
    for kind, said in CLASSES.items():
        if isinstance(error, kind):
            return said
    return Outcome.UNKNOWN, type(error).__name__


def result(error: Exception) -> SendResult:
    """The outcome of a bubble whose sending ended so; `instead` is added where a plainer form may help."""
    outcome, why = meaning(error)
    reason = f"{type(error).__name__}: {why}"
    if isinstance(error, RetryAfter):
        return SendResult(outcome=outcome, wait=seconds(error) + MARGIN, everyone=True, reason=reason)
    if isinstance(error, Answered) and error.status == 429:
        return SendResult(outcome=outcome, wait=PAUSE, everyone=True, reason=reason)
    if isinstance(error, ChatMigrated):
        return SendResult(outcome=outcome, moved_to=str(error.new_chat_id), reason=reason)
    return SendResult(outcome=outcome, reason=reason)


def state(error: Exception) -> tuple[State, str]:
    """How a channel stands whose connecting ended so, and why, for whoever runs it."""
    outcome, why = meaning(error)
    if isinstance(error, RetryAfter):
        return "unreachable", f"Telegram wants us to wait {seconds(error):.0f} s"
    refused = outcome in {Outcome.ACCOUNT, Outcome.REFUSED, Outcome.GONE}
    return ("refused" if refused else "unreachable"), why


def seconds(error: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, dt.timedelta) else float(wait)


def is_about(error: Exception, words: tuple[str, ...]) -> bool:
    """Whether Telegram's words are among these."""
    return isinstance(error, BadRequest) and _words(error) in words


def plain_words(error: TelegramError) -> str:
    """Telegram's words without what they quote, without numbers and addresses."""
    return _WORDLESS.sub("", error.message).strip()[:100]


def _words(error: TelegramError) -> str | None:
    said = error.message.lower()
    return next((words for words in WORDS if words in said), None)
