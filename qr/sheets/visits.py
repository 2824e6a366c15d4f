"""The list that goes along on the round: a row a card, room for a tick, a day and a remark; no names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qr.fonts import BOLD, REGULAR
from qr.sheets.layout import A4
from qr.sheets.pen import HAIR, INK, SOFT, Pen

EDGE: Final = 14.0
HEAD: Final = 36.0  # millimetres from the top edge to the first row
ROW: Final = 9.5
BOX: Final = 4.6


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitRow:
    """One card of the list."""

    code: str  # as it is printed
    ref: str
    label: str
    done: str = ""  # the day, where it is done already
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitWords:
    """The words of the list."""

    title: str
    under: str  # unit, group, campaign
    printed: str
    columns: tuple[str, str, str, str, str, str]  # number, card, reference, label, done, remark
    page: str  # "{page}" and "{pages}" stand for the numbers


def write(out: Path, rows: Iterable[VisitRow], words: VisitWords) -> int:
    """Draw the list, and how many pages it has."""
    every = list(rows)
    a_page = int((A4[1] - HEAD - 7 - EDGE - 6) / ROW)
    pages = max(1, -(-len(every) // a_page))
    pen = Pen(out, A4, title=f"{words.title} – {words.under}", author=words.under)
    widths = (9.0, 31.0, 28.0, 46.0, 32.0, A4[0] - 2 * EDGE - 146.0)
    lefts = [EDGE + sum(widths[:n]) for n in range(len(widths))]
    for page in range(pages):
        if page:
            pen.page()
        _head(pen, words, page + 1, pages)
        y = A4[1] - HEAD
        for x, wide, name in zip(lefts, widths, words.columns, strict=True):
            pen.words(name, x + 1, y + 2, wide=wide - 2, size=8.5, font=BOLD, colour=SOFT)
        pen.rule(EDGE, y, A4[0] - EDGE, y, colour=INK, thick=0.4)
        for number, row in enumerate(every[page * a_page : (page + 1) * a_page], page * a_page + 1):
            y -= ROW
            cells = (str(number), row.code, row.ref, row.label, row.done, row.remark)
            for n, (x, wide, cell) in enumerate(zip(lefts, widths, cells, strict=True)):
                font, size = (BOLD, 11.0) if n == 1 else (REGULAR, 9.5)
                inset = BOX + 3 if n == 4 else 1
                pen.block(
                    cell, x + inset, y + ROW - 0.6, wide=wide - inset - 1, high=ROW - 1.2, size=size, smallest=5,
                    font=font, middle=True, most=2,
                )  # fmt: skip
            pen.box(lefts[4] + 1, y + (ROW - BOX) / 2, BOX, BOX, fill=HAIR if row.done else None)
            pen.rule(EDGE, y, A4[0] - EDGE, y)
    pen.page()
    pen.save()
    return pages


def _head(pen: Pen, words: VisitWords, page: int, pages: int) -> None:
    wide = A4[0] - 2 * EDGE
    pen.words(words.title, EDGE, A4[1] - 18, wide=wide * 0.7, size=18, font=BOLD)
    pen.words(words.under, EDGE, A4[1] - 25, wide=wide, size=11, colour=SOFT)
    pen.words(words.printed, EDGE + wide * 0.7, A4[1] - 18, wide=wide * 0.3, size=8.5, colour=SOFT, align="right")
    pen.words(
        words.page.format(page=page, pages=pages), EDGE, EDGE - 4, wide=wide, size=8.5, colour=SOFT, align="right"
    )
