"""An officer's spreadsheet, read: xlsx, or CSV in whatever encoding and with whatever separator Excel saved it."""

from __future__ import annotations

import csv
import datetime as dt
import io
import unicodedata
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree.ElementTree import ParseError  # the error only

from bot.errors import WrongInput
from bot.office.rows import Wanted
from content.texts import texts
from content.values import WrongValue, fold

if TYPE_CHECKING:
    from openpyxl.cell.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

# What people write above the three columns, folded; every other column is there to be read.
HEADINGS: Final = {
    "id": {"id", "ma", "ma so", "ma muc"},
    "field": {"field", "dieu sua", "dieu can sua", "muc sua", "truong"},
    "value": {"value", "gia tri", "gia tri moi", "sua thanh"},
}
COLUMNS: Final = tuple(HEADINGS)
HEADING_WITHIN: Final = 10  # a title may stand above the headings
MOST_ROWS: Final = 20_000
MOST_BYTES: Final = 20 * 1024 * 1024
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"  # xlsx; xls, or an xlsx with a password
DAMAGED: Final = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
)  # fmt: skip  (what openpyxl lets through when a file is not what it says)


@dataclass(frozen=True, slots=True)
class _Cell:
    """The words of a cell, and why they cannot be taken as they stand."""

    words: str
    wrong: WrongValue | None = None


_Row = tuple[int, Sequence[_Cell]]


def read(path: Path) -> list[Wanted]:
    """The rows below the headings; a file that cannot be read at all is `WrongInput`, in Vietnamese."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _wrong_file("sheet.unreadable", file=path, why=error.strerror or error) from error
    if len(data) > MOST_BYTES:
        raise _wrong_file("sheet.too_big", most=MOST_BYTES // 1024 // 1024)
    if data.startswith(OLE):
        raise _wrong_file("sheet.old_excel")
    tables = _workbook(data) if data.startswith(ZIP) else [_delimited(data)]
    found = [rows for table in tables if (rows := _below_headings(table)) is not None]
    if len(found) != 1:
        raise _wrong_file("sheet.two_tables" if found else "sheet.no_headings")
    return found[0]


def _below_headings(table: Iterable[_Row]) -> list[Wanted] | None:
    """The rows of a table as they were written; None where nobody wrote the three headings."""
    where: tuple[int, ...] | None = None
    wanted = []
    for line, cells in table:
        if where is None:
            where = _headings([cell.words for cell in cells])
            if where is None and line >= HEADING_WITHIN:
                return None
            continue
        three = [cells[i] if i < len(cells) else _Cell("") for i in where]
        if any(cell.words.strip() or cell.wrong for cell in three):
            item, field, value = (cell.words for cell in three)
            wrong = next((cell.wrong for cell in three if cell.wrong), None)
            wanted.append(Wanted(line=line, item=item, field=field, value=value, wrong=wrong))
    return None if where is None else wanted


def _headings(words: Sequence[str]) -> tuple[int, ...] | None:
    folded = [fold(word[:100]) for word in words]
    columns = [[i for i, word in enumerate(folded) if word in HEADINGS[name]] for name in COLUMNS]
    if any(len(found) > 1 for found in columns) and all(columns):
        raise _wrong_file("sheet.heading_twice")
    return tuple(found[0] for found in columns) if all(columns) else None


def _workbook(data: bytes) -> list[list[_Row]]:
    from openpyxl import load_workbook  # only where a workbook is opened: most commands never do
    from openpyxl.utils.exceptions import InvalidFileException

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of drop-down lists and the like, which are not read
            book = load_workbook(io.BytesIO(data), keep_links=False)
    except (*DAMAGED, InvalidFileException) as error:
        raise _wrong_file("sheet.damaged") from error
    return [list(_sheet(sheet)) for sheet in book.worksheets]


def _sheet(sheet: Worksheet) -> Iterator[_Row]:
    if sheet.max_row > MOST_ROWS:
        raise _wrong_file("sheet.too_long", most=MOST_ROWS)
    merged = {
        (row, column): str(area)
        for area in sheet.merged_cells.ranges
        for row in range(area.min_row, area.max_row + 1)
        for column in range(area.min_col, area.max_col + 1)
    }
    for line, cells in enumerate(sheet.iter_rows(), 1):
        yield line, [_cell(cell, merged.get((line, column))) for column, cell in enumerate(cells, 1)]


def _cell(cell: Cell | MergedCell, area: str | None) -> _Cell:
    words = _words(cell.value)
    if area:
        return _Cell(words, WrongValue("row.merged", area=area))
    if cell.data_type == "f":
        return _Cell(words, WrongValue("value.formula"))
    if cell.data_type == "e":
        return _Cell(words, WrongValue("row.cell_error", written=words))
    return _Cell(words)


def _words(value: object) -> str:
    """A cell as it would be typed."""
    match value:
        case None:
            return ""
        case bool():
            return "yes" if value else "no"
        case float():
            return str(int(value)) if value.is_integer() else repr(value)
        case dt.datetime():
            return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return unicodedata.normalize("NFC", str(value))


def _delimited(data: bytes) -> list[_Row]:
    text = unicodedata.normalize("NFC", _decoded(data))
    start = [line[:1000] for line in text.splitlines()[:HEADING_WITHIN]]
    for delimiter in ",;\t":
        if any(_headings(row) for row in csv.reader(start, delimiter=delimiter)):
            return list(_rows(text, delimiter))
    return []


def _rows(text: str, delimiter: str) -> Iterator[_Row]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for line, row in enumerate(lines, 1):
            if line > MOST_ROWS:
                raise _wrong_file("sheet.too_long", most=MOST_ROWS)
            yield line, [_Cell(unguarded(word)) for word in row]
    except csv.Error as error:
        raise _wrong_file("sheet.broken_csv", line=lines.line_num) from error


def _decoded(data: bytes) -> str:
    """The text in the encoding it is in: Unicode by its mark or its zeros, else UTF-8, else Windows-1258."""
    try:
        if data.startswith((b"\xff\xfe", b"\xfe\xff")):
            return data.decode("utf-16")
        if b"\0" in data:
            return data.decode("utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be")
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("utf-8-sig", errors="replace")
    if 2 * text.count("\ufffd") <= sum(c > "\x7f" for c in text):  # a few broken letters: errors of their rows
        return text
    try:
        return data.decode("cp1258")
    except UnicodeDecodeError as error:
        raise _wrong_file("sheet.encoding") from error


def guarded(words: str) -> str:
    """A cell of a CSV that no spreadsheet takes for a formula."""
    return "'" + words if words.startswith(("=", "+", "-", "@")) else words


def unguarded(words: str) -> str:
    """A cell as it was before `guarded`."""
    return words[1:] if words.startswith(("'=", "'+", "'-", "'@")) else words


def _wrong_file(key: str, **fields: object) -> WrongInput:
    return WrongInput(texts("vi")(key, **fields))
