"""What people see on Telegram."""

from __future__ import annotations

import datetime as dt
import html
import re
from dataclasses import replace
from typing import Any

import pytest

from bot.app import House
from bot.channels.channel import Outgoing, Update
from bot.channels.plain import utf16
from bot.channels.telegram import LIMITS
from bot.channels.telegram.rendering import international, plainer, render
from bot.dialogue.answer import Message
from content.pack import Number
from content.schema import Text
from content.texts import texts
from handlers.contract import Button, Place, Reply, Section
from tests.channels import replies
from tests.emulators.telegram_rules import Refused, check_keyboard, check_text

AT = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
ASKED = Update(key="1:42", chat="77", sender="77", at=AT, text="x")
IN_GROUP = replace(ASKED, chat="-1001", group=True)
PRESSED = replace(ASKED, key="1:998877", press="menu", text="")
NUMBER = Number(
    number="0277 386 1114",
    dial="02773861114",
    verified_by="Nguyễn Văn A",
    verified_at=AT.date(),
    name=Text(vi="Phường Sa Đéc", en="Sa Đéc Ward"),
)


def shown(reply: Reply, update: Update = ASKED, lang: Any = "vi") -> list[dict[str, Any]]:
    made = render(reply, update, texts(lang), limits=LIMITS, public_url="https://hoi.example.vn")
    return [dict(outgoing.body) for outgoing in made]


def plain(body: dict[str, Any]) -> str:
    return html.unescape(re.sub("<[^>]*>", "", body["params"]["text"]))


def keys(bodies: list[dict[str, Any]]) -> list[dict[str, str]]:
    return [
        key
        for body in bodies
        for row in body["params"].get("reply_markup", {"inline_keyboard": []})["inline_keyboard"]
        for key in row
    ]


@pytest.mark.parametrize("update", [ASKED, IN_GROUP, PRESSED], ids=["private", "group", "pressed"])
@pytest.mark.parametrize("name", replies.REPLIES)
def test_telegram_takes_every_answer(name: str, update: Update) -> None:
    reply = replies.REPLIES[name]
    bodies = shown(reply, update)
    words = [body for body in bodies if body["method"] == "sendMessage"]
    assert 1 <= len(words) <= LIMITS.bubbles
    for body in words:
        check_text(body["params"]["text"], body["params"]["parse_mode"])
        check_keyboard(body["params"].get("reply_markup"))
        assert utf16(plain(body)) <= 4096
    assert all("reply_markup" not in body["params"] for body in bodies if body is not words[-1])
    offered = [b.id for b in reply.buttons if not b.url and not b.dial]
    assert [key["callback_data"] for key in keys(bodies) if "callback_data" in key] == offered


def test_a_procedure_as_it_looks() -> None:
    (body,) = shown(replies.PROCEDURE)
    assert body["params"]["text"].startswith(
        "<b>Đăng ký khai sinh</b>\n\n<b>Giấy tờ cần nộp</b>\n• Tờ khai (1 bản chính).\n• Giấy chứng sinh"
    )
    assert "<b>Các bước</b>\n1. Lấy số.\n2. Nộp giấy." in body["params"]["text"]
    assert body["params"]["text"].endswith(f"<i>{replies.SOURCE}</i>")
    assert body["params"]["link_preview_options"] == {"is_disabled": True}
    rows = body["params"]["reply_markup"]["inline_keyboard"]
    assert [len(row) for row in rows] == [2, 1, 1, 2, 1], "short titles stand beside each other"
    assert rows[2][0]["text"] == "Khai sinh, thường trú, thẻ BHYT, căn cước cho trẻ dưới 6 tuổi…"


def test_an_emergency_has_the_number_first() -> None:
    (body,) = shown(replies.EMERGENCY)
    assert plain(body).split("\n")[0] == "GỌI NGAY 114!"
    assert body["params"]["text"].startswith("<b>GỌI NGAY 114!</b>")
    assert "reply_markup" not in body["params"]


def test_calls_are_lines_before_the_source() -> None:
    (body,) = shown(replies.HOTLINE)
    lines = plain(body).split("\n")
    assert "Gọi 1022" in lines, "a number that stands in the title is not said twice"
    assert lines[-1] == replies.SOURCE
    assert [key["text"] for key in keys([body])] == ["Gặp cán bộ", "Về đầu"]


