"""Sheets of printed codes: a list in, a PDF out that has been read back; bad rows told, good ones printed."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from bot.dialogue.targets import BULLETIN
from bot.errors import WrongInput
from bot.office.codes import By, Codes, Issued, state_of, today
from bot.office.landing import Landing
from bot.office.sheet_words import CardWords, card_words, unit_names
from bot.storage.codes import Wanted
from bot.storage.database import Database
from content.pack import Pack
from content.schema import Lang
from content.texts import texts
from content.values import fold
from qr import rows
from qr.codes import is_test
from qr.delimited import BadRow, Head, WrongFile
from qr.kinds import LABELS, Kind
from qr.rows import Row

if TYPE_CHECKING:  # what draws and reads back is imported when an order is printed: every other command starts sooner
    from qr.sheets import Sheet, Written
    from qr.sheets.layout import Layout

TOGETHER: Final = 500  # rows whose codes are made in one transaction: a killed run goes on where it was
MOST_WRONG: Final = 1000  # bad rows that are kept to be told; more of them are only counted
LONGEST_CAPTION: Final = 500
Progress = Callable[[int, int], None]  # rows done, rows that can be read


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be printed."""

    kind: Kind
    target: str
    csv: Path
    unit: str = ""  # of the rows that name none
    campaign: str = ""
    labels: str = "L7160"
    only: str | None = None  # the `ref` of the one card to print again
    caption: str = ""  # instead of the name of what the codes open
    lang: Lang = "vi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrong:
    """One row that was not printed."""

    line: int
    ref: str
    error: str  # the key of its words
    message: str  # what is wrong and what to write instead
    item: str = ""  # whose number is to be confirmed first


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """What came of an order."""

    written: Written | None  # None: no row could be printed, and there is no file
    checked: int  # cards that were read back
    wrong: Sequence[Wrong]
    wrong_count: int
    moved: int  # cards whose code opens something else today than what was ordered
    head: Head
    test: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """An order whose rows can be read now."""

    order: Order  # its target in its one spelling
    head: Head
    layout: Layout
    words: CardWords


class NoNumber(WrongInput):
    """A board needs a number to call, and nobody has confirmed one yet."""

    def __init__(self, item: str) -> None:
        super().__init__(_say("qr.sheet.no_phone", item=item))
        self.item = item  # whose number is to be confirmed


class Sheets:
    """The printing desk of one house."""

    def __init__(self, database: Database, pack: Pack, codes: Codes, public_url: str) -> None:
        self._database = database
        self._pack = pack
        self._codes = codes
        self._public_url = public_url.rstrip("/")
        self._landing = Landing(database, pack, {}, public_url)
        self._unit_names = unit_names(pack)

    async def write(self, order: Order, out: Path, *, by: By, progress: Progress = lambda *_: None) -> Printed:
        """Print an order into a file, which is replaced when the new one is whole and was read back.

        A row that was printed for this campaign and target before keeps its code. `WrongInput`, `WrongTarget`,
        `NotAllowed`.
        """
        from qr import decoded
        from qr.sheets import Sheet

        ready = await self.prepared(order)
        order, layout, words = ready.order, ready.layout, ready.words
        total = await asyncio.to_thread(lambda: sum(isinstance(row, Row) for row in self.rows(ready)))
        run = _Run(ready, lambda done: progress(done, total))
        async with beside(out) as part:
            sheet = Sheet(part, words.sheet, layout)
            every = self.rows(ready)
            while batch := await asyncio.to_thread(lambda: list(islice(every, TOGETHER))):
                good = run.sorted(batch)
                if good:
                    issued = await self._codes.issue_all([run.wanted(row) for row in good], by=by)
                    await asyncio.to_thread(run.draw, sheet, good, issued)
            if not sheet.cards:
                if order.only is not None and not run.wrong:
                    raise WrongInput(_say("qr.sheet.no_such_ref", ref=order.only[:60], file=order.csv.name))
                return run.printed(None, is_test(self._public_url))
            written = await asyncio.to_thread(sheet.save)
            links = run.to_read()
            bad = await asyncio.to_thread(decoded.unreadable, part, layout, links)
            if bad:
                raise WrongInput(_say("qr.sheet.unreadable", count=len(bad), first=bad[0]))
            await asyncio.to_thread(os.replace, part, out)
        return run.printed(written, is_test(self._public_url))

    async def prepared(self, order: Order) -> Ready:
        """An order with all that can be said before its rows are read; `WrongInput`, `WrongTarget`, `NoNumber`."""
        from qr.sheets import layout_of

        order = replace(order, target=await self._checked(order))
        found = await asyncio.to_thread(_head, order.csv)
        layout = layout_of(order.kind, order.labels)
        words = await self.words(order)
        if layout.needs_phone and order.target.startswith("hotline:") and not words.phone(""):
            raise NoNumber(words.wanted_number(""))
        return Ready(order=order, head=found, layout=layout, words=words)

    async def words(self, order: Order) -> CardWords:
        """The words of its cards, as they are today."""
        async with self._database.reading() as session:
            return await card_words(
                session, self._pack, self._landing, target=order.target, caption=order.caption, lang=order.lang,
                public_url=self._public_url,
            )  # fmt: skip

    def rows(self, ready: Ready) -> Iterator[Row | BadRow]:
        """Every row that is to be printed, and those that cannot be."""
        order = ready.order
        for row in rows.read(order.csv, ready.head, lambda words: self._unit_names.get(fold(words)), unit=order.unit):
            if order.only is not None and row.ref != order.only:
                continue
            if isinstance(row, Row) and ready.layout.needs_phone and not ready.words.phone(row.unit):
                item = ready.words.wanted_number(row.unit)
                yield BadRow(line=row.line, key="qr.row.no_phone", fields={"item": item}, ref=row.ref)
            else:
                yield row

    async def _checked(self, order: Order) -> str:
        """The target in its one spelling, once all that can be said before the list is read is right."""
        target = await self._codes.check(order.target)
        if order.kind == "bulletin-poster" and not BULLETIN.fullmatch(target):
            raise WrongInput(_say("qr.sheet.bulletin_only", target=target))
        if order.labels not in LABELS:
            raise WrongInput(_say("qr.sheet.labels", labels=order.labels[:40], known=", ".join(LABELS)))
        if order.unit and order.unit not in self._pack.units:
            raise WrongInput(_say("qr.unit.unknown", unit=order.unit[:60], units=", ".join(self._pack.units)))
        if len(order.caption) > LONGEST_CAPTION:
            raise WrongInput(_say("qr.too_long", field="caption", most=LONGEST_CAPTION))
        return target


