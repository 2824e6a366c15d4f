"""What is hidden before anybody's words are stored, and what stays."""

from __future__ import annotations

import pytest

from bot.dialogue.masking import masked, only_phone, phone_in


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("cccd cua tui 087000000001 mat roi", "cccd cua tui # mat roi"),
        ("CMND cũ 340 000 001", "CMND cũ #"),
        ("goi lai so 0900 000 001 nghe", "goi lai so # nghe"),
        ("gọi 0900.000.001.", "gọi #."),
        ("gọi +84 900 000 001", "gọi #"),
        ("gọi (0277) 3000 001", "gọi #"),
        ("tk 0000 0000 0000 0001 bị lừa", "tk # bị lừa"),
        ("gởi qua ong.thu@example.com giùm", "gởi qua # giùm"),
        ("sđt:0900000001,cccd:087000000001", "sđt:#,cccd:#"),
        ("sdt0900000001 hay 0900000002/0900000003,0900000004", "sdt# hay #/#,#"),
        ("cmnd340000001", "cmnd#"),
        ("con tui sanh 12/03/2026", "con tui sanh 12/03/2026"),
        ("sanh ngày 12.03.2026 hay 12-03-2026", "sanh ngày 12.03.2026 hay 12-03-2026"),
        ("đóng 1.000.000 đồng chưa", "đóng 1.000.000 đồng chưa"),
        ("phạt 10.000.000đ", "phạt 10.000.000đ"),
        ("gọi 113 hay 1022", "gọi 113 hay 1022"),
        ("nhà 102/4 Trần Hưng Đạo, năm 2026", "nhà 102/4 Trần Hưng Đạo, năm 2026"),
        ("2 giấy, 3 bản, 45 ngày", "2 giấy, 3 bản, 45 ngày"),
        ("", ""),
    ],
)
def test_numbers_that_tell_who_somebody_is_are_hidden(said: str, kept: str) -> None:
    assert masked(said) == kept


@pytest.mark.parametrize(
    ("said", "number", "alone"),
    [
        ("0900 000 001", "0900000001", True),
        ("gọi lại số 0900.000.001 nghe", "0900000001", True),
        ("+84 900 000 001", "+84900000001", True),
        ("(0277) 3000 001", "02773000001", True),
        ("277 3000 001", None, False),  # nobody could dial it
        ("0277 3000 001", "02773000001", True),
        ("cccd 087000000001", None, False),
        ("gọi 1022", None, False),
        ("cccd 087000000001, máy 0900000001", "0900000001", True),
        ("nhà tui bị ngập từ hôm qua tới nay, cán bộ gọi tui số 0900000001 nghe", "0900000001", False),
    ],
)
def test_a_number_left_to_be_called_back_is_found(said: str, number: str | None, alone: bool) -> None:
    assert phone_in(said) == number
    assert only_phone(said) == (number if alone else None)
