"""The officers: who they are, what each may do for which units, and through which chats they speak."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

from sqlalchemy import DateTime, ForeignKey, String, Table, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.core import core
from bot.storage.tables import Base

Role = Literal["editor", "approver", "duty", "admin"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
EVERYWHERE: Final = "*"  # instead of a unit
AHEAD: Final = "officers' chats"  # where a session keeps them


class OfficerRow(Base):
    """One officer; `name` is short and goes by itself on the command line."""

    __tablename__ = "officers"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    password: Mapped[str | None] = mapped_column(String(200))  # argon2; None: he comes in by a code through the bot
    totp: Mapped[str | None] = mapped_column(String(200))  # the second factor's secret, sealed
    totp_step: Mapped[int] = mapped_column(default=0)  # the last step that was used: a code works once
    disabled_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class OfficerRole(Base):
    """What an officer may do, and where."""

    __tablename__ = "officer_roles"
    officer: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"), primary_key=True)
    role: Mapped[str] = mapped_column(String(10), primary_key=True)
    unit: Mapped[str] = mapped_column(String(48), primary_key=True)  # an id of the pack, or `EVERYWHERE`


class OfficerChat(Base):
    """A chat of a channel that is an officer's own."""

    __tablename__ = "officer_chats"
    channel: Mapped[str] = mapped_column(String(20), primary_key=True)
    chat: Mapped[str] = mapped_column(String(64), primary_key=True)
    officer: Mapped[int] = mapped_column(ForeignKey("officers.id", ondelete="CASCADE"), index=True)
    bound_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


_OWN: Final = cast("Table", OfficerChat.__table__)
CHATS: Final = select(_OWN.c.channel, _OWN.c.chat)


@dataclass(frozen=True, slots=True, kw_only=True)
class Officer:
    """An officer as the rest of the house sees him."""

    id: int
    name: str
    grants: frozenset[tuple[Role, str]]  # (role, unit or `EVERYWHERE`)
    disabled: bool = False
    chats: tuple[tuple[str, str], ...] = ()  # (channel, chat), the latest bound first

    def may(self, role: Role, unit: str | None) -> bool:
        """Whether he has this role for this unit; an administrator may all that anyone may, a disabled one nothing.

        `unit` None or `EVERYWHERE`: for whatever concerns no single unit, he must have the role everywhere.
        """
        where = {unit or EVERYWHERE, EVERYWHERE}
        return not self.disabled and any(r in (role, "admin") and u in where for r, u in self.grants)

    def has(self, role: Role) -> bool:
        """Whether he has this role anywhere."""
        return not self.disabled and any(r in (role, "admin") for r, _ in self.grants)


async def by_name(session: AsyncSession, name: str) -> Officer | None:
    """The officer of this short name."""
    row = await session.scalar(select(OfficerRow).where(OfficerRow.name == name))
    return (await _whole(session, [row]))[0] if row else None


async def by_id(session: AsyncSession, id_: int) -> Officer | None:
    """The officer of this number."""
    row = await session.get(OfficerRow, id_)
    return (await _whole(session, [row]))[0] if row else None


async def by_chat(session: AsyncSession, channel: str, chat: str) -> Officer | None:
    """The officer whose own chat this is, unless he is disabled."""
    bound = await session.get(OfficerChat, (channel, chat))
    officer = await by_id(session, bound.officer) if bound else None
    return None if officer is None or officer.disabled else officer


async def own_chats(session: AsyncSession) -> set[tuple[str, str]]:
    """The chats of officers, read once in a session: most of a batch are residents'."""
    if AHEAD not in session.info:
        session.info[AHEAD] = {(channel, chat) for channel, chat in await core(session, CHATS)}
    known: set[tuple[str, str]] = session.info[AHEAD]
    return known


async def everyone(session: AsyncSession) -> list[Officer]:
    """All officers, disabled ones too, by name."""
    return await _whole(session, list(await session.scalars(select(OfficerRow).order_by(OfficerRow.name))))


async def with_role(session: AsyncSession, role: Role, unit: str | None) -> list[Officer]:
    """Who may do this for this unit now; an administrator only where nobody else may."""
    able = [officer for officer in await everyone(session) if officer.may(role, unit)]
    own = [officer for officer in able if any(r == role for r, _ in officer.grants)]
    return own or able


async def _whole(session: AsyncSession, rows: Sequence[OfficerRow]) -> list[Officer]:
    ids = [row.id for row in rows]
    grants: dict[int, set[tuple[Role, str]]] = {id_: set() for id_ in ids}
    for grant in await session.scalars(select(OfficerRole).where(OfficerRole.officer.in_(ids))):
        grants[grant.officer].add((grant.role, grant.unit))  # type: ignore[arg-type]  # only ROLES are written
    chats: dict[int, list[tuple[str, str]]] = {id_: [] for id_ in ids}
    bound = select(OfficerChat).where(OfficerChat.officer.in_(ids)).order_by(OfficerChat.bound_at.desc())
    for chat in await session.scalars(bound):
        chats[chat.officer].append((chat.channel, chat.chat))
    return [
        Officer(
            id=row.id, name=row.name, grants=frozenset(grants[row.id]), disabled=row.disabled_at is not None,
            chats=tuple(chats[row.id]),
        )
        for row in rows
    ]  # fmt: skip
