"""The emulators as the benchmarks use them: what people send, what the floor posts, what was seen."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Protocol

import orjson

from tests.channels.telegram import shapes
from tests.emulators import telegram, zalo_bot


class Platform(Protocol):
    """An emulator, as the benchmark uses it."""

    name: str
    headers: dict[str, str]

    def settings(self) -> dict[str, object]: ...
    def body(self, person: int, text: str) -> bytes: ...
    def fixed(self) -> tuple[str, bytes]: ...
    def seen(self) -> int: ...
    def bubbles(self) -> Counter[tuple[str, str]]: ...
    def clear(self) -> None: ...


@dataclass
class OnTelegram:
    """Telegram's."""

    api: telegram.Telegram
    name: str = "telegram"
    headers: dict[str, str] = field(default_factory=lambda: {"X-Telegram-Bot-Api-Secret-Token": "s" * 20})

    def settings(self) -> dict[str, object]:
        return {
            "telegram_bot_token": telegram.TOKEN,
            "telegram_secret": "s" * 20,
            "telegram_api_url": self.api.root,
        }

    def body(self, person: int, text: str) -> bytes:
        lan = shapes.LAN | {"id": person}
        return orjson.dumps(shapes.said(text, chat=shapes.HOME | {"id": person}, sender=lan))

    def fixed(self) -> tuple[str, bytes]:
        return f"{self.api.root}/bot{telegram.TOKEN}/sendMessage", orjson.dumps({"chat_id": "1", "text": "Dạ"})

    def seen(self) -> int:
        return len(self.api.sent)

    def bubbles(self) -> Counter[tuple[str, str]]:
        return Counter((str(sent["chat_id"]), str(sent.get("text"))) for sent in self.api.sent)

    def clear(self) -> None:
        self.api.sent.clear()
        self.api.calls.clear()


@dataclass
class OnZaloBot:
    """The Zalo Bot's, its allowances lifted."""

    api: zalo_bot.ZaloBotPlatform
    name: str = "zalo-bot"
    headers: dict[str, str] = field(default_factory=lambda: {"X-Bot-Api-Secret-Token": zalo_bot.SECRET})

    def __post_init__(self) -> None:
        self.api.any_url, self.api.month, self.api.most_people = True, 10**9, 10**9
        self.api.people.add("1")

    def settings(self) -> dict[str, object]:
        return {
            "zalo_bot_token": zalo_bot.TOKEN,
            "zalo_bot_secret": zalo_bot.SECRET,
            "zalo_bot_api_url": self.api.url,
        }

    def body(self, person: int, text: str) -> bytes:
        event = self.api.message(f"{person:020x}", text)
        self.api.hear(event)
        return orjson.dumps(event)

    def fixed(self) -> tuple[str, bytes]:
        url = f"{self.api.url}/bot{zalo_bot.TOKEN}/sendMessage"
        return url, orjson.dumps({"chat_id": "1", "text": "Dạ"})

    def seen(self) -> int:
        return sum(map(len, self.api.shown.values()))

    def bubbles(self) -> Counter[tuple[str, str]]:
        return Counter((chat, text) for chat, texts in self.api.shown.items() for text in texts)

    def clear(self) -> None:
        self.api.shown.clear()
        self.api.calls.clear()


@asynccontextmanager
async def platforms() -> AsyncIterator[tuple[Platform, ...]]:
    """Both, listening."""
    zalo = zalo_bot.ZaloBotPlatform()
    async with telegram.serving() as api:
        await zalo.start()
        try:
            yield OnTelegram(api), OnZaloBot(zalo)
        finally:
            await zalo.stop()
