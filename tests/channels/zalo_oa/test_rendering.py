"""The answers of all channels, as the Official Account shows them."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest

from bot.channels.channel import Outgoing
from bot.channels.zalo_oa.rendering import document, phone_code, picture, plainer, render
from content.texts import texts
from handlers.contract import Button, Reply, Section
from tests.channels import replies
from tests.channels.replies import REPLIES
from tests.emulators.zalo_oa import Refuse, ZaloOaEmulator

SITE = "https://phuong.example/"


def shown(reply: Reply, *, group: bool = False, template: str = "button") -> list[Outgoing]:
    return render(reply, texts("vi"), group=group, public_url=SITE, template=template)


def messages(reply: Reply, **how: Any) -> list[dict[str, Any]]:
    return [json.loads(json.dumps(bubble.body))["message"] for bubble in shown(reply, **how)]


def buttons(reply: Reply) -> list[dict[str, Any]]:
    return messages(reply)[-1]["attachment"]["payload"]["buttons"]  # type: ignore[no-any-return]


@pytest.mark.parametrize("group", [False, True], ids=["to a person", "to a group"])
@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_every_answer_is_one_that_zalo_takes(reply: Reply, group: bool) -> None:
    strict = ZaloOaEmulator()
    bubbles = shown(reply, group=group)
    assert 1 <= len(bubbles) <= 3
    for bubble in bubbles:
        strict._check(json.loads(json.dumps(bubble.body["message"])), group=group)
        text = bubble.body["message"]["text"]  # type: ignore[index]
        assert unicodedata.is_normalized("NFC", text)
    for bubble in plainer(bubbles[-1].body):
        strict._check(json.loads(json.dumps(bubble.body["message"])), group=group)


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_what_fits_is_one_bubble_and_all_choices_can_be_typed_or_tapped(reply: Reply) -> None:
    bubbles = messages(reply)
    if len(reply.text) < 1500:
        assert len(bubbles) == 1
    said = "\n".join(message["text"] for message in bubbles)
    taps = [button["payload"] for button in bubbles[-1].get("attachment", {}).get("payload", {}).get("buttons", [])]
    choices = [button for button in reply.buttons if not button.url and not button.dial]
    for number, button in enumerate(choices, 1):
        assert f"#{button.id}" in taps or f"\n{number}. " in said


@pytest.mark.parametrize("reply", REPLIES.values(), ids=REPLIES.keys())
def test_the_plain_form_numbers_every_choice_as_dialogue_does(reply: Reply) -> None:
    choices = [button for button in reply.buttons if not button.url and not button.dial]
    plain = "\n".join(bubble.body["message"]["text"] for bubble in plainer(shown(reply)[-1].body))  # type: ignore[index]
    if shown(reply)[-1].body.get("plain"):
        for number, button in enumerate(choices, 1):
            title = " ".join(unicodedata.normalize("NFC", button.title).split())
            assert f"\n{number}. {title}" in plain


def test_an_emergency_says_whom_to_call_on_its_first_line() -> None:
    [message] = messages(replies.EMERGENCY)
    assert message["text"].splitlines()[0] == "GỌI NGAY 114!"
    assert "attachment" not in message  # no form of a short number is known for `oa.open.phone`


def test_an_answer_with_a_call_a_map_and_choices() -> None:
    assert buttons(replies.HOMESTAY) == [
        {"title": "Gọi (0277) 000 000", "type": "oa.open.phone", "payload": {"phone_code": "84277000000"}},
        {
            "title": "Mở bản đồ",
            "type": "oa.open.url",
            "payload": {"url": "https://www.google.com/maps/search/?api=1&query=10.3,105.76"},
        },
        {"title": "Chỗ ngủ lại, điểm chơi", "type": "oa.query.hide", "payload": "#homestay:list"},
        {"title": "Về đầu", "type": "oa.query.hide", "payload": "#menu"},
    ]


def test_choices_beyond_five_are_numbered_lines_with_their_own_numbers() -> None:
    [message] = messages(replies.PROCEDURE)
    assert message["text"].endswith("Gõ số để chọn:\n6. Gặp cán bộ\n7. Có ích")
    assert len(buttons(replies.PROCEDURE)) == 5


def test_a_list_of_choices_stands_once_and_whole() -> None:
    [message] = messages(replies.LISTING)
    assert message["text"].count("Thủ tục số 7 có") == 1
    assert "\n1. Thủ tục số 1 có" in message["text"]
    assert "\n12. Thủ tục số 12 có" in message["text"]


def test_a_page_without_https_and_a_short_number_are_lines() -> None:
    reply = Reply(
        kind="hotline",
        sections=(Section(lines=("Dạ.",)),),
        buttons=(
            Button(id="a", title="Trang", url="http://cu.example/x"),
            Button(id="b", title="Gọi tổng đài", dial="1022"),
            Button(id="c", title="Về đầu"),
        ),
    )
    [message] = messages(reply)
    assert message["text"] == "Dạ.\n\nTrang: http://cu.example/x\nGọi tổng đài: 1022"
    assert [button["title"] for button in buttons(reply)] == ["Về đầu"]


def test_a_long_title_is_shortened_between_words() -> None:
    reply = Reply(kind="clarify", sections=(Section(lines=("Dạ.",)),), buttons=(Button(id="x", title="chữ " * 60),))
    [button] = buttons(reply)
    assert len(button["title"]) <= 100
    assert button["title"].endswith("chữ…")


def test_what_is_too_long_says_so_and_where_all_of_it_stands() -> None:
    bubbles = messages(replies.LONG)
    assert len(bubbles) == 3
    assert bubbles[-1]["text"].endswith("https://phuong.example/thu-tuc/cap-giay-phep-xay-dung")
    assert all("attachment" not in message for message in bubbles[:2])
    assert "attachment" in bubbles[2]


def test_in_a_group_nobody_is_called_and_nothing_can_be_tapped() -> None:
    reply = Reply(
        kind="smalltalk", sections=(Section(lines=("Chào [@123] và [@nhóm]",)),), buttons=replies.GREETING.buttons
    )
    [message] = messages(reply, group=True)
    assert "[@" not in message["text"]
    assert "\n1. Thủ tục" in message["text"]
    assert set(message) == {"text"}


def test_the_word_for_buttons_is_a_setting() -> None:
    [message] = messages(replies.GREETING, template="")
    assert set(message["attachment"]["payload"]) == {"buttons"}


@pytest.mark.parametrize(
    ("dial", "code"),
    [
        ("0277000000", "84277000000"),
        ("+84277000000", "84277000000"),
        ("0900 000 001", "84900000001"),
        ("113", None),
        ("1022", None),
        ("19001234", None),
    ],
)
def test_numbers_in_zalos_form(dial: str, code: str | None) -> None:
    assert phone_code(dial) == code


def test_pictures_and_files() -> None:
    strict = ZaloOaEmulator(files={"p": 1e12, "f": 1e12})
    strict._check(picture("p", "Bản tin"), group=False)
    strict._check(picture("p"), group=True)
    strict._check(document("f"), group=True)
    with pytest.raises(Refuse):
        strict._check(picture("gone"), group=False)
