"""What Zalo sends to us: whom we believe, and what we make of it."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from typing import Any

import pytest

from bot.channels.channel import Malformed, Update
from bot.channels.zalo_oa import events
from bot.channels.zalo_oa.events import Signature
from tests.emulators.zalo_oa import APP_ID, GROUP, OA_ID, OA_SECRET, OTHER_OA, PERSON, event, sign

NOW = dt.datetime(2026, 11, 24, 3, tzinfo=dt.UTC)
RAW = '{"app_id":"3608465248940903967","event_name":"user_send_text","timestamp":"1740000000123","x":"hộ khẩu"}'.encode()
BODY_TIME, HEADER_TIME = "1740000000123", "1740000009999"
MAC = sign(RAW, BODY_TIME)
HMAC = hmac.new(OA_SECRET.encode(), RAW, hashlib.sha256).hexdigest()


def signature() -> Signature:
    return Signature(APP_ID.encode(), OA_SECRET.encode())


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"X-ZEvent-Signature": f"mac={MAC}"}, id="as documented, time of the body"),
        pytest.param({"X-ZEvent-Signature": MAC}, id="bare hex"),
        pytest.param({"X-ZEvent-Signature": f"MAC={MAC.upper()}"}, id="upper case"),
        pytest.param({"X-ZEvent-Signature": f"sha256={MAC}"}, id="another prefix"),
        pytest.param(
            {"X-ZEvent-Signature": f"mac={sign(RAW, HEADER_TIME)}", "X-ZEvent-Timestamp": HEADER_TIME},
            id="time of the header",
        ),
        pytest.param(
            {"X-ZEvent-Signature": f"mac={MAC}", "X-ZEvent-Timestamp": HEADER_TIME},
            id="time of the body beside another in the header",
        ),
    ],
)
def test_zalo_is_believed(headers: dict[str, str]) -> None:
    assert signature().verified(headers, RAW)


@pytest.mark.parametrize(
    ("headers", "raw"),
    [
        pytest.param({}, RAW, id="none"),
        pytest.param({"X-ZEvent-Signature": ""}, RAW, id="empty"),
        pytest.param({"X-ZEvent-Signature": f"mac={HMAC}"}, RAW, id="HMAC"),
        pytest.param({"X-ZEvent-Signature": sign(RAW, BODY_TIME, app=OA_ID)}, RAW, id="the OA's id first"),
        pytest.param({"X-ZEvent-Signature": sign(RAW, BODY_TIME, secret="app-secret")}, RAW, id="app secret"),
        pytest.param({"X-ZEvent-Signature": MAC}, RAW.replace(b"text", b"tex "), id="one byte changed"),
        pytest.param({"X-ZEvent-Signature": MAC[:-1]}, RAW, id="one digit short"),
        pytest.param({"X-ZEvent-Signature": "mac=\udcff\udc00"}, RAW, id="a surrogate"),
        pytest.param({"X-ZEvent-Signature": MAC, "X-ZEvent-Timestamp": "\udcff"}, b"{}", id="a surrogate as time"),
        pytest.param({"X-ZEvent-Signature": sign(b"{bad", "")}, b"{bad", id="no time anywhere"),
    ],
)
def test_nobody_else_is_believed(headers: dict[str, str], raw: bytes) -> None:
    checked = signature()
    assert not checked.verified(headers, raw)
    assert checked.counts == {"wrong": 1}


def test_a_body_of_another_app_is_not_ours_even_where_signed() -> None:
    raw = RAW.replace(APP_ID.encode(), b"1")
    assert not signature().verified({"X-ZEvent-Signature": sign(raw, BODY_TIME)}, raw)


def test_which_time_fits_is_counted() -> None:
    checked = signature()
    checked.verified({"X-ZEvent-Signature": MAC}, RAW)
    stamped = {"X-ZEvent-Signature": sign(RAW, HEADER_TIME), "X-ZEvent-Timestamp": HEADER_TIME}
    checked.verified(stamped, RAW)
    assert checked.counts == {"body": 1, "header": 1}


def test_the_signature_is_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[int] = []

    def compare(a: bytes, b: bytes) -> bool:
        seen.append(len(b))
        return a == b

    monkeypatch.setattr(hmac, "compare_digest", compare)
    assert signature().verified({"X-ZEvent-Signature": MAC}, RAW)
    assert seen == [64]


@pytest.mark.parametrize(
    ("raw", "probe"),
    [(b"", True), (b"{}", True), (b" { }\n", True), (b"[]", False), (b'{"a":1}', False), (b" " * 99, False)],
)
def test_the_empty_call_when_the_address_is_saved(raw: bytes, probe: bool) -> None:
    assert events.is_probe(raw) is probe


def read(body: dict[str, Any], oa_id: str | None = OA_ID) -> list[Update]:
    return events.updates(events.read(json.dumps(body).encode()), oa_id, NOW)


def sent(name: str, message: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    return event(name, timestamp="1740000000123") | {"message": message} | more


def attached(kind: str, payload: object) -> dict[str, Any]:
    return {"msg_id": "m1", "attachments": [{"type": kind, "payload": payload}]}


COORDINATES = {"latitude": "10.29", "longitude": "105.75"}
FROM_US = {"sender": {"id": OA_ID}, "recipient": {"id": PERSON}}
STAFF = {"sender": {"id": OA_ID, "admin_id": "77"}, "recipient": {"id": PERSON}}
FLAT = {
    "oa_id": OA_ID,
    "follower": {"id": PERSON},
    "event_name": "follow",
    "app_id": APP_ID,
    "timestamp": "1740000000123",
}
IN_GROUP = {"recipient": {"id": GROUP}}

MEANING: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("a text", sent("user_send_text", {"text": "hộ khẩu", "msg_id": "m1", "quote_msg_id": "q"}), {"what": "message", "text": "hộ khẩu", "key": "user_send_text:m1"}),
    ("a pressed button", sent("user_send_text", {"text": "#dang-ky-khai-sinh#fee", "msg_id": "m1"}), {"what": "message", "press": "dang-ky-khai-sinh#fee", "text": ""}),
    ("a pressed number's button", sent("user_send_text", {"text": "#hotline:phuong-1", "msg_id": "m1"}), {"press": "hotline:phuong-1"}),
    ("a number typed with its mark", sent("user_send_text", {"text": "#2", "msg_id": "m1"}), {"press": None, "text": "#2"}),
    ("words after a mark", sent("user_send_text", {"text": "#khai sinh", "msg_id": "m1"}), {"press": None, "text": "#khai sinh"}),
    ("a picture with words", sent("user_send_image", attached("image", {"url": "https://a.zdn.vn/x"}) | {"text": "giấy này"}), {"text": "giấy này"}),
    ("a picture", sent("user_send_image", attached("image", {"url": "https://a.zdn.vn/x"})), {"what": "message", "text": ""}),
    ("a voice", sent("user_send_audio", attached("audio", {"url": "https://a.zdn.vn/x"})), {"what": "message", "text": ""}),
    ("a sticker", sent("user_send_sticker", attached("sticker", {"id": "1"})), {"what": "message", "text": ""}),
    ("a gif", sent("user_send_gif", attached("gif", {})), {"what": "message", "text": ""}),
    ("a film", sent("user_send_video", attached("video", {})), {"what": "message", "text": ""}),
    ("a link", sent("user_send_link", attached("link", {}) | {"text": "https://x.example"}), {"text": "https://x.example"}),
    ("a file, its name not taken for words", sent("user_send_file", attached("file", {"name": "a.pdf"}) | {"text": "a.pdf"}), {"text": ""}),
    ("a card, another's name not taken for words", sent("user_send_business_card", attached("link", {}) | {"text": "Nguyễn Văn A"}), {"text": ""}),
    ("a place", sent("user_send_location", attached("location", {"coordinates": COORDINATES})), {"location": (10.29, 105.75)}),
    ("a place in another form", sent("user_send_location", attached("location", {"lat": 10.2, "long": 105.7})), {"location": None, "what": "message"}),
    ("a place on no earth", sent("user_send_location", attached("location", {"coordinates": {"latitude": "nan", "longitude": "9"}})), {"location": None}),
    ("an attachment that nobody knows", sent("user_send_image", attached("hologram", 7)), {"what": "message"}),
    ("no message at all", sent("user_send_text", None), {"what": "message", "text": ""}),
    ("a number as id and time", sent("user_send_text", {"text": "a", "msg_id": 7}, sender={"id": 246845883529197922}, timestamp=1740000000123), {"chat": PERSON, "key": "user_send_text:7"}),
    ("someone follows", FLAT, {"what": "joined", "chat": PERSON, "sender": PERSON}),
    ("someone leaves", FLAT | {"event_name": "unfollow"}, {"what": "left", "chat": PERSON}),
    ("an echo of ourselves", sent("oa_send_text", {"text": "chào", "msg_id": "m1"}, **FROM_US), {"what": "other", "chat": PERSON, "text": ""}),
    ("an echo of staff", sent("oa_send_text", {"text": "chào", "msg_id": "m1"}, **STAFF), {"what": "staff", "chat": PERSON, "text": ""}),
    ("staff sends a picture", sent("oa_send_image", attached("image", {}), **STAFF), {"what": "staff"}),
    ("words in a group", sent("user_send_group_text", {"text": "chiều nay họp", "msg_id": "m1"}, **IN_GROUP), {"what": "interacted", "chat": GROUP, "sender": PERSON, "group": True, "text": ""}),
    ("a call of us in a group", sent("user_send_group_text", {"text": f"[@{OA_ID}] làm khai sinh", "msg_id": "m1"}, **IN_GROUP), {"what": "message", "chat": GROUP, "sender": PERSON, "group": True, "text": "  làm khai sinh"}),
    ("a group's id elsewhere", sent("user_send_group_image", {"msg_id": "m1"}, recipient={"group_id": GROUP}), {"chat": GROUP}),
    ("a group is made", sent("create_group", None, group_id=GROUP, group_name="Khóm 1"), {"what": "joined", "group": True, "title": "Khóm 1"}),
    ("a group ends", sent("disperse_group", None, **IN_GROUP), {"what": "left", "chat": GROUP, "group": True}),
    ("a group ends, by its other name", sent("delete_group", None, **IN_GROUP), {"what": "left", "chat": GROUP}),
    ("the consent is taken back", {"event_name": "permission_revoked", "oa_id": OA_ID, "app_id": APP_ID, "timestamp": "1740000000123"}, {"what": "revoked", "chat": OA_ID}),
    ("a person asks to be forgotten", sent("user_withdraw", None), {"what": "message", "text": "/xoa"}),
    ("a person opens the chat", sent("user_click_chatnow", None), {"what": "interacted", "chat": PERSON}),
    ("the chat is opened, in a flat form", {"event_name": "user_click_chatnow", "oa_id": OA_ID, "user_id": PERSON, "timestamp": "1740000000123"}, {"what": "interacted"}),
]  # fmt: skip


@pytest.mark.parametrize(("body", "means"), [row[1:] for row in MEANING], ids=[row[0] for row in MEANING])
def test_what_an_event_means(body: dict[str, Any], means: dict[str, Any]) -> None:
    [update] = read(body)
    wanted = {"at": dt.datetime(2025, 2, 19, 21, 20, 0, 123000, tzinfo=dt.UTC)} | means
    assert {name: getattr(update, name) for name in wanted} == wanted


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(sent("user_send_text", {"text": "a", "msg_id": "m"}, recipient={"id": OTHER_OA}), id="another OA's"),
        pytest.param(FLAT | {"oa_id": OTHER_OA}, id="another OA's follower"),
        pytest.param(sent("user_seen_message", {"msg_ids": ["a", "b", "c"]}, **FROM_US), id="seen"),
        pytest.param(sent("user_received_message", {"msg_id": "a"}, **FROM_US), id="received"),
        pytest.param(sent("user_reacted_message", {"msg_id": "a", "react_icon": "/-heart"}), id="a heart"),
        pytest.param(sent("user_submit_info", None, info={"name": "Nguyễn Văn A"}), id="personal data"),
        pytest.param(sent("anonymous_send_text", {"text": "a"}), id="an anonymous visitor"),
        pytest.param(sent("event_of_2030", {"text": "a"}), id="an unknown event"),
        pytest.param(sent("user_send_hologram", {"text": "a"}), id="an unknown kind"),
        pytest.param(sent("user_send_text", {"text": "a"}, sender={"id": True}), id="an id that is none"),
        pytest.param(sent("oa_send_group_text", {"text": "a"}, sender={"id": OA_ID}, recipient={"id": GROUP}), id="ourselves in a group"),
        pytest.param({}, id="nothing"),
    ],
)  # fmt: skip
def test_what_means_nothing_to_us(body: dict[str, Any]) -> None:
    assert read(body) == []


def test_before_the_account_is_known_only_what_people_send_counts() -> None:
    [update] = read(sent("user_send_text", {"text": "a", "msg_id": "m"}), oa_id=None)
    assert update.chat == PERSON
    assert read(sent("user_seen_message", {"msg_ids": ["a"]}, **FROM_US), oa_id=None) == []
    assert read(sent("oa_send_text", {"text": "a", "msg_id": "m"}, **FROM_US), oa_id=None) == []


def test_a_key_is_the_same_for_the_same_event_and_another_for_others() -> None:
    again = FLAT | {"num_retry": 2}
    assert read(FLAT)[0].key == read(again)[0].key
    others = [FLAT, FLAT | {"event_name": "unfollow"}, FLAT | {"timestamp": "2"}, FLAT | {"follower": {"id": "9"}}]
    assert len({read(body)[0].key for body in others}) == 4
    assert all(len(read(body)[0].key) <= 120 for body in others)


@pytest.mark.parametrize(
    ("stamp", "at"),
    [
        ("1740000000", dt.datetime(2025, 2, 19, 21, 20, tzinfo=dt.UTC)),
        (1740000000123, dt.datetime(2025, 2, 19, 21, 20, 0, 123000, tzinfo=dt.UTC)),
        ("174000000012", dt.datetime(1975, 7, 7, 21, 20, 0, 12000, tzinfo=dt.UTC)),  # so old that it is refused
        (None, NOW),
        ("soon", NOW),
        ("9" * 40, NOW),
    ],
)
def test_times_in_every_form(stamp: object, at: dt.datetime) -> None:
    assert read(sent("user_send_text", {"msg_id": "m"}, timestamp=stamp))[0].at == at


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"no json",
        b"[1,2]",
        b'"text"',
        b"null",
        b'{"a":1}',
        b'{"event_name":7}',
        b'{"event_name":"\xff"}',
        b'{"a":',
    ],
)
def test_nonsense_is_malformed(raw: bytes) -> None:
    with pytest.raises(Malformed):
        events.read(raw)
