"""Numbers that residents could not reach: counted without the person, until an officer sets the number anew."""

from __future__ import annotations

from typing import Final

from sqlalchemy import delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.tables import Thumb

PREFIX: Final = "dead:"  # such a report is a thumb down for the number, beside those for the answer


async def reported(session: AsyncSession) -> dict[str, int]:
    """How often each hotline was reported dead since its number was last set."""
    rows = await session.scalars(select(Thumb).where(Thumb.item.startswith(PREFIX)).order_by(Thumb.item))
    return {row.item.removeprefix(PREFIX): row.unhelpful for row in rows}


async def settled(session: AsyncSession, item: str) -> None:
    """An officer has looked at this number."""
    await session.execute(delete(Thumb).where(Thumb.item == PREFIX + item))
