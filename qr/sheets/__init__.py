"""Sheets of codes as PDF: every kind, and the one way in which each is written.

Cards come one by one and are drawn at once; what stays in memory is the finished drawing of the pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from qr import kinds
from qr.cards import Card, SheetWords
from qr.kinds import DEFAULT_LABELS, KINDS, Kind
from qr.sheets import boards, posters, small
from qr.sheets.layout import A4, A5, Layout
from qr.sheets.pen import Pen

__all__ = ["DEFAULT_LABELS", "KINDS", "LABELS", "Kind", "Sheet", "Written", "layout_of", "write"]

_LAYOUTS: Final[Mapping[Kind, Layout]] = {
    "household-card": Layout(
        draw=small.household, columns=2, rows=4, card=(95, 68), left=10, top=12.5, cut=True
    ),
    "poster-a5": Layout(draw=posters.poster, page=A5, card=A5),
    "poster-a4": Layout(draw=posters.poster, card=A4),
    "phone-board": Layout(draw=boards.board, card=A4, needs_phone=True),
    "tent-card": Layout(draw=boards.tent, card=A4, faces=2),
    "bulletin-poster": Layout(draw=posters.bulletin, card=A4),
}  # fmt: skip

LABELS: Final[Mapping[str, Layout]] = {
    name: Layout(
        draw=small.sticker, columns=labels.columns, rows=labels.rows, card=labels.label, left=labels.left,
        top=labels.top, pitch=labels.pitch,
    )
    for name, labels in kinds.LABELS.items()
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """What a file holds."""

    cards: int
    pages: int
    cut: int  # words that had no room even in the smallest letters
    levels: frozenset[str]  # of its squares; "H" alone unless links are too long for their size


def layout_of(kind: Kind, labels: str = DEFAULT_LABELS) -> Layout:
    """The layout of a kind; `KeyError` for labels that are not known."""
    return LABELS[labels] if kind == "sticker" else _LAYOUTS[kind]


class Sheet:
    """A PDF that grows card by card."""

    def __init__(self, out: Path, words: SheetWords, layout: Layout) -> None:
        self._words, self._layout = words, layout
        self._pen = Pen(out, layout.page, title=words.caption, author=words.locality)
        self._boxes = list(layout.boxes())
        self.cards = 0

    def add(self, card: Card) -> None:
        """Draw one more; `ValueError` where its link is too long for a square."""
        place = self.cards % len(self._boxes)
        if place == 0:
            if self.cards:
                self._pen.page()
            if self._layout.cut:
                self._layout.marks(self._pen)
        box = self._boxes[place]
        self._layout.draw(self._pen, card, self._words, box)
        if self._words.test:
            for face in range(self._layout.faces):
                high = box.high / self._layout.faces
                self._pen.trial(self._words.test, box.x, box.y + face * high, box.wide, high)
        self.cards += 1

    def save(self) -> Written:
        """Write the file; `ValueError` where it has no card."""
        if not self.cards:
            raise ValueError("a sheet needs a card")
        self._pen.page()
        self._pen.save()
        pages = -(-self.cards // len(self._boxes))
        return Written(cards=self.cards, pages=pages, cut=self._pen.cut, levels=frozenset(self._pen.levels))


def write(out: Path, cards: Iterable[Card], words: SheetWords, layout: Layout) -> Written:
    """Draw these cards into a PDF."""
    sheet = Sheet(out, words, layout)
    for card in cards:
        sheet.add(card)
    return sheet.save()
