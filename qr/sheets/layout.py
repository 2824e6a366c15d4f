"""How cards lie on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from qr.cards import Card, SheetWords
from qr.sheets.pen import Pen

A4: Final = (210.0, 297.0)
A5: Final = (148.0, 210.0)
MARK: Final = 4.0  # millimetres of a cut mark
GAP: Final = 1.0  # between a mark and the card


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the page, in millimetres from its lower left corner."""

    x: float
    y: float
    wide: float
    high: float

    @property
    def right(self) -> float:
        """The right edge."""
        return self.x + self.wide

    @property
    def top(self) -> float:
        """The upper edge."""
        return self.y + self.high

    def inner(self, edge: float) -> Box:
        """The same with a margin."""
        return Box(self.x + edge, self.y + edge, self.wide - 2 * edge, self.high - 2 * edge)


Draw = Callable[[Pen, Card, SheetWords, Box], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """A grid of cards of one size, filled row by row from the top."""

    draw: Draw
    page: tuple[float, float] = A4
    columns: int = 1
    rows: int = 1
    card: tuple[float, float]
    left: float = 0.0  # from the page's edge to the first card
    top: float = 0.0
    pitch: tuple[float, float] = (0.0, 0.0)  # from one card to the next; the card's own size where zero
    faces: int = 1  # squares of one card
    cut: bool = False
    needs_phone: bool = False

    @property
    def a_page(self) -> int:
        """Cards on one page."""
        return self.columns * self.rows

    def boxes(self) -> Iterator[Box]:
        """Where the cards of a page lie, in the order in which they are filled."""
        across, down = self.pitch[0] or self.card[0], self.pitch[1] or self.card[1]
        for row in range(self.rows):
            y = self.page[1] - self.top - row * down - self.card[1]
            for column in range(self.columns):
                yield Box(self.left + column * across, y, *self.card)

    def marks(self, pen: Pen) -> None:
        """Cut marks outside the grid, so that no cut leaves a line on a card."""
        low, high = self.page[1] - self.top - self.rows * self.card[1], self.page[1] - self.top
        right = self.left + self.columns * self.card[0]
        for column in range(self.columns + 1):
            x = self.left + column * self.card[0]
            pen.rule(x, high + GAP, x, high + GAP + MARK, thick=0.15)
            pen.rule(x, low - GAP, x, low - GAP - MARK, thick=0.15)
        for row in range(self.rows + 1):
            y = low + row * self.card[1]
            pen.rule(self.left - GAP - MARK, y, self.left - GAP, y, thick=0.15)
            pen.rule(right + GAP, y, right + GAP + MARK, y, thick=0.15)
