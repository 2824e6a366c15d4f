"""A channel as `bot.app` builds it, on a database of its own, with its platform on loopback."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.channels.ports import Ports
from bot.channels.zalo_oa import ZaloOa, zalo_oa
from bot.settings import Settings
from bot.storage.database import Database
from bot.storage.tokens import TokensInDatabase
from tests import databases
from tests.emulators import zalo_oa as emulators
from tests.emulators.zalo_oa import APP_ID, APP_SECRET, OA_SECRET, ZaloOaEmulator

KEY = "k" * 32


@dataclass
class Rig:
    """All that a test touches."""

    channel: ZaloOa
    emulator: ZaloOaEmulator
    tokens: TokensInDatabase
    database: Database
    settings: Settings

    def another(self) -> ZaloOa:
        """The same channel in another process."""
        built = zalo_oa(
            self.settings, Ports(zalo_oa_tokens=TokensInDatabase(self.database, KEY.encode(), "zalo-oa:x"))
        )
        assert built
        return built


def settings_of(root: str, **more: Any) -> Settings:
    """The settings of the emulator's account."""
    given: dict[str, Any] = {
        "database_url": "sqlite+aiosqlite://", "secret_key": KEY, "public_url": "https://phuong.example",
        "zalo_oa_app_id": APP_ID, "zalo_oa_app_secret": APP_SECRET, "zalo_oa_secret_key": OA_SECRET,
        "zalo_oa_refresh_token": "refresh-1", "zalo_oa_api_url": root, "zalo_oauth_url": root,
    }  # fmt: skip
    return Settings(**given | more)


@asynccontextmanager
async def rig(folder: Path, url: str | None = None, **more: Any) -> AsyncIterator[Rig]:
    """A rig that is not connected yet."""
    async with emulators.zalo_oa() as (root, emulator):
        database = Database(url or databases.sqlite(folder / "rig.db"))
        await database.migrate()
        tokens = TokensInDatabase(database, KEY.encode(), "zalo-oa:x")
        settings = settings_of(root, **more)
        channel = zalo_oa(settings, Ports(zalo_oa_tokens=tokens))
        assert channel
        try:
            yield Rig(channel=channel, emulator=emulator, tokens=tokens, database=database, settings=settings)
        finally:
            await channel.close()
            await database.close()
