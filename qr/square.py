"""A QR square: one link, drawn so that a scratched or stained print still reads."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

import segno
from PIL import Image, ImageDraw, ImageFont
from qrcode.image.pil import PilImage

Level = Literal["H", "Q", "M", "L"]  # may be lost: 30, 25, 15, 7 % of the square

LONGEST: Final = 300  # characters; a longer link needs squares too small for an old phone's camera
QUIET: Final = 4  # modules of white around, as ISO/IEC 18004 asks
STRIP: Final = 5  # modules of words below
LEVELS: Final[tuple[Level, ...]] = ("H", "Q", "M", "L")
LOTUS: Final = "#b3245c"


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    """A link as modules, without the quiet zone."""

    rows: tuple[bytes, ...]  # 1 is dark
    level: Level

    @property
    def side(self) -> int:
        """Modules of one side."""
        return len(self.rows)

    def runs(self) -> Iterator[tuple[int, int, int]]:
        """The dark runs of every row: column, row, modules; what draws these draws the square."""
        for y, row in enumerate(self.rows):
            x = row.find(1)
            while x >= 0:
                end = row.find(0, x)
                end = len(row) if end < 0 else end
                yield x, y, end - x
                x = row.find(1, end)


def draw(link: str, *, most: int | None = None) -> Square:
    """The square of a link at level H, or at the best that fits into `most` modules a side; `level` says which.

    ValueError for a link too long, empty, or too long for `most`.
    """
    if not link:
        raise ValueError("a QR code needs a link")
    if len(link) > LONGEST:
        raise ValueError(f"this link has {len(link)} characters, a square that phones read {LONGEST}: shorten it")
    for level in LEVELS:
        # segno encodes: for a link of ours its modules are those of the qrcode package at the same mask (a test holds
        # it), and it is faster; qrcode stays for its image factory.
        made = segno.make_qr(link, error=level, boost_error=False)
        if most is None or len(made.matrix) <= most:
            return Square(rows=tuple(map(bytes, made.matrix)), level=level)
    raise ValueError(f"this link does not fit into a square of {most} modules: shorten it")


def svg(link: str, *, mark: bool = False, strip: str = "", most: int | None = None) -> str:
    """The square as one `<svg>`, one millimetre a module, quiet zone 4.

    `mark`: with the sign of the house inside; `strip`: red words below.
    """
    square = draw(link, most=most)
    whole = square.side + 2 * QUIET
    high = whole + (STRIP if strip else 0)
    dark = "".join([f"M{x + QUIET},{y + QUIET}h{n}v1h-{n}z" for x, y, n in square.runs()])
    below = (
        f'<text x="{whole / 2}" y="{whole + STRIP * 0.4:.1f}" font-family="sans-serif" font-weight="700" '
        f'font-size="{STRIP * 0.8:.1f}" text-anchor="middle" fill="#b3141c">{escape(strip)}</text>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{whole}mm" height="{high}mm" viewBox="0 0 {whole} {high}">'
        f'<rect width="{whole}" height="{high}" fill="#fff"/><path d="{dark}"/>'
        f"{_mark(square) if mark else ''}{below if strip else ''}</svg>"
    )


def png(link: str, *, mark: bool = False, strip: str = "", scale: int = 16, most: int | None = None) -> bytes:
    """The square as a PNG, `scale` pixels a module, quiet zone 4; `mark` and `strip` as in `svg`."""
    square = draw(link, most=most)
    modules: list[list[bool | None]] = [list(map(bool, row)) for row in square.rows]
    image = PilImage(QUIET, square.side, scale, qrcode_modules=modules)
    for y, row in enumerate(modules):
        for x, dark in enumerate(row):
            if dark:
                image.drawrect(y, x)
    whole = (square.side + 2 * QUIET) * scale
    drawn = Image.new("RGB", (whole, whole + (STRIP * scale if strip else 0)), "white")
    drawn.paste(image.get_image(), (0, 0))
    if mark:
        _draw_mark(drawn, square, scale)
    if strip:
        font = ImageFont.load_default(STRIP * scale * 0.7)
        ImageDraw.Draw(drawn).text((whole / 2, whole), strip, "#b3141c", font, anchor="mt")
    stream = io.BytesIO()
    drawn.save(stream, "PNG", optimize=True)
    return stream.getvalue()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """An "i" on a disc, over a twentieth of the modules: level H restores six times as many. In modules."""

    middle: float
    half: float  # of the white ground; whole modules, since the side is odd too
    disc: float  # radius
    dot: tuple[float, float, float]  # x, y, radius
    stem: tuple[float, float, float, float]  # x, y, width, height


def _of(square: Square) -> _Mark:
    across = square.side // 5 | 1
    middle, stroke = square.side / 2 + QUIET, across / 8
    return _Mark(
        middle=middle,
        half=across / 2,
        disc=across / 2 - 0.5,
        dot=(middle, middle - across * 0.22, stroke * 0.7),
        stem=(middle - stroke / 2, middle - across * 0.08, stroke, across * 0.32),
    )


def _mark(square: Square) -> str:
    mark = _of(square)
    (x, y, r), (left, top, wide, high) = mark.dot, mark.stem
    corner, across = mark.middle - mark.half, 2 * mark.half
    return (
        f'<rect x="{corner}" y="{corner}" width="{across}" height="{across}" rx="1" fill="#fff"/>'
        f'<circle cx="{mark.middle}" cy="{mark.middle}" r="{mark.disc}" fill="{LOTUS}"/>'
        f'<circle cx="{x}" cy="{y:.3f}" r="{r:.3f}" fill="#fff"/>'
        f'<rect x="{left:.3f}" y="{top:.3f}" width="{wide:.3f}" height="{high:.3f}" fill="#fff"/>'
    )


def _draw_mark(image: Image.Image, square: Square, scale: int) -> None:
    mark, pen = _of(square), ImageDraw.Draw(image)
    (x, y, r), (left, top, wide, high) = mark.dot, mark.stem
    near, far = mark.middle - mark.half, mark.middle + mark.half
    pen.rectangle((near * scale, near * scale, far * scale - 1, far * scale - 1), "white")
    pen.circle((mark.middle * scale, mark.middle * scale), mark.disc * scale, LOTUS)
    pen.circle((x * scale, y * scale), r * scale, "white")
    pen.rectangle((left * scale, top * scale, (left + wide) * scale, (top + high) * scale), "white")
