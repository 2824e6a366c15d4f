"""The commands: what each means, and the menus that Telegram shows, per language and kind of chat."""

from __future__ import annotations

import re
from typing import Final

from content.schema import Lang
from content.texts import Texts, texts

COMMAND: Final = re.compile(r"/([A-Za-z0-9_]{1,32})(?:@([A-Za-z0-9_]+))?(?:\s+(.*))?", re.DOTALL)
PAYLOAD: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

PRESSES: Final = {  # the command -> the button that it is; other commands are words, which the dialogue knows
    "thutuc": "groups",
    "lienhe": "units",
    "luutru": "homestay:list",
    "canbo": "handover",
    "menu": "menu",
    "settings": "menu",
    "help": "help",
    "vi": "language:vi",
    "en": "language:en",
}
ASK: Final = "hoi"  # what follows is the question: the way to ask in a group
WORDS: Final = frozenset({"xoa", "privacy", "chulon", "bantin", "dangky", "thoi"})
KNOWN: Final = frozenset({"start", ASK, *PRESSES, *WORDS})  # answered in a group without our name behind them

PRIVATE: Final = (
    "thutuc", "lienhe", "luutru", "bantin", "dangky", "thoi", "canbo", "chulon", "settings", "privacy", "xoa", "help",
)  # fmt: skip
GROUPS: Final = (ASK, "thutuc", "lienhe", "luutru", "bantin", "help")


def menus() -> list[dict[str, object]]:
    """What setMyCommands is called with: Vietnamese without a language is what everybody else sees."""
    scopes = (("default", PRIVATE), ("all_private_chats", PRIVATE), ("all_group_chats", GROUPS))
    made: list[dict[str, object]] = []
    for scope, names in scopes:
        for lang in ("vi", "en"):
            call: dict[str, object] = {"commands": _menu(names, lang), "scope": {"type": scope}}
            made.append(call if lang == "vi" else call | {"language_code": lang})
    return made


def _menu(names: tuple[str, ...], lang: Lang) -> list[dict[str, str]]:
    say: Texts = texts(lang)
    listed = [{"command": name, "description": say(f"command.{name}")} for name in names]
    if names is PRIVATE:
        other = "en" if lang == "vi" else "vi"
        listed.append({"command": other, "description": say("button.other_language")})
    return listed
