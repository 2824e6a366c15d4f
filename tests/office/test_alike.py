"""Questions that ask the same come together; measured on questions whose items are known."""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest

from bot.office.alike import grouped
from bot.understanding import Understanding

KNOWN = Path(__file__).parents[1] / "understanding" / "questions.jsonl"
DIVORCE = ("tui muốn ly hôn nộp đơn ở đâu", "thủ tục ly hôn", "ly hon mat bao lau v ad")
LOTTERY = ("kết quả xổ số đồng tháp hôm nay", "xo so dong thap hom nay")
WEATHER = ("mai trời mưa không",)


def test_like_comes_to_like_and_the_most_asked_first(understanding: Understanding) -> None:
    asked = (*WEATHER, *LOTTERY, *DIVORCE)
    groups = grouped([understanding.topic(words) for words in asked])
    assert [{asked[number] for number in group} for group in groups] == [set(DIVORCE), set(LOTTERY), set(WEATHER)]


def test_the_same_words_are_one_group_however_many(understanding: Understanding) -> None:
    groups = grouped([understanding.topic(words) for words in (*DIVORCE, *DIVORCE)])
    assert len(groups) == 1
    assert sorted(groups[0]) == list(range(6))


@pytest.mark.parametrize("topics", [[], [()], [(), ("ly", "hon")]], ids=["none", "an empty one", "one of two empty"])
def test_little_is_grouped_too(topics: list[tuple[str, ...]]) -> None:
    assert sorted(number for group in grouped(topics) for number in group) == list(range(len(topics)))


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_group_rarely_mixes_two_things(understanding: Understanding, seed: int) -> None:
    """Of 300 questions about 90 items; each stands on average among four fifths of its own, or more."""
    lines = map(json.loads, KNOWN.read_text(encoding="utf-8").splitlines())
    known = [line for line in lines if line["kind"] in {"procedure", "initiative"}]
    asked = random.Random(seed).sample(known, 300)
    groups = grouped([understanding.topic(line["q"]) for line in asked])
    own = together = 0.0
    every = Counter(line["id"] for line in asked)
    for group in groups:
        items = Counter(asked[number]["id"] for number in group)
        own += sum(n * n / len(group) for n in items.values())
        together += sum(n * n / every[item] for item, n in items.items())
    assert own / len(asked) >= 0.8
    assert together / len(asked) >= 0.4