class _Run:
    """One order being printed."""

    def __init__(self, ready: Ready, told: Callable[[int], None]) -> None:
        self._order, self._words, self._head, self._told = ready.order, ready.words, ready.head, told
        self.wrong: list[Wrong] = []
        self._wrong_count = self._moved = self._done = 0
        self._links: dict[int, str] = {}
        self._last = (0, "")

    def sorted(self, batch: Sequence[Row | BadRow]) -> list[Row]:
        """The rows that can be printed; the others are kept as wrong."""
        good = []
        for row in batch:
            if isinstance(row, BadRow):
                self._bad(row)
            else:
                good.append(row)
        return good

    def wanted(self, row: Row) -> Wanted:
        """The code of a row."""
        return Wanted(
            target=self._order.target, unit=row.unit, group=row.group, campaign=self._order.campaign, label=row.label,
            ref=row.ref,
        )  # fmt: skip

    def draw(self, sheet: Sheet, batch: Sequence[Row], issued: Sequence[Issued]) -> None:
        """Draw these rows, except those whose code opens nothing any more."""
        from qr import decoded

        for row, code in zip(batch, issued, strict=True):
            if (state := state_of(code, today())) in {"revoked", "expired"}:
                self._bad(BadRow(line=row.line, key=f"qr.row.{state}", fields={"code": code.code}, ref=row.ref))
                continue
            try:
                sheet.add(self._words.card(row, code))
            except ValueError as error:
                raise WrongInput(_say("qr.sheet.link", why=error)) from error
            self._moved += code.target != self._order.target
            self._last = (sheet.cards, code.link)
            if decoded.is_read(sheet.cards, last=False):
                self._links[sheet.cards] = code.link
        self._done += len(batch)
        self._told(self._done)

    def to_read(self) -> dict[int, str]:
        """The cards to be read back: their number on the sheet, and their link."""
        return self._links | dict([self._last])

    def printed(self, written: Written | None, test: bool) -> Printed:
        """What came of it."""
        return Printed(
            written=written, checked=len(self.to_read()) if written else 0,
            wrong=sorted(self.wrong, key=lambda row: row.line),
            wrong_count=self._wrong_count, moved=self._moved, head=self._head, test=test,
        )  # fmt: skip

    def _bad(self, row: BadRow) -> None:
        self._wrong_count += 1
        if len(self.wrong) < MOST_WRONG:
            self.wrong.append(wrong_of(row))


def wrong_of(row: BadRow) -> Wrong:
    """A bad row, in words."""
    item = str(row.fields["item"]) if row.key == "qr.row.no_phone" else ""
    return Wrong(line=row.line, ref=row.ref[:60], error=row.key, message=_say(row.key, **row.fields), item=item)


def _head(file: Path) -> Head:
    try:
        return rows.head(file)
    except WrongFile as why:
        raise WrongInput(_say(why.key, **why.fields)) from why
    except OSError as error:
        raise WrongInput(_say("sheet.unreadable", file=file, why=error.strerror or error)) from error


@asynccontextmanager
async def beside(out: Path) -> AsyncIterator[Path]:
    """A file beside the one to be written, gone at the end if nobody has put it there."""
    part = out.with_name(f".{out.name}.{os.getpid()}.part")
    try:
        part.touch()
    except OSError as error:
        raise WrongInput(_say("sheet.unwritable", file=out, why=error.strerror or error)) from error
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _say(key: str, /, **fields: object) -> str:
    return texts("vi")(key, **fields)
