"""What every sheet is drawn with: words that never leave their box, squares, lines to cut and to fold along."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Final, Literal

import numpy as np
import zxingcpp
from numpy.typing import NDArray
from reportlab import rl_config
from reportlab.lib.colors import Color, HexColor
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from qr import fonts, square
from qr.fonts import BOLD, REGULAR, Fitted
from qr.square import QUIET, Level

INK, SOFT, HAIR, LOTUS, RED, TRIAL = map(
    HexColor, ("#1b2430", "#47505c", "#b9b2a4", "#b3245c", "#b3141c", "#d64545")
)  # ink, small type, lines, what to do, danger, "this is a trial"
KEPT: Final = 500  # words whose setting is remembered
SMALLEST: Final = 0.5  # millimetres of a module that a phone still reads from a hand's distance
Modules = NDArray[np.bool_]
Align = Literal["left", "middle", "right"]
rl_config.useA85 = 0  # streams stay binary: a fifth less


class Pen:
    """One PDF being drawn; all measures in millimetres from the lower left corner."""

    def __init__(self, out: Path, page: tuple[float, float], *, title: str, author: str) -> None:
        fonts.register()
        self._drawn: dict[tuple[str, str, float, str], tuple[str, float]] = {}  # code and width of words set before
        self.cut = 0  # words that did not fit even in the smallest letters
        self.wide, self.high = page
        self.levels: set[str] = set()  # of the squares that were drawn
        self._canvas = Canvas(str(out), pagesize=(page[0] * mm, page[1] * mm), pageCompression=1, lang="vi-VN")
        self._canvas.setTitle(title)
        self._canvas.setAuthor(author)
        self._canvas.setCreator("Hỏi Phường")

    def words(
        self,
        words: str,
        x: float,
        y: float,
        *,
        wide: float,
        size: float,
        smallest: float = 4,
        font: str = REGULAR,
        colour: Color = INK,
        align: Align = "left",
    ) -> None:
        """One line on the base line `y`, smaller where it is long; `x` is the left edge of its box."""
        if words:
            fitted = fonts.one_line(words, font, wide=wide * mm, largest=size, smallest=smallest)
            self.cut += fitted.cut
            self._line(fitted.lines[0], x, y, wide, fitted.size, font, colour, align)

    def block(
        self,
        words: str,
        x: float,
        top: float,
        *,
        wide: float,
        high: float,
        size: float,
        smallest: float,
        font: str = BOLD,
        colour: Color = INK,
        align: Align = "left",
        middle: bool = False,
        most: int | None = None,
    ) -> float:
        """Words in as many lines as fit, in the largest letters that do; how high they are is given back.

        `middle`: in the middle of the box's height, else from its top.
        """
        if not words:
            return 0
        fitted = fonts.fit(words, font, wide=wide * mm, high=high * mm, largest=size, smallest=smallest, most=most)
        if middle:
            top -= (high - fitted.height / mm) / 2
        self.lines(fitted, x, top, wide=wide, font=font, colour=colour, align=align)
        return fitted.height / mm

    def lines(
        self, fitted: Fitted, x: float, top: float, *, wide: float, font: str, colour: Color, align: Align
    ) -> None:
        """Lines that were measured already."""
        self.cut += fitted.cut
        for number, line in enumerate(fitted.lines):
            base = top - (number * fonts.LEADING + 0.97) * fitted.size / mm
            self._line(line, x, base, wide, fitted.size, font, colour, align)

    def square(self, link: str, x: float, y: float, side: float) -> None:
        """The square of a link, on white, its quiet zone within `side`; `ValueError` where the link is too long."""
        drawn, level = modules(link, side)
        self.levels.add(level)
        step = side * mm / (len(drawn) + 2 * QUIET)
        left, top = x * mm + QUIET * step, (y + side) * mm - QUIET * step
        ground = f"q 1 1 1 rg {x * mm:.2f} {y * mm:.2f} {side * mm:.2f} {side * mm:.2f} re f 0 0 0 rg"
        shift = f"{step:.4f} 0 0 {-step:.4f} {left:.3f} {top:.3f} cm"  # a module is one unit, rows go down
        runs = " ".join([f"{x} {y} {n} 1 re" for x, y, n in _runs(drawn)])
        self._canvas.addLiteral(f"{ground} {shift} {runs} f Q")

    def rule(self, x1: float, y1: float, x2: float, y2: float, *, colour: Color = HAIR, thick: float = 0.25) -> None:
        """A line; `thick` in millimetres."""
        red, green, blue = colour.rgb()
        self._canvas.addLiteral(
            f"{red:.3f} {green:.3f} {blue:.3f} RG {thick * mm:.3f} w "
            f"{x1 * mm:.2f} {y1 * mm:.2f} m {x2 * mm:.2f} {y2 * mm:.2f} l S"
        )

    def fold(self, y: float) -> None:
        """A dashed line across the page, to fold along."""
        self._canvas.setDash(4, 4)
        self.rule(0, y, self.wide, y)
        self._canvas.setDash()

    def box(self, x: float, y: float, wide: float, high: float, *, fill: Color | None = None) -> None:
        """A rectangle: filled, or a hairline."""
        if fill:
            self._canvas.setFillColor(fill)
            self._canvas.rect(x * mm, y * mm, wide * mm, high * mm, stroke=0, fill=1)
        else:
            self._canvas.setStrokeColor(HAIR)
            self._canvas.setLineWidth(0.25 * mm)
            self._canvas.rect(x * mm, y * mm, wide * mm, high * mm, stroke=1, fill=0)

    def trial(self, words: str, x: float, y: float, wide: float, high: float) -> None:
        """Words from corner to corner over a card that must not be used, light enough for its square to be read."""
        long = (wide**2 + high**2) ** 0.5
        size = fonts.one_line(words, BOLD, wide=long * 0.82 * mm, largest=high * 0.4 * mm).size
        self._canvas.saveState()
        self._canvas.translate((x + wide / 2) * mm, (y + high / 2) * mm)
        self._canvas.rotate(float(np.degrees(np.arctan2(high, wide))))
        self._canvas.setFillColor(TRIAL, alpha=0.38)
        self._canvas.setFont(BOLD, size)
        self._canvas.drawCentredString(0, -0.36 * size, words)
        self._canvas.restoreState()

    def upside_down(self, y: float) -> None:
        """Turn the page about its middle at height `y`, until `upright`."""
        self._canvas.saveState()
        self._canvas.translate(self.wide * mm, 2 * y * mm)
        self._canvas.rotate(180)

    def upright(self) -> None:
        """Turn it back."""
        self._canvas.restoreState()

    def page(self) -> None:
        """Begin the next page."""
        self._canvas.showPage()

    def save(self) -> None:
        """Write the file."""
        self._canvas.save()

    def _line(
        self, words: str, x: float, y: float, wide: float, size: float, font: str, colour: Color, align: Align
    ) -> None:
        key = words, font, round(size, 2), colour.hexval()
        drawn = self._drawn.get(key)
        if drawn is None:  # most words of a sheet stand on every card: they are set once
            line = self._canvas.beginText(0, 0)
            line.setFont(font, key[2])
            line.setFillColor(colour)
            line.textOut(words)
            drawn = str(line.getCode()), fonts.width(words, font, key[2])
            if len(self._drawn) < KEPT:
                self._drawn[key] = drawn
        code, long = drawn
        shift = {"left": 0.0, "middle": (wide * mm - long) / 2, "right": wide * mm - long}[align]
        self._canvas.addLiteral(f"q 1 0 0 1 {x * mm + shift:.2f} {y * mm:.2f} cm {code} Q")


def modules(link: str, side: float) -> tuple[Modules, Level]:
    """The square of a link, its quiet zone within `side` millimetres: at level H, or lower where links are too long.

    It has the modules of `square.draw` at the mask that this encoder weighs best: segno takes 4 ms to weigh the eight
    masks, this one a fifth of one. A test holds both against each other.
    """
    most = int(side / SMALLEST) - 2 * QUIET
    if 0 < len(link) <= square.LONGEST:  # else the ValueError below says why not
        made = zxingcpp.create_barcode(link, zxingcpp.BarcodeFormat.QRCode, ec_level="H")
        rows = np.asarray(made.to_image(scale=1, add_quiet_zones=False)) == 0
        if len(rows) <= most:
            return rows, "H"
    drawn = square.draw(link, most=most)
    return np.array([list(row) for row in drawn.rows], dtype=bool), drawn.level


def _runs(drawn: Modules) -> Iterable[tuple[int, int, int]]:
    """The dark runs of every row: column, row, modules."""
    wide = np.zeros((drawn.shape[0], drawn.shape[1] + 2), dtype=np.int8)  # a light module at both ends of every row
    wide[:, 1:-1] = drawn
    edges = np.diff(wide)
    rows, starts = np.nonzero(edges == 1)
    ends = np.nonzero(edges == -1)[1]
    return zip(starts.tolist(), rows.tolist(), (ends - starts).tolist(), strict=True)
