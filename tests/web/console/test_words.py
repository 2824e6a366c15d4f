"""The console's words: both languages say the same things, and every key in use has them."""

from __future__ import annotations

import re
from pathlib import Path

from babel.messages.pofile import read_po

import bot
from bot.storage.officers import ROLES
from bot.web.console.menu import MENU
from bot.web.console.records import KINDS
from content.texts import LOCALE

FIELD = re.compile(r"{\w+}")
KEY = re.compile(r'"(console\.[a-z0-9_.-]*[a-z0-9_-])"(?! ~)')


def words(lang: str) -> dict[str, str]:
    """The words of all rooms of the console."""
    found: dict[str, str] = {}
    for path in sorted((LOCALE / lang / "LC_MESSAGES").glob("console*.po")):
        with path.open("rb") as file:
            found |= {str(message.id): str(message.string) for message in read_po(file) if message.id}
    return found


def test_both_languages_say_the_same_things_with_the_same_fields() -> None:
    vi, en = words("vi"), words("en")
    assert set(vi) == set(en)
    for key, said in vi.items():
        assert said, key
        assert set(FIELD.findall(said)) == set(FIELD.findall(en[key])), key


def test_every_key_in_use_has_words() -> None:
    room = Path(bot.__file__).parent
    used = {key for path in [*room.rglob("*.html"), *room.rglob("*.py")] for key in KEY.findall(path.read_text())}
    used -= {"console.css"}
    used |= {f"console.menu.{room.name}{more}" for room in MENU for more in ("", ".about")}
    used |= {f"console.role.{role}" for role in ROLES} | {f"console.records.kind.{kind}" for kind in KINDS}
    assert used - set(words("vi")) == set()


def test_every_redirect_after_a_deed_has_its_words() -> None:
    room = Path(bot.__file__).parent / "web" / "console"
    done = {key for path in room.rglob("*.py") for key in re.findall(r'done="([a-z._-]+)"', path.read_text())}
    done -= {"saved"}  # the example in the guard's docstring
    assert {f"console.done.{key}" for key in done} <= set(words("vi"))
