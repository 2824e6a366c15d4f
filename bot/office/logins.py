"""Officers come in: by password and second factor, or by a code that the bot sends; sessions; the count of guesses.

Nothing here tells whether a name is an officer's: an unknown one is counted, locked and compared just the same.
"""

from __future__ import annotations

import datetime as dt
import hmac
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel, Say
from bot.dialogue.saying import queue
from bot.errors import Refused
from bot.office import passwords
from bot.office.access import Access, named
from bot.office.keys import Keys
from bot.storage import access, audit, officers, queues
from bot.storage.access import LoginCode, SessionRow
from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.officers import Officer, OfficerRow
from content.texts import texts
from handlers.contract import Reply, Section

IDLE: Final = dt.timedelta(hours=12)
LONGEST: Final = dt.timedelta(days=7)
SEEN: Final = dt.timedelta(minutes=5)  # so often is written down that a session is in use
CODE_HOLDS: Final = dt.timedelta(minutes=5)
CODE_TRIES: Final = 5
CODES_AN_HOUR: Final = 5  # to one officer
FREE: Final = 4  # wrong passwords that cost nothing but the try
LOCKS: Final = (1, 2, 5, 15, 60)  # minutes, for each one more
REMEMBERED: Final = dt.timedelta(hours=24)  # wrong passwords of a name, since the last
AN_ADDRESS: Final = (40, dt.timedelta(minutes=15))  # tries of all kinds; an office may share one address


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """An officer in a browser."""

    officer: Officer
    session: str  # the session as it stands in the database
    token: str  # what every form of this session carries


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One browser in which an officer is signed in, as he sees it."""

    device: str
    since: dt.datetime
    seen_at: dt.datetime
    this: bool


def lock_of(tries: int) -> dt.timedelta:
    """How long a name is locked after so many wrong passwords on end."""
    return dt.timedelta(minutes=LOCKS[min(tries - FREE, len(LOCKS)) - 1] if tries > FREE else 0)


class Logins:
    """The doors of one house."""

    def __init__(self, database: Database, keys: Keys, doors: Access, channels: Mapping[str, Channel]) -> None:
        self._database = database
        self._keys = keys
        self._access = doors
        self._channels = channels

    async def by_password(self, name: str, password: str, code: str, *, address: str, device: str) -> str:
        """A new session's cookie; `Refused` in the same words whatever was wrong."""
        row = await self._tried(name, address)
        right = await passwords.matches(password, row.password if row else None)
        secret = self._keys.open("totp", row.totp) if row and row.totp else None
        if row is None or secret is None or row.disabled_at is not None or not right:
            raise Refused("console.login.wrong")
        step = passwords.step_of(secret, code, dt.datetime.now(dt.UTC), after=row.totp_step)
        async with self._database.unit_of_work() as session:
            current = await session.get(OfficerRow, row.id, with_for_update=True)
            if current is None or current.disabled_at is not None or step is None or step <= current.totp_step:
                raise Refused("console.login.wrong")  # a code works once, in whichever of two browsers comes first
            current.totp_step = step
            return await self._opened(session, current, device, how="password")

    async def send_code(self, name: str, *, address: str) -> None:
        """Let the bot send a code to this officer's chat; where there is none nothing happens, and nobody is told."""
        now, code = dt.datetime.now(dt.UTC), f"{secrets.randbelow(10**6):06d}"
        async with self._database.unit_of_work() as session:
            await self._of_address(session, address, now)
            asked = "code:" + self._access.guesses_of(name)[-64:]
            row = await named(session, name)
            officer = await officers.by_id(session, row.id) if row else None
            chats = [chat for chat in officer.chats if chat[0] in self._channels] if officer else []
            if await access.guessed(session, asked, now, dt.timedelta(hours=1)) > CODES_AN_HOUR:
                return
            if officer is None or officer.disabled or not chats:
                return
            hashed = self._keys.hash("login", f"{officer.id}:{code}")
            await session.merge(LoginCode(officer=officer.id, code=hashed, tries=0, expires_at=now + CODE_HOLDS))
            self._say_code(session, chats[0], code, now)

    async def by_code(self, name: str, code: str, *, address: str, device: str) -> str:
        """A new session's cookie, for the code that the bot sent; it works once."""
        now, cookie = dt.datetime.now(dt.UTC), None
        async with self._database.unit_of_work() as session:
            await self._of_address(session, address, now)
            row = await named(session, name)
            sent = await session.get(LoginCode, row.id, with_for_update=True) if row else None
            if row and sent and row.disabled_at is None and utc(sent.expires_at) > now:
                sent.tries += 1
                typed = self._keys.hash("login", f"{row.id}:{''.join(code.split())}")
                if sent.tries <= CODE_TRIES and hmac.compare_digest(typed, sent.code):
                    await session.delete(sent)
                    cookie = await self._opened(session, row, device, how="code")
        if cookie is None:  # after the transaction, so that the try is counted
            raise Refused("console.code.wrong")
        return cookie

    async def enter(self, officer: int, *, device: str) -> str:
        """A session for whoever has just accepted an invitation."""
        async with self._database.unit_of_work() as session:
            row = await session.get(OfficerRow, officer)
            if row is None or row.disabled_at is not None:
                raise Refused("console.login.wrong")
            return await self._opened(session, row, device, how="invitation")

    async def signed_in(self, cookie: str) -> SignedIn | None:
        """The officer behind a cookie, while his session holds."""
        now, hashed = dt.datetime.now(dt.UTC), self._keys.hash("session", cookie)
        async with self._database.reading() as session:
            row = await session.get(SessionRow, hashed)
            if row is None or utc(row.expires_at) <= now or utc(row.seen_at) <= now - IDLE:
                return None
            officer = await officers.by_id(session, row.officer)
        if officer is None or officer.disabled:
            return None
        if utc(row.seen_at) < now - SEEN:
            async with self._database.unit_of_work() as session:
                if seen := await session.get(SessionRow, hashed):
                    seen.seen_at = now
        return SignedIn(officer=officer, session=hashed, token=self.token(cookie))

    def token(self, cookie: str) -> str:
        """What the forms of a browser with this cookie carry, so that no other site can send them."""
        return self._keys.hash("form", cookie)

    async def seats(self, signed: SignedIn) -> Sequence[Seat]:
        """Where he is signed in."""
        async with self._database.reading() as session:
            rows = await access.sessions_of(session, signed.officer.id, dt.datetime.now(dt.UTC), IDLE)
        return [
            Seat(
                device=row.device, since=utc(row.created_at), seen_at=utc(row.seen_at),
                this=row.token == signed.session,
            )
            for row in rows
        ]  # fmt: skip

    async def end(self, signed: SignedIn, *, everywhere: bool = False) -> None:
        """Sign out here, or everywhere."""
        async with self._database.unit_of_work() as session:
            if everywhere:
                await access.end_sessions(session, signed.officer.id)
            else:
                await session.execute(delete(SessionRow).where(SessionRow.token == signed.session))
            detail, subject = {"everywhere": everywhere}, f"officer:{signed.officer.name}"
            audit.log(session, by=signed.officer.name, action="officer.leave", subject=subject, detail=detail)

    async def choose_password(
        self, signed: SignedIn, *, old: str, new: str, secret: str, code: str, address: str
    ) -> None:
        """Another password and second factor; his other sessions end. `old` where he has a password."""
        officer = signed.officer
        passwords.check(new, officer.name)
        step = passwords.step_of(secret, code, dt.datetime.now(dt.UTC))
        if step is None:
            raise Refused("console.totp.wrong")
        if await self.has_password(officer):
            row = await self._tried(officer.name, address)
            if not await passwords.matches(old, row.password if row else None):
                raise Refused("console.password.old_wrong")
        kept = await passwords.hashed(new)
        async with self._database.unit_of_work() as session:
            current = await session.get(OfficerRow, officer.id, with_for_update=True)
            if current is None or current.disabled_at is not None:
                raise Refused("console.login.wrong")
            current.password, current.totp, current.totp_step = kept, self._keys.seal("totp", secret), step
            await access.end_sessions(session, officer.id, except_for=signed.session)
            await access.forgive(session, self._access.guesses_of(officer.name))
            subject = f"officer:{officer.name}"
            audit.log(session, by=officer.name, action="officer.password", subject=subject)

    async def has_password(self, officer: Officer) -> bool:
        """Whether he comes in by a password."""
        async with self._database.reading() as session:
            row = await session.get(OfficerRow, officer.id)
            return row is not None and row.password is not None

    async def _tried(self, name: str, address: str) -> OfficerRow | None:
        """Count a try before its password is looked at, so that many at once are no more than one after another."""
        now, guesses = dt.datetime.now(dt.UTC), self._access.guesses_of(name)
        async with self._database.unit_of_work() as session:
            await self._of_address(session, address, now)
            row = await named(session, name)
            if counted := await access.guesses(session, guesses, now):
                tries, until = counted
                lock = lock_of(tries)
                left = until - REMEMBERED + lock - now
                if lock and left > dt.timedelta(0):
                    raise Refused("console.login.locked", minutes=int(left.total_seconds() // 60) + 1)
            tries = await access.guessed(session, guesses, now, REMEMBERED, renew=True)
            if lock_of(tries) and row:
                detail = {"tries": tries}
                audit.log(
                    session, by=audit.MACHINE, action="officer.locked", subject=f"officer:{row.name}", detail=detail
                )
        return row

    async def _of_address(self, session: AsyncSession, address: str, now: dt.datetime) -> None:
        most, length = AN_ADDRESS
        key = "address:" + self._keys.hash("address", address)
        if await access.guessed(session, key, now, length) > most:
            raise Refused("console.login.busy", minutes=int(length.total_seconds() // 60))

    async def _opened(self, session: AsyncSession, row: OfficerRow, device: str, *, how: str) -> str:
        now, cookie = dt.datetime.now(dt.UTC), secrets.token_urlsafe(32)
        await access.tidy(session, now, IDLE)
        await access.forgive(session, self._access.guesses_of(row.name))
        session.add(
            SessionRow(
                token=self._keys.hash("session", cookie), officer=row.id, device=device[:60], created_at=now,
                seen_at=now, expires_at=now + LONGEST,
            )
        )  # fmt: skip
        audit.log(session, by=row.name, action="officer.enter", subject=f"officer:{row.name}", detail={"how": how})
        return cookie

    def _say_code(self, session: AsyncSession, chat: tuple[str, str], code: str, now: dt.datetime) -> None:
        say = texts("vi")
        words = say("console.code.said", code=code, minutes=int(CODE_HOLDS.total_seconds() // 60))
        reply = Reply(kind="smalltalk", sections=(Section(lines=(words,)),))
        says = [Say(channel=chat[0], chat=chat[1], reply=reply)]
        queue(session, self._channels, says, lane=queues.URGENT, kept=CODE_HOLDS, now=now)
