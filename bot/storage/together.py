"""Rows that every message touches: a batch asks once for what each of its messages would ask for alone, and writes
once what each would write. In between they are records of a `Book`; no object of the ORM is made for any.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection
from typing import Any, Final, Generic, TypeVar, cast

from sqlalchemy import Table, bindparam, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.storage.among import among
from bot.storage.core import core
from bot.storage.tables import Base
from bot.storage.upsert import Upsert

Record = TypeVar("Record", bound=tuple[Any, ...])
Waiting = dict[Upsert, dict[tuple[Any, ...], dict[str, Any]]]
WAITING: Final = "later"  # where a session keeps what it will write


class Book(Generic[Record]):
    """The rows of one table, by primary key, as one transaction sees them."""

    def __init__(self, table: type[Base], record: Callable[..., Record]) -> None:
        """A table of one or two keys. `record`: takes the table's columns in their order."""
        self.table = cast("Table", table.__table__)
        self._record = record
        *first, last = self.table.primary_key.columns
        self._wanted = select(self.table).where(among(last, "keys"), *(each == bindparam("of") for each in first))
        self._last = list(self.table.columns).index(last)

    async def preload(self, session: AsyncSession, keys: Collection[Any]) -> None:
        """Read these at once; `get` then finds each, or that there is none, without asking again."""
        if not keys:
            return
        held = self._held(session)
        held |= dict.fromkeys(keys)
        for of, some in _by_first(keys).items():
            for row in await core(session, self._wanted, {"of": of, "keys": some}):
                last = row[self._last]
                held[last if of is None else (of, last)] = self._record(*row)

    async def get(self, session: AsyncSession, key: Any) -> Record | None:
        """The record of this key."""
        held = self._held(session)
        if key not in held:
            await self.preload(session, [key])
        return held[key]

    def put(self, session: AsyncSession, key: Any, record: Record) -> None:
        """From now on this transaction sees it so; writing it is `later`."""
        self._held(session)[key] = record

    def close(self, session: AsyncSession) -> None:
        """Forget what was read: it has changed in the table itself."""
        self._held(session).clear()

    def _held(self, session: AsyncSession) -> dict[Any, Record | None]:
        held: dict[Any, Record | None] = session.info.setdefault(self, {})
        return held


def later(session: AsyncSession, statement: Upsert, values: dict[str, Any]) -> None:
    """Write this row right before the transaction ends, with others of the same statement; the last of a key counts.

    In the order of the keys, so that no two processes wait for each other.
    """
    _waiting(session)[statement][tuple(values[key] for key in statement.keys)] = values


def count_later(session: AsyncSession, statement: Upsert, *key: Any, n: int = 1) -> None:
    """So many more of this key: its row's `n` grows by all that were counted, right before the transaction ends."""
    row = _waiting(session)[statement].setdefault(key, {**dict(zip(statement.keys, key, strict=True)), "n": 0})
    row["n"] += n


async def settle(session: AsyncSession) -> None:
    """Write it now: what follows reads or erases such rows in the table itself, or the transaction ends."""
    found: Waiting = session.info.pop(WAITING, {})
    for statement, rows in found.items():
        await core(session, statement.on(session), [rows[key] for key in sorted(rows)])


def _by_first(keys: Collection[Any]) -> dict[str | None, list[str]]:
    """Of keys of two parts the second ones by the first; all others under None."""
    found: dict[str | None, list[str]] = defaultdict(list)
    for key in keys:
        first, last = key if isinstance(key, tuple) else (None, key)
        found[first].append(last)
    return found


def _waiting(session: AsyncSession) -> Waiting:
    found: Waiting = session.info.setdefault(WAITING, defaultdict(dict))
    return found
