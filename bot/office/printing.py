"""Printing from the console: a list is looked at, sent, made into a file by a process of its own, and fetched.

State stands in the database: any process shows how far an order is and hands out its file, and one that was left
half-way is taken up by another. Codes that were made stay made; printing again gives the same paper.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, get_args

from bot.errors import NotAllowed, Refused, WrongInput
from bot.office.proofs import Proofs
from bot.office.sheets import NoNumber, Order, Ready, Sheets, wrong_of
from bot.storage import audit
from bot.storage import printing as stored
from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.officers import Officer
from bot.storage.printing import STALE, PrintOrder
from content.schema import Lang
from content.values import fold
from qr.kinds import Kind
from qr.rows import Row

LONGEST: Final = 4 << 20  # bytes of a list
MOST: Final = 20_000  # cards of one order
TOLD: Final = 200  # bad rows that are shown one by one
PART: Final = 512 << 10  # bytes of a piece of the file
ALONE: Final = "1"  # the reference of a card that no list names


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What an officer asks for; `csv` None: one card, with these words."""

    id: str
    kind: Kind
    target: str
    unit: str
    campaign: str
    labels: str
    caption: str
    lang: Lang
    file: str = ""
    csv: bytes | None = None
    label: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """How far an order is."""

    id: str
    order: Order
    file: str
    state: str  # checked, waiting, running, done, failed
    rows: int
    done: int
    found: dict[str, Any]  # wrong, wrong_count, missing, ignored; once it is made: cards, pages, checked, cut, moved
    why: str
    created_at: dt.datetime

    @property
    def wrong(self) -> Sequence[dict[str, Any]]:
        """The bad rows: line, ref, error, message, and of a missing number its item."""
        return list(self.found.get("wrong", ()))


