"""A finished sheet is read as a phone would read it, before anybody prints it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pypdfium2
import zxingcpp
from PIL import Image
from reportlab.lib.units import mm

from qr.sheets.layout import Layout

DPI: Final = 200
EVERY: Final = 100  # cards from one that is read to the next


def is_read(number: int, last: bool) -> bool:
    """Whether a card, counted from 1, is read before the file is kept: the first, the last and every hundredth."""
    return last or number == 1 or number % EVERY == 0


def unreadable(file: Path, layout: Layout, links: Mapping[int, str]) -> list[int]:
    """Of these cards, counted from 1, those whose squares do not say exactly their link."""
    boxes = list(layout.boxes())
    wrong = []
    document = pypdfium2.PdfDocument(file)
    try:
        for number, link in links.items():
            page, place = divmod(number - 1, len(boxes))
            box = boxes[place]
            sides = (box.x, box.y, layout.page[0] - box.right, layout.page[1] - box.top)
            left, bottom, right, top = (max(0.0, side * mm) for side in sides)
            picture = document[page].render(scale=DPI / 72, grayscale=True, crop=(left, bottom, right, top)).to_pil()
            if read(picture) != [link] * layout.faces:
                wrong.append(number)
    finally:
        document.close()
    return wrong


def read(picture: Image.Image) -> list[str]:
    """What the squares on a picture say."""
    formats = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    return [square.text for square in zxingcpp.read_barcodes(picture, formats=formats)]
