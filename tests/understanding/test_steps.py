"""The steps before ranking: reading, units, aspects, turns. What is typed, and what it is taken for."""

from __future__ import annotations

import unicodedata

import pytest

from bot.understanding import Understanding
from bot.understanding.context import Context
from bot.understanding.turns import correction, halves

TYPED = {
    "decomposed marks": (unicodedata.normalize("NFD", "đăng ký khai sinh"), "dang ky khai sinh"),
    "no marks": ("dang ky khai sinh", "dang ky khai sinh"),
    "southern": ("mần giấy khai sanh", "lam giay khai sinh"),
    "teencode": ("lm cccd cần j", "lam can cuoc cong dan can gi"),
    "Telex left over": ("lamf laij cawn cuwowcs", "lam lai can cuoc"),
    "VNI left over": ("d9ang ky1 ta5m tru1", "dang ky tam tru"),
    "typed together": ("đăngký khaisinh", "dang ky khai sinh"),
    "i for y": ("đăng kí", "dang ky"),
    "a slip": ("khai sinhh", "khai sinh"),
    "right-to-left marks": ("\u202ekhai sinh\u200f", "khai sinh"),
    "a null byte": ("khai\x00 sinh", "khai sinh"),
    "letters drawn out": ("khai sinhhhhhh điiii", "khai sinh di"),
}


@pytest.mark.parametrize(("typed", "plain"), TYPED.values(), ids=TYPED.keys())
def test_what_is_typed_is_spelt_out(understanding: Understanding, typed: str, plain: str) -> None:
    assert understanding._reader.read(typed).plain == plain


UNITS = {
    "p1": "phuong-1", "phường 1": "phuong-1", "P.1": "phuong-1", "phuong 01": "phuong-1", "Ward 1": "phuong-1",
    "tqđ": "tan-quy-dong", "tân qui đông": "tan-quy-dong", "xã tân phú đông": "tan-phu-dong", "tpđ": "tan-phu-dong",
    "phường sa đéc": "phuong-sa-dec", "xã tân dương": "xa-tan-duong", "khóm Vĩnh Phước": "phuong-1",
}  # fmt: skip


@pytest.mark.parametrize(("words", "unit"), UNITS.items(), ids=UNITS.keys())
def test_a_unit_is_known_by_its_names(understanding: Understanding, words: str, unit: str) -> None:
    said = understanding.understand(f"số công an {words}")
    assert (said.kind, said.id) == ("hotline", f"hotline:{unit}")


ASPECTS = {
    "khai sinh cần giấy gì": "papers", "khai sinh lệ phí nhiêu": "fee", "khai sinh mấy ngày xong": "time",
    "khai sinh làm ở đâu": "where", "khai sinh nộp trên mạng": "how", "khai sinh": None,
    "birth certificate how much": "fee",
}  # fmt: skip


@pytest.mark.parametrize(("words", "aspect"), ASPECTS.items(), ids=ASPECTS.keys())
def test_what_is_asked_about_is_known(understanding: Understanding, words: str, aspect: str | None) -> None:
    assert understanding.understand(words).aspect == aspect


def test_an_official_name_typed_whole_answers_its_own_item(understanding: Understanding) -> None:
    pack = understanding._pack
    for procedure in pack.procedures.values():
        said = understanding.understand(procedure.official_name)
        assert said.id == procedure.id or said.id in pack.initiatives, procedure.official_name
    for initiative in pack.initiatives.values():
        assert understanding.understand(initiative.title.vi).id == initiative.id


def test_a_correction_leaves_the_last_item(understanding: Understanding) -> None:
    context = Context(id="dang-ky-khai-sinh", kind="procedure")
    said = understanding.understand("không phải, ý tui là khai tử", context)
    assert said.id == "dang-ky-khai-tu"
    assert correction("khong phai y toi la khai tu") == "khai tu"
    assert correction("khai tu") is None


def test_two_things_are_offered_both_or_done_in_one(understanding: Understanding) -> None:
    both = understanding.understand("đăng ký kết hôn và đăng ký tạm trú")
    assert both.kind == "clarify"
    assert {c.id for c in both.candidates} == {"dang-ky-ket-hon", "dang-ky-tam-tru"}
    joint = understanding.understand("làm khai sinh với nhập hộ khẩu cho bé")
    assert joint.id == "lien-thong-khai-sinh-thuong-tru-bhyt"
    assert list(halves("vo va con")) == []


def test_old_names_are_noticed(understanding: Understanding) -> None:
    assert understanding.understand("bị mất sổ hộ khẩu").old_names == ("so-ho-khau",)
    assert understanding.understand("đổi CMND sang căn cước").old_names == ("cmnd",)
    assert understanding.understand("làm căn cước ở đâu").old_names == ()
