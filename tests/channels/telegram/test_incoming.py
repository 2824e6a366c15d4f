"""What each update of Telegram's becomes."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.channel import Malformed, NotYet, Update
from bot.channels.telegram import incoming
from bot.channels.telegram.incoming import Me
from tests.channels.telegram.shapes import (
    ANONYMOUS,
    BOT,
    GROUP,
    HOME,
    LAN,
    membership,
    message,
    pressed,
    said,
    update,
)

ME = Me(123456, "SaDec_bot")
PLACE = {"latitude": 10.29, "longitude": 105.76}
VENUE = {"location": PLACE, "title": "Chợ", "address": "Sa Đéc"}
TOPIC = {"message_thread_id": 5, "is_topic_message": True}


def read(data: object, me: Me = ME) -> Update | None:
    found = incoming.read(data, me)
    return found[0] if found else None


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        pytest.param(said("làm khai sinh"), {"text": "làm khai sinh"}, id="words"),
        pytest.param(said(unicodedata.normalize("NFD", "khai tử")), {"text": "khai tử"}, id="letters and marks apart"),
        pytest.param(said("/start"), {"text": "", "start": ""}, id="the start button"),
        pytest.param(said("/start hotline_phuong-1"), {"start": "hotline_phuong-1"}, id="a printed code"),
        pytest.param(said("/start <script> x"), {"start": ""}, id="a payload that no link can carry"),
        pytest.param(said("/start " + "a" * 65), {"start": ""}, id="a payload that is too long"),
        pytest.param(said("/thutuc"), {"text": "", "press": "groups"}, id="a command is a button"),
        pytest.param(said("/LienHe"), {"press": "units"}, id="a command in capitals"),
        pytest.param(said("/hoi phí khai sinh"), {"text": "phí khai sinh", "press": None}, id="ask"),
        pytest.param(said("/thutuc khai sinh\ntrễ"), {"text": "khai sinh\ntrễ"}, id="a command with a question"),
        pytest.param(said("/hoi"), {"text": "", "press": None}, id="ask nothing"),
        pytest.param(said("/xoa"), {"text": "/xoa"}, id="erase is the dialogue's"),
        pytest.param(said("/xoa@SaDec_bot"), {"text": "/xoa"}, id="a command by name"),
        pytest.param(said("/chua-biet"), {"text": "/chua-biet"}, id="a slash that is no command"),
        pytest.param(said("/en"), {"press": "language:en"}, id="English"),
        pytest.param(said(location=PLACE), {"text": "", "location": (10.29, 105.76)}, id="a place"),
        pytest.param(said(location=PLACE, venue=VENUE), {"location": (10.29, 105.76)}, id="a venue"),
        pytest.param(said(sticker={"file_id": "s", "file_unique_id": "u", "type": "regular", "width": 9, "height": 9, "is_animated": False, "is_video": False}), {"text": ""}, id="a sticker"),
        pytest.param(said(photo=[{"file_id": "p", "file_unique_id": "u", "width": 9, "height": 9}], caption="giấy này"), {"text": "giấy này"}, id="a picture with words"),
        pytest.param(said(contact={"phone_number": "+84901234567", "first_name": "Lan", "user_id": 77}), {"text": ""}, id="a phone number is not kept"),
        pytest.param(said("a\0b"), {"text": "ab"}, id="a letter that PostgreSQL cannot hold"),
        pytest.param(said("chờ em", reply_to_message=message("#12 Bà con: sao rồi", sender=BOT)), {"about": 12}, id="a reply to ours on a talk"),
        pytest.param(said("chờ em", reply_to_message=message("Đã nhận #7 · Phường 1", sender=BOT)), {"about": 7}, id="to what says a talk later"),
        pytest.param(said("chờ em", reply_to_message=message("#12", sender=LAN)), {"about": None}, id="a reply to one's own words"),
        pytest.param(said("chờ em", reply_to_message=message("Dạ", sender=BOT)), {"about": None}, id="a reply to another answer"),
    ],
)  # fmt: skip
def test_a_private_message(data: Any, expected: dict[str, object]) -> None:
    found = read(data)
    assert found is not None
    assert (found.what, found.chat, found.sender, found.group, found.thread, found.lang) == (
        "message",
        "77",
        "77",
        False,
        None,
        "vi",
    )
    assert found.key == f"{data['update_id']}:{data['message']['message_id']}"
    assert found.at == dt.datetime.fromtimestamp(data["message"]["date"], dt.UTC)
    assert {name: getattr(found, name) for name in expected} == expected


@pytest.mark.parametrize(
    ("data", "text"),
    [
        pytest.param(said("@SaDec_bot phí khai sinh?", chat=GROUP), "phí khai sinh?", id="our name first"),
        pytest.param(said("phí khai sinh @sadec_BOT nghe", chat=GROUP), "phí khai sinh nghe", id="our name within, in other letters"),
        pytest.param(said("@SaDec_bot, giấy gì", chat=GROUP), "giấy gì", id="our name and a comma"),
        pytest.param(said("/hoi phí khai sinh", chat=GROUP), "phí khai sinh", id="a command of ours"),
        pytest.param(said("/hoi@SaDec_bot phí", chat=GROUP), "phí", id="a command by name"),
        pytest.param(said("/khac@SaDec_bot", chat=GROUP), "/khac", id="an unknown command by name"),
        pytest.param(said("còn phí", chat=GROUP, reply_to_message=message("Dạ", chat=GROUP, sender=BOT)), "còn phí", id="a reply to us"),
        pytest.param(said("@SaDec_bot", chat=GROUP), "", id="our name alone"),
    ],
)  # fmt: skip
def test_called_in_a_group(data: Any, text: str) -> None:
    found = read(data)
    assert found is not None
    assert (found.text, found.chat, found.sender, found.group, found.title) == (text, "-1001", "77", True, "Khóm 2")


OPENED = message(chat=GROUP, sender=BOT, forum_topic_created={"name": "Hỏi đáp", "icon_color": 7322096}, **TOPIC)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(said("phí khai sinh bao nhiêu", chat=GROUP), id="neighbours among themselves"),
        pytest.param(said("/hoi@other_bot phí", chat=GROUP), id="a command for another bot"),
        pytest.param(said("/hoi@other_bot", chat=GROUP, reply_to_message=message("Dạ", chat=GROUP, sender=BOT)), id="for another bot, in reply to us"),
        pytest.param(said("/weather", chat=GROUP), id="a command that may be another bot's"),
        pytest.param(said("@SaDec_bot2 ơi", chat=GROUP), id="a longer name"),
        pytest.param(said("viết cho a@SaDec_bot", chat=GROUP), id="an address"),
        pytest.param(said("chào", chat=GROUP, reply_to_message=OPENED, **TOPIC), id="in a topic that we opened"),
        pytest.param(said("ừ", chat=GROUP, reply_to_message=message("a", chat=GROUP)), id="a reply to a neighbour"),
        pytest.param(said(chat=GROUP, new_chat_members=[LAN]), id="somebody joined"),
        pytest.param(said(chat=GROUP, new_chat_title="Khóm 3"), id="a new title"),
        pytest.param(said("@SaDec_bot mua", chat=GROUP, sender={**BOT, "id": 9, "username": "spam_bot"}), id="another bot"),
        pytest.param(said("@SaDec_bot tin", chat=GROUP, sender=None, sender_chat={"id": -1009, "type": "channel", "title": "Kênh"}, is_automatic_forward=True), id="a channel's post passed on"),
        pytest.param(said(pinned_message=message("x")), id="a pin in a private chat"),
        pytest.param(said(forum_topic_created={"name": "a", "icon_color": 7322096}), id="a new topic"),
        pytest.param(update(edited_message=message("sửa lại")), id="an edited message"),
        pytest.param(update(channel_post=message("tin", chat={"id": -1009, "type": "channel", "title": "K"})), id="a channel's post"),
        pytest.param(update(managed_bot={"a": 1}), id="a kind that is not known yet"),
        pytest.param(update(), id="no kind at all"),
        pytest.param(pressed(None), id="a game's button"),
    ],
)  # fmt: skip
def test_what_does_not_concern_us(data: Any) -> None:
    assert read(data) is None


def test_an_unknown_event_is_counted_by_its_name_alone(capsys: pytest.CaptureFixture[str]) -> None:
    read({"update_id": 1, "guest_message": {"text": "số căn cước 079"}, "X<>": 1})
    said_ = capsys.readouterr().out
    assert "guest_message" in said_
    assert "079" not in said_


@pytest.mark.parametrize("text", ["@SaDec_bot giấy gì", "/hoi@SaDec_bot giấy gì"])
def test_before_our_name_is_known_a_call_by_name_has_to_come_again(text: str) -> None:
    with pytest.raises(NotYet):
        read(said(text, chat=GROUP), Me(123456))
    assert read(said("/hoi giấy gì", chat=GROUP), Me(123456))
    assert read(said(text), Me(123456)), "in a private chat nothing has to be told apart"


def test_an_administrator_who_writes_as_the_group() -> None:
    found = read(said("/hoi giấy gì", chat=GROUP, sender=ANONYMOUS, sender_chat=GROUP))
    assert found is not None
    assert found.sender == "-1001"


@pytest.mark.parametrize(
    ("more", "thread"),
    [
        pytest.param(TOPIC, "5", id="a topic"),
        pytest.param({"message_thread_id": 5}, None, id="a chain of replies is no topic"),
        pytest.param({}, None, id="General"),
    ],
)
def test_a_topic_is_kept(more: dict[str, Any], thread: str | None) -> None:
    assert getattr(read(said("/hoi a", chat=GROUP, **more)), "thread", 0) == thread
    assert getattr(read(pressed("menu", chat=GROUP, **more)), "thread", 0) == thread
    assert getattr(read(said("a", **more)), "thread", 0) == thread, "private chats may have topics too"


def test_a_press_carries_its_own_id() -> None:
    data = pressed("dang-ky-khai-sinh#fee", id_="998877")
    found = read(data)
    assert found is not None
    assert (found.key, found.press, found.text, found.what) == (
        f"{data['update_id']}:998877",
        "dang-ky-khai-sinh#fee",
        "",
        "message",
    )
    assert abs(found.at.timestamp() - time.time()) < 5, "the date is that of the press, not of the old keyboard"


def test_a_press_under_a_message_that_is_gone() -> None:
    data = pressed("menu")
    data["callback_query"]["message"] = {"message_id": 4, "date": 0, "chat": GROUP}
    found = read(data)
    assert found is not None
    assert (found.chat, found.group) == ("-1001", True)
    del data["callback_query"]["message"]
    assert read(data) is None


@pytest.mark.parametrize(
    ("data", "what"),
    [
        pytest.param(membership("kicked"), "left", id="a person blocks us"),
        pytest.param(membership("member", before="kicked"), "joined", id="a person unblocks us"),
        pytest.param(membership("member", chat=GROUP, before="left"), "joined", id="added to a group"),
        pytest.param(membership("left", chat=GROUP), "left", id="removed from a group"),
        pytest.param(membership("kicked", chat=GROUP), "left", id="banned from a group"),
    ],
)
def test_membership(data: Any, what: str) -> None:
    found = read(data)
    assert found is not None
    group = data["my_chat_member"]["chat"] is GROUP
    assert (found.what, found.chat, found.group) == (what, "-1001" if group else "77", group)
    assert found.key == str(data["update_id"])


RIGHTS = dict.fromkeys(
    ("can_send_messages", "can_send_audios", "can_send_documents", "can_send_photos", "can_send_videos", "can_send_video_notes",
     "can_send_voice_notes", "can_send_polls", "can_send_other_messages", "can_add_web_page_previews", "can_change_info",
     "can_invite_users", "can_pin_messages", "can_manage_topics", "can_edit_tag", "can_react_to_messages"), True,
)  # fmt: skip


@pytest.mark.parametrize(("inside", "what"), [(True, "joined"), (False, "left")])
def test_restricted_within_or_without(inside: bool, what: str) -> None:
    found = read(membership("restricted", chat=GROUP, is_member=inside, until_date=0, **RIGHTS))
    assert found is not None
    assert found.what == what


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            said(chat={**GROUP, "id": -55, "type": "group"}, migrate_to_chat_id=-10055), id="told in the old chat"
        ),
        pytest.param(
            said(chat={**GROUP, "id": -10055}, sender=ANONYMOUS, migrate_from_chat_id=-55), id="told in the new chat"
        ),
    ],
)
def test_a_group_that_became_a_supergroup(data: Any) -> None:
    found = read(data)
    assert found is not None
    assert (found.what, found.chat, found.moved_to, found.group) == ("moved", "-55", "-10055", True)


@pytest.mark.parametrize(
    ("code", "lang"),
    [("vi", "vi"), ("en-US", "en"), ("EN", "en"), ("ko", "en"), ("km", "vi"), ("", None), (None, None)],
)
def test_the_language_of_the_app(code: str | None, lang: str | None) -> None:
    sender = {"id": 77, "is_bot": False, "first_name": "Lan"} | ({} if code is None else {"language_code": code})
    assert getattr(read(said("a", sender=sender)), "lang", 0) == lang


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(None, id="null"),
        pytest.param([], id="a list"),
        pytest.param({"message": {}}, id="no id"),
        pytest.param({"update_id": "7", "message": {}}, id="an id that is no number"),
        pytest.param({"update_id": True}, id="an id that is a truth"),
        pytest.param({"update_id": 7, "message": "x"}, id="a message that is a word"),
        pytest.param({"update_id": 7, "message": {}}, id="a message of nothing"),
        pytest.param({"update_id": 7, "message": None}, id="a message that is null"),
        pytest.param({"update_id": 7, "message": {**message("a"), "text": 5}}, id="text that is a number"),
        pytest.param({"update_id": 7, "message": {**message("a"), "date": "x"}}, id="a date that is a word"),
        pytest.param({"update_id": 7, "message": {**message("a"), "chat": 5}}, id="a chat that is a number"),
        pytest.param({"update_id": 7, "callback_query": {"id": 5}}, id="a press without its person"),
        pytest.param({"update_id": 7, "my_chat_member": {"chat": HOME}}, id="a change without its date"),
    ],
)
def test_nonsense(data: object) -> None:
    with pytest.raises(Malformed) as raised:
        read(data)
    assert raised.value.__cause__ is None


_json = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "id",
                    "date",
                    "chat",
                    "from",
                    "text",
                    "type",
                    "message_id",
                    "data",
                    "message",
                    "location",
                    "entities",
                    "title",
                ]
            ),
            inner,
            max_size=8,
        )
    ),
    max_leaves=20,
)


@given(kind=st.sampled_from(["message", "callback_query", "my_chat_member", "poll"]), value=_json)
def test_no_body_breaks_it(kind: str, value: Any) -> None:
    try:
        found = incoming.read({"update_id": 1, kind: value}, ME)
    except (Malformed, NotYet):
        return
    for update_ in found:
        json.dumps([update_.key, update_.chat, update_.text])


def test_the_library_is_told_to_keep_quiet() -> None:
    assert logging.getLogger("httpx").level == logging.WARNING
    assert not logging.getLogger("telegram.Bot").isEnabledFor(logging.INFO)
