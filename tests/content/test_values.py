"""What officers type, and what is kept of it; a wrong value says what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest

from content import values
from content.texts import texts
from content.values import WrongValue

words = partial(values.text, most=100)
many = partial(values.text, most=100, lines=3)


@pytest.mark.parametrize(
    ("read", "typed", "kept"),
    [
        pytest.param(values.phone, "0000 000 001", "0000 000 001", id="a number keeps its groups"),
        pytest.param(values.phone, "0000000001", "0000000001", id="a number without groups"),
        pytest.param(values.phone, " 0277.0000.000 ", "0277 0000 000", id="dots"),
        pytest.param(values.phone, "(0277) 0000-000", "0277 0000 000", id="brackets and a hyphen"),
        pytest.param(values.phone, "+84 277 0000 000", "0277 0000 000", id="from abroad"),
        pytest.param(values.phone, "+84 (0)277 0000 000", "0277 0000 000", id="from abroad with its zero"),
        pytest.param(values.phone, "0084000000001", "0000000001", id="from abroad with two zeros"),
        pytest.param(values.phone, "００００ ０００ ００１", "0000 000 001", id="full-width figures"),
        pytest.param(values.phone, "0277\u00a00000\u200b000", "0277 0000000", id="invisible characters"),
        pytest.param(values.phone, "1022", "1022", id="a short number"),
        pytest.param(values.phone, "1900 0000", "1900 0000", id="a service number"),
        pytest.param(values.phone, "069 000 0001", "069 000 0001", id="a number of the police network"),
        pytest.param(values.amount, "10000", "10000", id="an amount"),
        pytest.param(values.amount, "10.000", "10000", id="an amount in groups"),
        pytest.param(values.amount, "1 000 000", "1000000", id="an amount in spaced groups"),
        pytest.param(values.amount, "10,000", "10000", id="an amount in groups as in English"),
        pytest.param(values.amount, "0", "0", id="nothing to pay"),
        pytest.param(values.price, "300000", "300.000 đồng", id="a bare price gets its đồng"),
        pytest.param(values.price, "300.000 đồng một đêm", "300.000 đồng một đêm", id="a price in words"),
        pytest.param(values.day, "2027-03-01", "2027-03-01", id="an ISO day"),
        pytest.param(values.day, "1/3/2027", "2027-03-01", id="day first"),
        pytest.param(values.day, "2027-03-01 00:00:00", "2027-03-01", id="a day with its midnight"),
        pytest.param(values.yes_no, "Có", "yes", id="có"),
        pytest.param(values.yes_no, "đóng cửa", "no", id="đóng cửa"),
        pytest.param(words, "  Quầy   số 2 ", "Quầy số 2", id="spaces"),
        pytest.param(words, "Qua\u0302\u0300y", "Quầy", id="loose marks are composed"),
        pytest.param(words, "một\nhai", "một hai", id="one line only"),
        pytest.param(many, " một \n\n hai", "một\nhai", id="several lines"),
    ],
)
def test_what_is_kept(read: Callable[[str], str], typed: str, kept: str) -> None:
    assert read(typed) == kept
    assert read(kept) == kept, "what is kept reads as itself"


@pytest.mark.parametrize(
    ("read", "typed", "key", "says"),
    [
        pytest.param(values.phone, "", "value.phone", "0277", id="no number"),
        pytest.param(values.phone, "hỏi chú Tư", "value.phone", "hỏi chú Tư", id="a name for a number"),
        pytest.param(values.phone, "0277 OOO 0000", "value.phone", "OOO", id="letters O for zeros"),
        pytest.param(values.phone, "0000 000 001 - 0000 000 002", "value.phone_two", "một số", id="two numbers"),
        pytest.param(values.phone, "0000000001/0000000002", "value.phone_two", "một số", id="two, with a slash"),
        pytest.param(values.phone, "900000000", "value.phone_zero", "số 0 ở đầu", id="Excel ate the zero"),
        pytest.param(values.phone, "2770000000", "value.phone_zero", "số 0 ở đầu", id="Excel ate a landline's zero"),
        pytest.param(values.phone, "01200000000", "value.phone_old", "2018", id="an 11-digit mobile"),
        pytest.param(values.phone, "0277 000 000", "value.phone", "0277", id="a digit too few"),
        pytest.param(values.phone, "9.00000001E+08", "value.phone", "E+08", id="a number in E notation"),
        pytest.param(values.amount, "10k", "value.amount_short", "Viết đủ: 10000.", id="10k"),
        pytest.param(values.amount, "10 K", "value.amount_short", "Viết đủ: 10000.", id="10 K"),
        pytest.param(values.amount, "1,5tr", "value.amount_short", "Viết đủ: 1500000.", id="1,5tr"),
        pytest.param(values.amount, "10 ngàn", "value.amount_short", "Viết đủ: 10000.", id="10 ngàn"),
        pytest.param(values.amount, "1.500k", "value.amount_short", "Viết đủ: 1500000.", id="1.500k"),
        pytest.param(values.amount, "10.000đ", "value.amount_unit", "Viết 10000.", id="10.000đ"),
        pytest.param(values.amount, "10.000 đồng", "value.amount_unit", "Viết 10000.", id="10.000 đồng"),
        pytest.param(values.amount, "10000 VNĐ", "value.amount_unit", "Viết 10000.", id="10000 VNĐ"),
        pytest.param(values.amount, "10.5", "value.amount", "10.5", id="a fraction"),
        pytest.param(values.amount, "-10000", "value.amount", "-10000", id="less than nothing"),
        pytest.param(values.amount, "10", "value.amount_small", "viết 10000", id="the zeros left out"),
        pytest.param(values.amount, "10000000000", "value.amount_big", "10.000.000.000", id="too many zeros"),
        pytest.param(values.price, "300k/đêm", "value.amount_short", "Viết đủ: 300000.", id="300k a night"),
        pytest.param(values.rule, "Quá hạn: 10k", "value.amount_short", "Viết đủ: 10000.", id="a rule with 10k"),
        pytest.param(values.day, "31/02/2027", "value.no_such_day", "31/02/2027", id="no such day"),
        pytest.param(values.day, "sang năm", "value.day", "01/03/2027", id="a day in words"),
        pytest.param(values.day, "01/03/27", "value.day", "01/03/2027", id="a year in two figures"),
        pytest.param(values.day, "01/03/1927", "value.day", "01/03/2027", id="a year long gone"),
        pytest.param(values.yes_no, "chắc có", "value.yes_no", "có hoặc không", id="perhaps"),
        pytest.param(words, "x" * 50_000, "value.long", "50.000", id="50,000 characters"),
        pytest.param(many, "a\nb\nc\nd", "value.lines", "4 dòng", id="too many lines"),
        pytest.param(words, "=A1+1", "value.formula", "công thức", id="a formula"),
        pytest.param(words, "Qu\ufffdy", "value.strange", "gõ lại", id="a broken letter"),
        pytest.param(words, "a\u202eb", "value.strange", "gõ lại", id="turned around"),
        pytest.param(words, "a\x07b", "value.strange", "gõ lại", id="a bell"),
        pytest.param(words, "…", "value.empty", "không có chữ", id="nothing but dots"),
    ],
)
def test_a_wrong_value_says_what_to_write(read: Callable[[str], str], typed: str, key: str, says: str) -> None:
    with pytest.raises(WrongValue) as wrong:
        read(typed)
    assert wrong.value.key == key
    assert says in texts("vi")(key, **wrong.value.fields)
    assert texts("en")(key, **wrong.value.fields)


def test_folded_words_compare_without_case_marks_and_punctuation() -> None:
    assert values.fold(" Điều_sửa: ") == values.fold("dieu sua") == "dieu sua"
