"""Squares: the same modules as the qrcode package draws, and read back exactly, with the mark in them too."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
import qrcode
import segno
import zxingcpp
from PIL import Image
from qrcode.constants import ERROR_CORRECT_H

from qr import reading, square
from qr.codes import code_of, link_of

KEY = bytes(range(32))
LINKS = [link_of(code_of(serial, KEY), host) for serial in (1, 77, 4096) for host in (
    "https://a.vn", "https://sadec.example", "https://hoiphuong.sadec.dongthap.gov.vn",
)]  # fmt: skip


@pytest.mark.parametrize("link", LINKS)
def test_the_modules_are_those_of_the_qrcode_package(link: str) -> None:
    mask = segno.make_qr(link, error="h", boost_error=False).mask
    theirs = qrcode.QRCode(error_correction=ERROR_CORRECT_H, border=square.QUIET, mask_pattern=mask)
    theirs.add_data(link, optimize=0)
    theirs.make(fit=True)
    drawn = square.draw(link)
    assert drawn.level == "H"
    assert [list(map(bool, row)) for row in drawn.rows] == [list(map(bool, row)) for row in theirs.modules]


def test_capitals_need_fewer_modules() -> None:
    assert square.draw(LINKS[2]).side < square.draw(LINKS[2].lower()).side


@pytest.mark.parametrize("mark", [False, True], ids=["plain", "marked"])
@pytest.mark.parametrize("strip", ["", "TEST"])
@pytest.mark.parametrize("link", LINKS)
def test_a_picture_reads_back_as_its_link(link: str, mark: bool, strip: str) -> None:
    picture = Image.open(io.BytesIO(square.png(link, mark=mark, strip=strip, scale=6)))
    assert [found.text for found in zxingcpp.read_barcodes(picture)] == [link]


def test_an_svg_reads_back_as_its_link(tmp_path: Path) -> None:
    file = tmp_path / "a.svg"
    file.write_text(square.svg(LINKS[0], strip="TEST"))
    assert reading.squares(file) == [reading.Found(page=1, text=LINKS[0])]


def test_words_below_are_words() -> None:
    assert "&lt;script&gt;" in square.svg(LINKS[0], strip="<script>")


def test_the_quiet_zone_is_white() -> None:
    picture = Image.open(io.BytesIO(square.png(LINKS[0], scale=1))).convert("1")
    wide, high = picture.size
    edge = square.QUIET
    dark = [(x, y) for x in range(wide) for y in range(high) if not picture.getpixel((x, y))]
    assert min(x for x, _ in dark) == min(y for _, y in dark) == edge
    assert max(x for x, _ in dark) == wide - edge - 1


def test_the_level_falls_only_where_the_size_forbids_h_and_says_so() -> None:
    link = LINKS[2]
    at_h = square.draw(link).side
    fitted = square.draw(link, most=at_h - 4)
    assert fitted.side <= at_h - 4
    assert fitted.level != "H"
    with pytest.raises(ValueError, match="does not fit"):
        square.draw(link, most=17)


def test_the_runs_cover_just_the_dark_modules() -> None:
    drawn = square.draw(LINKS[0])
    covered = {(x + i, y) for x, y, n in drawn.runs() for i in range(n)}
    assert covered == {(x, y) for y, row in enumerate(drawn.rows) for x, dark in enumerate(row) if dark}


@pytest.mark.parametrize("body", [b"", b"not a picture", b"%PDF-1.7 broken", b"<svg><circle/></svg>"])
def test_what_is_no_picture_is_said_to_be_none(tmp_path: Path, body: bytes) -> None:
    file = tmp_path / "a.png"
    file.write_bytes(body)
    with pytest.raises(reading.Unreadable):
        reading.squares(file)


def test_the_svg_is_small() -> None:
    assert len(square.svg(LINKS[1])) < 5000
    assert re.match(r"<svg [^>]*viewBox=\"0 0 \d+ \d+\">", square.svg(LINKS[1]))
