"""The web's own words: both languages say the same things, and every key in use has them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import get_args

import bot.web
from bot.web.chat import GROUPS
from bot.web.public import FIELDS
from handlers.contract import Kind
from tests.web.fake import words

ROOM = Path(bot.web.__file__).parent
FIELD = re.compile(r"{\w+}")


def used() -> set[str]:
    keys: set[str] = set()
    for path in [*ROOM.rglob("*.html"), *ROOM.rglob("*.xml"), *ROOM.rglob("*.py")]:
        keys |= set(re.findall(r'"(web\.[a-z0-9_.-]*[a-z0-9])"(?! ~)', path.read_text()))
    keys |= {f"web.group.{group}" for group in GROUPS} | {f"web.group.about.{group}" for group in GROUPS}
    keys |= {f"web.field.{field}" for field in FIELDS}
    keys |= {f"web.kind.{kind}" for kind in get_args(Kind) if kind != "smalltalk"}  # a greeting is no question
    for what in ("missing", "refused", "broken"):
        keys |= {f"web.wrong.{what}", f"web.wrong.{what}.next"}
    return keys


def test_every_key_in_use_has_words_in_both_languages_and_no_other() -> None:
    assert set(words("vi")) - {""} == set(words("en")) - {""} == used()


def test_both_languages_take_the_same_fields() -> None:
    for key, said in words("vi").items():
        if key:
            assert set(FIELD.findall(said)) == set(FIELD.findall(words("en")[key])), key
