"""Spreadsheets of members, as people really save them."""

from __future__ import annotations

import pytest

from bot.errors import Refused
from bot.office.list_rows import read

GOOD = "channel,address,title\ntelegram,-1,Tổ dân phố 1\n"


@pytest.mark.parametrize(
    "raw",
    [
        GOOD.encode(),
        GOOD.encode("utf-8-sig"),
        GOOD.encode("utf-16"),
        GOOD.replace(",", ";").encode(),
        GOOD.replace(",", "\t").encode(),
        GOOD.replace("\n", "\r\n").encode(),
        b"Channel, ADDRESS , title\nTelegram, -1 ,T\xe1\xbb\x95 d\xc3\xa2n ph\xe1\xbb\x91 1\n\n,,\n",
    ],
)
def test_one_good_row_in_whatever_form(raw: bytes) -> None:
    good, bad = read(raw)
    assert [(row.line, row.channel, row.address, row.title) for row in good] == [
        (2, "telegram", "-1", "Tổ dân phố 1")
    ]
    assert bad == []


def test_windows_1258() -> None:
    good, _ = read("channel,address,title\nsms,0900000001,Phường Sa Đéc\n".encode("cp1258", errors="ignore"))
    assert good[0].title.startswith("Ph")


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("fax,1,x", "fax"),
        ("telegram,,x", "địa chỉ"),
        ("telegram," + "1" * 65 + ",x", "64"),
        ("telegram,5," + "x" * 50_000, "200"),
        ("telegram,-1,lần nữa", "đã có"),
    ],
)
def test_a_bad_row_is_told_with_its_line_and_the_others_stay(row: str, said: str) -> None:
    good, bad = read((GOOD + row + "\ntelegram,-9,Tổ 9\n").encode())
    assert [each.address for each in good] == ["-1", "-9"]
    assert [each.line for each in bad] == [3]
    assert said in bad[0].why


@pytest.mark.parametrize("raw", [b"", b"a,b\n1,2\n", b"channel,title\ntelegram,x\n"])
def test_a_file_without_the_columns_is_refused(raw: bytes) -> None:
    with pytest.raises(Refused):
        read(raw)
