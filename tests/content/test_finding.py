"""An officer finds an item by a few words of its names."""

from __future__ import annotations

import pytest

from content.finding import found
from content.pack import Pack


@pytest.mark.parametrize(
    ("words", "first"),
    [
        pytest.param("Đăng ký khai sinh", "dang-ky-khai-sinh", id="the name itself before longer ones"),
        pytest.param("dang ky khai sinh", "dang-ky-khai-sinh", id="without marks"),
        pytest.param("hotline:phuong-1", "hotline:phuong-1", id="an id"),
        pytest.param("hoa ếch", "homestay:ngoi-nha-hoa-ech", id="a part of the name"),
        pytest.param("ếch ngôi", "homestay:ngoi-nha-hoa-ech", id="words in another order"),
    ],
)
def test_the_nearest_comes_first(pack: Pack, words: str, first: str) -> None:
    assert found(pack, words)[0] == first


@pytest.mark.parametrize("words", ["", "  ", "???", "khong co muc nao nhu vay"])
def test_nothing_is_found_where_nothing_fits(pack: Pack, words: str) -> None:
    assert found(pack, words) == []


def test_no_more_are_given_than_are_wanted(pack: Pack) -> None:
    assert len(found(pack, "a", most=5)) == 5
