"""Spreadsheets made for a test."""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook

BIRTH = "dang-ky-khai-sinh"
TODAY = dt.datetime(2026, 11, 24, 8, tzinfo=dt.UTC)


def table(rows: Iterable[Sequence[object]], delimiter: str = ",") -> str:
    """The rows as CSV."""
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return out.getvalue()


def xlsx(rows: Iterable[Sequence[object]], merge: str | None = None) -> bytes:
    """The rows as a workbook of one sheet, some cells merged."""
    book = Workbook()
    sheet = book.worksheets[0]
    for row in rows:
        sheet.append(row)
    if merge:
        sheet.merge_cells(merge)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
