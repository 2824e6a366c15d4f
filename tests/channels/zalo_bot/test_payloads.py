"""What Zalo sends, and what we make of it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest

from bot.channels.channel import Malformed, Update
from bot.channels.zalo_bot.incoming import without_mention
from tests.channels.zalo_bot.conftest import channel
from tests.emulators.zalo_bot import SECRET

LAN = {"id": "a1b2c3d4e5f60718293a", "display_name": "Lan", "is_bot": False}
TO_THE_BOT = {"id": "a1b2c3d4e5f60718293a", "chat_type": "PRIVATE"}
IN_THE_GROUP = {"id": "6ede9afa66b88fe6d6a9", "chat_type": "GROUP"}


def event(name: str = "message.text.received", **changes: Any) -> dict[str, Any]:
    message = {
        "message_id": "m1a2b3c4d5e6f7081920",
        "date": 1789033572455,
        "message_type": "CHAT_TEXT",
        "from": LAN,
        "chat": TO_THE_BOT,
    } | changes
    return {"event_name": name, "message": {k: v for k, v in message.items() if v is not ...}}


def update(text: str, event: str = "message.text.received", /, **changes: Any) -> Update:
    values: dict[str, Any] = {
        "key": f"1234567890:{event}:m1a2b3c4d5e6f7081920",
        "chat": "a1b2c3d4e5f60718293a",
        "sender": "a1b2c3d4e5f60718293a",
        "at": dt.datetime(2026, 9, 10, 9, 46, 12, 455000, tzinfo=dt.UTC),
        "text": text,
    }
    return Update(**(values | changes))


GROUPED = {"chat": "6ede9afa66b88fe6d6a9", "group": True, "name": "Lan"}
UNDERSTOOD = {
    "a text, flat as in live traffic": (event(text="đường hỏng"), update("đường hỏng")),
    "a text, wrapped as in the documentation": (
        {"ok": True, "result": event(text="đường hỏng")},
        update("đường hỏng"),
    ),
    "letters and their marks apart": (event(text="phu\u031bo\u031b\u0300ng 1"), update("phường 1")),
    "a picture with its caption, as captured": (
        event("message.image.received", photo_url="https://photo-stal-1.zdn.vn/a.jpg", caption="đường hỏng"),
        update("đường hỏng", "message.image.received"),
    ),
    "a picture as documented, without words": (
        event("message.image.received", photo="https://photo-stal-1.zdn.vn/a.jpg"),
        update("", "message.image.received"),
    ),
    "a voice": (
        event("message.voice.received", voice_url="https://x.zdn.vn/a.aac", message_type="CHAT_VOICE"),
        update("", "message.voice.received"),
    ),
    "a sticker": (event("message.sticker.received", sticker="abc", url="https://x"), update("", "message.sticker.received")),
    "something withheld, in private": (
        event("message.unsupported.received"),
        update("", "message.unsupported.received"),
    ),
    "called in a group": (
        event(text="@Bot Sa Đéc làm khai sinh cần gì", chat=IN_THE_GROUP),
        update("làm khai sinh cần gì", **GROUPED),
    ),
    "called in a group, at the end and in small letters": (
        event(text="Cho hỏi số công an phường 1, @bot sa đéc", chat=IN_THE_GROUP),
        update("Cho hỏi số công an phường 1", **GROUPED),
    ),
    "a picture in a group with the mention in its own caption": (
        event("message.image.received", photo_url="https://x", caption="@Bot Sa Đéc ổ gà", chat=IN_THE_GROUP),
        update("ổ gà", "message.image.received", **GROUPED),
    ),
    "a number picked in a group": (event(text="@Bot Sa Đéc 2", chat=IN_THE_GROUP), update("2", **GROUPED)),
    "a text of a hundred thousand letters": (event(text="a" * 100_000), update("a" * 4000)),
    "a person without a name": (event(text="xin chào", **{"from": {"id": LAN["id"]}}), update("xin chào")),
}  # fmt: skip
IGNORED = {
    "an empty probe": b"",
    "blanks": b" \n",
    "an empty object": b"{}",
    "a verification without an event": b'{"ok": true, "result": {}}',
    "an unknown event": orjson.dumps({"event_name": "user.follow", "user": {"id": "x"}}),
    "a reaction": orjson.dumps(event("message.reaction.received")),
    "an event of no sane name": orjson.dumps({"event_name": "mã lạ \n" * 50}),
    "an event that is a number": orjson.dumps({"event_name": 7}),
    "withheld without a message": orjson.dumps({"event_name": "message.unsupported.received"}),
    "withheld in a group": orjson.dumps(event("message.unsupported.received", chat=IN_THE_GROUP)),
    "a voice in a group": orjson.dumps(event("message.voice.received", chat=IN_THE_GROUP)),
    "talk in a group that does not call us": orjson.dumps(event(text="mai họp khóm 7 giờ", chat=IN_THE_GROUP)),
    "a robot in a group": orjson.dumps(event(text="a robot@bottom.vn", chat=IN_THE_GROUP)),
    "another bot": orjson.dumps(event(text="xin chào", **{"from": LAN | {"is_bot": True}})),
}
NONSENSE = {
    "no JSON": b"xin chao",
    "half a JSON": b'{"event_name": "message.te',
    "not UTF-8": b'{"event_name": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"7",
    "null": b"null",
    "deep": b"[" * 100_000,
    "a text without a message": b'{"event_name": "message.text.received"}',
    "a message that is text": b'{"event_name": "message.text.received", "message": "x"}',
    "no message_id": orjson.dumps(event(message_id=..., text="x")),
    "an id that is a number": orjson.dumps(event(message_id=12345, text="x")),
    "an id with a NUL": orjson.dumps(event(message_id="a\x00b", text="x")),
    "an endless id": orjson.dumps(event(chat={"id": "a" * 65, "chat_type": "PRIVATE"}, text="x")),
    "no sender": orjson.dumps(event(text="x", **{"from": ...})),
    "no chat": orjson.dumps(event(text="x", chat=None)),
    "no date": orjson.dumps(event(text="x", date=...)),
    "a date as text": orjson.dumps(event(text="x", date="hôm qua")),
    "a date of the year 300000": orjson.dumps(event(text="x", date=10**16)),
    "a date that is true": orjson.dumps(event(text="x", date=True)),
}


@pytest.mark.parametrize("name", UNDERSTOOD)
def test_understood(name: str) -> None:
    body, expected = UNDERSTOOD[name]
    assert channel().receive(orjson.dumps(body)) == (expected,)


@pytest.mark.parametrize("name", IGNORED)
def test_ignored(name: str) -> None:
    assert channel().receive(IGNORED[name]) == ()


@pytest.mark.parametrize("name", NONSENSE)
def test_nonsense(name: str) -> None:
    with pytest.raises(Malformed) as error:
        channel().receive(NONSENSE[name])
    assert "x" not in str(error.value).split()


def test_the_same_message_flat_and_wrapped_is_the_same_update() -> None:
    flat, wrapped = event(text="a"), {"ok": True, "result": event(text="a")}
    keys = {channel().receive(orjson.dumps(body))[0].key for body in (flat, wrapped)}
    assert len(keys) == 1


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("@Bot Sa Đéc phí bao nhiêu", "phí bao nhiêu"),
        ("@Bot  Sa\u00a0Đéc, phí bao nhiêu", "phí bao nhiêu"),
        ("phí @Bot Sa Đéc bao nhiêu", "phí bao nhiêu"),
        ("@Bot Sa Đéc", ""),
        ("@Bot Sa Đéchôm nay", "Sa Đéchôm nay"),
        ("@Bot Khác phí bao nhiêu", "Khác phí bao nhiêu"),
    ],
)
def test_the_mention_is_no_part_of_the_question(text: str, question: str) -> None:
    assert without_mention(text, ["Bot Sa Đéc", "bot.SaDec", ""]) == question


@pytest.mark.parametrize(
    ("headers", "let_in"),
    [
        ({"X-Bot-Api-Secret-Token": SECRET}, True),
        ({}, False),
        ({"X-Bot-Api-Secret-Token": ""}, False),
        ({"X-Bot-Api-Secret-Token": SECRET[:-1]}, False),
        ({"X-Bot-Api-Secret-Token": SECRET + " "}, False),
        ({"X-Bot-Api-Secret-Token": "mật khẩu"}, False),
        ({"X-Bot-Api-Secret-Token": "\udcff\ud800"}, False),
    ],
)
def test_only_who_knows_the_secret_is_let_in(headers: dict[str, str], let_in: bool) -> None:
    assert channel().verify(headers, b"{}") is let_in


def test_the_secret_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[bytes, bytes]] = []
    monkeypatch.setattr("hmac.compare_digest", lambda a, b: bool(asked.append((a, b))))
    assert not channel().verify({"X-Bot-Api-Secret-Token": SECRET}, b"")
    assert asked == [(SECRET.encode(), SECRET.encode())]


def test_without_a_secret_nobody_is_let_in() -> None:
    polling = channel(zalo_bot_secret=None, zalo_bot_mode="polling")
    assert not polling.verify({"X-Bot-Api-Secret-Token": ""}, b"")
    assert not polling.is_probe(b"")
