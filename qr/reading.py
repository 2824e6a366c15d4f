"""What the squares on a picture or a PDF say."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pypdfium2
import zxingcpp
from PIL import Image, ImageDraw, UnidentifiedImageError

DPI: Final = 200  # of a page of a PDF
SCALE: Final = 8  # pixels of a module of an SVG
RUN: Final = re.compile(r"M([0-9]{1,3}),([0-9]{1,3})h([0-9]{1,3})v1")


class Unreadable(Exception):
    """This is no picture or PDF."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One square."""

    page: int  # from 1
    text: str


def squares(file: Path) -> list[Found]:
    """Every square that can be read, page by page; `Unreadable`, or OSError where there is no such file."""
    return [
        Found(page=number, text=square.text)
        for number, page in enumerate(_pages(file), 1)
        for square in zxingcpp.read_barcodes(page, formats=zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode))
    ]


def _pages(file: Path) -> Iterator[Image.Image]:
    with file.open("rb") as opened:
        head = opened.read(1024).lstrip()
    if head.startswith(b"<svg"):
        yield _drawn(file.read_text(encoding="utf-8", errors="replace"))
        return
    if not head.startswith(b"%PDF"):
        try:
            with Image.open(file) as picture:
                yield picture.convert("RGB")
        except (UnidentifiedImageError, Image.DecompressionBombError) as error:
            raise Unreadable(str(error)) from error
        return
    try:
        document = pypdfium2.PdfDocument(file)
    except pypdfium2.PdfiumError as error:
        raise Unreadable(str(error)) from error
    try:
        for page in document:
            yield page.render(scale=DPI / 72).to_pil()
    finally:
        document.close()


def _drawn(svg: str) -> Image.Image:
    """A picture that `square.svg` drew, drawn again; `Unreadable` for one of another hand."""
    size, runs = re.search(r'viewBox="0 0 ([0-9]{1,3}) ', svg), RUN.findall(svg)
    if not size or not runs:
        raise Unreadable("an SVG of another program; make a PNG or PDF of it")
    picture = Image.new("L", (int(size[1]) * SCALE, int(size[1]) * SCALE), 255)
    pen = ImageDraw.Draw(picture)
    for x, y, n in (map(int, run) for run in runs):
        pen.rectangle((x * SCALE, y * SCALE, (x + n) * SCALE - 1, (y + 1) * SCALE - 1), 0)
    return picture
