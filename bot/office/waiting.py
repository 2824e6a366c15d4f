"""What waits for an officer, counted: the tiles of the console's first page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from sqlalchemy import func, select

from bot.office.handover_desk import HandoverDesk
from bot.office.kit import unfinished
from bot.storage.access import Invitation
from bot.storage.database import Database
from bot.storage.officers import Officer
from bot.storage.tables import Unanswered


class Waiting:
    """The counts of one house."""

    def __init__(self, database: Database, handover: HandoverDesk) -> None:
        self._database = database
        self._handover = handover

    async def counts(self, officer: Officer) -> Mapping[str, int]:
        """How much waits in each room of the console, by its name there, where it is not nothing."""
        found: dict[str, int | None] = {}
        async with self._database.reading() as session:
            found["kit"] = len(await unfinished(session, officer))
            if officer.has("duty"):
                found["talks"] = await self._handover.waiting(session, officer)
            if officer.has("editor") or officer.has("duty"):
                found["questions"] = await session.scalar(
                    select(func.count()).select_from(Unanswered).where(Unanswered.verdict.is_(None))
                )
            if officer.has("admin"):
                now = dt.datetime.now(dt.UTC)
                open_ = select(func.count()).where(Invitation.expires_at > now, Invitation.link.is_not(None))
                found["officers"] = await session.scalar(open_)
        return {room: number for room, number in found.items() if number}
