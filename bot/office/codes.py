"""Printed codes as officers handle them: issued, aimed anew, revoked, listed, and what a typed one is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from bot.dialogue import targets
from bot.errors import NotAllowed, WrongInput, WrongTarget
from bot.storage import audit
from bot.storage import codes as stored
from bot.storage.codes import Code, Scanned, Wanted
from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.officers import Officer
from bot.storage.published import PublishedInDatabase
from content.corrections import VIETNAM
from content.pack import Pack
from content.texts import texts
from qr import codes

State = Literal["good", "early", "expired", "revoked", "unknown", "mistyped"]
By = Officer | str  # an officer, or `audit.SHELL`
LONGEST: Final = {"group": 60, "campaign": 60, "label": 300, "ref": 80}  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A printed code, as the rest of the house sees it."""

    serial: int
    code: str  # as it is printed: nine characters
    link: str  # exactly what the square says
    short: str  # what people type
    target: str
    unit: str  # an id of the pack, or "" for the whole locality
    group: str
    campaign: str
    label: str
    ref: str | None
    valid_from: dt.date | None
    valid_until: dt.date | None
    revoked_at: dt.datetime | None
    created_at: dt.datetime
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """What a code is today."""

    state: State
    issued: Issued | None = None  # None where it is mistyped or unknown


class Codes:
    """The printed codes of one house."""

    def __init__(self, database: Database, pack: Pack, public_url: str) -> None:
        self._database = database
        self._pack = pack
        self._public_url = public_url.rstrip("/")
        self._key: bytes | None = None

    async def issue(self, wanted: Wanted, *, by: By) -> Issued:
        """One new code; the one it has, where its `ref` was printed for this campaign and target before."""
        return (await self.issue_all([wanted], by=by))[0]

    async def issue_all(self, wanted: Sequence[Wanted], *, by: By) -> list[Issued]:
        """A code for each, in their order, all or none. `WrongTarget`, `WrongInput`, `NotAllowed`."""
        async with self._database.unit_of_work() as session:
            aims = {w.target: await self._aim(session, w.target) for w in {w.target: w for w in wanted}.values()}
            rows = [self._checked(replace(w, target=aims[w.target])) for w in wanted]
            for unit in sorted({row.unit for row in rows}):
                _allow(by, unit)
            key = await stored.key(session)
            made = await stored.issue(session, rows, by=_name(by))
            detail = {"codes": len(made), "campaigns": sorted({row.campaign for row in rows})}
            for target in sorted(set(aims.values())):
                audit.log(session, by=_name(by), action="qr.issue", subject=f"target:{target}"[:80], detail=detail)
            return [self.issued(code, key) for code in made]

    async def retarget(self, typed: str, target: str, *, by: By) -> Issued:
        """Let a printed code open something else from now on; paper stays as it is."""
        async with self._database.unit_of_work() as session:
            code = await self._own(session, typed)
            _allow(by, code.unit)
            before, aim = code.target, await self._aim(session, target)
            if aim != before:
                await stored.aim(session, code, aim, by=_name(by))
                detail = {"before": before, "after": aim}
                audit.log(session, by=_name(by), action="qr.retarget", subject=f"code:{code.serial}", detail=detail)
            return self.issued(code, await stored.key(session))

    async def revoke(self, typed: Sequence[str], *, by: By) -> list[Issued]:
        """Let these open nothing any more; whoever scans one reads so, and where to turn. All or none."""
        async with self._database.unit_of_work() as session:
            found = [await self._own(session, each) for each in typed]
            for code in found:
                _allow(by, code.unit)
            new = [code.serial for code in found if code.revoked_at is None]
            await stored.revoke(session, new, dt.datetime.now(dt.UTC), by=_name(by))
            for serial in new:
                audit.log(session, by=_name(by), action="qr.revoke", subject=f"code:{serial}")
            await session.flush()
            for code in found:
                await session.refresh(code)
            key = await stored.key(session)
            return [self.issued(code, key) for code in found]

    async def look(self, typed: str) -> Looked:
        """What a typed or scanned code is today; a whole link is read too. Nothing is counted."""
        try:
            serial = codes.serial_of(code_in(typed), await self.key())
        except codes.Mistyped:
            return Looked(state="mistyped")
        except codes.Unknown:
            return Looked(state="unknown")
        async with self._database.reading() as session:
            code = await stored.one(session, serial)
        if code is None:
            return Looked(state="unknown")
        return Looked(state=state_of(code, today()), issued=self.issued(code, await self.key()))

    async def listed(
        self,
        *,
        unit: str | None = None,
        group: str | None = None,
        campaign: str | None = None,
        target: str | None = None,
        never_scanned: bool = False,
        most: int | None = None,
    ) -> list[Issued]:
        """The codes that fit, in the order of their making."""
        key = await self.key()
        async with self._database.reading() as session:
            found = await stored.listed(
                session, unit=unit, group=group, campaign=campaign, target=target, never_scanned=never_scanned,
                most=most,
            )  # fmt: skip
        return [self.issued(code, key) for code, _ in found]

    async def scanned(
        self,
        *,
        unit: str | None = None,
        campaign: str | None = None,
        since: dt.date | None = None,
        until: dt.date | None = None,
    ) -> list[Scanned]:
        """Scans by day and channel, per campaign, unit and tổ; never per household."""
        async with self._database.reading() as session:
            return await stored.scanned(session, unit=unit, campaign=campaign, since=since, until=until)

    async def check(self, target: str) -> str:
        """The target in its one spelling; `WrongTarget` with a guess where it leads nowhere."""
        async with self._database.reading() as session:
            return await self._aim(session, target)

    async def key(self) -> bytes:
        """The key of the printed codes; made once, and read once by each process."""
        if self._key is None:
            async with self._database.unit_of_work() as session:
                self._key = await stored.key(session)
        return self._key

    async def _aim(self, session: AsyncSession, words: str) -> str:
        say = texts("vi")
        if words.strip().lower() in targets.RESERVED:
            raise WrongTarget(say("qr.target.reserved", target=words.strip()))
        target = targets.read(words, self._pack)
        if target is None:
            near = targets.guess(words, self._pack)
            hint = say("qr.target.guess", guess=near) if near else say("qr.target.forms")
            raise WrongTarget(say("qr.target.unknown", target=words.strip()[:120], hint=hint))
        if targets.BULLETIN.fullmatch(target):
            number = int(target.partition(":")[2])
            if await PublishedInDatabase(session).one(number) is None:
                raise WrongTarget(say("qr.target.no_bulletin", number=number))
        return target

    def _checked(self, wanted: Wanted) -> Wanted:
        if wanted.unit and wanted.unit not in self._pack.units:
            units = ", ".join(self._pack.units)
            raise WrongInput(texts("vi")("qr.unit.unknown", unit=wanted.unit[:60], units=units))
        for name, most in LONGEST.items():
            if len(getattr(wanted, name) or "") > most:
                raise WrongInput(texts("vi")("qr.too_long", field=name, most=most))
        if wanted.valid_from and wanted.valid_until and wanted.valid_until < wanted.valid_from:
            raise WrongInput(texts("vi")("qr.validity"))
        return wanted

    async def _own(self, session: AsyncSession, typed: str) -> Code:
        say, shown = texts("vi"), typed.strip()[:60]
        try:
            serial = codes.serial_of(code_in(typed), await stored.key(session))
        except codes.Mistyped as error:
            raise WrongInput(say("qr.code.mistyped", code=shown)) from error
        except codes.Unknown as error:
            raise WrongInput(say("qr.code.unknown", code=shown)) from error
        code = await stored.one(session, serial)
        if code is None:
            raise WrongInput(say("qr.code.unknown", code=shown))
        return code

    def issued(self, code: Code, key: bytes) -> Issued:
        """A row as the rest of the house sees it."""
        printed = codes.code_of(code.serial, key)
        return Issued(
            serial=code.serial, code=printed, link=codes.link_of(printed, self._public_url),
            short=codes.short_of(printed, self._public_url), target=code.target, unit=code.unit, group=code.group,
            campaign=code.campaign, label=code.label, ref=code.ref, valid_from=code.valid_from,
            valid_until=code.valid_until, revoked_at=code.revoked_at and utc(code.revoked_at),
            created_at=utc(code.created_at), by=code.by,
        )  # fmt: skip


