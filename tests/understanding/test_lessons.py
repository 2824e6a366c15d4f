"""What officers taught: when it counts, how far it reaches, and what it never touches."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bot.understanding import Understanding
from bot.understanding.lessons import Lessons
from handlers.contract import Understood

DIVORCE = "tui muốn ly hôn thì nộp đơn ở đâu"  # nothing in the pack answers it
COUNTER = "gap-nguoi-hoa-giai"
PEACE = "hoa-giai-tranh-chap-dat-dai"
BIRTH = "dang-ky-khai-sinh"


def asked(understanding: Understanding, text: str, taught: Sequence[tuple[str, str]]) -> Understood:
    """What is understood, with these lessons."""
    lessons = understanding.lessons(taught)
    return understanding.with_lessons(text, understanding.understand(text), lessons)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("tui muốn ly hôn thì nộp đơn ở đâu", id="the very words"),
        pytest.param("TUI MUỐN LY HÔN THÌ NỘP ĐƠN Ở ĐÂU???", id="shouted"),
        pytest.param("tui muon ly hon thi nop don o dau", id="without marks"),
        pytest.param("tui muốn ly hôn, nộp đơn chỗ nào ở đâu", id="nearly the same words"),
    ],
)
def test_what_was_taught_is_answered(understanding: Understanding, text: str) -> None:
    assert understanding.understand(text).kind in {"out_of_scope", "clarify"}
    found = asked(understanding, text, [(PEACE, DIVORCE)])
    assert (found.kind, found.id) == ("procedure", PEACE)
    assert found.confidence >= 0.6


def test_words_that_only_resemble_it_are_asked_back(understanding: Understanding) -> None:
    found = asked(understanding, "hai vợ chồng ly hôn nộp đơn", [(PEACE, DIVORCE)])
    assert found.kind == "clarify"
    assert found.candidates[0].id == PEACE


@pytest.mark.parametrize(
    ("text", "taught"),
    [
        pytest.param("trời hôm nay đẹp quá ta ơi", DIVORCE, id="something else"),
        pytest.param("Làm khai sinh cho con cần giấy gì", DIVORCE, id="a question that has its answer"),
        pytest.param("cứu với nhà tui cháy", "cứu với nhà tui cháy", id="danger, even if it was taught"),
        pytest.param("/xoa", "/xoa", id="a command"),
        pytest.param("Đăng ký khai sinh", "Đăng ký khai sinh", id="an official name"),
    ],
)
def test_it_leaves_alone(understanding: Understanding, text: str, taught: str) -> None:
    assert asked(understanding, text, [(PEACE, taught)]) == understanding.understand(text)


def test_the_very_words_win_over_what_the_model_says(understanding: Understanding) -> None:
    text = "Làm khai sinh cho con cần giấy gì"
    assert understanding.understand(text).id == BIRTH
    assert asked(understanding, text, [(PEACE, text)]).id == PEACE


def test_the_later_of_two_lessons_counts(understanding: Understanding) -> None:
    assert asked(understanding, DIVORCE, [(PEACE, DIVORCE), (BIRTH, DIVORCE)]).id == BIRTH


def test_a_number_taught_for_one_unit_is_that_of_the_unit_that_is_named(understanding: Understanding) -> None:
    taught = [("hotline:phuong-1", "ai coi loa phát thanh phường 1 vậy")]
    assert asked(understanding, "ai coi loa phát thanh phường 2 vậy", taught).id == "hotline:phuong-2"


def test_a_club_is_told_of_within_its_initiative(understanding: Understanding) -> None:
    words = "mấy ổng họp bàn chuyện trồng bông tối thứ bảy là gì vậy"
    assert asked(understanding, words, [("club:dong-giang-hoi-quan", words)]).id == "hoi-quan"


def test_an_item_that_left_the_pack_is_forgotten(understanding: Understanding) -> None:
    assert not understanding.lessons([(COUNTER, DIVORCE)])


@pytest.mark.parametrize(
    ("text", "can"),
    [
        pytest.param(DIVORCE, True, id="a question"),
        pytest.param("cháy nhà rồi cứu với", False, id="danger"),
        pytest.param("/start", False, id="a command"),
        pytest.param("đăng ký khai sinh", False, id="the name of an item"),
        pytest.param("bao nhiêu tiền", False, id="a part of an answer, of what?"),
        pytest.param("dạ cho hỏi", False, id="fillers"),
        pytest.param("…", False, id="nothing"),
    ],
)
def test_what_can_be_taught(understanding: Understanding, text: str, can: bool) -> None:
    assert understanding.teachable(text) is can


def test_the_nearest_items_are_offered_however_unsure(understanding: Understanding) -> None:
    nearest = understanding.nearest("giấy tờ cho em bé mới đẻ")
    assert 1 <= len(nearest) <= 3
    assert BIRTH in {candidate.id for candidate in nearest}


def test_nothing_taught_changes_nothing(understanding: Understanding) -> None:
    said = understanding.understand(DIVORCE)
    assert understanding.with_lessons(DIVORCE, said, Lessons()) == said