def test_a_pin_and_a_page() -> None:
    words, pin = shown(replies.HOMESTAY)
    assert pin == {
        "method": "sendVenue",
        "params": {
            "latitude": 10.3,
            "longitude": 105.76,
            "title": "Homestay Ngôi Nhà Hoa",
            "address": "12 Làng hoa, Tân Quy Đông",
        },
    }
    assert {"text": "Mở bản đồ", "url": "https://www.google.com/maps/search/?api=1&query=10.3,105.76"} in keys(
        [words]
    )


def test_at_most_three_pins() -> None:
    places = tuple(Place(name=f"Nhà {n}", address="", lat=10.0, lon=105.0) for n in range(5))
    pins = shown(Reply(kind="homestay", sections=(Section(lines=("Dạ",)),), places=places))[1:]
    assert [pin["params"]["title"] for pin in pins] == ["Nhà 0", "Nhà 1", "Nhà 2"]
    assert pins[0]["params"]["address"] == "Nhà 0", "Telegram wants an address"


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/q/a", "http://localhost/q/a", "http://192.168.1.5/a", "http://phuong/a", "tel:113"]
)
def test_a_page_that_telegram_cannot_open_is_a_line(url: str) -> None:
    reply = Reply(
        kind="smalltalk",
        sections=(Section(lines=("Dạ",)),),
        buttons=(Button(id="p", title="Trang", url=url), Button(id="menu", title="Về đầu")),
    )
    (body,) = shown(reply)
    assert plain(body) == f"Dạ\n\nTrang: {url}"
    assert [key["text"] for key in keys([body])] == ["Về đầu"]


@pytest.mark.parametrize(
    ("number", "lang", "card"),
    [
        pytest.param(
            NUMBER, "vi", {"phone_number": "+842773861114", "first_name": "Phường Sa Đéc"}, id="a confirmed number"
        ),
        pytest.param(NUMBER, "en", {"phone_number": "+842773861114", "first_name": "Sa Đéc Ward"}, id="in English"),
        pytest.param(replace(NUMBER, verified_by=None), "vi", None, id="nobody confirmed it"),
        pytest.param(replace(NUMBER, dial="113"), "vi", None, id="a short number stays text"),
        pytest.param(replace(NUMBER, dial="19001006"), "vi", None, id="eight digits stay text"),
        pytest.param(replace(NUMBER, name=None), "vi", None, id="nobody knows whose it is"),
    ],
)
def test_a_contact(number: Number, lang: Any, card: dict[str, str] | None) -> None:
    cards = shown(
        Reply(kind="hotline", title="Số", sections=(Section(lines=("Dạ",)),), numbers=(number,)), lang=lang
    )[1:]
    assert cards == ([{"method": "sendContact", "params": card}] if card else [])


@pytest.mark.parametrize(
    ("dial", "expected"),
    [
        ("02773861114", "+842773861114"),
        ("0901234567", "+84901234567"),
        ("+84901234567", "+84901234567"),
        ("1900123456", None),
        ("1022", None),
        ("", None),
    ],
)
def test_the_international_form(dial: str, expected: str | None) -> None:
    assert international(dial) == expected


def test_the_first_bubble_carries_the_press() -> None:
    first, *others = shown(replies.LONG, PRESSED)
    assert first["query"] == "998877"
    assert all("query" not in body for body in others)
    assert "query" not in shown(replies.EMPTY)[0]


def test_a_group_sees_what_is_answered_and_its_topic_is_kept() -> None:
    bodies = shown(replies.HOMESTAY, replace(IN_GROUP, thread="5"))
    assert bodies[0]["params"]["reply_parameters"] == {"message_id": 42, "allow_sending_without_reply": True}
    assert all(body["params"]["message_thread_id"] == 5 for body in bodies)
    assert "reply_parameters" not in shown(replies.HOMESTAY)[0]["params"]


def test_a_long_answer_is_cut_between_lines_and_says_where_the_rest_is() -> None:
    lines = tuple(f"Giấy thứ {n}: bản chính & bản sao <có chứng thực> của cơ quan có thẩm quyền." for n in range(400))
    sections = (
        Section(heading="Giấy tờ", lines=lines, shape="bullets"),
        Section(heading="Lệ phí", lines=("75.000 đồng.",)),
    )
    bodies = shown(
        Reply(
            kind="procedure",
            title="Xây nhà",
            sections=sections,
            buttons=(Button(id="menu", title="Về đầu"),),
            source="Nguồn: A.",
            path="/thu-tuc/x",
        )
    )
    assert len(bodies) == LIMITS.bubbles
    for body in bodies[:-1]:
        assert all(line.startswith(("•", "Giấy tờ", "Xây nhà")) for line in plain(body).split("\n") if line)
        assert plain(body).split("\n")[-1].endswith(("thẩm quyền.", "…"))
    assert plain(bodies[-1]).split("\n")[-1].endswith("https://hoi.example.vn/thu-tuc/x")
    assert "Nguồn: A." in plain(bodies[-1])
    assert keys(bodies) == keys(bodies[-1:]) != []


