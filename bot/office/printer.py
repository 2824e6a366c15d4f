"""The process that makes one file: `python -m bot.office.printer`, told on stdin what and where.

A process of its own: drawing ten thousand cards takes half a minute of a core, and nobody's question waits for it.
Secrets come on stdin, since everybody on a machine sees the words of a command.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import orjson

from bot.errors import HoiPhuongError
from bot.office.codes import Codes
from bot.office.printing import PART, TOLD, order_of
from bot.office.sheets import Printed, Sheets
from bot.storage import officers, printing
from bot.storage.database import Database
from bot.storage.officers import Officer
from bot.storage.printing import PrintOrder
from content import loader

HEARD: Final = 1.0  # seconds between two words of how far it is
NICE: Final = 10  # residents' questions go first


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What such a process is told."""

    database_url: str
    pack: str
    public_url: str
    order: str
    maker: str
    folder: str  # where it may write; whoever called it clears it away, however it ends


class Lost(Exception):
    """Another has taken the order over, or the officer is no longer one."""


async def make(job: Job) -> None:
    """Make the file of an order and keep it; what the officer can mend is told to him."""
    database = Database(job.database_url)
    try:
        pack = loader.load(job.pack)
        desk = Sheets(database, pack, Codes(database, pack, job.public_url), job.public_url)
        await _make(job, database, desk)
    finally:
        await database.close()


async def _make(job: Job, database: Database, desk: Sheets) -> None:
    async with database.reading() as session:
        order = await session.get(PrintOrder, job.order)
        data = await printing.csv(session, job.order)
        officer = await officers.by_id(session, order.officer) if order else None
    if order is None or data is None or officer is None or officer.disabled:
        raise Lost
    list_, out = Path(job.folder) / "list.csv", Path(job.folder) / "cards.pdf"
    await asyncio.to_thread(list_.write_bytes, data)
    try:
        printed = await _written(job, database, desk, order, list_, out, officer)
    except HoiPhuongError as error:
        await _moved(job, database, state="failed", why=str(error))
        return
    await _kept(job, database, order, printed, out)


async def _written(
    job: Job, database: Database, desk: Sheets, order: PrintOrder, list_: Path, out: Path, by: Officer
) -> Printed:
    """The file, drawn, while somebody says each second how far it is."""
    done = 0

    def told(n: int, _: int) -> None:
        nonlocal done
        done = n

    async def telling() -> None:
        while True:
            await asyncio.sleep(HEARD)
            await _moved(job, database, done=done)

    drawing = asyncio.create_task(desk.write(order_of(order, list_), out, by=by, progress=told))
    teller = asyncio.create_task(telling())
    try:
        await asyncio.wait((drawing, teller), return_when=asyncio.FIRST_COMPLETED)
        if teller.done():
            drawing.cancel()
            teller.result()  # raises why
        return await drawing
    finally:
        teller.cancel()


async def _kept(job: Job, database: Database, order: PrintOrder, printed: Printed, out: Path) -> None:
    written = printed.written
    if written is None:
        await _moved(job, database, state="failed", result=_came_of(printed))
        return
    data = await asyncio.to_thread(out.read_bytes)
    parts = [data[first : first + PART] for first in range(0, len(data), PART)]
    now = dt.datetime.now(dt.UTC)
    async with database.unit_of_work() as session:
        values = {"state": "done", "done": order.rows, "result": _came_of(printed), "csv": None}
        if not await printing.moved(session, job.order, job.maker, now, **values):
            raise Lost
        await printing.keep(session, job.order, parts)


def _came_of(printed: Printed) -> dict[str, Any]:
    written = printed.written
    made = {
        "cards": written.cards, "pages": written.pages, "cut": written.cut, "levels": sorted(written.levels),
    } if written else {}  # fmt: skip
    return made | {
        "checked": printed.checked, "moved": printed.moved, "test": printed.test, "wrong_count": printed.wrong_count,
        "wrong": [asdict(row) for row in printed.wrong[:TOLD]], "missing": list(printed.head.missing),
        "ignored": list(printed.head.ignored),
    }  # fmt: skip


async def _moved(job: Job, database: Database, **values: Any) -> None:
    async with database.unit_of_work() as session:
        if not await printing.moved(session, job.order, job.maker, dt.datetime.now(dt.UTC), **values):
            raise Lost


def main() -> int:
    """Make what stdin says; 0 where it is made, or where the officer is told why not."""
    os.nice(NICE)
    job = Job(**orjson.loads(sys.stdin.buffer.read()))
    try:
        asyncio.run(make(job))
    except Lost:
        return 0  # somebody else's now
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
