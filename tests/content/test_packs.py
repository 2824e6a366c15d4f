"""A pack is whole and right, or refused with file and line; another locality is another folder."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from content import loader
from content.pack import Facts, Overlay
from content.problems import BrokenPack, Problem

SECOND = Path(__file__).parent.parent / "packs" / "ben-mau"


def test_the_sa_dec_pack_is_whole() -> None:
    pack = loader.load("sa-dec")
    assert len(pack.procedures) == 64
    assert len(pack.initiatives) == 33
    assert len(pack.clubs) == 8
    assert {unit.successor for unit in pack.units.values()} == {None, "phuong-sa-dec", "xa-tan-duong"}


def test_another_locality_is_another_folder() -> None:
    pack = loader.load(SECOND)
    assert pack.locality.name.vi == "Bến Mẫu"
    assert list(pack.procedures) == ["xac-nhan-mau"]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        pytest.param(
            "code: '0.000000'", "cod: '0.000000'", "procedures/xac-nhan-mau.yaml:3: cod: Extra", id="a slip"
        ),
        pytest.param(
            "rule: [Không mất tiền.]", "rule: []", ":21: fees.0.rule: Tuple should", id="a fee without a rule"
        ),
        pytest.param("sources: [Sổ tay mẫu]", "sources: []", ":28: sources: Tuple should", id="no source"),
        pytest.param("related: []", "related: [khong-co]", "there is no procedure 'khong-co'", id="leads nowhere"),
        pytest.param("id: xac-nhan-mau", "id: ten-khac", "its id is not", id="named otherwise"),
        pytest.param("group: khac", "group: [", "not YAML", id="not YAML"),
    ],
)
def test_a_broken_pack_is_refused_with_its_line(tmp_path: Path, old: str, new: str, message: str) -> None:
    pack = _copy(tmp_path)
    file = pack / "procedures" / "xac-nhan-mau.yaml"
    text = file.read_text(encoding="utf-8")
    assert old in text
    file.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(BrokenPack) as broken:
        loader.load(pack)
    assert message in str(broken.value)


def test_words_that_two_items_claim_are_reported_with_both_places(tmp_path: Path) -> None:
    pack = _copy(tmp_path)
    hotlines = pack / "hotlines.yaml"
    hotlines.write_text(
        hotlines.read_text(encoding="utf-8") + "    examples: [Làm giấy  ghe máy]\n", encoding="utf-8"
    )
    with pytest.raises(
        BrokenPack, match=r"hotlines.yaml:\d+: 'làm giấy ghe máy' .* at ben-mau/procedures/xac-nhan-mau"
    ):
        loader.load(pack)


def test_a_missing_pack_says_which_there_are() -> None:
    with pytest.raises(BrokenPack, match="Packs that ship: sa-dec"):
        loader.load("nowhere")


def test_problems_read_as_file_line_message() -> None:
    assert str(Problem("p/a.yaml", 3, "wrong")) == "p/a.yaml:3: wrong"


TODAY = dt.date(2026, 11, 24)


def test_a_number_nobody_confirmed_is_no_number() -> None:
    facts = Facts(pack=loader.load("sa-dec"), at=TODAY)
    assert facts.number("hotline:phuong-1") is None
    assert facts.number("hotline:ca-dong-thap-tieu-cuc") is None
    national = facts.number("hotline:113")
    assert national is not None
    assert national.emergency


def test_an_officers_number_lies_over_the_pack() -> None:
    confirmed = Overlay(value="0000 000 001", by="can-bo-mau", at=dt.datetime(2026, 11, 20, tzinfo=dt.UTC))
    facts = Facts(pack=loader.load("sa-dec"), at=TODAY, overlays={"hotline:phuong-1": {"number": confirmed}})
    number = facts.number("hotline:phuong-1")
    assert number is not None
    assert (number.dial, number.verified_by, number.verified_at) == (
        "0000000001",
        "can-bo-mau",
        dt.date(2026, 11, 20),
    )


def _copy(folder: Path) -> Path:
    target = folder / "ben-mau"
    for source in SECOND.rglob("*.yaml"):
        copy = target / source.relative_to(SECOND)
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(source.read_bytes())
    return target
