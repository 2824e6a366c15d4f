"""What only one process may do at a time, such as asking a platform for updates: held by a lease in the database."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import DateTime, String, delete, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base
from bot.storage.upsert import insert_into

LENGTH: Final = dt.timedelta(seconds=12)  # whoever does not renew for so long is taken for dead


class Lease(Base):
    """Who does it now, and until when."""

    __tablename__ = "leases"
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    owner: Mapped[str] = mapped_column(String(40))
    until: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


async def hold(session: AsyncSession, name: str, owner: str, now: dt.datetime) -> bool:
    """Take or renew a lease; False where another holds it."""
    row = {"name": name, "owner": owner, "until": now + LENGTH}
    statement = insert_into(session, Lease).values(row)
    mine = or_(Lease.owner == owner, Lease.until < now)
    taken = statement.on_conflict_do_update(index_elements=["name"], set_=row, where=mine).returning(Lease.owner)
    return await session.scalar(taken) == owner


async def holders(session: AsyncSession, prefix: str, now: dt.datetime) -> int:
    """How many leases whose names begin so are held; those that ran out long ago are cleared away."""
    alike = Lease.name.startswith(prefix, autoescape=True)
    await session.execute(delete(Lease).where(alike, Lease.until < now - LENGTH))
    return await session.scalar(select(func.count()).where(alike, Lease.until >= now)) or 0


async def let_go(session: AsyncSession, name: str, owner: str) -> None:
    """Another may take it at once."""
    await session.execute(delete(Lease).where(Lease.name == name, Lease.owner == owner))
