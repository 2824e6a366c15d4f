"""What an officer looks at before paper is wasted, and one card printed again."""

from __future__ import annotations

import asyncio
import datetime as dt
import io
from dataclasses import replace
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from bot.errors import WrongInput
from bot.office.codes import Issued
from bot.office.sheet_words import CardWords
from bot.office.sheets import Order, Ready, Sheets
from content.texts import texts
from qr.cards import Card
from qr.codes import LENGTH, link_of, short_of
from qr.kinds import Kind
from qr.rows import Row

BLANK: Final = "0" * LENGTH  # well-formed, and never issued: who scans a preview reads that it is none of ours
WIDE: Final = 1000  # pixels of a preview
_NEVER: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


class Proofs:
    """Previews and single cards of one house."""

    def __init__(self, desk: Sheets, public_url: str) -> None:
        self._desk = desk
        self._public_url = public_url.rstrip("/")

    async def preview(self, order: Order) -> bytes:
        """The first page as PNG; its squares open nothing, no code is made. `WrongInput` where no row is good."""
        ready = await self._desk.prepared(order)
        return await asyncio.to_thread(self._drawn, ready)

    async def again(self, issued: Issued, order: Order) -> bytes:
        """The card of a code that is there already, alone, as PDF; what it opens now stands on it."""
        from qr.sheets import layout_of  # what draws is imported where something is drawn

        words = await self._desk.words(order)
        layout = layout_of(order.kind, order.labels)
        row = Row(line=0, ref=issued.ref or "", group=issued.group, unit=issued.unit, label=issued.label)
        if layout.needs_phone and not words.phone(row.unit):
            raise WrongInput(texts("vi")("qr.sheet.no_phone", item=words.wanted_number(row.unit)))
        return await asyncio.to_thread(_alone, words.card(row, issued), words, order.kind, order.labels)

    def _drawn(self, ready: Ready) -> bytes:
        from qr import sheets

        good = (row for row in self._desk.rows(ready) if isinstance(row, Row))
        cards = [ready.words.card(row, self._blank(row, ready.order)) for row in islice(good, ready.layout.a_page)]
        if not cards:
            raise WrongInput(texts("vi")("qr.said.sheet_nothing"))
        with TemporaryDirectory() as folder:
            file = Path(folder) / "preview.pdf"
            sheets.write(file, cards, replace(ready.words.sheet, test=ready.words.trial), ready.layout)
            return picture(file)

    def _blank(self, row: Row, order: Order) -> Issued:
        return Issued(
            serial=0, code=BLANK, link=link_of(BLANK, self._public_url), short=short_of(BLANK, self._public_url),
            target=order.target, unit=row.unit, group=row.group, campaign=order.campaign, label=row.label,
            ref=row.ref, valid_from=None, valid_until=None, revoked_at=None, created_at=_NEVER, by="",
        )  # fmt: skip


def picture(file: Path) -> bytes:
    """The first page of a PDF as PNG."""
    import pypdfium2

    document = pypdfium2.PdfDocument(file)
    try:
        page = document[0]
        drawn = page.render(scale=WIDE / page.get_width()).to_pil()
    finally:
        document.close()
    stream = io.BytesIO()
    drawn.save(stream, "PNG", optimize=True)
    return stream.getvalue()


def _alone(card: Card, words: CardWords, kind: Kind, labels: str) -> bytes:
    from qr import decoded, sheets

    layout = sheets.layout_of(kind, labels)
    with TemporaryDirectory() as folder:
        file = Path(folder) / "card.pdf"
        sheets.write(file, [card], words.sheet, layout)
        if decoded.unreadable(file, layout, {1: card.link}):
            raise WrongInput(texts("vi")("qr.sheet.unreadable", count=1, first=1))
        return file.read_bytes()
