"""The platforms as an administrator sees them: what works, what is wrong, and the Official Account's consent."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from bot.channels import NAMES
from bot.channels.channel import Channel, Note, State
from bot.errors import NotAllowed, Refused
from bot.storage import audit
from bot.storage.database import Database
from bot.storage.officers import Officer

if TYPE_CHECKING:  # a platform's library is imported where its channel is on
    from bot.channels.zalo_oa import ZaloOa
    from bot.channels.zalo_oa.oauth import Consent

OA: Final = "zalo-oa"
WAIT: Final = 15.0  # seconds for one platform


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """How one channel is doing."""

    channel: str
    configured: bool
    state: State
    why: str = ""
    used: str = ""  # how much of the month is used, once it is nearly all
    notes: Sequence[Note] = ()

    @property
    def ready(self) -> bool:
        """It works, and nothing is to be done."""
        return self.state == "ready" and not any(note.wrong for note in self.notes)


class Connections:
    """The channels of one house."""

    def __init__(self, database: Database, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._channels = channels

    async def look(self, *, ask: bool) -> Sequence[Looked]:
        """Every channel, the ones that are off too; `ask`: the platforms are asked what is wrong."""
        return await asyncio.gather(*(self._look(name, ask=ask) for name in NAMES))

    def consent(self, state: str) -> Consent:
        """What an admin of the Official Account opens; `state` comes back with him."""
        return self._account().consent(state)

    async def consented(self, consent: Consent, address: str, *, by: Officer) -> str:
        """Keep the tokens for the consent in `address`; the account's id."""
        if not by.may("admin", None):
            raise NotAllowed("console.channels.not_yours")
        from bot.channels.zalo_oa.oauth import WrongCallback

        try:
            oa_id = await self._account().consented(consent, address)
        except WrongCallback as wrong:
            raise Refused(wrong.key, **wrong.fields) from wrong
        async with self._database.unit_of_work() as session:
            audit.log(
                session,
                by=by.name,
                action="channel.connect",
                subject=f"channel:{OA}",
                detail={"oa_id": oa_id},
            )
        return oa_id

    def _account(self) -> ZaloOa:
        from bot.channels.zalo_oa import ZaloOa

        channel = self._channels.get(OA)
        if not isinstance(channel, ZaloOa):
            raise Refused("channels.oa_off")
        return channel

    async def _look(self, name: str, *, ask: bool) -> Looked:
        channel = self._channels.get(name)
        return await looked_at(channel, ask=ask) if channel else Looked(channel=name, configured=False, state="off")


async def looked_at(channel: Channel, *, ask: bool = True) -> Looked:
    """How a channel is doing, and with `ask` what its platform says."""
    notes: Sequence[Note] = ()
    if ask:
        try:
            async with asyncio.timeout(WAIT):
                notes = await channel.inspect()
        except TimeoutError:
            notes = [Note(key="channels.no_answer", wrong=True)]
    health = channel.health
    return Looked(
        channel=channel.name, configured=True, state=health.state, why=health.why, used=health.used, notes=notes
    )
