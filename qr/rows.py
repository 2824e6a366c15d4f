"""The list that a sheet is printed from: columns `ref` (the ward's own reference), `group`, `unit`, `label`.

In any order, also by their Vietnamese names. Good rows come one by one, bad ones with their line and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qr import delimited
from qr.delimited import BadRow, Head, Names, clean, shown

COLUMNS: Final[Names] = {
    "ref": frozenset({"ref", "ma", "ma ho", "ma so", "so ho", "ma rieng"}),
    "group": frozenset({"group", "to", "to nhan dan", "to tu quan", "nhom"}),
    "unit": frozenset({"unit", "don vi", "phuong", "xa", "phuong xa"}),
    "label": frozenset({"label", "nhan", "chu tren the", "dia diem", "noi dan", "ten"}),
}
LONGEST: Final[Mapping[str, int]] = {"ref": 80, "group": 60, "unit": 60, "label": 300}  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row that can be printed."""

    line: int  # of the file, from 1
    ref: str
    group: str
    unit: str  # an id, or "" for the whole locality
    label: str


def head(file: Path) -> Head:
    """How this file is to be read; `delimited.WrongFile`, or OSError where it cannot be opened."""
    return delimited.head(file, COLUMNS, "ref")


def read(file: Path, found: Head, unit_of: Callable[[str], str | None], *, unit: str = "") -> Iterator[Row | BadRow]:
    """Every row, one by one. `unit_of`: the id of a unit as people write it; `unit`: of the rows that name none."""
    seen: dict[tuple[str, str], int] = {}
    for line, values in delimited.rows(file, found):
        row = values if isinstance(values, BadRow) else _row(line, values, unit_of, unit)
        if isinstance(row, Row):
            first = seen.setdefault((row.unit, row.ref), line)
            if first != line:
                row = BadRow(line=line, key="qr.row.twice", fields={"ref": row.ref, "first": first}, ref=row.ref)
        yield row


def _row(line: int, values: Mapping[str, str], unit_of: Callable[[str], str | None], unit: str) -> Row | BadRow:
    if found := delimited.wrong(values, LONGEST):
        return BadRow(line=line, key=found[0], fields=found[1], ref=shown(values["ref"]))
    ref, group, named, label = (clean(values[name]) for name in COLUMNS)
    if not ref:
        return BadRow(line=line, key="qr.row.no_ref")
    known = unit_of(named) if named else unit
    if known is None:
        return BadRow(line=line, key="qr.row.unit", fields={"unit": shown(named)}, ref=ref)
    return Row(line=line, ref=ref, group=group, unit=known, label=label)
