"""Residents at the web chat, and officers at their desks, for tests of what passes between them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import aiohttp

from bot.app import House
from bot.storage.audit import SHELL
from tests.web.console.rig import Visitor


@dataclass
class Resident:
    """Somebody in the web chat; `letter` makes his cookie his own."""

    address: str
    letter: str = "c"
    heard: int = field(default=0)  # the last line that his page has shown

    async def says(self, words: str = "", press: str | None = None) -> str:
        """Write, or press a button; what the page answers at once."""
        body = {"q": words} | ({"press": press} if press else {})
        async with self._session() as session, session.post("/api/ask", json=body) as response:
            return str((await response.json())["text"])

    async def hears(self) -> list[str]:
        """What the page shows anew."""
        async with self._session() as session, session.get("/api/talk", params={"after": self.heard}) as response:
            lines = (await response.json())["lines"]
        self.heard = lines[-1]["id"] if lines else self.heard
        return [line["text"] for line in lines]

    def _session(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(self.address, headers={"Cookie": f"chat={self.letter * 40}"})


async def at_desk(
    house: House,
    stack: AsyncExitStack,
    address: str,
    name: str,
    units: Sequence[str] = ("phuong-1",),
    roles: Sequence[str] = ("duty",),
) -> Visitor:
    """An officer, signed in: he has bound no chat."""
    invited = await house.office.access.invite(name=name, roles=roles, units=units, by=SHELL)
    visitor = await stack.enter_async_context(Visitor(address))
    await visitor.accept(invited.link)
    return visitor
