"""Spreadsheets as officers hand them in: real files, in every shape that Excel saves."""

from __future__ import annotations

import io
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from bot.errors import WrongInput
from bot.office import export, spreadsheets
from bot.office.rows import Wanted, plan
from content.corrections import Overlay
from content.pack import Facts, Pack
from tests.office.files import BIRTH, TODAY, table, xlsx

ROWS = [
    ("Mã", "Điều sửa", "Giá trị mới"),
    (BIRTH, "nơi nộp", "Quầy số 2; tầng trệt"),
    ("hotline:1022", "giờ", "cả ngày"),
]
EXPECTED = [
    Wanted(line=2, item=BIRTH, field="nơi nộp", value="Quầy số 2; tầng trệt"),
    Wanted(line=3, item="hotline:1022", field="giờ", value="cả ngày"),
]


TONES = "\u0300\u0301\u0303\u0309\u0323"


def loose(text: str) -> bytes:
    """Windows-1258 as Windows writes it: tone marks stand alone after their letter."""
    parts = [unicodedata.normalize("NFD", letter) for letter in text]
    letters = [unicodedata.normalize("NFC", "".join(c for c in part if c not in TONES)) for part in parts]
    tones = ["".join(c for c in part if c in TONES) for part in parts]
    return "".join(map("".join, zip(letters, tones, strict=True))).encode("cp1258")


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(table(ROWS).encode(), id="UTF-8"),
        pytest.param(table(ROWS).encode("utf-8-sig"), id="UTF-8 with its mark"),
        pytest.param(table(ROWS, ";").encode("utf-8-sig"), id="semicolons"),
        pytest.param(("sep=;\n" + table(ROWS, ";")).encode(), id="semicolons, with the line that says so"),
        pytest.param(table(ROWS, "\t").encode("utf-16"), id="UTF-16 with tabs, Excel's Unicode text"),
        pytest.param(table(ROWS, "\t").encode("utf-16-le"), id="UTF-16 without its mark"),
        pytest.param(table(ROWS).encode("utf-16-be"), id="UTF-16, the other way round"),
        pytest.param(loose(table(ROWS)), id="Windows-1258"),
        pytest.param(table(ROWS).replace("\n", "\r").encode(), id="an old Mac"),
        pytest.param(xlsx(ROWS), id="xlsx"),
    ],
)
def test_the_same_rows_from_every_shape(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "bang"
    file.write_bytes(data)
    above = data.startswith(b"sep=")
    assert spreadsheets.read(file) == [replace(row, line=row.line + above) for row in EXPECTED]


def two_sheets() -> bytes:
    book = Workbook()
    for sheet in (book.worksheets[0], book.create_sheet()):
        for row in ROWS:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def not_a_workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.txt", "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        pytest.param(b"", "không thấy dòng tiêu đề", id="empty"),
        pytest.param(b"a,b,c\n1,2,3\n", "không thấy dòng tiêu đề", id="other headings"),
        pytest.param(xlsx([("a", "b")]), "không thấy dòng tiêu đề", id="a workbook with other headings"),
        pytest.param(b"id,field,value,value\n", "hai cột cùng tên", id="a heading twice"),
        pytest.param(two_sheets(), "hơn một trang", id="two sheets"),
        pytest.param(b"\xd0\xcf\x11\xe0" + b"\0" * 600, "Excel cũ (.xls)", id="an old Excel file"),
        pytest.param(b"PK\x03\x04" + b"x" * 100, "bị hỏng", id="a broken zip"),
        pytest.param(xlsx(ROWS)[:-200], "bị hỏng", id="half a workbook"),
        pytest.param(not_a_workbook(), "bị hỏng", id="another zip"),
        pytest.param(b'id,field,value\na,b,"c\n', "dấu nháy kép", id="an open quote"),
        pytest.param(("id,field,value\na,b," + "x" * 200_000).encode(), "ô quá dài", id="200,000 characters"),
        pytest.param(("id,field,value\n" + "\n" * 21_000).encode(), "hơn 20000 dòng", id="too many lines"),
        pytest.param(b"id,field,value\na,b,\xd2\xd3\xff\xfd\x8a", "bảng mã", id="no encoding we know"),
    ],
)
def test_a_file_that_cannot_be_read_says_what_to_do(tmp_path: Path, data: bytes, says: str) -> None:
    file = tmp_path / "bang.csv"
    file.write_bytes(data)
    with pytest.raises(WrongInput) as wrong:
        spreadsheets.read(file)
    assert says in str(wrong.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(WrongInput, match=r"khong-co\.xlsx"):
        spreadsheets.read(tmp_path / "khong-co.xlsx")


def test_a_title_above_the_headings_and_columns_beside_them_are_passed_over(tmp_path: Path) -> None:
    file = tmp_path / "bang.xlsx"
    rows = [
        ("Bảng đính chính",),
        (),
        ("Ghi chú", "MÃ SỐ", "Giá trị", "điều cần sửa"),
        ("x", BIRTH, "Quầy 2", "where"),
    ]
    file.write_bytes(xlsx(rows, merge="A1:D1"))
    assert spreadsheets.read(file) == [Wanted(line=4, item=BIRTH, field="where", value="Quầy 2")]


@pytest.mark.parametrize("write", [export.as_csv, export.as_xlsx], ids=["csv", "xlsx"])
def test_what_is_exported_and_imported_again_changes_nothing(
    tmp_path: Path, pack: Pack, write: Callable[[list[export.Line]], bytes]
) -> None:
    corrected = Overlay(value="Quầy số 2.\nHoặc tầng trệt.", by="=can-bo", at=TODAY)
    overlays = {
        BIRTH: {"time_limit": corrected},
        "hotline:phuong-1": {"number": Overlay(value="0000 000 001", by="a", at=TODAY)},
    }
    facts = Facts(pack=pack, at=TODAY.date(), overlays=overlays)
    file = tmp_path / "bang"
    file.write_bytes(write(list(export.lines(facts))))
    outcome = plan(spreadsheets.read(file), facts)
    assert (outcome.changes, outcome.wrong, outcome.unchanged) == ((), (), 2)
    assert outcome.blank > 700


def test_an_export_names_what_is_said_now_and_who_corrected_it(pack: Pack) -> None:
    overlays = {"hotline:phuong-1": {"number": Overlay(value="0000 000 001", by="can-bo-mau", at=TODAY)}}
    lines = {
        (line.id, line.field): line for line in export.lines(Facts(pack=pack, at=TODAY.date(), overlays=overlays))
    }
    number = lines["hotline:phuong-1", "number"]
    assert (number.value, number.current, number.by, number.at) == (
        "0000 000 001", "0000 000 001", "can-bo-mau", "24/11/2026 15:00",
    )  # fmt: skip
    birth = lines[BIRTH, "review_by"]
    assert (birth.value, birth.current, birth.review_by, birth.as_of) == (
        "",
        "2027-02-28",
        "28/02/2027",
        "18/07/2026",
    )
    hidden = lines["hotline:ca-dong-thap-tieu-cuc", "number"]
    assert hidden.current == "", "a number that nobody confirmed stands in no export either"


def test_no_cell_of_an_export_is_a_formula(tmp_path: Path, pack: Pack) -> None:
    overlays = {BIRTH: {"owner": Overlay(value="-2+3", by="=1+1", at=TODAY)}}
    lines = list(export.lines(Facts(pack=pack, at=TODAY.date(), overlays=overlays)))
    assert ",'-2+3," in export.as_csv(lines).decode()
    assert ",'=1+1," in export.as_csv(lines).decode()
    sheet = load_workbook(io.BytesIO(export.as_xlsx(lines))).worksheets[0]
    assert {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value} == {"s"}
