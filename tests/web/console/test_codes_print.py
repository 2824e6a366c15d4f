"""Printing from the console over HTTP: the list looked at, sent, made by a process of its own, fetched."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.app import House
from bot.storage import printing as stored
from qr import reading
from tests.web.console.printed import LIST, ROOM, editor, fetched, finished, handed_in
from tests.web.console.rig import Visitor


async def test_a_list_becomes_a_file_and_printed_again_the_same_paper(
    sa_dec: House, visitor: Visitor, tmp_path: Path
) -> None:
    lan = await editor(sa_dec, visitor)
    links = []
    for n in range(2):
        answer = await handed_in(lan, LIST, campaign="Tết 2027")
        page = await lan.get(answer.to)
        assert "3 dòng in được." in page.text
        for _ in range(2):  # a double click prints once
            assert (await lan.post(answer.to, {"csrf": page.hidden("csrf")})).to == answer.to
        assert await finished(lan, answer.to) == "done"
        assert "3 thẻ trên 1 trang" in (await lan.get(answer.to)).text
        status, body, type_ = await fetched(lan, f"{answer.to}/the.pdf")
        file = tmp_path / f"{n}.pdf"
        file.write_bytes(body)
        assert (status, type_) == (200, "application/pdf")
        links.append([each.text for each in reading.squares(file)])
    assert links[0] == links[1]
    assert len(links[0]) == 3
    listed = await sa_dec.office.codes.listed()
    assert sorted(links[0]) == sorted(code.link for code in listed)
    assert [(code.ref, code.group, code.label, code.by) for code in listed] == [
        ("H1", "5", "Số 12", "lan"), ("H2", "5", "Số 14", "lan"), ("H3", "6", "Số 3", "lan"),
    ]  # fmt: skip
    async with sa_dec.database.reading() as session:
        assert await stored.csv(session, answer.to.rpartition("/")[2]) is None  # the list goes when the file is made


async def test_the_first_page_is_looked_at_before_any_code_is_made(sa_dec: House, visitor: Visitor) -> None:
    lan = await editor(sa_dec, visitor)
    answer = await handed_in(lan, LIST)
    status, body, type_ = await fetched(lan, f"{answer.to}/mau.png")
    assert (status, type_, body[:4]) == (200, "image/png", b"\x89PNG")
    assert await sa_dec.office.codes.listed() == []
    assert (await fetched(lan, f"{answer.to}/the.pdf"))[0] == 404


@pytest.mark.parametrize(
    ("csv", "good", "told"),
    [
        ("ref,group,unit\nH1,5,phuong-1\n,5,phuong-1\nH1,5,phuong-1\n", 1, ["Dòng 3:", "Dòng 4:"]),
        ("ref;unit\nH1;Phường 1\nH2;Phường 99\n", 1, ["Dòng 3:", "Phường 99"]),
        ("ref,label\nH1," + "x" * 50_000 + "\nH2,ngắn\n", 1, ["Dòng 2:", "50000"]),
        ("ref,label\nH1,=1+1\nH2,'-1\n", 1, ["Dòng 2:", "công thức"]),
        ("ref\nH1\n", 1, ["không có cột: group, unit, label"]),
        ("ref,ghi chú riêng\nH1,abc\n", 1, ["ghi chú riêng"]),
    ],
    ids=["no ref and twice", "semicolons", "50,000 characters", "formula", "columns missing", "column of theirs"],
)
async def test_bad_rows_are_told_with_their_line_and_good_ones_can_be_printed(
    sa_dec: House, visitor: Visitor, csv: str, good: int, told: list[str]
) -> None:
    lan = await editor(sa_dec, visitor)
    page = await lan.get((await handed_in(lan, csv)).to)
    assert [words for words in (f"{good} dòng in được.", *told) if words not in page.text] == []


@pytest.mark.parametrize(
    ("csv", "why"),
    [
        (b"PK\x03\x04" + b"x" * 100, "Excel"),
        (b"", "Tệp trống"),
        (b"ten,tuoi\nA,5\n", "ref"),
        (b"x" * ((4 << 20) + 10), "4 MB"),
        (("ref\n" + "".join(f"H{n}\n" for n in range(20_001))).encode(), "20001"),
    ],
    ids=["workbook", "empty", "no headings", "too large", "too many"],
)
async def test_a_file_that_is_no_list_is_refused_with_the_way_out(
    sa_dec: House, visitor: Visitor, csv: bytes, why: str
) -> None:
    answer = await handed_in(await editor(sa_dec, visitor), csv)
    assert (answer.status, why in answer.text) == (400, True)
    assert 'name="csv"' in answer.text


@pytest.mark.parametrize("encoding", ["cp1258", "utf-8-sig", "utf-16"])
async def test_a_list_of_any_spreadsheet_is_read(sa_dec: House, visitor: Visitor, encoding: str) -> None:
    words = "ref,label\nH1,Hòa Khánh\n" if encoding != "cp1258" else "ref,label\nH1,Hoa\u0300 Kha\u0301nh\n"
    lan = await editor(sa_dec, visitor)
    answer = await handed_in(lan, words.encode(encoding))
    assert "1 dòng in được." in (await lan.get(answer.to)).text


async def test_one_poster_needs_no_list(sa_dec: House, visitor: Visitor, tmp_path: Path) -> None:
    lan = await editor(sa_dec, visitor, "phuong-1")
    fields = {"kind": "poster-a4", "target": "homestay:list", "unit": "phuong-1", "label": "Nhà văn hóa khóm 3"}
    answer = await handed_in(lan, None, **fields)
    page = await lan.get(answer.to)
    await lan.post(answer.to, {"csrf": page.hidden("csrf")})
    assert await finished(lan, answer.to) == "done"
    _, body, _ = await fetched(lan, f"{answer.to}/the.pdf")
    (tmp_path / "a.pdf").write_bytes(body)
    (one,) = await sa_dec.office.codes.listed()
    assert [each.text for each in reading.squares(tmp_path / "a.pdf")] == [one.link]
    assert (one.label, one.unit, one.target) == ("Nhà văn hóa khóm 3", "phuong-1", "homestay:list")


async def test_a_board_without_a_confirmed_number_is_refused_and_says_who_confirms(
    sa_dec: House, visitor: Visitor
) -> None:
    lan = await editor(sa_dec, visitor)
    answer = await handed_in(lan, LIST, kind="phone-board", target="hotline:phuong-1")
    assert (answer.status, "/can-bo/noi-dung?q=hotline" in answer.text) == (400, True)
    answer = await handed_in(lan, LIST, kind="phone-board", target="menu")  # each row's own unit has none
    page = await lan.get(answer.to)
    assert ("0 dòng in được." in page.text, "/can-bo/noi-dung?q=hotline" in page.text) == (True, True)
    assert await sa_dec.office.codes.listed() == []


async def test_nobody_prints_for_another_unit_or_sees_what_another_prints(
    sa_dec: House, visitor: Visitor, other: Visitor
) -> None:
    lan, minh = await editor(sa_dec, visitor, "phuong-2"), await editor(sa_dec, other, name="minh")
    answer = await handed_in(lan, LIST)
    assert (answer.status, "phuong-1" in answer.text) == (400, True)
    order = (await handed_in(minh, LIST)).to
    for path in ("", "/mau.png", "/tien-do", "/the.pdf"):
        assert (await fetched(lan, order + path))[0] == 404
    page = await lan.get(ROOM)
    assert (await lan.post(order, {"csrf": page.hidden("csrf")})).status == 404


async def test_an_order_that_its_maker_left_is_taken_up_by_another(sa_dec: House, visitor: Visitor) -> None:
    lan = await editor(sa_dec, visitor)
    order = (await handed_in(lan, LIST)).to
    id_ = order.rpartition("/")[2]
    async with sa_dec.database.unit_of_work() as session:
        row = await session.get(stored.PrintOrder, id_)
        assert row
        row.state, row.maker, row.heard_at = "running", "somebody", row.heard_at - 2 * stored.STALE
    assert await finished(lan, order) == "done"


@pytest.mark.parametrize("words", ["khai sinh", "dang ky khai sinh", "giay khai sinh"])
async def test_what_a_code_opens_is_found_by_the_words_of_people(sa_dec: House, visitor: Visitor, words: str) -> None:
    lan = await editor(sa_dec, visitor)
    page = await lan.get(f"{ROOM}/in?q={words}")
    assert "?target=procedure%3Adang-ky-khai-sinh" in page.text.replace("procedure:", "procedure%3A")
    assert "khongcotrangnao" in (await lan.get(f"{ROOM}/in?q=khongcotrangnao")).text
    assert (await lan.get(f"{ROOM}/in?target=procedure:khong-co")).status == 400
