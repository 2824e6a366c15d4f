"""The picture of a bulletin that a forwarded link shows: whose it is, its title, the day, and that it is official."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import fontpkg_be_vietnam_pro
from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, EDGE = 1200, 630, 72
PAPER, INK, SOFT, LOTUS, LEAF, AMBER = "#fffdf8", "#1b2430", "#47505c", "#b3245c", "#1f6f4a", "#8a5a00"
SIZES: Final = (76, 66, 58, 50)  # of the title; the largest in which it fits
LINES: Final = 4
FILES: Final = Path(fontpkg_be_vietnam_pro.ROOT) / "files"


@lru_cache(maxsize=200)
def poster(*, whose: str, title: str, day: str, sign: str, stands: bool) -> bytes:
    """The picture as PNG, 1200 x 630; `stands` False: it was taken back, and the sign says so."""
    image = Image.new("RGB", (WIDTH, HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, WIDTH, 20), fill=LOTUS)
    head = _font("SemiBold", 38)
    draw.text((EDGE, 62), _cut(whose, head, WIDTH - 2 * EDGE), font=head, fill=LOTUS)
    font, lines = _fitted(title)
    height = round(font.size * 1.28)
    top = 140 + max(0, (LINES * 66 - len(lines) * height) // 3)
    for number, line in enumerate(lines):
        draw.text((EDGE, top + number * height), line, font=font, fill=INK)
    draw.line((EDGE, HEIGHT - 138, WIDTH - EDGE, HEIGHT - 138), fill="#d9d0c0", width=2)
    _sign(draw, sign, LEAF if stands else AMBER, stands=stands)
    small = _font("Regular", 34)
    draw.text((WIDTH - EDGE, HEIGHT - 72), day, font=small, fill=SOFT, anchor="rm")
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def _sign(draw: ImageDraw.ImageDraw, words: str, colour: str, *, stands: bool) -> None:
    """A round mark, and the words beside it: colour never speaks alone."""
    x, y, r = EDGE + 26, HEIGHT - 72, 26
    draw.ellipse((x - r, y - r, x + r, y + r), fill=colour)
    if stands:
        draw.line(((x - 12, y + 1), (x - 3, y + 10), (x + 13, y - 10)), fill=PAPER, width=6, joint="curve")
    else:
        draw.line(((x - 11, y), (x + 11, y)), fill=PAPER, width=6)
    draw.text((x + r + 18, y), words, font=_font("SemiBold", 34), fill=colour, anchor="lm")


def _fitted(title: str) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The title in the largest letters in which it fits; in the smallest it is cut."""
    for size in SIZES:
        font = _font("SemiBold", size)
        lines = _wrapped(title, font)
        if len(lines) <= LINES - (size == SIZES[0]):
            return font, lines
    last = _cut(lines[LINES - 1] + " …", font, WIDTH - 2 * EDGE)
    return font, [*lines[: LINES - 1], last if last.endswith("…") else last + "…"]


def _wrapped(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(joined) <= WIDTH - 2 * EDGE:
            lines[-1] = joined
        else:
            lines.append(_cut(word, font, WIDTH - 2 * EDGE))
    return lines or [""]


def _cut(text: str, font: ImageFont.FreeTypeFont, width: int) -> str:
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


@cache
def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(FILES / f"BeVietnamPro-{weight}.ttf", size)
