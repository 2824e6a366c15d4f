"""The words of the language, read once from content/language: shared by every locality."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parents[2] / "content" / "language"


@lru_cache(maxsize=50_000)
def fold(text: str) -> str:
    """`text` in lower case without diacritics: `Đăng ký` becomes `dang ky`."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("đ", "d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What a typed word stands for."""

    words: Mapping[str, str]  # as typed -> what it says
    phrases: Mapping[str, str]  # folded: several words -> what they say
    phrase: re.Pattern[str]  # finds any of them
    fillers: frozenset[str]  # folded
    going_on: frozenset[str]  # folded; say nothing new in a question that follows an answer
    english: frozenset[str]
    aspects: Mapping[str, re.Pattern[str]]


def any_of(phrases: list[str]) -> re.Pattern[str]:
    """A pattern that finds any of these phrases as whole words in a folded text."""
    longest_first = sorted({fold(p) for p in phrases}, key=len, reverse=True)
    return re.compile(r"(?<![^\W_])(?:" + "|".join(map(re.escape, longest_first)) + r")(?![^\W_])")


@cache
def read(name: str) -> Any:
    """The file `name` of content/language."""
    return yaml.safe_load((FOLDER / name).read_text(encoding="utf-8"))


@cache
def lexicon() -> Lexicon:
    """The lexicon that ships with the house."""
    data = read("lexicon.yaml")
    return Lexicon(
        words={**data["abbreviations"], **data["southern"]},
        phrases={fold(typed): fold(says) for typed, says in data["phrases"].items()},
        phrase=any_of(list(data["phrases"])),
        fillers=frozenset(fold(data["fillers"]).split()),
        going_on=frozenset(fold(data["going_on"]).split()),
        english=frozenset(data["english"].split()),
        aspects={aspect: any_of(words) for aspect, words in data["aspects"].items()},
    )
