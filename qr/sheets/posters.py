"""What hangs on a wall: posters for a counter or a café, and the posters of bulletins."""

from __future__ import annotations

from qr.cards import Card, SheetWords
from qr.fonts import BOLD, REGULAR
from qr.sheets.layout import Box
from qr.sheets.pen import INK, LOTUS, SOFT, Pen


def poster(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    """Whose it is, what it is for, the square in the middle, what to do; drawn for A4 and scaled to others."""
    k = box.wide / 210
    inner = box.inner(16 * k)
    pen.box(box.x, box.top - 6 * k, box.wide, 6 * k, fill=LOTUS)
    pen.words(
        card.unit or words.locality, inner.x, inner.top - 10 * k, wide=inner.wide, size=24 * k, font=BOLD,
        colour=LOTUS, align="middle",
    )  # fmt: skip
    side = (112 if card.phone else 128) * k
    foot = inner.y + 36 * k
    low = foot + (38 if card.phone else 16) * k
    pen.block(
        card.caption or words.caption, inner.x, inner.top - 16 * k, wide=inner.wide,
        high=inner.top - 18 * k - low - side - (10 * k if card.label else 0), size=54 * k, smallest=12 * k,
        align="middle", middle=True,
    )  # fmt: skip
    if card.label:
        pen.block(
            card.label, inner.x, low + side + 11 * k, wide=inner.wide, high=11 * k, size=17 * k, smallest=8 * k,
            font=REGULAR, colour=SOFT, align="middle", middle=True, most=2,
        )  # fmt: skip
    pen.square(card.link, box.x + (box.wide - side) / 2, low, side)
    if card.phone:
        line = f"{words.call} {card.phone}".strip()
        pen.words(line, inner.x, foot + 25 * k, wide=inner.wide, size=40 * k, font=BOLD, align="middle")
        pen.words(card.phone_note, inner.x, foot + 17 * k, wide=inner.wide, size=11 * k, colour=SOFT, align="middle")
    pen.words(
        words.steps, inner.x, foot + 2 * k, wide=inner.wide, size=36 * k, font=BOLD, colour=LOTUS, align="middle"
    )
    typed(pen, card, words, Box(inner.x, inner.y, inner.wide, 30 * k), k)


def typed(pen: Pen, card: Card, words: SheetWords, box: Box, k: float) -> None:
    """The foot of a page: the address for those who type, the group, when it was printed."""
    pen.rule(box.x, box.top, box.right, box.top, thick=0.3 * k)
    pen.words(words.type_hint, box.x, box.top - 7 * k, wide=box.wide, size=13 * k, colour=SOFT, align="middle")
    pen.words(card.short, box.x, box.top - 17 * k, wide=box.wide, size=25 * k, font=BOLD, align="middle")
    pen.words(card.group, box.x, box.y, wide=box.wide * 0.48, size=10 * k, colour=SOFT)
    pen.words(
        words.printed, box.x + box.wide * 0.5, box.y, wide=box.wide * 0.5, size=10 * k, colour=SOFT, align="right"
    )


def bulletin(pen: Pen, card: Card, words: SheetWords, box: Box) -> None:
    """A bulletin on a notice board: its title, its words as large as they fit, the square for the rest."""
    inner = box.inner(16)
    pen.box(box.x, box.top - 6, box.wide, 6, fill=LOTUS)
    pen.words(
        card.unit or words.locality, inner.x, inner.top - 8, wide=inner.wide * 0.62, size=20, font=BOLD, colour=LOTUS
    )
    pen.words(
        words.kicker, inner.x + inner.wide * 0.64, inner.top - 8, wide=inner.wide * 0.36, size=14, colour=SOFT,
        align="right",
    )  # fmt: skip
    pen.rule(inner.x, inner.top - 12, inner.right, inner.top - 12, thick=0.4)
    side = 74.0
    low = inner.y + side + 4
    used = pen.block(
        card.caption or words.caption, inner.x, inner.top - 16, wide=inner.wide, high=64, size=42, smallest=14
    )
    _body(pen, words, Box(inner.x, low, inner.wide, inner.top - 22 - used - low))
    pen.rule(inner.x, low - 2, inner.right, low - 2, thick=0.4)
    pen.square(card.link, inner.x - 6, inner.y - 2, side)
    right = Box(inner.x + side, inner.y, inner.wide - side, side)
    pen.words(words.steps, right.x, right.top - 14, wide=right.wide, size=27, font=BOLD, colour=LOTUS)
    pen.words(words.type_hint, right.x, right.top - 26, wide=right.wide, size=11, colour=SOFT)
    pen.words(card.short, right.x, right.top - 34, wide=right.wide, size=20, font=BOLD)
    if card.phone:
        pen.words(f"{words.call} {card.phone}", right.x, right.top - 50, wide=right.wide, size=24, font=BOLD)
        pen.words(card.phone_note, right.x, right.top - 55, wide=right.wide, size=9, colour=SOFT)
    pen.block(
        card.label, right.x, right.y + 16, wide=right.wide, high=11, size=10, smallest=5, font=REGULAR, colour=SOFT
    )
    pen.words(
        " · ".join(w for w in (card.group, words.printed) if w),
        right.x,
        right.y + 1,
        wide=right.wide,
        size=9,
        colour=SOFT,
    )


def _body(pen: Pen, words: SheetWords, box: Box) -> None:
    """The paragraphs in one size, the largest in which all of them fit; in the smallest what is over is cut."""
    from qr import fonts

    mm = 72 / 25.4
    texts = [line for line in words.lines if line.strip()]
    size = 24.0
    while True:
        fitted = [
            fonts.fit(text, REGULAR, wide=box.wide * mm, high=100_000, largest=size, smallest=size) for text in texts
        ]
        gap = size * 0.5 / mm
        if size <= 9 or sum(f.height / mm + gap for f in fitted) <= box.high:
            break
        size -= 0.5
    top = box.top
    for each in fitted:
        room = int((top - box.y) * mm / (each.size * fonts.LEADING) + 1e-6)
        if room < 1:
            return
        if room < len(each.lines):
            each = fonts.fit(
                " ".join(each.lines),
                REGULAR,
                wide=box.wide * mm,
                high=(top - box.y) * mm,
                largest=size,
                smallest=size,
            )
        pen.lines(each, box.x, top, wide=box.wide, font=REGULAR, colour=INK, align="left")
        top -= each.height / mm + gap
