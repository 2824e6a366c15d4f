"""Printing orders of the console: what was asked for, how far it is, and the finished file, for any process to read.

An order that its process left half-way is taken up by another once nothing was heard of it for `STALE`. The list goes
when the file is made, the file after `KEPT`: what stays are the codes.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from sqlalchemy import JSON, DateTime, ForeignKey, LargeBinary, String, Text, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.tables import Base
from bot.storage.upsert import insert_into

STALE: Final = dt.timedelta(seconds=20)  # whoever makes a file is heard of more often, or is dead
KEPT: Final = dt.timedelta(days=7)
UNSENT: Final = dt.timedelta(days=1)  # an order that was looked at and never sent


class PrintOrder(Base):
    """One order. `state`: checked (looked at, not sent yet), waiting, running, done, failed."""

    __tablename__ = "print_orders"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)  # made by the form: sent twice it is one order
    officer: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    target: Mapped[str] = mapped_column(String(120))
    unit: Mapped[str] = mapped_column(String(48))  # of the rows that name none; "" for the whole locality
    campaign: Mapped[str] = mapped_column(String(60))
    labels: Mapped[str] = mapped_column(String(20))
    caption: Mapped[str] = mapped_column(String(500))
    lang: Mapped[str] = mapped_column(String(2))
    file: Mapped[str] = mapped_column(String(120))  # the name of the list, "" where none was handed in
    csv: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    state: Mapped[str] = mapped_column(String(10), index=True)
    rows: Mapped[int]  # that can be printed
    done: Mapped[int] = mapped_column(default=0)
    result: Mapped[dict[str, Any]] = mapped_column(JSON)  # what was found in the list, then what came of it
    why: Mapped[str] = mapped_column(Text, default="")  # why it failed, in words
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    heard_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))  # when it last moved
    maker: Mapped[str] = mapped_column(String(40), default="")  # whoever makes the file now


class PrintPart(Base):
    """A piece of the finished file."""

    __tablename__ = "print_parts"
    order: Mapped[str] = mapped_column(
        "print_order", ForeignKey("print_orders.id", ondelete="CASCADE"), primary_key=True
    )
    n: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    data: Mapped[bytes] = mapped_column(LargeBinary)


async def add(session: AsyncSession, order: PrintOrder) -> bool:
    """Write an order down; what was looked at before under this id and not sent is replaced. False: it was sent."""
    values = {c.key: getattr(order, c.key) for c in PrintOrder.__mapper__.column_attrs}
    same = (PrintOrder.officer == order.officer) & (PrintOrder.state == "checked")
    made = insert_into(session, PrintOrder).values(values)
    made = made.on_conflict_do_update(index_elements=["id"], set_=values, where=same)
    return await session.scalar(made.returning(PrintOrder.id)) is not None


async def of(session: AsyncSession, officer: int, id_: str) -> PrintOrder | None:
    """An order of this officer's; nobody sees another's."""
    found = select(PrintOrder).where(PrintOrder.id == id_, PrintOrder.officer == officer)
    return await session.scalar(found.execution_options(populate_existing=True))


async def newest(session: AsyncSession, officer: int, most: int = 10) -> list[PrintOrder]:
    """The last orders that this officer sent."""
    found = select(PrintOrder).where(PrintOrder.officer == officer, PrintOrder.state != "checked")
    return list(await session.scalars(found.order_by(PrintOrder.created_at.desc()).limit(most)))


async def csv(session: AsyncSession, id_: str) -> bytes | None:
    """The list of an order, as long as it is kept."""
    return await session.scalar(select(PrintOrder.csv).where(PrintOrder.id == id_))


async def send(session: AsyncSession, id_: str, now: dt.datetime) -> bool:
    """Let an order be made; False where that was said before."""
    sent = update(PrintOrder).where(PrintOrder.id == id_, PrintOrder.state.in_(("checked", "failed")))
    sent = sent.values(state="waiting", heard_at=now, done=0, why="").returning(PrintOrder.id)
    return await session.scalar(sent) is not None


async def open_orders(session: AsyncSession) -> int:
    """How many are not made yet."""
    found = select(func.count()).where(PrintOrder.state.in_(("waiting", "running")))
    return await session.scalar(found) or 0


async def claim(session: AsyncSession, maker: str, now: dt.datetime) -> str | None:
    """The oldest order that nobody makes, or whose maker is not heard of any more: it is this maker's now."""
    free = or_(PrintOrder.state == "waiting", (PrintOrder.state == "running") & (PrintOrder.heard_at < now - STALE))
    oldest = await session.scalar(select(PrintOrder.id).where(free).order_by(PrintOrder.created_at).limit(1))
    if oldest is None:
        return None
    mine = update(PrintOrder).where(PrintOrder.id == oldest, free)
    mine = mine.values(state="running", maker=maker, heard_at=now, done=0).returning(PrintOrder.id)
    return await session.scalar(mine)


async def moved(session: AsyncSession, id_: str, maker: str, now: dt.datetime, **values: Any) -> bool:
    """Say how far it is; False where another has taken it over."""
    said = update(PrintOrder).where(PrintOrder.id == id_, PrintOrder.maker == maker, PrintOrder.state == "running")
    said = said.values(heard_at=now, **values).returning(PrintOrder.id)
    return await session.scalar(said) is not None


async def keep(session: AsyncSession, id_: str, parts: list[bytes]) -> None:
    """Put the finished file in the place of whatever was there."""
    await session.execute(delete(PrintPart).where(PrintPart.order == id_))
    session.add_all(PrintPart(order=id_, n=n, data=data) for n, data in enumerate(parts))


async def part(session: AsyncSession, id_: str, n: int) -> bytes | None:
    """A piece of the file, counted from 0."""
    return await session.scalar(select(PrintPart.data).where(PrintPart.order == id_, PrintPart.n == n))


async def size(session: AsyncSession, id_: str) -> int:
    """Bytes of the file."""
    return await session.scalar(select(func.sum(func.length(PrintPart.data))).where(PrintPart.order == id_)) or 0


async def clear(session: AsyncSession, now: dt.datetime) -> None:
    """Erase what nobody needs any more."""
    old = or_(
        PrintOrder.created_at < now - KEPT, (PrintOrder.state == "checked") & (PrintOrder.created_at < now - UNSENT)
    )
    await session.execute(delete(PrintOrder).where(old))
