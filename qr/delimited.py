"""A CSV of a ward, whatever program saved it: its encoding, its separator, its headings, and its lines one by one."""

from __future__ import annotations

import codecs
import csv
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Final

Names = Mapping[str, frozenset[str]]  # our columns, and what people write above them, folded
HEADING_WITHIN: Final = 10  # a title may stand above the headings
CHUNK: Final = 1 << 16
FORMULA: Final = ("=", "@", "+", "-")


class WrongFile(ValueError):
    """The file cannot be read as such a list; `key` and `fields` say why."""

    def __init__(self, key: str, /, **fields: object) -> None:
        super().__init__(key)
        self.key, self.fields = key, fields


@dataclass(frozen=True, slots=True, kw_only=True)
class BadRow:
    """One row that cannot be taken, and why."""

    line: int  # of the file, from 1
    key: str
    fields: Mapping[str, object] = field(default_factory=dict)
    ref: str = ""  # whose row it is, as far as that can be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """How a file is to be read."""

    encoding: str
    delimiter: str
    line: int  # of the headings
    columns: Mapping[str, int]  # where each of ours stands
    missing: tuple[str, ...]  # ours that are not there; they are read as empty
    ignored: tuple[str, ...]  # headings that are not ours


def head(file: Path, names: Names, needs: str) -> Head:
    """The headings of a file, its encoding and separator; `WrongFile`, or OSError where it cannot be opened."""
    encoding = _encoding(file)
    with file.open(encoding=encoding, errors="replace", newline="") as opened:
        lines = [opened.readline(10_000) for _ in range(HEADING_WITHIN)]
    for number, line in enumerate(lines, 1):
        for delimiter in ",;\t|":
            if found := _headings(line, delimiter, names, needs):
                columns, ignored = found
                missing = tuple(name for name in names if name not in columns)
                return Head(
                    encoding=encoding, delimiter=delimiter, line=number, columns=columns, missing=missing,
                    ignored=ignored,
                )  # fmt: skip
    written = next((line for line in lines if line.strip()), None)
    if written is None:
        raise WrongFile("qr.csv.empty")
    raise WrongFile("qr.csv.no_headings", needs=needs, found=shown(written))


def rows(file: Path, found: Head) -> Iterator[tuple[int, dict[str, str] | BadRow]]:
    """Each row below the headings that is not blank, with the line on which it begins, as it stands."""
    with file.open(encoding=found.encoding, errors="replace", newline="") as opened:
        for line, cells in _lines(opened, found):
            if isinstance(cells, BadRow):
                yield line, cells
            elif any(cell.strip() for cell in cells):
                at = found.columns.items()
                yield (
                    line,
                    {name: cells[i] if i < len(cells) else "" for name, i in at} | dict.fromkeys(found.missing, ""),
                )


def wrong(values: Mapping[str, str], longest: Mapping[str, int]) -> tuple[str, dict[str, object]] | None:
    """What is wrong with these cells whatever they should say: too long, a broken letter, a formula."""
    for name, value in values.items():
        if len(value) > longest[name] and len(value.strip()) > longest[name]:
            return "qr.row.long", {"column": name, "count": len(value.strip()), "most": longest[name]}
        if "\ufffd" in value:
            return "qr.row.letters", {"column": name}
        if value.lstrip().startswith(("=", "@")):
            return "qr.row.formula", {"column": name, "value": shown(value)}
    return None


def clean(cell: str) -> str:
    """A cell as it is printed: composed, on one line, without the sign that keeps a spreadsheet from counting."""
    composed = unicodedata.normalize("NFC", cell)
    spaced = " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in composed).split())
    return spaced[1:] if spaced.startswith(tuple("'" + sign for sign in FORMULA)) else spaced


def shown(words: str) -> str:
    """The beginning of what was written, for a message."""
    words = " ".join(words[:200].split())
    return words if len(words) <= 60 else words[:59] + "…"


def fold(words: str) -> str:
    """Without marks, in small letters: so that Mã, mã and MA are one heading."""
    plain = unicodedata.normalize("NFD", words.strip().strip("\ufeff").lower().replace("đ", "d"))
    return " ".join("".join(c for c in plain if not unicodedata.combining(c)).replace("_", " ").split())


def _headings(line: str, delimiter: str, names: Names, needs: str) -> tuple[dict[str, int], tuple[str, ...]] | None:
    cells = next(csv.reader([line], delimiter=delimiter), [])
    folded = [fold(cell) for cell in cells]
    found = {ours: [i for i, name in enumerate(folded) if name in known] for ours, known in names.items()}
    if not found[needs]:
        return None
    if twice := next((ours for ours, where in found.items() if len(where) > 1), None):
        raise WrongFile("qr.csv.twice", column=twice)
    columns = {ours: where[0] for ours, where in found.items() if where}
    rest = (cell for i, cell in enumerate(cells) if cell.strip() and i not in columns.values())
    return columns, tuple(shown(cell) for cell in rest)


def _lines(opened: IO[str], found: Head) -> Iterator[tuple[int, list[str] | BadRow]]:
    """Rows with the line on which each begins; a row that is no CSV is bad, and the ones after it are still read."""
    for _ in range(found.line):
        opened.readline()
    reader = csv.reader(opened, delimiter=found.delimiter, strict=True)
    while True:
        line = found.line + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            until = found.line + reader.line_num
            yield line, BadRow(line=line, key="qr.row.broken", fields={"until": until})
            continue
        yield line, cells


def _encoding(file: Path) -> str:
    """Unicode by its mark or its zeros, else UTF-8, else Windows-1258; the whole file is looked at, in pieces."""
    with file.open("rb") as opened:
        start = opened.read(CHUNK)
        if start.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            raise WrongFile("qr.csv.workbook")
        if start.startswith(b"%PDF"):
            raise WrongFile("qr.csv.no_headings", needs="ref", found="%PDF")
        if start.startswith((b"\xff\xfe", b"\xfe\xff")):
            return "utf-16"
        if b"\0" in start:
            return "utf-16-le" if start[1::2].count(0) > start[::2].count(0) else "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8-sig")()
        bad = high = 0
        while start:
            high += sum(byte > 0x7F for byte in start) if not start.isascii() else 0
            try:
                decoder.decode(start)
            except UnicodeDecodeError:
                bad += start.decode("utf-8", errors="replace").count("\ufffd")
                decoder.reset()
            start = opened.read(CHUNK)
    # A broken letter or two in a file that is UTF-8 else are errors of their rows.
    return "utf-8-sig" if not bad or 4 * bad < high else "cp1258"
