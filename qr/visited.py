"""What came back from a round: a CSV with columns `code`, `done_on`, `remark`, `place`."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qr import delimited
from qr.delimited import BadRow, Head, Names, clean, shown

COLUMNS: Final[Names] = {
    "code": frozenset({"code", "ma", "ma the", "the"}),
    "done_on": frozenset({"done on", "ngay", "ngay dua", "ngay dan", "xong"}),
    "remark": frozenset({"remark", "ghi chu"}),
    "place": frozenset({"place", "noi dan", "dia diem"}),
}
LONGEST: Final[Mapping[str, int]] = {"code": 200, "done_on": 20, "remark": 300, "place": 200}
_ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_OURS: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One card that was handed over, or one board that hangs."""

    line: int  # of the file, from 1; 0: typed by hand
    code: str
    done_on: dt.date
    remark: str = ""
    place: str = ""


def head(file: Path) -> Head:
    """How this file is to be read; `delimited.WrongFile`, or OSError where it cannot be opened."""
    return delimited.head(file, COLUMNS, "code")


def read(file: Path, found: Head, day: dt.date) -> Iterator[Done | BadRow]:
    """Every row, one by one; `day` is that of the rows that name none."""
    for line, values in delimited.rows(file, found):
        yield values if isinstance(values, BadRow) else _done(line, values, day)


def day_of(written: str) -> dt.date | None:
    """A day as people write it, 2026-11-25 or 25/11/2026; None where it is none."""
    if match := _ISO.fullmatch(written):
        year, month, day = map(int, match.groups())
    elif match := _OURS.fullmatch(written):
        day, month, year = map(int, match.groups())
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _done(line: int, values: Mapping[str, str], day: dt.date) -> Done | BadRow:
    code = clean(values["code"][: LONGEST["code"]])
    if found := delimited.wrong(values, LONGEST):
        return BadRow(line=line, key=found[0], fields=found[1], ref=shown(code))
    written = clean(values["done_on"])
    on = day_of(written) if written else day
    if on is None:
        return BadRow(line=line, key="qr.row.day", fields={"day": shown(written)}, ref=shown(code))
    if not code:
        return BadRow(line=line, key="qr.row.no_code")
    return Done(line=line, code=code, done_on=on, remark=clean(values["remark"]), place=clean(values["place"]))
