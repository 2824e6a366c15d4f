"""A reply in plain words: paragraphs, choices, bubbles."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels import plain
from content.texts import texts
from handlers.contract import Button, Reply, Section
from tests.channels import replies
from tests.channels.replies import REPLIES

WORDS = texts("vi")


def fitted(reply: Reply, limit: int, most: int) -> list[str]:
    body = plain.parts(plain.without_choices(reply))
    lines = plain.choices(reply.buttons, said="\n".join(part.text for part in body))
    return plain.fitted(
        body,
        ["\n".join(lines)] if lines else [],
        limit=limit,
        most=most,
        count=plain.utf16,
        left_out=lambda names: plain.more(WORDS, names, plain.page(reply, "https://phuong.vn")),
    )


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_title_sections_and_source_in_their_order() -> None:
    assert plain.paragraphs(replies.PROCEDURE) == [
        "Đăng ký khai sinh",
        "Giấy tờ cần nộp\n• Tờ khai (1 bản chính).\n• Giấy chứng sinh (1 bản chính).",
        "Nộp ở đâu\nTrung tâm Phục vụ hành chính công phường.",
        "Các bước\n1. Lấy số.\n2. Nộp giấy.\n3. Ký nhận.",
        "Sắp đổi từ 01/03/2027: Luật Hộ tịch mới. Đi sau ngày đó thì hỏi lại.",
        replies.SOURCE,
    ]


def test_the_number_of_an_emergency_stands_before_a_title() -> None:
    titled = Reply(kind="emergency", title="Cháy", sections=(Section(lines=("GỌI NGAY 114!",), tone="danger"),))
    assert plain.paragraphs(titled) == ["GỌI NGAY 114!", "Cháy"]


def test_choices_are_numbered_as_dialogue_numbers_them() -> None:
    assert plain.choices(replies.HOMESTAY.buttons) == [
        "Gọi (0277) 000 000: 0277000000",
        "Mở bản đồ: https://www.google.com/maps/search/?api=1&query=10.3,105.76",
        "1. Chỗ ngủ lại, điểm chơi",
        "2. Về đầu",
    ]
    offered = [button.id for button in replies.HOMESTAY.buttons if plain.is_choice(button)]
    assert offered == ["homestay:list", "menu"]


def test_what_the_answer_says_already_is_not_said_again() -> None:
    said = "Gọi 113 hoặc mở https://a.vn/b."
    buttons = [Button(id="call:113", title="Gọi 113", dial="113"), Button(id="p", title="Mở", url="https://a.vn/b")]
    assert plain.choices(buttons, said=said) == []
    assert plain.choices(buttons, said="1132, 11/3, https://a.vn/b/c") == ["Gọi 113", "Mở: https://a.vn/b"]


def test_later_choices_go_on_with_the_number() -> None:
    assert plain.choices(replies.GREETING.buttons[3:], start=4) == ["4. Gặp cán bộ", "5. English"]


def test_lines_that_only_name_the_choices_are_left_to_the_list() -> None:
    shown = plain.paragraphs(plain.without_choices(replies.LISTING))
    assert shown == ["Bảo hiểm, trợ cấp"]
    assert plain.without_choices(replies.PROCEDURE) == replies.PROCEDURE


@pytest.mark.parametrize(
    ("title", "limit", "short"),
    [
        ("Gặp cán bộ", 20, "Gặp cán bộ"),
        ("Đăng ký khai sinh quá hạn", 20, "Đăng ký khai sinh…"),
        ("Đăng ký khai sinh", 17, "Đăng ký khai sinh"),
        ("nghiêngngảnghiêngngả", 10, "nghiêngng…"),
        ("🌸" * 10, 7, "🌸🌸🌸…"),
        ("  hai \n dòng ", 20, "hai dòng"),
    ],
)
def test_a_long_title_is_cut_between_words(title: str, limit: int, short: str) -> None:
    assert plain.shorten(title, limit, plain.utf16) == short


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize(("limit", "most"), [(2000, 1), (2000, 3), (4096, 3), (300, 2)])
def test_every_reply_fits_and_says_where_the_rest_is(name: str, limit: int, most: int) -> None:
    reply = REPLIES[name]
    bubbles = fitted(reply, limit, most)
    assert 1 <= len(bubbles) <= most
    assert all(0 < plain.utf16(bubble) <= limit for bubble in bubbles)
    everything = squeezed("".join(plain.paragraphs(plain.without_choices(reply))))
    if everything not in squeezed("".join(bubbles)):
        address = "https://phuong.vn" + (reply.path or "/")
        assert bubbles[-1].splitlines()[-1].endswith(address) or limit == 300
    assert unicodedata.is_normalized("NFC", "".join(bubbles))


def test_a_long_answer_keeps_what_was_asked_first_the_warning_the_source_and_names_what_is_left_out() -> None:
    (only,) = fitted(replies.LONG, 2000, 1)
    assert only.startswith("Cấp giấy phép xây dựng nhà ở riêng lẻ\n\nGiấy tờ cần nộp\n• Giấy thứ 1:")
    assert "Nên hỏi lại tại quầy" in only
    assert replies.SOURCE in only
    assert "75.000 đồng" in only  # a short part still fits where a long one did not
    last = only.splitlines()[-1]
    assert "Giấy tờ cần nộp" in last
    assert "Chỉ khi đúng hoàn cảnh, Nhớ kỹ" in last
    assert last.endswith("https://phuong.vn/thu-tuc/cap-giay-phep-xay-dung")
    assert "7. Có ích" in only


def test_an_emergency_keeps_its_number_first_in_any_width() -> None:
    for limit in (60, 300, 2000):
        assert fitted(replies.EMERGENCY, limit, 1)[0].startswith("GỌI NGAY 114!")


@given(
    st.lists(
        st.text(st.sampled_from("ab ạ\n🌸.\u0301"), min_size=1, max_size=80).map(plain.clean).filter(bool), max_size=8
    ),
    st.integers(5, 60),
)
def test_splitting_loses_nothing_and_keeps_the_limit(paragraphs: list[str], limit: int) -> None:
    bubbles = plain.split(paragraphs, limit, plain.utf16)
    assert all(0 < plain.utf16(bubble) <= limit for bubble in bubbles)
    assert squeezed("".join(bubbles)) == squeezed("".join(paragraphs))


def test_a_cut_is_between_paragraphs_else_lines_else_words() -> None:
    assert plain.split(["một hai", "ba bốn"], 10) == ["một hai", "ba bốn"]
    assert plain.split(["Đầu\n• một\n• hai\n• ba"], 12) == ["Đầu\n• một", "• hai\n• ba"]
    assert plain.split(["một hai ba"], 7) == ["một hai", "ba"]
    assert plain.split(["mộthaiba"], 4) == ["mộth", "aiba"]
