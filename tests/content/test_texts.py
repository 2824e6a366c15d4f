"""Words for people: both languages say the same things with the same fields."""

from __future__ import annotations

import re

from babel.messages.pofile import read_po

from content.texts import LOCALE

FIELD = re.compile(r"{\w+}")


def words(lang: str) -> dict[str, str]:
    with (LOCALE / lang / "LC_MESSAGES" / "hoiphuong.po").open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


def test_both_languages_have_the_same_keys_and_fields() -> None:
    vi, en = words("vi"), words("en")
    assert set(vi) == set(en)
    for key, said in vi.items():
        assert said, key
        assert set(FIELD.findall(said)) == set(FIELD.findall(en[key])), key
