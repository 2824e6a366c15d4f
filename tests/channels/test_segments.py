"""What an SMS takes: the alphabet, the segments, the words without their marks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.segments import EXTENDED, GSM, segments, unaccented

G, U = "GSM-7", "UCS-2"
COUNTS = [
    ("nothing", "", 0, G, 0, 0),
    ("one letter", "a", 1, G, 1, 159),
    ("a full segment", "a" * 160, 1, G, 160, 0),
    ("one more: two parts with headers", "a" * 161, 2, G, 161, 145),
    ("two full parts", "a" * 306, 2, G, 306, 0),
    ("three parts", "a" * 307, 3, G, 307, 152),
    ("a letter of the extension table takes two", "a" * 158 + "€", 1, G, 160, 0),
    ("and is one too many", "a" * 159 + "€", 2, G, 161, 145),
    ("an escape is not cut in two", "a" * 152 + "€" + "a" * 20, 2, G, 174, 131),
    ("every letter of the extension table", "^{}\\[~]|€", 1, G, 18, 142),
    ("the letters of GSM that have marks", "àéèùìòäöñüÄÖÑÜÉÇØøÅåß", 1, G, 21, 139),
    ("one Vietnamese letter makes it UCS-2", "Cầu", 1, U, 3, 67),
    ("a full segment of UCS-2", "ầ" * 70, 1, U, 70, 0),
    ("one more", "ầ" * 71, 2, U, 71, 63),
    ("two full parts of UCS-2", "ầ" * 134, 2, U, 134, 0),
    ("three", "ầ" * 135, 3, U, 135, 66),
    ("a pictograph takes two units", "🌸", 1, U, 2, 68),
    ("and is not cut in two", "ầ" * 66 + "🌸" + "ầ" * 5, 2, U, 73, 60),
    ("a line break", "a\nb", 1, G, 3, 157),
    ("a tab is no letter of GSM", "a\tb", 1, U, 3, 67),
    ("nor is a curly quote", "“a”", 1, U, 3, 67),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "count", "alphabet", "used", "left"), [row[1:] for row in COUNTS], ids=[row[0] for row in COUNTS]
)
def test_segments(text: str, count: int, alphabet: str, used: int, left: int) -> None:
    found = segments(text)
    assert (found.count, found.alphabet, found.used, found.left) == (count, alphabet, used, left)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("Cầu Sắt Quay đóng để sửa từ 25/11", "Cau Sat Quay dong de sua tu 25/11"),
        ("ĐƯỜNG Ở ƯỚT – “ngập”…", 'DUONG O UOT - "ngap"...'),
        ("Cầ\u0300u".replace("\u0300", ""), "Cau"),
        ("• một\n• hai", "- mot\n- hai"),
        ("10.000 ₫", "10.000 d"),
        ("🌸 hoa 👩‍🌾", " hoa "),
        ("ﬁ ½ ①", "fi ? 1"),
        ("漢", "?"),
        ("Gọi [113] {nhanh}", "Goi [113] {nhanh}"),
    ],
)
def test_without_marks(text: str, bare: str) -> None:
    assert unaccented(text) == bare


@given(st.text(max_size=400))
def test_without_marks_all_is_gsm(text: str) -> None:
    assert set(unaccented(text)) <= GSM | EXTENDED


@given(st.text(max_size=600))
def test_a_longer_text_never_takes_less(text: str) -> None:
    counts = [segments(text[:length]).count for length in range(0, len(text) + 1, 7)]
    assert counts == sorted(counts)
