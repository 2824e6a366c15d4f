"""Every kind of sheet, drawn, rendered to pixels and read back; its words inside its card, its letters whole."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
import segno
from PIL import Image

from qr import decoded, fonts, sheets
from qr.fonts import BOLD
from qr.sheets import KINDS, LABELS, Kind, layout_of, pen
from qr.sheets.layout import Layout
from tests.qr.paper import (
    WORDS,
    askew,
    blurred,
    card,
    lower_half,
    pictures,
    place,
    rescaled,
    speckled,
    squared,
    stained,
)

LONG = ("Thủ tục cấp giấy phép xây dựng nhà ở riêng lẻ tại đô thị " * 6)[:300]
STAINED = 160
Harm = Callable[[Image.Image, random.Random], Image.Image]
EVERY = [(kind, "L7160") for kind in KINDS] + [("sticker", labels) for labels in LABELS if labels != "L7160"]


def printed(tmp_path: Path, layout: Layout, cards: int = 2, test: str = "", **words: str) -> Path:
    file = tmp_path / "sheet.pdf"
    sheets.write(file, [card(n, **words) for n in range(1, cards + 1)], replace(WORDS, test=test), layout)
    return file


def words_of(file: Path) -> str:
    document = pypdfium2.PdfDocument(file)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    return " ".join(text.split())


@pytest.mark.parametrize(("kind", "labels"), EVERY)
@pytest.mark.parametrize("test", ["", "BẢN THỬ – TEST"], ids=["real", "trial"])
def test_every_code_of_every_kind_is_read_back_exactly(tmp_path: Path, kind: Kind, labels: str, test: str) -> None:
    layout = layout_of(kind, labels)
    cards = min(layout.a_page + 1, 9)
    file = printed(tmp_path, layout, cards, test)
    links = {n: card(n).link for n in range(1, cards + 1)}
    assert decoded.unreadable(file, layout, links) == []
    assert decoded.unreadable(file, layout, {1: card(2).link}) == [1]  # the check can fail
    assert words_of(file).count("TEST") == (cards * layout.faces if test else 0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_card_says_all_that_it_must_in_letters_that_are_whole(tmp_path: Path, kind: Kind) -> None:
    text = words_of(printed(tmp_path, layout_of(kind), 1))
    one = card(1)
    wanted = [one.code, "Đăng ký khai sinh", "Quét – Xem – Gọi", "In ngày 25/11/2026", "Sa Đéc"]
    if kind != "sticker":  # it has no room for a number, and its address stands on two lines
        wanted += [one.short, "0900 000 001"]
    assert [words for words in wanted if words not in text] == []


@pytest.mark.parametrize(("kind", "labels"), EVERY)
@pytest.mark.parametrize("words", [LONG, "Ờ" * 300], ids=["a sentence", "no space at all"])
def test_long_words_shrink_and_stay_inside_their_card(tmp_path: Path, kind: Kind, labels: str, words: str) -> None:
    layout = layout_of(kind, labels)
    file = printed(tmp_path, replace(layout, cut=False), 1, caption=words, label=words)
    k = 72 / 25.4
    box = next(layout.boxes())
    document = pypdfium2.PdfDocument(file)
    page = document[0].get_textpage()
    for n in range(page.count_rects()):
        left, bottom, right, top = page.get_rect(n)
        assert box.x * k - 0.5 <= left <= right <= box.right * k + 0.5
        assert box.y * k - 0.5 <= bottom <= top <= box.top * k + 0.5
    document.close()
    assert decoded.unreadable(file, layout, {1: card(1).link}) == []


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "sticker"])
def test_a_caption_of_300_characters_is_printed_whole(tmp_path: Path, kind: Kind) -> None:
    layout = layout_of(kind)
    written = sheets.write(tmp_path / "a.pdf", [card(1, caption=LONG, label="")], WORDS, layout)
    assert written.cut == 0
    assert " ".join(LONG.split()) in words_of(tmp_path / "a.pdf")


def test_words_that_are_cut_are_counted(tmp_path: Path) -> None:
    written = sheets.write(tmp_path / "a.pdf", [card(1, caption=LONG * 9)], WORDS, layout_of("sticker"))
    assert written.cut == 1


@pytest.mark.parametrize("size", [6.0, 9.5, 40.0])
def test_fitted_words_are_no_wider_than_their_box(size: float) -> None:
    fitted = fonts.fit(LONG, BOLD, wide=120, high=200, largest=size, smallest=4)
    assert max(fonts.width(line, BOLD, fitted.size) for line in fitted.lines) <= 120
    assert fitted.height <= 200
    assert " ".join(fitted.lines) == " ".join(LONG.split())


def test_a_lone_mark_is_composed_before_it_is_drawn(tmp_path: Path) -> None:
    apart = "Nhà văn hóa khóm Hòa Khánh".encode("cp1258", errors="replace").decode("cp1258")
    text = words_of(printed(tmp_path, layout_of("household-card"), 1, label="Khóm Hòa Khánh", caption=apart))
    assert "Khóm Hòa Khánh" in text
    assert not any("\u0300" <= c <= "\u036f" for c in text)


@pytest.mark.parametrize("host", ["HTTPS://A.VN", "HTTPS://HOIPHUONG.SADEC.EXAMPLE"])
def test_the_fast_encoder_draws_what_segno_draws_with_the_same_mask(host: str) -> None:
    for n in range(20):
        link = f"{host}/Q/{card(n + 1).code.replace('-', '')}"
        drawn, level = pen.modules(link, 40)
        theirs = [segno.make_qr(link, error="h", boost_error=False, mask=mask).matrix for mask in range(8)]
        assert level == "H"
        assert any(np.array_equal(drawn, np.array(matrix, dtype=bool)) for matrix in theirs)


def test_a_path_in_small_letters_needs_no_more_modules_than_with_segno() -> None:
    link = f"HTTPS://WARD.EXAMPLE/xa-mau/Q/{card(1).code.replace('-', '')}"
    assert len(pen.modules(link, 40)[0]) <= len(segno.make_qr(link, error="h", boost_error=False).matrix)


def test_a_link_too_long_for_its_size_takes_a_lower_level_and_says_so(tmp_path: Path) -> None:
    long = "https://mot-ten-mien-rat-dai.cua-mot-phuong.example/" + "x" * 120
    written = sheets.write(tmp_path / "a.pdf", [replace(card(1), link=long)], WORDS, layout_of("sticker"))
    assert written.levels <= {"Q", "M", "L"}
    with pytest.raises(ValueError, match="shorten"):
        sheets.write(tmp_path / "a.pdf", [replace(card(1), link=long + "x" * 200)], WORDS, layout_of("sticker"))


@pytest.mark.parametrize(("kind", "labels"), EVERY)
def test_nothing_is_printed_into_the_quiet_zone(tmp_path: Path, kind: Kind, labels: str) -> None:
    layout = layout_of(kind, labels)
    picture = pictures(printed(tmp_path, layout, 1, caption=LONG, label=LONG), layout, 1, 300)[0]
    if layout.faces == 2:
        picture = lower_half(picture)
    at, dark = place(picture), np.asarray(picture) < 200
    left, top, right, bottom = (round(side) for side in (at.left, at.top, at.left + at.side, at.top + at.side))
    edge, near = round(4 * at.module) - 3, 3
    ground = np.asarray(dark[max(0, top - edge) : bottom + edge, max(0, left - edge) : right + edge]).copy()
    ground[
        edge - near : edge - near + bottom - top + 2 * near, edge - near : edge - near + right - left + 2 * near
    ] = 0
    assert not ground.any()


@cache
def clean(folder: Path, kind: Kind, cards: int) -> list[Image.Image]:
    """The squares of a sheet with their quiet zones; what hangs on a wall is seen from further off."""
    layout = layout_of(kind)
    dpi = 300 if layout.a_page > 1 else 150
    whole = pictures(printed(folder, layout, cards), layout, cards, dpi)
    return [squared(picture if layout.faces == 1 else lower_half(picture)) for picture in whole]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sheets")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "harm",
    [
        pytest.param(lambda p, _: rescaled(p, 200 / 300), id="200 dpi"),
        pytest.param(lambda p, chance: askew(p, chance.choice((-7, -3, 4, 8))), id="askew"),
        pytest.param(lambda p, _: blurred(p, 2.5), id="out of focus"),
        pytest.param(lambda p, chance: rescaled(blurred(speckled(p, 0.10, chance, 3.5), 1.5), 200 / 300), id="specks"),
        pytest.param(
            lambda p, chance: rescaled(blurred(askew(speckled(p, 0.10, chance, 2.4), 5), 1.5), 200 / 300), id="all"
        ),
    ],
)  # fmt: skip
def test_every_kind_is_read_however_it_is_treated(folder: Path, kind: Kind, harm: Harm) -> None:
    for n, picture in enumerate(clean(folder, kind, 2), 1):
        assert decoded.read(harm(picture, random.Random(f"{kind}{n}"))) == [card(n).link]


def test_of_squares_with_a_stain_six_in_seven_are_read(folder: Path) -> None:
    plain = clean(folder, "household-card", 8)
    read = 0
    for k in range(STAINED):
        treated = rescaled(blurred(stained(plain[k % 8], 0.04, random.Random(k)), 1.0), 200 / 300)
        read += decoded.read(treated) == [card(k % 8 + 1).link]
    assert read / STAINED >= 0.85
