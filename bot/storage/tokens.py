"""The tokens of an account that renews them: encrypted, one row an account, every older pair in its history.

The lease is `refreshing_since`, taken under the row's lock (PostgreSQL) or the one write lock (SQLite): it is valid
for all processes, stands while a call is under way, and shows a process that died at it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from dataclasses import dataclass
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox
from sqlalchemy import DateTime, String, Text, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.tables import Base

HISTORY: Final = 20  # older pairs that are kept, to see what happened
LONG_AGO: Final = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)


class TokenRow(Base):
    """The pair in use. `access` and `refresh` are ciphertext."""

    __tablename__ = "tokens"
    account: Mapped[str] = mapped_column(String(60), primary_key=True)  # "zalo-oa:<app id>"
    oa_id: Mapped[str | None] = mapped_column(String(40))
    access: Mapped[str] = mapped_column(Text)
    refresh: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(default=0)
    expires_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    refreshed_at: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    refreshing_since: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    unsure: Mapped[bool] = mapped_column(default=False)
    gone: Mapped[bool] = mapped_column(default=False)
    failures: Mapped[int] = mapped_column(default=0)
    next_try: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    why: Mapped[str] = mapped_column(String(200), default="")
    seed: Mapped[str | None] = mapped_column(String(64))  # keyed hash of the settings' token that began this row


class OldToken(Base):
    """A pair that was in use, encrypted."""

    __tablename__ = "token_history"
    account: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    access: Mapped[str] = mapped_column(Text)
    refresh: Mapped[str] = mapped_column(Text)
    ended_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """The row in clear, for as long as it is used."""

    oa_id: str | None
    access: str
    refresh: str
    version: int
    expires_at: dt.datetime
    refreshed_at: dt.datetime | None
    refreshing_since: dt.datetime | None
    unsure: bool
    gone: bool
    failures: int
    next_try: dt.datetime | None
    why: str

    def __repr__(self) -> str:  # a token in a traceback is a token in a log
        return f"Grant(oa_id={self.oa_id!r}, version={self.version}, gone={self.gone})"


class TokensInDatabase:
    """The tokens of one account."""

    def __init__(self, database: Database, key: bytes, account: str) -> None:
        self._database = database
        self._box = SecretBox(hashlib.sha256(b"tokens" + key).digest())
        self._seed_key = hashlib.sha256(b"seed" + key).digest()
        self._account = account

    async def current(self, first: str | None = None) -> Grant | None:
        """The stored grant; begun, or begun anew where it is gone, with a refresh token never seen before."""
        async with self._database.reading() as session:
            row = await session.get(TokenRow, self._account)
        if first and self._wants(row, first):
            try:
                async with self._database.unit_of_work() as session:
                    row = await self._locked(session)
                    if self._wants(row, first):
                        row = await self._begun(session, row, first)
            except IntegrityError:  # another process made it at this moment
                return await self.current()
        return self._clear(row) if row else None

    async def begin(self, version: int, now: dt.datetime, lease: dt.timedelta) -> tuple[bool, Grant]:
        """Take the renewal of `version`; a lease that ran out belongs to a process that died, its answer is lost."""
        async with self._database.unit_of_work() as session:
            row = await self._row(session)
            since = _utc(row.refreshing_since)
            taken = row.gone or row.version != version or (since is not None and now < since + lease)
            if not taken:
                row.unsure = row.unsure or since is not None
                row.refreshing_since = now
            return not taken, self._clear(row)

    async def renewed(
        self, version: int, *, access: str, refresh: str, expires_at: dt.datetime, now: dt.datetime
    ) -> Grant:
        """The new pair, the old one's history and the end of the lease, in one transaction."""
        async with self._database.unit_of_work() as session:
            row = await self._row(session)
            if row.version == version:  # else a consent came meanwhile, and its pair is the newer one
                await self._replace(session, row, access, refresh, expires_at, now)
            return self._clear(row)

    async def failed(
        self,
        version: int,
        since: dt.datetime | None,
        *,
        why: str,
        unsure: bool,
        gone: bool,
        next_try: dt.datetime | None,
    ) -> Grant:
        """The end of the lease; the pair stays untouched. Whoever lost the lease meanwhile changes nothing."""
        async with self._database.unit_of_work() as session:
            row = await self._row(session)
            if row.version == version and _utc(row.refreshing_since) == since:
                row.refreshing_since, row.why = None, why[:200]
                row.unsure, row.gone, row.next_try = unsure, gone, next_try
                row.failures += 1
            return self._clear(row)

    async def connected(
        self, *, oa_id: str, access: str, refresh: str, expires_at: dt.datetime, now: dt.datetime
    ) -> Grant:
        """The pair of a new consent, whatever stood before."""
        async with self._database.unit_of_work() as session:
            row = await self._locked(session)
            if row is None:
                row = await self._begun(session, None, refresh)
                row.seed = None
            await self._replace(session, row, access, refresh, expires_at, now)
            row.oa_id = oa_id
            return self._clear(row)

    async def learnt(self, oa_id: str) -> None:
        """The account's id."""
        async with self._database.unit_of_work() as session:
            (await self._row(session)).oa_id = oa_id

    async def revoked(self, why: str, before: dt.datetime) -> None:
        """The consent was taken back at `before`; where a newer one was given since, that counts."""
        async with self._database.unit_of_work() as session:
            row = await self._locked(session)
            if row and (_utc(row.refreshed_at) or LONG_AGO) < before:
                row.gone, row.why, row.refreshing_since = True, why[:200], None

    async def _locked(self, session: AsyncSession) -> TokenRow | None:
        return await session.get(TokenRow, self._account, with_for_update=True)

    async def _row(self, session: AsyncSession) -> TokenRow:
        row = await self._locked(session)
        if row is None:
            raise LookupError(f"no tokens of {self._account}")
        return row

    async def _begun(self, session: AsyncSession, row: TokenRow | None, first: str) -> TokenRow:
        if row is None:
            row = TokenRow(account=self._account, version=0)
            session.add(row)
        row.access, row.refresh, row.seed = self._sealed(""), self._sealed(first), self._seed(first)
        row.version, row.expires_at, row.refreshed_at = row.version + 1, LONG_AGO, None
        _well(row)
        await session.flush()
        return row

    async def _replace(
        self,
        session: AsyncSession,
        row: TokenRow,
        access: str,
        refresh: str,
        expires_at: dt.datetime,
        now: dt.datetime,
    ) -> None:
        session.add(
            OldToken(account=row.account, version=row.version, access=row.access, refresh=row.refresh, ended_at=now)
        )
        row.access, row.refresh = self._sealed(access), self._sealed(refresh)
        row.version, row.expires_at, row.refreshed_at = row.version + 1, expires_at, now
        _well(row)
        kept = select(OldToken.version).where(OldToken.account == row.account).order_by(OldToken.version.desc())
        await session.flush()
        oldest = await session.scalar(kept.offset(HISTORY - 1).limit(1))
        if oldest is not None:
            await session.execute(delete(OldToken).where(OldToken.account == row.account, OldToken.version < oldest))

    def _clear(self, row: TokenRow) -> Grant:
        lost = self._lost(row)
        return Grant(
            oa_id=row.oa_id,
            access="" if lost else self._open(row.access),
            refresh="" if lost else self._open(row.refresh),
            version=row.version,
            expires_at=_utc(row.expires_at) or LONG_AGO,
            refreshed_at=_utc(row.refreshed_at),
            refreshing_since=_utc(row.refreshing_since),
            unsure=row.unsure,
            gone=lost,
            failures=row.failures,
            next_try=_utc(row.next_try),
            why=row.why if row.gone or not lost else "the stored tokens cannot be read with this SECRET_KEY",
        )

    def _wants(self, row: TokenRow | None, first: str) -> bool:
        return row is None or (self._lost(row) and row.seed != self._seed(first))

    def _lost(self, row: TokenRow) -> bool:
        """Gone, or sealed with another SECRET_KEY."""
        try:
            return row.gone or not self._open(row.refresh)
        except CryptoError:
            return True

    def _sealed(self, token: str) -> str:
        return self._box.encrypt(token.encode()).hex()

    def _open(self, sealed: str) -> str:
        return self._box.decrypt(bytes.fromhex(sealed)).decode()

    def _seed(self, first: str) -> str:
        return hmac.new(self._seed_key, first.encode(), hashlib.sha256).hexdigest()


def _well(row: TokenRow) -> None:
    row.refreshing_since, row.next_try, row.why = None, None, ""
    row.unsure, row.gone, row.failures = False, False, 0


def _utc(when: dt.datetime | None) -> dt.datetime | None:
    return utc(when) if when else None
