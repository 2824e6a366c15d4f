"""All that may be corrected, as a spreadsheet: three columns to fill in, and what is known beside them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass
from typing import Final

from bot.office.rows import label
from bot.office.spreadsheets import guarded
from content import corrections
from content.corrections import VIETNAM
from content.pack import Facts
from content.texts import as_of, texts

COLUMNS: Final = ("id", "field", "value", "name", "what", "current", "source", "as_of", "review_by", "by", "at")
WIDTHS: Final = (34, 14, 36, 34, 22, 44, 44, 12, 14, 18, 18)  # characters
TO_FILL: Final = 3
QUIET: Final = "EFEFEF"  # behind what is to be read, not filled in


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One field of one item; the order is that of the columns."""

    id: str
    field: str
    value: str  # the correction in force; empty where the pack counts
    name: str
    what: str  # the field in words
    current: str  # what is said now
    source: str
    as_of: str
    review_by: str
    by: str
    at: str


def lines(facts: Facts) -> Iterator[Line]:
    """Every field of every item that may be corrected."""
    for id_, packed in facts.pack.items():
        item = facts.item(id_) or packed
        overlays = facts.corrected(id_)
        for field in corrections.fields_of(packed):
            overlay = overlays.get(field.name)
            current = overlay.value if overlay else corrections.now(packed, field.name, facts.at)
            if field.name == "number" and (shown := facts.number(id_)):
                current = shown.number
            yield Line(
                id=id_,
                field=field.name,
                value=overlay.value if overlay else "",
                name=packed.own_names()[0],
                what=label(field.name),
                current=current,
                source=facts.pack.cite(packed)[0].title,
                as_of=as_of(packed.as_of),
                review_by=f"{item.review_by:%d/%m/%Y}" if item.review_by else "",
                by=overlay.by if overlay else "",
                at=f"{overlay.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}" if overlay else "",
            )


def headings() -> list[str]:
    """The columns in Vietnamese."""
    return [texts("vi")(f"column.{name}") for name in COLUMNS]


def as_csv(rows: Iterable[Line]) -> bytes:
    """UTF-8 with its mark, without which Excel reads Vietnamese as gibberish."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(headings())
    writer.writerows([guarded(cell) for cell in astuple(row)] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(rows: Iterable[Line]) -> bytes:
    """A workbook whose cells are all text, so that no leading zero of a phone number is lost."""
    from openpyxl import Workbook  # only where a workbook is made: most commands never do
    from openpyxl.styles import Alignment, Font, PatternFill

    book = Workbook()
    for empty in book.worksheets:
        book.remove(empty)
    sheet = book.create_sheet(texts("vi")("column.sheet"))
    for number, row in enumerate((tuple(headings()), *map(astuple, rows)), 1):
        for column, words in enumerate(row, 1):
            cell = sheet.cell(number, column)
            cell.number_format = "@"
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            if words:
                cell.value = words
                cell.data_type = "s"  # never a formula
            if number == 1:
                cell.font = Font(bold=True)
            elif column > TO_FILL:
                cell.fill = PatternFill("solid", fgColor=QUIET)
    for letter, width in zip("ABCDEFGHIJK", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "D2"
    sheet.auto_filter.ref = sheet.dimensions
    help_ = book.create_sheet(texts("vi")("column.help_sheet"))
    for number, words in enumerate(texts("vi")("column.help").split("\n"), 1):
        help_.cell(number, 1, words).alignment = Alignment(wrap_text=True, vertical="top")
    help_.column_dimensions["A"].width = 100
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
