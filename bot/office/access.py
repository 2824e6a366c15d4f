"""Who is an officer: invite, let in the first time, disable. Each deed is one transaction and stands in the log."""

from __future__ import annotations

import datetime as dt
import re
import secrets
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowed, Refused
from bot.office import passwords
from bot.office.keys import Keys, new_code, plain
from bot.storage import access, audit, officers
from bot.storage.access import Invitation, LoginCode, SessionRow
from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.officers import EVERYWHERE, ROLES, Officer, OfficerChat, OfficerRole, OfficerRow, Role
from content.pack import Pack

INVITED: Final = dt.timedelta(days=7)  # an invitation holds
CODE_HOLDS: Final = dt.timedelta(minutes=30)  # a code to bind one more chat
NAME: Final = re.compile(r"[^\W_](?:[\w .\-]{0,38}[\w.])?")
RESERVED: Final = {audit.SHELL, audit.MACHINE}
ADDRESS: Final = "/can-bo"

By = Officer | Literal["shell"]  # whoever has the shell is the administrator


@dataclass(frozen=True, slots=True, kw_only=True)
class Invited:
    """What the officer gets in hand; nothing of it can be read again."""

    name: str
    grants: tuple[tuple[Role, str], ...]
    link: str
    code: str
    expires_at: dt.datetime

    @property
    def start(self) -> str:
        """What a deep link into the bot carries."""
        return f"o-{plain(self.code)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enrolment:
    """A second factor that nobody has confirmed yet: it lives in the page that shows it."""

    secret: str
    sealed: str
    link: str  # to be drawn as a square


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An officer as an administrator sees him."""

    officer: Officer
    password: bool
    invited: bool  # an invitation is open
    seen_at: dt.datetime | None  # in a session that still stands


class Access:
    """The officers of one house."""

    def __init__(self, database: Database, pack: Pack, keys: Keys, public_url: str) -> None:
        self._database = database
        self._pack = pack
        self._keys = keys
        self._public_url = public_url.rstrip("/")

    async def invite(self, *, name: str, roles: Sequence[str], units: Sequence[str], by: By) -> Invited:
        """An officer, new or known, gets roles for units, and a way in; named in `--by` he may be at once."""
        wanted = self._grants(roles, units)
        name = _name(name)
        now = dt.datetime.now(dt.UTC)
        for role, unit in wanted:
            if by != audit.SHELL and not by.may("admin", unit):
                raise _not_allowed(role, unit)
        async with self._database.unit_of_work() as session:
            row = await named(session, name)
            if row is None:
                row = OfficerRow(name=name, created_at=now)
                session.add(row)
                await session.flush()
            else:
                _above(by, await _officer(session, row))
            if row.disabled_at is not None:  # whoever comes back begins anew
                row.disabled_at = row.password = row.totp = None
            for role, unit in wanted:
                await session.merge(OfficerRole(officer=row.id, role=role, unit=unit))
            detail = {"grants": [f"{role}:{unit}" for role, unit in wanted]}
            audit.log(session, by=who(by), action="officer.invite", subject=_subject(row), detail=detail)
            return await self._invited(session, row, now)

    async def acting(self, name: str) -> Officer:
        """The officer whom `--by` names; `Refused` where there is none, or he is disabled."""
        async with self._database.reading() as session:
            officer = await officers.by_name(session, name)
        if officer is None or officer.disabled:
            raise Refused("console.officer.unknown", name=name)
        return officer

    async def everyone(self) -> list[Account]:
        """All officers, by name."""
        now = dt.datetime.now(dt.UTC)
        async with self._database.reading() as session:
            everyone = await officers.everyone(session)
            rows = {row.id: row for row in await session.scalars(select(OfficerRow))}
            open_ = set(
                await session.scalars(
                    select(Invitation.officer).where(Invitation.expires_at > now, Invitation.link.is_not(None))
                )
            )
            last = select(SessionRow.officer, func.max(SessionRow.seen_at)).group_by(SessionRow.officer)
            seen = {officer: utc(at) for officer, at in await session.execute(last)}
        return [
            Account(
                officer=officer, password=rows[officer.id].password is not None, invited=officer.id in open_,
                seen_at=seen.get(officer.id),
            )
            for officer in everyone
        ]  # fmt: skip

    async def disable(self, name: str, *, by: By) -> None:
        """He is out: no session, invitation or code holds any more, and his chats are nobody's. His deeds stay."""
        async with self._database.unit_of_work() as session:
            row = await self._known(session, name)
            _above(by, await _officer(session, row))
            if by != audit.SHELL and by.id == row.id:
                raise Refused("console.officer.yourself")
            row.disabled_at = row.disabled_at or dt.datetime.now(dt.UTC)
            await access.end_sessions(session, row.id)
            await access.withdraw(session, row.id)
            await session.execute(delete(OfficerChat).where(OfficerChat.officer == row.id))
            audit.log(session, by=who(by), action="officer.disable", subject=_subject(row))

    async def reset(self, name: str, *, by: By, chats: bool = False) -> Invited:
        """His second factor and sessions end, with `chats` his chats too (the phone is lost); he comes in anew."""
        async with self._database.unit_of_work() as session:
            row = await self._known(session, name)
            _above(by, await _officer(session, row))
            if row.disabled_at is not None:
                raise Refused("console.officer.disabled", name=row.name)
            row.totp = None
            await access.end_sessions(session, row.id)
            await access.withdraw(session, row.id)
            if chats:
                await session.execute(delete(OfficerChat).where(OfficerChat.officer == row.id))
            detail = {"chats": chats}
            audit.log(session, by=who(by), action="officer.reset-totp", subject=_subject(row), detail=detail)
            return await self._invited(session, row, dt.datetime.now(dt.UTC))

    def enrolment(self, name: str, sealed: str = "") -> Enrolment:
        """A second factor to be set up; the one of `sealed`, where the page that showed it comes back."""
        secret = self._keys.open(f"enrol {name}", sealed) or passwords.new_secret()
        kept = self._keys.seal(f"enrol {name}", secret)
        return Enrolment(secret=secret, sealed=kept, link=passwords.square_of(secret, name))

    async def invitation(self, link: str) -> str | None:
        """Whose invitation this is, while it holds."""
        async with self._database.reading() as session:
            found = await self._open(session, link)
            return found[1].name if found else None

    async def accept(self, link: str, *, password: str, secret: str, code: str) -> int:
        """The officer's number: from now on he comes in by this password and this second factor."""
        name = await self.invitation(link)
        if name is None:
            raise Refused("console.invitation.gone")
        passwords.check(password, name)
        step = passwords.step_of(secret, code, dt.datetime.now(dt.UTC))
        if step is None:
            raise Refused("console.totp.wrong")
        kept = await passwords.hashed(password)
        async with self._database.unit_of_work() as session:
            found = await self._open(session, link)
            if found is None:  # somebody used it at this moment
                raise Refused("console.invitation.gone")
            _, row = found
            row.password, row.totp, row.totp_step = kept, self._keys.seal("totp", secret), step
            await access.end_sessions(session, row.id)
            await access.withdraw(session, row.id)
            await access.forgive(session, self.guesses_of(row.name))
            audit.log(session, by=row.name, action="officer.accept", subject=_subject(row))
            return row.id

    async def new_code(self, officer: Officer) -> str:
        """A code by which he binds one more chat."""
        code = new_code()
        async with self._database.unit_of_work() as session:
            await session.execute(
                delete(Invitation).where(Invitation.officer == officer.id, Invitation.link.is_(None))
            )
            session.add(
                Invitation(
                    officer=officer.id, link=None, code=self._keys.hash("bind", plain(code)),
                    expires_at=dt.datetime.now(dt.UTC) + CODE_HOLDS,
                )
            )  # fmt: skip
        return code

    async def code_of(self, link: str) -> str:
        """A code for whoever holds an invitation and would rather bind a chat than choose a password."""
        async with self._database.unit_of_work() as session:
            found = await self._open(session, link)
            if found is None:
                raise Refused("console.invitation.gone")
            code = new_code()
            found[0].code = self._keys.hash("bind", plain(code))
            return code

    async def unbind(self, officer: Officer, channel: str, chat: str) -> None:
        """This chat is no longer his."""
        async with self._database.unit_of_work() as session:
            bound = await session.get(OfficerChat, (channel, chat))
            if bound is None or bound.officer != officer.id:
                return
            await session.delete(bound)
            await session.execute(delete(LoginCode).where(LoginCode.officer == officer.id))
            subject, detail = f"officer:{officer.name}", {"channel": channel}
            audit.log(session, by=officer.name, action="officer.unbind", subject=subject, detail=detail)

    def guesses_of(self, name: str) -> str:
        """Under what the tries of this name are counted, whether it is an officer's or not."""
        return "name:" + self._keys.hash("name", _folded(name))

    async def _invited(self, session: AsyncSession, row: OfficerRow, now: dt.datetime) -> Invited:
        link, code = secrets.token_urlsafe(32), new_code()
        await access.withdraw(session, row.id)
        session.add(
            Invitation(
                officer=row.id, link=self._keys.hash("link", link), code=self._keys.hash("bind", plain(code)),
                expires_at=now + INVITED,
            )
        )  # fmt: skip
        await session.flush()
        grants = tuple(sorted((await _officer(session, row)).grants))
        address = f"{self._public_url}{ADDRESS}/moi/{link}"
        return Invited(name=row.name, grants=grants, link=address, code=code, expires_at=now + INVITED)

    async def _open(self, session: AsyncSession, link: str) -> tuple[Invitation, OfficerRow] | None:
        found = await session.scalar(
            select(Invitation).where(Invitation.link == self._keys.hash("link", link)).with_for_update()
        )
        if found is None or utc(found.expires_at) < dt.datetime.now(dt.UTC):
            return None
        row = await session.get(OfficerRow, found.officer)
        return None if row is None or row.disabled_at is not None else (found, row)

    async def _known(self, session: AsyncSession, name: str) -> OfficerRow:
        row = await named(session, name)
        if row is None:
            raise Refused("console.officer.unknown", name=name[:40])
        return row

    def _grants(self, roles: Sequence[str], units: Sequence[str]) -> list[tuple[Role, str]]:
        known: dict[str, Role] = {role: role for role in ROLES}
        for role in roles:
            if role not in known:
                raise Refused("console.role.unknown", role=role[:40], known=", ".join(ROLES))
        places = [EVERYWHERE if unit in ("all", EVERYWHERE) else unit for unit in units]
        for unit in places:
            if unit != EVERYWHERE and unit not in self._pack.units:
                known_units = ", ".join((*self._pack.units, "all"))
                raise Refused("console.unit.unknown", unit=unit[:48], known=known_units)
        if not roles or not places:
            raise Refused("console.role.none")
        return [(known[role], unit) for role in dict.fromkeys(roles) for unit in dict.fromkeys(places)]


