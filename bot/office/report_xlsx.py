"""The monthly report as a workbook: figures as numbers, so that the ward can go on calculating."""

from __future__ import annotations

import io
from collections.abc import Sequence

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from bot.office.report_figures import Report
from bot.office.report_text import figures, heads, title_of, weeks_of
from content.texts import Texts, day

Cell = str | int
WIDEST = 60  # characters of a column


def xlsx(report: Report, say: Texts) -> bytes:
    """The report as an XLSX file: in short, by list, week by week, by bulletin, by kind of question."""
    book = Workbook()
    first = book.active
    assert isinstance(first, Worksheet)  # noqa: S101 - a new book has one, says the library; its types do not
    first.title = say("monthly.summary")
    dates = {"first": day(report.first), "last": day(report.last), "made": report.made}
    opening = [say("monthly.title", month=report.month), report.locality, say("monthly.period", **dates)]
    opening += [] if report.is_whole else [say("monthly.open")]
    _fill(first, heads(("what", "value"), say), figures(report, say), opening)
    names = ("unit", "list", "topic", "items", "weeks", "groups", "people", "machine", "by_hand", "failed", "unknown")
    rows: list[Sequence[Cell]] = [
        (row.unit, row.name, row.topic, row.items, weeks_of(row, say), row.groups, row.people, row.sendings.machine,
         row.sendings.by_hand, row.sendings.failed, row.sendings.unknown)
        for row in report.lists
    ]  # fmt: skip
    _fill(_sheet(book, say("monthly.lists")), heads(names, say), rows)
    weeks: list[Sequence[Cell]] = [
        (row.unit, row.name, day(week.monday), week.items, week.target) for row in report.lists for week in row.weeks
    ]
    heading = heads(("unit", "list", "week", "items", "target"), say)
    _fill(_sheet(book, say("monthly.figure.weeks")), heading, weeks)
    items: list[Sequence[Cell]] = [
        (day(item.day), title_of(item.title, item.recalled, say), ", ".join(item.lists), item.sendings.machine,
         item.sendings.by_hand, item.sendings.failed, item.sendings.unknown)
        for item in report.items
    ]  # fmt: skip
    heading = heads(("day", "title", "list", "machine", "by_hand", "failed", "unknown"), say)
    _fill(_sheet(book, say("monthly.items")), heading, items)
    kinds = [(say(f"monthly.kind.{kind}"), n) for kind, n in report.questions.by_kind]
    _fill(_sheet(book, say("monthly.questions")), heads(("kind", "count"), say), kinds)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(book: Workbook, title: str) -> Worksheet:
    made: Worksheet = book.create_sheet(title[:31])
    return made


def _fill(
    sheet: Worksheet, names: Sequence[str], rows: Sequence[Sequence[Cell]], opening: Sequence[str] = ()
) -> None:
    for line in opening:
        _append(sheet, [line])
    if opening:
        sheet["A1"].font = Font(bold=True, size=14)
        sheet.append([])
    sheet.append(list(names))
    top = sheet.max_row
    for cell in sheet[top]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="F5EFE4")
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for row in rows:
        _append(sheet, row)
    sheet.freeze_panes = f"A{top + 1}"
    for number, name in enumerate(names, 1):
        longest = max([len(name), *(len(str(row[number - 1])) for row in rows)])
        sheet.column_dimensions[get_column_letter(number)].width = min(WIDEST, max(10, longest + 2))


def _append(sheet: Worksheet, row: Sequence[Cell]) -> None:
    """One more row; words stay words, whatever they begin with, and what no sheet can hold is left out."""
    sheet.append([ILLEGAL_CHARACTERS_RE.sub("", v) if isinstance(v, str) else v for v in row])
    for cell in sheet[sheet.max_row]:
        if isinstance(cell.value, str):
            cell.data_type = "s"