def state_of(code: Code | Issued, day: dt.date) -> State:
    """Whether a code opens something on a day."""
    if code.revoked_at:
        return "revoked"
    if code.valid_from and day < code.valid_from:
        return "early"
    return "expired" if code.valid_until and day > code.valid_until else "good"


def code_in(typed: str) -> str:
    """The code in what was typed: the code alone, or the end of its link."""
    _, found, tail = typed.strip().lower().rpartition("/q/")
    return tail.partition("?")[0].partition("#")[0] if found else typed


def today() -> dt.date:
    """The day, as people here count days."""
    return dt.datetime.now(VIETNAM).date()


def never_scanned_by_group(found: Iterable[Issued]) -> dict[tuple[str, str, str], int]:
    """How many of these codes there are in each campaign, unit and tổ."""
    counts: dict[tuple[str, str, str], int] = {}
    for each in found:
        place = (each.campaign, each.unit, each.group)
        counts[place] = counts.get(place, 0) + 1
    return counts


def _allow(by: By, unit: str) -> None:
    """Editors print for their unit; `NotAllowed`."""
    if isinstance(by, Officer) and not by.may("editor", unit or None):
        raise NotAllowed("qr.not_allowed", unit=unit or "*")


def _name(by: By) -> str:
    return by.name if isinstance(by, Officer) else by
