"""What every answer must keep to, whatever was asked."""

from __future__ import annotations

import datetime as dt
import re

import pytest

from bot.app import House
from bot.dialogue.answer import Message
from content.schema import Lang

PHONE = re.compile(r"(?<![\d./-])(?:0\d{2,3}[ .]?\d{3,4}[ .]?\d{3,4}|1[89]00[ .]?\d{4}|\b1022\b)(?!\d)")
MAY_BE_SHOWN = {"1022", "02773898989", "19001006", "19009000"}


@pytest.mark.parametrize("lang", ["vi", "en"])
async def test_every_item_answers_in_full_with_its_source_and_no_secret_number(sa_dec: House, lang: Lang) -> None:
    for id_, item in sa_dec.facts.pack.items():
        if id_.startswith("club:"):
            continue
        reply = await sa_dec.dialogue.answer(Message(press=id_, lang=lang))
        assert reply.id == id_
        assert len(reply.text) >= 150, id_
        assert reply.source, id_
        for number in PHONE.findall(reply.text):
            assert re.sub(r"[ .]", "", number) in MAY_BE_SHOWN, f"{id_} shows {number}"
        assert all(len(button.id.encode()) <= 64 for button in reply.buttons), item.id


@pytest.mark.parametrize(
    ("day", "opens", "warns"),
    [
        pytest.param(dt.date(2026, 11, 24), False, True, id="ahead of the change it warns"),
        pytest.param(dt.date(2027, 2, 28), False, True, id="on the last day it warns"),
        pytest.param(dt.date(2027, 3, 1), True, False, id="from the day on it opens with the doubt"),
    ],
)
async def test_a_law_that_changes(sa_dec: House, day: dt.date, opens: bool, warns: bool) -> None:
    reply = await sa_dec.dialogue.answer(Message(press="dang-ky-ket-hon", at=day))
    assert reply.sections[0].lines[0].startswith("Từ 01/03/2027 có luật mới") == opens
    assert ("Sắp đổi từ 01/03/2027" in reply.text) == warns


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("a" * 100_000, id="100 kB"),
        pytest.param("😀😀😀", id="only emoji"),
        pytest.param("?!...", id="only punctuation"),
        pytest.param("khai\x00sinh", id="a null byte"),
        pytest.param("\u202e\u200f", id="right-to-left marks"),
        pytest.param("'; DROP TABLE people; --", id="SQL"),
        pytest.param("<script>alert(1)</script>", id="HTML"),
        pytest.param("{{ 7*7 }} {lang} %s", id="template text"),
        pytest.param("これは日本語の質問です", id="an unknown language"),
        pytest.param("", id="nothing"),
    ],
)
async def test_bad_input_gets_a_short_polite_answer(sa_dec: House, text: str) -> None:
    reply = await sa_dec.dialogue.answer(Message(text=text, sender=sa_dec.dialogue.sender("test", "a")))
    assert len(reply.text) < 10_000
    assert "<script>" not in reply.text
    assert "49" not in reply.text or "{{" not in text


async def test_homestays_are_offered_by_distance(sa_dec: House) -> None:
    reply = await sa_dec.dialogue.answer(Message(location=(10.2939, 105.7683)))
    first = reply.sections[0].lines[0]
    assert first.startswith("Nhà cổ Huỳnh Thủy Lê")
    assert "cách 0,0 km" in first
    assert any("khoảng" in line for line in reply.sections[0].lines[1:])
