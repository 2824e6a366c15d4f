"""Who did what, and when: rows that can be added and read, and by the database itself neither changed nor erased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import JSON, DateTime, String, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base

SHELL: Final = "shell"  # whoever has the shell is the administrator
MACHINE: Final = "machine"  # what the house does by the clock


class Deed(Base):
    """One entry. No resident's words or names stand in it."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), index=True)
    by: Mapped[str] = mapped_column(String(40))  # an officer's short name, `SHELL` or `MACHINE`
    action: Mapped[str] = mapped_column(String(40))  # "bulletin.approve"
    subject: Mapped[str] = mapped_column(String(80), index=True)  # "bulletin:12"
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)


def log(
    session: AsyncSession,
    *,
    by: str,
    action: str,
    subject: str,
    detail: Mapping[str, object] | None = None,
    at: dt.datetime | None = None,
) -> None:
    """Write down a deed, in the transaction that does it."""
    moment = at or dt.datetime.now(dt.UTC)
    session.add(Deed(at=moment, by=by, action=action, subject=subject, detail=dict(detail or {})))


async def deeds(session: AsyncSession, *, subject: str | None = None, most: int = 200) -> Sequence[Deed]:
    """The newest entries first, of one subject or of all."""
    found = select(Deed).order_by(Deed.id.desc()).limit(most)
    return (await session.scalars(found if subject is None else found.where(Deed.subject == subject))).all()