def test_a_hundred_and_one_buttons() -> None:
    buttons = tuple(Button(id=f"b{n}", title=f"Nút {n}") for n in range(1, 103))
    (body,) = shown(Reply(kind="smalltalk", sections=(Section(lines=("Chọn",)),), buttons=buttons))
    assert len(keys([body])) == 100
    assert plain(body) == "Chọn\n\n101. Nút 101\n102. Nút 102", "a typed number picks the rest"


def test_buttons_without_words() -> None:
    (body,) = shown(Reply(kind="smalltalk", buttons=(Button(id="menu", title="Về đầu"),)))
    assert plain(body)


@pytest.mark.parametrize(
    "name",
    [
        "words that look like markup",
        "a procedure that fits, with seven choices",
        "no confirmed number: the nearest ones to call",
    ],
)
def test_without_markup_the_words_stay(name: str) -> None:
    (body,) = shown(replies.REPLIES[name])
    again = plainer(body, without="parse_mode")
    assert again is not None
    assert again.body["params"]["text"] == plain(body)  # type: ignore[index]
    assert "parse_mode" not in again.body["params"]  # type: ignore[operator]
    assert plainer(dict(again.body), without="parse_mode") is None, "once"


def test_without_a_keyboard_the_choices_are_numbered() -> None:
    (body,) = shown(replies.GREETING)
    again = plainer(body, without="reply_markup")
    assert again is not None
    assert str(again.body["params"]["text"]).endswith(
        "1. Thủ tục\n2. Số điện thoại\n3. Chỗ ngủ lại, điểm chơi\n4. Gặp cán bộ\n5. English"
    )  # type: ignore[index]
    assert plainer(dict(again.body), without="reply_markup") is None


def test_a_pin_that_is_refused_becomes_words() -> None:
    pin = shown(replies.HOMESTAY, replace(IN_GROUP, thread="5"))[1]
    again = plainer(pin, without="pin")
    assert again == Outgoing(
        body={
            "method": "sendMessage",
            "params": {
                "text": "Homestay Ngôi Nhà Hoa\n12 Làng hoa, Tân Quy Đông\nhttps://www.google.com/maps/search/?api=1&query=10.3,105.76",
                "message_thread_id": 5,
            },
        }
    )


async def test_every_answer_of_the_pack_is_taken(sa_dec: House) -> None:
    seen = set()
    todo = [id_ for id_, _ in sa_dec.facts.pack.items() if not id_.startswith("club:")] + [
        "menu",
        "groups",
        "units",
        "homestay:list",
    ]
    while todo:
        press = todo.pop()
        if press in seen:
            continue
        seen.add(press)
        reply = await sa_dec.dialogue.answer(Message(press=press, lang="vi"))
        for button in reply.buttons:
            assert button.id.isascii(), button.id
            assert 1 <= len(button.id.encode()) <= 64, button.id
            if button.id.startswith("group:"):
                todo.append(button.id)
        for body in shown(reply):
            if body["method"] == "sendMessage":
                try:
                    check_text(body["params"]["text"], "HTML")
                    check_keyboard(body["params"].get("reply_markup"))
                except Refused as refused:
                    pytest.fail(f"{press}: {refused.description}")


@pytest.mark.parametrize("id_", ["", "đ" * 32, "x" * 65])
def test_a_button_that_the_contract_forbids_is_still_a_line(id_: str) -> None:
    reply = Reply(
        kind="smalltalk",
        sections=(Section(lines=("Dạ",)),),
        buttons=(Button(id="menu", title="Về đầu"), Button(id=id_, title="Dài")),
    )
    (body,) = shown(reply)
    fits = 1 <= len(id_.encode()) <= 64
    assert [key["text"] for key in keys([body])] == (["Về đầu", "Dài"] if fits else ["Về đầu"])
    assert plain(body) == ("Dạ" if fits else "Dạ\n\n2. Dài")
