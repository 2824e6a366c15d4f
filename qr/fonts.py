"""Be Vietnam Pro for paper: embedded by what is used of it, measured before it is drawn, never wider than its box."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import fontpkg_be_vietnam_pro
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

FILES: Final = Path(fontpkg_be_vietnam_pro.ROOT) / "files"
REGULAR: Final = "SheetRegular"
BOLD: Final = "SheetBold"
WEIGHTS: Final = {REGULAR: "Regular", BOLD: "SemiBold"}
LEADING: Final = 1.26  # Vietnamese stacks marks over capitals: less and they touch the line above
STEP: Final = 0.5  # points by which letters grow until they no longer fit


@dataclass(frozen=True, slots=True)
class Fitted:
    """Words broken into lines that fit, and the size of their letters in points."""

    lines: tuple[str, ...]
    size: float
    cut: bool = False  # not all of the words

    @property
    def height(self) -> float:
        """Of all lines, in points."""
        return len(self.lines) * self.size * LEADING


@cache
def register() -> None:
    """Make both weights known to reportlab, once a process."""
    for name, weight in WEIGHTS.items():
        pdfmetrics.registerFont(TTFont(name, FILES / f"BeVietnamPro-{weight}.ttf"))


def printable(words: str) -> str:
    """The words composed, on one line, without what has no shape; a letter that the font lacks becomes a box."""
    composed = unicodedata.normalize("NFC", words)
    return " ".join("".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in composed).split())


def width(words: str, font: str, size: float) -> float:
    """In points."""
    known, other = _widths(font)
    return size * 0.001 * sum(known.get(letter, other) for letter in words)


@cache
def _widths(font: str) -> tuple[dict[str, float], float]:
    """How wide each letter is in a thousandth of the letters' size, and one that the font lacks.

    reportlab measures the same, four times slower: half of the time of a card went there.
    """
    register()
    known: Any = pdfmetrics.getFont(font)  # whatever reportlab says of it: a TTFont, since we registered it
    face = known.face
    return {chr(letter): float(wide) for letter, wide in face.charWidths.items()}, float(face.defaultWidth)


@lru_cache(maxsize=4096)
def fit(
    words: str, font: str, *, wide: float, high: float, largest: float, smallest: float, most: int | None = None
) -> Fitted:
    """The words in the largest letters in which they fit into a box of points; in the smallest they are cut with `…`.

    `most`: at most so many lines.
    """
    text = printable(words)
    low, steps = 0, int((largest - smallest) / STEP)
    best = _broken(text, font, smallest, wide)
    if _fits(best, high, most):
        while low < steps:  # halving: what fits in large letters fits in smaller ones
            middle = (low + steps + 1) // 2
            tried = _broken(text, font, smallest + middle * STEP, wide)
            if _fits(tried, high, most):
                low, best = middle, tried
            else:
                steps = middle - 1
        return best
    rows = max(1, int(high / (smallest * LEADING) + 1e-6))
    kept = best.lines[: min(rows, most or rows)]
    return Fitted((*kept[:-1], _cut(kept[-1] + "…", font, smallest, wide)), smallest, cut=True)


@lru_cache(maxsize=4096)
def one_line(words: str, font: str, *, wide: float, largest: float, smallest: float = 4) -> Fitted:
    """The words on one line, smaller where they are long, cut where they are longer."""
    text = printable(words)
    natural = width(text, font, 1)
    size = min(largest, wide / natural) if natural else largest
    if size >= smallest:
        return Fitted((text,), size)
    return Fitted((_cut(text, font, smallest, wide),), smallest, cut=True)


def _fits(tried: Fitted, high: float, most: int | None) -> bool:
    return tried.height <= high + 0.01 and (most is None or len(tried.lines) <= most)


def _broken(text: str, font: str, size: float, wide: float) -> Fitted:
    lines: list[str] = []
    space = width(" ", font, size)
    used = 0.0
    for word in text.split(" "):
        long = width(word, font, size)
        if lines and used + space + long <= wide:
            lines[-1] += " " + word
            used += space + long
            continue
        while long > wide:  # a word that no line holds is broken where it must be
            n = _most(word, font, size, wide)
            lines.append(word[:n])
            word = word[n:]
            long = width(word, font, size)
        lines.append(word)
        used = long
    return Fitted(tuple(lines), size)


def _most(word: str, font: str, size: float, wide: float) -> int:
    n = 1
    while n < len(word) and width(word[: n + 1], font, size) <= wide:
        n += 1
    return n


def _cut(text: str, font: str, size: float, wide: float) -> str:
    if width(text, font, size) <= wide:
        return text
    text = text.rstrip("…")
    while text and width(text + "…", font, size) > wide:
        text = text[:-1]
    return text.rstrip() + "…"
