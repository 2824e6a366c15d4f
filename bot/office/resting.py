"""The off switch: an administrator stops the house from answering by itself, in every process at once, and back."""

from __future__ import annotations

from bot.errors import NotAllowed, Refused
from bot.office.access import By, who
from bot.storage import audit
from bot.storage.database import Database
from bot.storage.officers import Officer
from bot.storage.overlays import correct, overlays
from content.corrections import Overlay
from content.pack import HOUSE, RESTING

LONGEST = 500  # characters of what residents are told beside


class Resting:
    """Kept with the corrections, which every answer reads: so the next answer in any process knows."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def since(self) -> Overlay | None:
        """Who switched off, when, with which words; None while the house answers."""
        async with self._database.reading() as session:
            return (await overlays(session)).get(HOUSE, {}).get(RESTING)

    async def off(self, words: str, *, by: By) -> None:
        """Answer no more; `words` are told to whoever asks. Danger, persons and one's own data still work."""
        words = " ".join(words.split())
        if len(words) > LONGEST:
            raise Refused("resting.long", most=LONGEST)
        await self._switch(words, by, "house.off")

    async def on(self, *, by: By) -> None:
        """Answer again."""
        await self._switch(None, by, "house.on")

    async def _switch(self, words: str | None, by: By, deed: str) -> None:
        if isinstance(by, Officer) and not by.may("admin", None):
            raise NotAllowed("resting.not_yours")
        async with self._database.unit_of_work() as session:
            lying = (await overlays(session)).get(HOUSE, {}).get(RESTING)
            if words == (lying.value if lying else None):
                return
            await correct(session, item=HOUSE, field=RESTING, value=words, by=who(by))
            audit.log(session, by=who(by), action=deed, subject=HOUSE, detail={"words": words} if words else {})
