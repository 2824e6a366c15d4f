"""Boards on walls, where the number to call is the biggest thing, and cards that stand on a table."""

from __future__ import annotations

from qr.cards import Card, SheetWords
from qr.fonts import BOLD
from qr.sheets.layout import Box
from qr.sheets.pen import HAIR, INK, LOTUS, RED, SOFT, Pen

FOOT = 20.0  # millimetres of a tent card that are glued below its face


def board(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    """The unit's number across the board; below it the numbers of danger, and the square for everything else."""
    inner = box.inner(14)
    pen.box(box.x, box.top - 7, box.wide, 7, fill=LOTUS)
    pen.block(
        card.phone_name or card.unit or words.locality, inner.x, inner.top - 3, wide=inner.wide, high=32, size=40,
        smallest=14, align="middle", middle=True,
    )  # fmt: skip
    pen.words(words.call, inner.x, inner.top - 46, wide=inner.wide, size=22, colour=SOFT, align="middle")
    pen.words(
        card.phone or "", inner.x, inner.top - 77, wide=inner.wide, size=100, font=BOLD, colour=INK, align="middle"
    )
    pen.words(card.phone_note, inner.x, inner.top - 85, wide=inner.wide, size=11, colour=SOFT, align="middle")
    low = inner.top - 93
    if words.emergency:
        _danger(pen, words, Box(inner.x, low - 36, inner.wide, 36))
        low -= 42
    side = 112.0
    pen.square(card.link, inner.x - 6, low - side, side)
    right = Box(inner.x + side - 4, low - side, inner.wide - side + 4, side)
    label = 15.0 if card.label else 0.0
    used = pen.block(
        card.caption or words.caption, right.x, right.top - 8, wide=right.wide, high=66 - label, size=28, smallest=9
    )
    pen.block(
        card.label, right.x, right.top - 11 - used, wide=right.wide, high=label, size=14, smallest=7, colour=SOFT,
        font="SheetRegular",
    )  # fmt: skip
    pen.words(words.steps, right.x, right.y + 27, wide=right.wide, size=26, font=BOLD, colour=LOTUS)
    pen.words(words.type_hint, right.x, right.y + 17, wide=right.wide, size=11, colour=SOFT)
    pen.words(card.short, right.x, right.y + 8, wide=right.wide, size=20, font=BOLD)
    pen.rule(inner.x, inner.y + 6, inner.right, inner.y + 6)
    pen.words(
        " · ".join(w for w in (card.unit, card.group) if w),
        inner.x,
        inner.y,
        wide=inner.wide * 0.6,
        size=10,
        colour=SOFT,
    )
    pen.words(
        words.printed, inner.x + inner.wide * 0.6, inner.y, wide=inner.wide * 0.4, size=10, colour=SOFT, align="right"
    )


def _danger(pen: Pen, words: SheetWords, box: Box) -> None:
    pen.rule(box.x, box.top, box.right, box.top)
    pen.rule(box.x, box.y, box.right, box.y)
    each = box.wide / len(words.emergency)
    for n, (number, name) in enumerate(words.emergency):
        x = box.x + n * each
        pen.words(number, x, box.y + 17, wide=each, size=48, font=BOLD, colour=RED, align="middle")
        pen.block(name, x + 2, box.y + 13, wide=each - 4, high=11, size=13, smallest=7, align="middle", most=2)


def tent(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    """Two faces, foot to foot at the edges: fold in the middle, bend the feet in, and it stands."""
    half = box.high / 2
    middle = box.y + half
    pen.upside_down(middle)
    _face(pen, card, words, Box(box.x, FOOT, box.wide, half - FOOT))
    pen.upright()
    _face(pen, card, words, Box(box.x, FOOT, box.wide, half - FOOT))
    for y in (FOOT, middle, box.high - FOOT):
        pen.fold(y)


def _face(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    inner = box.inner(11)
    side = 92.0
    pen.square(card.link, inner.x - 4, inner.y + (inner.high - side) / 2 + 2, side)
    right = Box(inner.x + side, inner.y, inner.wide - side, inner.high)
    pen.words(card.unit or words.locality, right.x, right.top - 5, wide=right.wide, size=15, font=BOLD, colour=LOTUS)
    label = 13.0 if card.label else 0.0
    phone = 15.0 if card.phone else 0.0
    high = right.high - 12 - 39 - label - phone
    used = pen.block(
        card.caption or words.caption, right.x, right.top - 10, wide=right.wide, high=high, size=36, smallest=9
    )
    pen.block(
        card.label, right.x, right.top - 13 - used, wide=right.wide, high=label, size=15, smallest=7, colour=SOFT,
        font="SheetRegular",
    )  # fmt: skip
    if card.phone:
        pen.words(f"{words.call} {card.phone}".strip(), right.x, right.y + 41, wide=right.wide, size=21, font=BOLD)
        pen.words(card.phone_note, right.x, right.y + 37, wide=right.wide, size=7, colour=SOFT)
    pen.words(words.steps, right.x, right.y + 24, wide=right.wide, size=25, font=BOLD, colour=LOTUS)
    pen.rule(right.x, right.y + 19, right.right, right.y + 19, colour=HAIR)
    pen.words(words.type_hint, right.x, right.y + 13.5, wide=right.wide, size=10, colour=SOFT)
    pen.words(card.short, right.x, right.y + 6, wide=right.wide, size=17, font=BOLD)
    foot = " · ".join(w for w in (card.group, words.printed) if w)
    pen.words(foot, right.x, right.y, wide=right.wide, size=7.5, colour=SOFT)
