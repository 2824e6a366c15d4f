"""The words of the language, read once from content/language: shared by every locality."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

FOLDER: Final = Path(__file__).parents[2] / "content" / "language"


def fold(text: str) -> str:
    """`text` in lower case without diacritics: `Đăng ký` becomes `dang ky`."""
    apart = unicodedata.normalize("NFD", text.lower())
    return "".join(c for c in apart if not unicodedata.combining(c)).replace("đ", "d")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """What a typed word stands for."""

    words: Mapping[str, str]  # as typed -> what it says
    phrases: tuple[tuple[re.Pattern[str], str], ...]
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
    phrases = sorted(data["phrases"].items(), key=lambda pair: -len(pair[0]))
    return Lexicon(
        words={**data["abbreviations"], **data["southern"]},
        phrases=tuple((any_of([typed]), fold(says)) for typed, says in phrases),
        fillers=frozenset(fold(data["fillers"]).split()),
        going_on=frozenset(fold(data["going_on"]).split()),
        english=frozenset(data["english"].split()),
        aspects={aspect: any_of(words) for aspect, words in data["aspects"].items()},
    )
