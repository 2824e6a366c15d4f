"""Each thing that can go wrong has one outcome, and nothing private in its reason."""

from __future__ import annotations

import datetime as dt
import os

import aiohttp
import httpx
import pytest
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

from bot.channels.channel import Outcome
from bot.channels.telegram import errors
from bot.channels.telegram.client import Answered

REPEAT, UNKNOWN, GONE, REFUSED = Outcome.REPEAT, Outcome.UNKNOWN, Outcome.GONE, Outcome.REFUSED
REQUEST = httpx.Request("POST", "https://api.telegram.org/bot123456:AAsecret/sendMessage")


def caused(error: TelegramError, cause: Exception) -> TelegramError:
    error.__cause__ = cause
    return error


CASES = [  # every error of the reference
    (RetryAfter(7), REPEAT),
    (Answered(429), REPEAT),
    (caused(TimedOut("Pool timeout: All connections"), httpx.PoolTimeout("")), REPEAT),
    (caused(TimedOut(), httpx.ConnectTimeout("")), REPEAT),
    (caused(TimedOut(), aiohttp.ConnectionTimeoutError()), REPEAT),
    (caused(NetworkError("x"), aiohttp.ClientConnectorError(None, OSError())), REPEAT),  # type: ignore[arg-type]
    (caused(NetworkError("x"), aiohttp.ClientProxyConnectionError(None, OSError())), REPEAT),  # type: ignore[arg-type]
    (caused(NetworkError("x"), aiohttp.ClientHttpProxyError(None, ())), REPEAT),  # type: ignore[arg-type]
    (caused(NetworkError("x"), aiohttp.InvalidURL("x")), REPEAT),
    (caused(TimedOut(), aiohttp.SocketTimeoutError()), UNKNOWN),
    (caused(NetworkError("x"), aiohttp.ServerDisconnectedError()), UNKNOWN),
    (caused(NetworkError("x"), aiohttp.ClientOSError()), UNKNOWN),
    (caused(NetworkError("x"), aiohttp.ClientPayloadError()), UNKNOWN),
    (caused(TimedOut(), httpx.ReadTimeout("")), UNKNOWN),
    (caused(TimedOut(), httpx.WriteTimeout("")), UNKNOWN),
    (caused(NetworkError("httpx.ConnectError: "), httpx.ConnectError("")), REPEAT),
    (caused(NetworkError("httpx.ProxyError: 407"), httpx.ProxyError("")), REPEAT),
    (caused(NetworkError("httpx.RemoteProtocolError"), httpx.RemoteProtocolError("")), UNKNOWN),
    (caused(NetworkError("httpx.ReadError"), httpx.ReadError("")), UNKNOWN),
    (caused(NetworkError("httpx.WriteError"), httpx.WriteError("")), UNKNOWN),
    *((Answered(status), REPEAT) for status in (500, 502, 503, 504, 302, 403, 404, 520)),
    (Answered(413), REFUSED),
    (ChatMigrated(-10055), Outcome.MOVED),
    *(
        (Forbidden(f"Forbidden: {said}"), GONE)
        for said in (
            "bot was blocked by the user", "user is deactivated", "bot was kicked from the supergroup chat", "bot was kicked from the group chat",
            "bot is not a member of the channel chat", "the group chat was deleted", "bot can't initiate conversation with a user", "something new",
        )
    ),
    *((BadRequest(f"Bad Request: {said}"), GONE) for said in ("chat not found", "not enough rights to send text messages to the chat", "CHAT_WRITE_FORBIDDEN")),
    *(
        (BadRequest(f"Bad Request: {said}"), REFUSED)
        for said in (
            "TOPIC_CLOSED", "message thread not found", "can't parse entities: Unsupported start tag \"lan\" at byte offset 5", "message is too long",
            "BUTTON_DATA_INVALID", "wrong file identifier/HTTP URL specified", "message text is empty", "something new",
            "failed to get HTTP URL content", "wrong type of the web page content", "message caption is too long", "message can't be deleted for everyone",
            "not enough rights to send photos to the chat", "there is no text in the message to edit", "there is no media in the message to edit",
            "there is no caption in the message to edit", "message to edit not found", "message can't be edited",
        )
    ),
    (BadRequest("Bad Request: message is not modified: specified new message content"), Outcome.SENT),
    (BadRequest("Bad Request: message to delete not found"), Outcome.SENT),
    (BadRequest("Bad Request: query is too old and response timeout expired or query ID is invalid"), Outcome.SENT),
    (InvalidToken("The token `123456:AAsecret` was rejected by the server."), Outcome.ACCOUNT),
    (Conflict("Conflict: terminated by other getUpdates request"), Outcome.ACCOUNT),
    (TelegramError("Invalid server response"), UNKNOWN),
    (KeyError("result"), UNKNOWN),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "outcome"), [pytest.param(*case, id=f"{type(case[0]).__name__} {case[0]!s:.40}") for case in CASES]
)
def test_outcome(error: Exception, outcome: Outcome) -> None:
    result = errors.result(error)
    assert result.outcome is outcome
    assert result.reason


