"""A spreadsheet of members, read row by row: what is good, and what is wrong with the rest, by line."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from bot.errors import Refused
from bot.storage.lists import BY_HAND
from content.texts import Texts, texts

COLUMNS: Final = ("channel", "address", "title", "officer", "people")  # the first two must be there
CHANNELS: Final = ("telegram", "zalo-oa", "zalo-bot", "sms", BY_HAND)
ADDRESS, TITLE, MANY = 64, 200, 100_000  # characters; people in one group


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One member as the spreadsheet names him."""

    line: int
    channel: str
    address: str
    title: str
    officer: str = ""  # the short name of who is in charge
    people: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Bad:
    """One row that cannot be read, and why, in words."""

    line: int
    why: str


def read(raw: bytes, say: Texts | None = None) -> tuple[list[Row], list[Bad]]:
    """The rows of a spreadsheet saved as CSV, in whatever form spreadsheets save it; `Refused` where it is none."""
    say = say or texts("vi")
    text = _decoded(raw)
    lines = io.StringIO(text, newline="")
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    reader = csv.DictReader(lines, delimiter=separator, skipinitialspace=True)
    names = [" ".join((name or "").split()).lower() for name in reader.fieldnames or ()]
    if missing := [name for name in COLUMNS[:2] if name not in names]:
        raise Refused("list.columns", missing=", ".join(missing))
    reader.fieldnames = names
    good: list[Row] = []
    bad: list[Bad] = []
    seen: set[tuple[str, str]] = set()
    for line, cells in _rows(reader):
        channel, address, title, officer, people = (str(cells.get(name) or "").strip() for name in COLUMNS)
        if not (channel or address or title):
            continue
        key, fields = _fault(channel.lower(), address, title, people, seen)
        if key:
            bad.append(Bad(line=line, why=say(key, **fields)))
            continue
        seen.add((channel.lower(), address))
        count = int(people) if people else None
        good.append(
            Row(line=line, channel=channel.lower(), address=address, title=title, officer=officer, people=count)
        )
    return good, bad


def _rows(reader: csv.DictReader[str]) -> Iterator[tuple[int, dict[str, object]]]:
    try:
        for cells in reader:
            yield reader.line_num, {name: value for name, value in cells.items() if isinstance(name, str)}
    except csv.Error as error:
        raise Refused("list.unreadable", line=reader.line_num, why=error) from error


def _fault(
    channel: str, address: str, title: str, people: str, seen: Iterable[tuple[str, str]]
) -> tuple[str, dict[str, object]]:
    """The words for what is wrong with a row; empty where nothing is."""
    if channel not in CHANNELS:
        return "list.row.channel", {"channel": channel[:40], "channels": ", ".join(CHANNELS)}
    if not address or len(address) > ADDRESS or any(ord(c) < 32 for c in address + title):
        return "list.row.address", {"most": ADDRESS}
    if len(title) > TITLE:
        return "list.row.title", {"most": TITLE}
    if (channel, address) in seen:
        return "list.row.twice", {"address": address}
    if people and not (people.isascii() and people.isdecimal() and len(people) < 9 and int(people) <= MANY):
        return "list.row.people", {"people": people[:40]}
    return "", {}


def _decoded(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", errors="replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1258", errors="replace")
