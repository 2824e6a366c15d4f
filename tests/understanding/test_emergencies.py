"""Every danger has its number, and nothing else raises the alarm: the table in emergencies.yaml, and what it rests on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
import yaml

from bot.understanding import Understanding
from bot.understanding.emergency import NUMBERS, emergency
from bot.understanding.intents import intents
from bot.understanding.lexicon import fold
from bot.understanding.normalise import Reader
from content.pack import Pack

TABLE: Final = yaml.safe_load(Path(__file__).with_name("emergencies.yaml").read_text(encoding="utf-8"))
DANGERS: Final = {
    f"{number}: {said if isinstance(said, str) else said['q']}": (
        said if isinstance(said, str) else said["q"],
        [number] if isinstance(said, str) else said["accept"],
    )
    for number in NUMBERS
    for said in TABLE[number]
}
CALM: Final = {f"calm: {said}": said for said in TABLE["calm"]}

# Examples of a procedure in the pack that are dangers themselves: a child is held and beaten while it writes.
REAL: Final = {
    "bị chủ đánh, nhốt không cho về, em 15 tuổi, cứu em",
    "bị chủ lò bánh giữ hông cho dìa nhà, em 13 tuổi",
}

READ_WITH_ITS_MARKS: Final = {
    "fire, not a shop that sells well": ("cháy chợ", "chạy chợ"),
    "a blow, not a list": ("chồng đánh em", "chồng dành em"),
    "a stab, not a wedding": ("nó đâm người ta", "đám người ta"),
    "a kettle of words: born, not set down": ("đẻ rớt rồi", "để rớt rồi"),
    "fire, not rice": ("lửa to", "lúa to"),
    "fainted, not a little": ("ngoại xỉu", "ngoại xíu"),
}
MISTYPED: Final = {
    "no marks at all": ("chay nha roi cuu voi", "114"),
    "Telex without its keyboard": ("chasy nhaf rooif", "114"),
    "a dot against the filter": ("ch.áy nhà", "114"),
    "letters held down": ("cháyyyyy", "114"),
    "two letters swapped": ("bé bị bạo hahnh", "111"),
    "half a horn": ("bị cuớp", "113"),
    "tilde for hook, as the South says it": ("lữa cháy dữ lắm", "114"),
    "a southern word for a blow": ("nó quýnh tui", "113"),
}
CALLED_FOR: Final = {
    "kêu xe cấp cứu tới liền": "115",
    "gọi công an tới gấp": "113",
    "cho xe chữa cháy tới khóm 3 gấp": "114",
    "call an ambulance now": "115",
}
WHAT_MAKES_IT_CALM: Final = {
    "a number is asked": ("nhà cháy", "lỡ nhà cháy thì gọi số mấy"),
    "it is long past": ("trộm vô nhà", "trộm vô nhà năm ngoái"),
    "a paper is wanted": ("nhà cháy rồi", "nhà cháy rồi, làm lại căn cước ở đâu"),
    "the law is asked": ("chồng đánh vợ", "chồng đánh vợ bị phạt bao nhiêu"),
    "it is prevented": ("chết đuối", "lớp học bơi phòng chết đuối"),
    "it is a figure of speech": ("xỉu rồi", "cười xỉu"),
    "it is a film": ("cướp ngân hàng", "phim cướp ngân hàng hay không"),
}
STORY: Final = (
    "Vợ chồng tôi ở với má, nhà có ba đứa nhỏ, hôm nay ở nhà đông đủ, chuyện dài lắm để tôi kể từ đầu cho các anh chị nghe, "
    "tôi làm ruộng, vợ tôi buôn bán ngoài chợ, mấy đứa nhỏ đi học, má tôi lớn tuổi rồi hay bệnh, ngoài sân có cây xoài lớn, "
    "anh hai tôi bị té "
)


@pytest.fixture(scope="module")
def reader(understanding: Understanding) -> Reader:
    """The reader of the pack: it mends slips before the alarm hears of them."""
    return understanding._reader


def of_the_pack(pack: Pack) -> Iterator[str]:
    """Every name and every example that the pack and intents.yaml know."""
    for _, item in pack.items():
        yield from item.own_names()
        yield from getattr(item, "examples", ())
        yield from getattr(item, "hotline_examples", ())
    for said in intents().values():
        yield from said


@pytest.mark.parametrize(("said", "accepted"), DANGERS.values(), ids=DANGERS.keys())
def test_a_danger_has_its_number(reader: Reader, said: str, accepted: list[str]) -> None:
    assert emergency(reader.read(said)) in accepted


@pytest.mark.parametrize("said", CALM.values(), ids=CALM.keys())
def test_what_only_sounds_like_a_danger_is_none(reader: Reader, said: str) -> None:
    assert emergency(reader.read(said)) is None


def test_no_example_of_the_pack_is_an_emergency(reader: Reader, pack: Pack) -> None:
    assert {said for said in of_the_pack(pack) if emergency(reader.read(said))} <= REAL


def test_no_example_of_the_pack_is_an_emergency_without_its_marks(reader: Reader, pack: Pack) -> None:
    assert {said for said in of_the_pack(pack) if emergency(reader.read(fold(said)))} <= REAL


def test_nearly_every_danger_is_one_without_its_marks(reader: Reader) -> None:
    unheard = {said for said, _ in DANGERS.values() if not emergency(reader.read(fold(said)))}
    assert len(unheard) < 0.02 * len(DANGERS), unheard  # `cháy chợ` and `chạy chợ` are one then


@pytest.mark.parametrize(("danger", "other"), READ_WITH_ITS_MARKS.values(), ids=READ_WITH_ITS_MARKS.keys())
def test_typed_marks_are_heeded(reader: Reader, danger: str, other: str) -> None:
    assert emergency(reader.read(danger))
    assert emergency(reader.read(other)) is None


@pytest.mark.parametrize(("said", "number"), MISTYPED.values(), ids=MISTYPED.keys())
def test_a_shaking_hand_is_understood(reader: Reader, said: str, number: str) -> None:
    assert emergency(reader.read(said)) == number


@pytest.mark.parametrize(("said", "number"), CALLED_FOR.items(), ids=CALLED_FOR.keys())
def test_who_asks_for_help_to_come_gets_the_number(reader: Reader, said: str, number: str) -> None:
    assert emergency(reader.read(said)) == number


@pytest.mark.parametrize(("danger", "calm"), WHAT_MAKES_IT_CALM.values(), ids=WHAT_MAKES_IT_CALM.keys())
def test_the_same_danger_told_in_peace_is_none(reader: Reader, danger: str, calm: str) -> None:
    assert emergency(reader.read(danger))
    assert emergency(reader.read(calm)) is None


def test_a_cry_for_help_is_heard_through_everything_else(reader: Reader) -> None:
    assert emergency(reader.read("cứu với, nhà em đang cháy, giấy tờ còn trong đó")) == "114"


def test_a_long_story_is_an_emergency_only_where_it_goes_on(reader: Reader) -> None:
    assert emergency(reader.read(STORY + "gãy chân")) is None
    assert emergency(reader.read(STORY + "gãy chân, đang bất tỉnh, cứu với")) == "115"
