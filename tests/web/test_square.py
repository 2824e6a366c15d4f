"""The square in the corner of a printed page is read by a phone as the page's address."""

from __future__ import annotations

import re

import pytest

from qr import square

LINK = "https://hoi.example/thu-tuc/dang-ky-khai-sinh"


def test_a_square_is_one_plain_svg() -> None:
    svg = square.svg(LINK)
    assert svg.startswith("<svg")
    assert svg.count("<path") == 1
    assert "style=" not in svg  # the pages allow none
    assert LINK not in svg


def test_it_has_a_quiet_zone_of_four_modules() -> None:
    svg = square.svg(LINK)
    side = int(re.findall(r'viewBox="0 0 (\d+) ', svg)[0])  # in modules
    starts = [int(x) for x in re.findall(r"M(\d+),", svg)]
    assert min(starts) == 4
    assert max(starts) < side - 4
    assert (side - 8 - 17) % 4 == 0  # the side of a QR code of some version


@pytest.mark.parametrize("link", ["", "https://hoi.example/" + "a" * 281])
def test_a_link_that_phones_cannot_read_is_refused(link: str) -> None:
    with pytest.raises(ValueError, match="link"):
        square.svg(link)


def test_the_longest_link_still_fits() -> None:
    assert "<path" in square.svg("https://hoi.example/" + "a" * 280)
