"""What is held in the hand or stuck on a door: household cards and stickers."""

from __future__ import annotations

from qr.cards import Card, SheetWords
from qr.fonts import BOLD
from qr.sheets.layout import Box
from qr.sheets.pen import LOTUS, SOFT, Pen

EDGE = 4.0
SIDE = 42.0  # of the square with its quiet zone: a module is a millimetre for the links of most wards


def household(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    """The square on the left, what it is for on the right, the address for those who type below."""
    inner = box.inner(EDGE)
    pen.words(card.unit or words.locality, inner.x, inner.top - 3.2, wide=inner.wide * 0.7, size=10, font=BOLD)
    pen.words(
        card.group, inner.x + inner.wide * 0.72, inner.top - 3.2, wide=inner.wide * 0.28, size=9, colour=SOFT,
        align="right",
    )  # fmt: skip
    pen.rule(inner.x, inner.top - 5, inner.right, inner.top - 5)
    pen.square(card.link, inner.x - 2, inner.top - 6 - SIDE, SIDE)
    _beside(pen, card, words, Box(inner.x + SIDE - 1, inner.top - 6 - SIDE, inner.wide - SIDE + 1, SIDE))
    foot = inner.y
    pen.words(words.type_hint, inner.x, foot + 7.4, wide=inner.wide * 0.66, size=7, colour=SOFT)
    pen.words(
        words.printed, inner.x + inner.wide * 0.66, foot + 7.4, wide=inner.wide * 0.34, size=7, colour=SOFT,
        align="right",
    )  # fmt: skip
    pen.words(card.short, inner.x, foot + 1.6, wide=inner.wide, size=13, font=BOLD)


def _beside(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    caption, foot = card.caption or words.caption, 7.0
    pen.words(words.steps, box.x, box.y + 1.5, wide=box.wide, size=13, font=BOLD, colour=LOTUS)
    if card.phone:
        line = f"{words.call} {card.phone}".strip()
        pen.words(line, box.x, box.y + 11, wide=box.wide, size=13, font=BOLD)
        pen.words(card.phone_note, box.x, box.y + 7.6, wide=box.wide, size=5.5, colour=SOFT)
        foot = 16.5
    label = 9.0 if card.label else 0.0
    high = box.high - foot - label - 2
    used = pen.block(caption, box.x, box.top - 1, wide=box.wide, high=high, size=17, smallest=6)
    pen.block(
        card.label, box.x, box.top - 2.5 - used, wide=box.wide, high=max(label, high - used + label - 1.5), size=9,
        smallest=5, font="SheetRegular", colour=SOFT, most=4,
    )  # fmt: skip


def sticker(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    """A square as high as the label, and beside it what it is for."""
    side = min(box.high - 3, box.wide * 0.55)
    pen.square(card.link, box.x + 1.5, box.y + (box.high - side) / 2, side)
    x = box.x + side + 1.5
    wide = box.right - x - 2.5
    low, top = box.y + 2.2, box.top - 2.2
    pen.words(card.unit or words.locality, x, top - 2.4, wide=wide, size=7, colour=SOFT, smallest=3.5)
    pen.words(words.steps, x, low + 7.6, wide=wide, size=9, font=BOLD, colour=LOTUS, smallest=3.5)
    host, _, code = card.short.rpartition("/q/")
    pen.words(f"{host}/q/" if host else "", x, low + 4.3, wide=wide, size=6, colour=SOFT, smallest=3.5)
    pen.words(code, x, low + 0.8, wide=wide, size=9.5, font=BOLD, smallest=3.5)
    high = top - 3.6 - (low + 11)
    label = min(high * 0.34, 7.0) if card.label else 0.0
    pen.block(card.caption or words.caption, x, top - 3.4, wide=wide, high=high - label, size=12, smallest=3.4)
    if label:
        pen.block(card.label, x, low + 11 + label, wide=wide, high=label, size=6.5, smallest=4, font="SheetRegular")
    pen.words(words.printed, x, low - 1.5, wide=wide, size=4, colour=SOFT, smallest=2.5)
