"""What paper goes through on its way to a phone: printed small, held askew, out of focus, splashed, stained."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2
import zxingcpp
from PIL import Image, ImageChops, ImageDraw, ImageFilter

from qr.cards import Card, SheetWords
from qr.codes import code_of, link_of, short_of, spaced
from qr.sheets.layout import Box, Layout

KEY = bytes(range(32))
URL = "https://hoiphuong.sadec.example"
WORDS = SheetWords(
    locality="Sa Đéc", caption="Đăng ký khai sinh", steps="Quét – Xem – Gọi", type_hint="Không quét được? Gõ địa chỉ này:",
    call="Gọi", printed="In ngày 25/11/2026", kicker="Bản tin ngày 25/11/2026",
    lines=("Khóa cửa khi ra ngoài.", "Không ai của phường hỏi mã OTP."),
    emergency=(("113", "Công an"), ("114", "Cháy, cứu nạn"), ("115", "Cấp cứu")),
)  # fmt: skip


def card(serial: int, **words: str) -> Card:
    """A card as the office makes it; whose number is plainly no number."""
    code = code_of(serial, KEY)
    own = {"unit": "Phường Sa Đéc", "group": f"Tổ {serial % 9}", "phone": "0900 000 001", "label": "Nhà văn hóa"}
    return Card(link=link_of(code, URL), short=short_of(code, URL), code=spaced(code), **own | words)


def pictures(file: Path, layout: Layout, cards: int, dpi: int) -> list[Image.Image]:
    """Each card by itself, as printed at so many dots an inch."""
    document = pypdfium2.PdfDocument(file)
    pages = [page.render(scale=dpi / 72, grayscale=True).to_pil() for page in document]
    document.close()
    k = dpi / 25.4
    boxes = list(layout.boxes())

    def cut(number: int) -> Image.Image:
        page, place = divmod(number, len(boxes))
        box: Box = boxes[place]
        return pages[page].crop(
            (round(box.x * k), round((layout.page[1] - box.top) * k), round(box.right * k), round((layout.page[1] - box.y) * k))
        )  # fmt: skip

    return [cut(number) for number in range(cards)]


@dataclass(frozen=True)
class Place:
    """Where a square lies on a picture, without its quiet zone, in pixels."""

    left: float
    top: float
    side: float
    modules: int

    @property
    def module(self) -> float:
        return self.side / self.modules

    def is_finder(self, x: float, y: float, edge: float) -> bool:
        """Whether a spot of this radius touches one of the three corner squares."""
        corner = 8 * self.module + edge
        near_left, near_right = x - self.left < corner, self.left + self.side - x < corner
        near_top, near_bottom = y - self.top < corner, self.top + self.side - y < corner
        return (near_top and (near_left or near_right)) or (near_bottom and near_left)


def place(picture: Image.Image) -> Place:
    """Where the first square lies; it must be readable."""
    found = zxingcpp.read_barcodes(picture)[0].position
    corners = (found.top_left, found.top_right, found.bottom_left, found.bottom_right)
    xs, ys = [c.x for c in corners], [c.y for c in corners]
    return Place(min(xs), min(ys), max(xs) - min(xs), 33)


def lower_half(picture: Image.Image) -> Image.Image:
    """The face of a tent card that stands upright on its page."""
    return picture.crop((0, picture.height // 2, picture.width, picture.height))


def squared(picture: Image.Image) -> Image.Image:
    """The square of a card alone, with its quiet zone."""
    at = place(picture)
    edge = 4 * at.module
    return picture.crop(
        (round(at.left - edge), round(at.top - edge), round(at.left + at.side + edge), round(at.top + at.side + edge))
    )


def rescaled(picture: Image.Image, share: float) -> Image.Image:
    size = (round(picture.width * share), round(picture.height * share))
    return picture.resize(size, Image.Resampling.BILINEAR)


def askew(picture: Image.Image, degrees: float) -> Image.Image:
    return picture.rotate(degrees, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def blurred(picture: Image.Image, pixels: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(pixels))


def speckled(picture: Image.Image, share: float, chance: random.Random, size: float) -> Image.Image:
    """Specks of ink and of lost ink over this share of the square, none on a finder square; `size` in pixels."""
    at = place(picture)
    mask = Image.new("L", picture.size, 0)
    pen = ImageDraw.Draw(mask)
    wanted = share * at.side**2
    while np.count_nonzero(np.asarray(mask)) < wanted:
        for _ in range(20):
            radius = size * chance.uniform(0.5, 1.0) / 2
            x, y = at.left + chance.random() * at.side, at.top + chance.random() * at.side
            if not at.is_finder(x, y, radius):
                pen.ellipse((x - radius, y - radius, x + radius, y + radius), chance.choice((1, 255)))
    spots = np.asarray(mask)
    dots = np.asarray(picture).copy()
    dots[spots == 255] = 0
    dots[spots == 1] = 255
    return Image.fromarray(dots)


def stained(picture: Image.Image, share: float, chance: random.Random) -> Image.Image:
    """One round stain, dark as strong coffee, over this share of the square, anywhere on it.

    What makes a square unreadable is a stain on one of its three corner squares; everything else is restored.
    """
    at = place(picture)
    radius = at.side * math.sqrt(share / math.pi)
    x = at.left + chance.uniform(radius, at.side - radius)
    y = at.top + chance.uniform(radius, at.side - radius)
    stain = Image.new("L", picture.size, 255)
    ImageDraw.Draw(stain).ellipse((x - radius, y - radius, x + radius, y + radius), 90)
    return ImageChops.darker(picture, stain)