async def named(session: AsyncSession, name: str) -> OfficerRow | None:
    """The officer of this name, however it was written: phones write the first letter large by themselves."""
    wanted = _folded(name)
    for row in await session.scalars(select(OfficerRow)):
        if _folded(row.name) == wanted:
            return row
    return None


def who(by: By) -> str:
    """How `by` stands in the log."""
    return by if isinstance(by, str) else by.name


def grants_of(officer: Officer) -> Iterable[tuple[Role, str]]:
    """What he may, in the order of the roles."""
    return sorted(officer.grants, key=lambda grant: (ROLES.index(grant[0]), grant[1]))


def _name(name: str) -> str:
    words = " ".join(unicodedata.normalize("NFC", name).split())
    if not NAME.fullmatch(words) or words.casefold() in RESERVED:
        raise Refused("console.name.wrong")
    return words


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).split()).casefold()


async def _officer(session: AsyncSession, row: OfficerRow) -> Officer:
    found = await officers.by_id(session, row.id)
    if found is None:
        raise LookupError(f"officer {row.id} is gone within a transaction")
    return found


def _above(by: By, officer: Officer) -> None:
    """Whoever hands out a way in could use it: only one who may already do all that the officer may."""
    if by == audit.SHELL:
        return
    for role, unit in officer.grants:
        if not by.may("admin", unit):
            raise _not_allowed(role, unit)


def _not_allowed(role: Role, unit: str) -> NotAllowed:
    return NotAllowed("console.officer.not_yours", role=role, unit=unit)


def _subject(row: OfficerRow) -> str:
    return f"officer:{row.name}"
