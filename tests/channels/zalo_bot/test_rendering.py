"""One reply, one bubble."""

from __future__ import annotations

import datetime as dt
import unicodedata
from dataclasses import replace

import pytest

from bot.app import House
from bot.channels.channel import Update
from bot.channels.plain import utf16
from bot.dialogue.answer import Message
from bot.dialogue.press import picked
from content.texts import texts
from handlers.contract import Reply
from tests.channels import replies
from tests.channels.replies import REPLIES
from tests.channels.zalo_bot.conftest import PAGE, channel

ASKED = Update(key="1", chat="a1", sender="a1", at=dt.datetime(2026, 11, 23, tzinfo=dt.UTC), text="?")
IN_A_GROUP = replace(ASKED, chat="b2", group=True, name="Lan Nguyễn")


def rendered(reply: Reply, update: Update = ASKED, lang: str = "vi") -> str:
    (outgoing,) = channel().render(reply, update, texts("en" if lang == "en" else "vi"))
    text = outgoing.body["text"]
    assert isinstance(text, str)
    return text


def test_choices_are_a_numbered_list() -> None:
    assert rendered(replies.GREETING) == (
        "Dạ chào bà con! Tui là Hỏi Phường. Bà con gõ câu hỏi, không dấu cũng được.\n\n"
        "Gõ số để chọn:\n1. Thủ tục\n2. Số điện thoại\n3. Chỗ ngủ lại, điểm chơi\n4. Gặp cán bộ\n5. English"
    )


def test_asked_back_the_choices_stand_once() -> None:
    assert rendered(replies.CLARIFY) == (
        "Dạ, có phải bà con hỏi một trong các việc này? Bấm chọn, hoặc gõ số.\n\n"
        "1. Đăng ký khai sinh\n2. Đăng ký khai tử\n3. Gặp cán bộ"
    )


def test_calls_and_pages_are_lines() -> None:
    assert rendered(replies.HOMESTAY).endswith(
        "Nguồn: trang du lịch của thành phố. Xem lần cuối: 04/2021.\n\n"
        "Gọi (0277) 000 000: 0277000000\n"
        "Mở bản đồ: https://www.google.com/maps/search/?api=1&query=10.3,105.76\n\n"
        "Gõ số để chọn:\n1. Chỗ ngủ lại, điểm chơi\n2. Về đầu"
    )


def test_in_a_group_the_answer_begins_with_the_name() -> None:
    assert rendered(replies.EMPTY, IN_A_GROUP) == "Lan Nguyễn: Dạ."
    assert rendered(replies.EMERGENCY, IN_A_GROUP).startswith("Lan Nguyễn: GỌI NGAY 114!\n")
    assert "Nhắc tên tui kèm số để chọn:\n1. Thủ tục" in rendered(replies.GREETING, IN_A_GROUP)
    assert rendered(replies.EMPTY, replace(IN_A_GROUP, name=None)) == "Dạ."
    odd = replace(IN_A_GROUP, name="Bà \n\n con 🌸" + "á" * 90)
    assert rendered(replies.EMPTY, odd).startswith("Bà con 🌸á")
    assert "\n" not in rendered(replies.EMPTY, odd)
    assert utf16(rendered(replies.LONG, odd)) <= 2000


def test_names_with_signs_stay_as_they_are() -> None:
    assert "Nhà <b>A & B</b> *hoa* _sen_ [x](y)" in rendered(replies.MARKUP)


def test_in_english() -> None:
    assert "Type a number to choose:" in rendered(replies.GREETING, lang="en")
    assert rendered(replies.LONG, lang="en").splitlines()[-1].startswith("Not all fits here; left out: ")


@pytest.mark.parametrize("name", REPLIES)
@pytest.mark.parametrize("update", [ASKED, IN_A_GROUP], ids=["private", "group"])
def test_every_reply_is_one_bubble_within_the_limit(name: str, update: Update) -> None:
    text = rendered(REPLIES[name], update)
    assert 0 < utf16(text) <= 2000
    assert unicodedata.is_normalized("NFC", text)
    if name in {"an answer far too long", "one endless line"}:
        assert text.splitlines()[-1].endswith(f"{PAGE}{REPLIES[name].path}")


async def test_every_item_of_the_pack_fits_with_its_source(sa_dec: House) -> None:
    pack = sa_dec.dialogue.pack
    for id_ in (*pack.procedures, *pack.initiatives):
        reply = await sa_dec.dialogue.answer(Message(press=id_))
        text = rendered(reply)
        assert utf16(text) <= 2000, id_
        assert reply.title, id_
        assert reply.title in text, id_
        assert reply.source, id_
        assert unicodedata.normalize("NFC", reply.source) in text, id_
        offered = [b.id for b in reply.buttons if not b.url and not b.dial]
        lines = {line.partition(". ")[0]: line.partition(". ")[2] for line in text.split("\n\n")[-2:][0].splitlines()}
        lines |= {line.partition(". ")[0]: line.partition(". ")[2] for line in text.split("\n\n")[-1].splitlines()}
        for number, button in enumerate((b for b in reply.buttons if b.id in offered), 1):
            assert lines[str(number)][:40].rstrip("…") in button.title, id_
            assert picked(str(number), offered) == button.id
