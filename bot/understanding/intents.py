"""What is no question for an item: commands, bare pleasantries, and the label of each intent as it is answered."""

from __future__ import annotations

from typing import Final

from bot.understanding.lexicon import read
from bot.understanding.normalise import Words
from handlers.contract import Lang

COMMANDS: Final = {
    "start": "start", "batdau": "start", "help": "help", "trogiup": "help", "menu": "menu", "xoa": "erase",
    "erase": "erase", "delete": "erase", "vi": "language:vi", "en": "language:en", "language": "language",
    "ngonngu": "language", "chulon": "elder", "elder": "elder", "nhom": "groups", "groups": "groups",
    "donvi": "units", "units": "units", "privacy": "privacy", "riengtu": "privacy",
    "dangky": "subscribe", "subscribe": "subscribe", "thoi": "unsubscribe", "stop": "unsubscribe",
    "bantin": "bulletin", "news": "bulletin",
}  # fmt: skip


def intents() -> dict[str, list[str]]:
    """Each intent's label and the questions that it is known by."""
    found: dict[str, list[str]] = read("intents.yaml")
    return found


def command(text: str) -> str | None:
    """The topic of `/start` and its like; `help` for a command that is not known; None for other words."""
    if not text.startswith("/"):
        return None
    name = text[1:].split(maxsplit=1)[0].split("@")[0].lower() if len(text) > 1 else ""
    return COMMANDS.get(name, "help") if name.isalnum() else None


def is_empty(words: Words) -> bool:
    """Whether nothing was written that could be read: only pictures, marks or spaces."""
    return not any(len(token) > 1 or token.isdigit() for token in words.tokens)


def language_wanted(words: Words) -> Lang:
    """The language that is asked for by name, else the one it is asked in."""
    named: dict[str, Lang] = {"tieng anh": "en", "english": "en", "tieng viet": "vi", "vietnamese": "vi"}
    return next((lang for name, lang in named.items() if name in words.plain), words.lang)