class Printing:
    """The orders of one house."""

    def __init__(self, database: Database, desk: Sheets, proofs: Proofs) -> None:
        self._database = database
        self._desk = desk
        self._proofs = proofs
        self.some = asyncio.Event()  # something may have to be made

    async def check(self, wanted: Request, *, by: Officer) -> None:
        """Look at an order and keep it; nothing is printed yet. `WrongInput`, `NoNumber`, `Refused`, `NotAllowed`."""
        if wanted.csv is not None and len(wanted.csv) > LONGEST:
            raise Refused("console.codes.csv.long", most=LONGEST >> 20)
        data = _one(wanted) if wanted.csv is None else wanted.csv
        with TemporaryDirectory() as folder:
            list_ = Path(folder) / "list.csv"
            await asyncio.to_thread(list_.write_bytes, data)
            ready = await self._desk.prepared(_order(wanted, list_))
            rows, units, found = await asyncio.to_thread(self._looked_at, ready)
        for unit in units:
            if not by.may("editor", unit or None):
                raise NotAllowed("console.codes.not_yours", unit=unit or "*")
        if rows > MOST:
            raise Refused("console.codes.csv.many", most=MOST, count=rows)
        now = dt.datetime.now(dt.UTC)
        order = PrintOrder(
            id=wanted.id, officer=by.id, kind=wanted.kind, target=ready.order.target, unit=wanted.unit,
            campaign=wanted.campaign, labels=wanted.labels, caption=wanted.caption, lang=wanted.lang,
            file=wanted.file[:120], csv=data, state="checked", rows=rows, done=0, result=found, why="",
            created_at=now, heard_at=now, maker="",
        )  # fmt: skip
        async with self._database.unit_of_work() as session:
            await stored.clear(session, now)
            await stored.add(session, order)

    def _looked_at(self, ready: Ready) -> tuple[int, set[str], dict[str, Any]]:
        wrong: list[dict[str, Any]] = []
        units: Counter[str] = Counter()
        count = 0
        for row in self._desk.rows(ready):
            if isinstance(row, Row):
                units[row.unit] += 1
            else:
                count += 1
                if count <= TOLD:
                    wrong.append(asdict(wrong_of(row)))
        found = {
            "wrong": wrong, "wrong_count": count, "missing": list(ready.head.missing),
            "ignored": list(ready.head.ignored),
        }  # fmt: skip
        return units.total(), set(units), found

    async def of(self, id_: str, *, by: Officer) -> State | None:
        """One order of his; where it waits for somebody to make it, somebody is told."""
        async with self._database.reading() as session:
            order = await stored.of(session, by.id, id_)
        left = order and order.state == "running" and dt.datetime.now(dt.UTC) - utc(order.heard_at) > STALE
        if order and (order.state == "waiting" or left):
            self.some.set()
        return _state(order) if order else None

    async def newest(self, *, by: Officer) -> list[State]:
        """The last orders that he sent."""
        async with self._database.reading() as session:
            return [_state(order) for order in await stored.newest(session, by.id)]

    async def send(self, id_: str, *, by: Officer) -> None:
        """Let it be made; said twice it is made once."""
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work() as session:
            order = await stored.of(session, by.id, id_)
            if order is None:
                raise Refused("console.codes.order.gone")
            if order.rows and await stored.send(session, id_, now):
                detail = {"kind": order.kind, "target": order.target, "campaign": order.campaign, "cards": order.rows}
                audit.log(session, by=by.name, action="qr.print", subject=f"print:{id_[:12]}", detail=detail)
        self.some.set()

    async def preview(self, id_: str, *, by: Officer) -> bytes:
        """The first page, as PNG."""
        async with self._database.reading() as session:
            order = await stored.of(session, by.id, id_)
            data = await stored.csv(session, id_) if order else None
        if order is None or data is None:
            raise Refused("console.codes.order.gone")
        with TemporaryDirectory() as folder:
            list_ = Path(folder) / "list.csv"
            await asyncio.to_thread(list_.write_bytes, data)
            return await self._proofs.preview(order_of(order, list_))

    async def size(self, id_: str, *, by: Officer) -> int:
        """Bytes of the finished file; 0 where there is none."""
        async with self._database.reading() as session:
            order = await stored.of(session, by.id, id_)
            return await stored.size(session, id_) if order and order.state == "done" else 0

    async def file(self, id_: str) -> AsyncIterator[bytes]:
        """The finished file, piece by piece; whether he may have it, `size` says."""
        n = 0
        while True:
            async with self._database.reading() as session:
                data = await stored.part(session, id_, n)
            if data is None:
                return
            yield data
            n += 1


def order_of(order: PrintOrder, list_: Path) -> Order:
    """What is to be printed."""
    kind: Kind = next(kind for kind in get_args(Kind) if kind == order.kind)
    lang: Lang = "en" if order.lang == "en" else "vi"
    return Order(
        kind=kind, target=order.target, csv=list_, unit=order.unit, campaign=order.campaign, labels=order.labels,
        caption=order.caption, lang=lang,
    )  # fmt: skip


def _order(wanted: Request, list_: Path) -> Order:
    return Order(
        kind=wanted.kind, target=wanted.target, csv=list_, unit=wanted.unit, campaign=wanted.campaign,
        labels=wanted.labels, caption=wanted.caption, lang=wanted.lang,
    )  # fmt: skip


def _one(wanted: Request) -> bytes:
    """A list of one card; asked for again with the same words it is the same card."""
    ref = fold(wanted.label)[:80] or ALONE
    cells = (ref, wanted.group, wanted.unit, wanted.label)
    row = ",".join('"' + cell.replace('"', '""') + '"' for cell in cells)
    return f"ref,group,unit,label\n{row}\n".encode()


def _state(order: PrintOrder) -> State:
    return State(
        id=order.id, order=order_of(order, Path(order.file)), file=order.file, state=order.state, rows=order.rows,
        done=order.done, found=order.result, why=order.why, created_at=utc(order.created_at),
    )  # fmt: skip


__all__ = ["LONGEST", "MOST", "NoNumber", "Printing", "Request", "State", "WrongInput", "order_of"]