def test_each_word_and_class_of_the_table_is_tried() -> None:
    said = [str(error).lower() for error, _ in CASES]
    assert {
        cause for cause in errors.CAUSES if not any(isinstance(error.__cause__, cause) for error, _ in CASES)
    } == {httpx.UnsupportedProtocol}
    untried = {"bot can't send messages to bots", "user not found", "peer_id_invalid", "have no rights to send", "need administrator rights",
               "topic_deleted", "button_url_invalid", "wrong http url", "reply_markup_too_long",
               "wrong remote file identifier", "webpage_", "image_process_failed", "photo_invalid_dimensions"}  # fmt: skip  # beyond the reference
    assert {words for words in errors.WORDS if not any(words in s for s in said)} == untried
    assert {kind for kind in errors.CLASSES if not any(isinstance(error, kind) for error, _ in CASES)} == set()
    assert {type(error) for error, _ in CASES if isinstance(error, TelegramError)} - {Answered} == set(errors.CLASSES)


@pytest.mark.parametrize(
    "said",
    [
        'can\'t parse entities: Unsupported start tag "Nguyễn Văn Lan" at byte offset 5',
        "something new about 0901234567 and 'Nguyễn Văn Lan'",
        "failed for https://api.telegram.org/bot123456:AAsecret/x",
    ],
)
def test_a_reason_quotes_nobody(said: str) -> None:
    reason = errors.result(BadRequest(said)).reason
    assert not any(private in reason for private in ("Lan", "0901234567", "AAsecret"))


def test_how_long_to_wait() -> None:
    result = errors.result(RetryAfter(7))
    assert (result.wait, result.everyone) == (8.0, True)
    assert errors.result(Answered(429)).everyone
    assert not errors.result(Answered(502)).everyone


def test_the_coming_form_of_a_wait_is_asked_for() -> None:
    assert os.environ["PTB_TIMEDELTA"] == "1"
    assert isinstance(RetryAfter(7).retry_after, dt.timedelta)


def test_where_a_group_went() -> None:
    assert errors.result(ChatMigrated(-10055)).moved_to == "-10055"


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (InvalidToken("The token `123456:AAsecret` was rejected by the server."), "refused"),
        (BadRequest("Bad Request: bad webhook: An HTTPS URL must be provided for webhook"), "refused"),
        (Conflict("x"), "refused"),
        (TimedOut(), "unreachable"),
        (RetryAfter(90), "unreachable"),
        (Answered(403), "unreachable"),
        (TelegramError("Invalid server response"), "unreachable"),
    ],
)
def test_the_state_after_a_failed_connection(error: TelegramError, state: str) -> None:
    found, why = errors.state(error)
    assert found == state
    assert why
    assert "AAsecret" not in why
