"""The log of deeds, read back: by whom, what about, what kind, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select

from bot.storage.audit import Deed
from bot.storage.database import Database
from bot.storage.moments import utc

PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One deed."""

    id: int
    at: dt.datetime
    by: str
    action: str
    subject: str
    detail: dict[str, object]


class Records:
    """The log of one house."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(
        self, *, by: str = "", action: str = "", subject: str = "", before: int | None = None, most: int = PAGE
    ) -> Sequence[Entry]:
        """The newest first; `action` is a kind (`officer`) or one deed of it (`officer.invite`); `before` pages."""
        found = select(Deed).order_by(Deed.id.desc()).limit(most)
        if by:
            found = found.where(Deed.by == by)
        if action:
            found = found.where(
                Deed.action == action if "." in action else Deed.action.startswith(f"{action}.", autoescape=True)
            )
        if subject:
            found = found.where(Deed.subject.startswith(subject, autoescape=True))
        if before is not None:
            found = found.where(Deed.id < before)
        async with self._database.reading() as session:
            return [
                Entry(
                    id=deed.id, at=utc(deed.at), by=deed.by, action=deed.action, subject=deed.subject,
                    detail=deed.detail,
                )
                for deed in await session.scalars(found)
            ]  # fmt: skip
