"""A service that opens its own units of work, used within a transaction that is open already."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncSession


class Transactions(Protocol):
    """What a service wants of the database: `Database` has it, and so has a transaction of somebody else's."""

    def unit_of_work(self, *, urgent: bool = False) -> AbstractAsyncContextManager[AsyncSession]:
        """What is kept whole, or undone when an error leaves the block."""
        ...

    def reading(self) -> AbstractAsyncContextManager[AsyncSession]:
        """What only reads."""
        ...


class Within:
    """Each unit of work is a savepoint of one transaction: a refusal undoes its own part, and nothing around it."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    @asynccontextmanager
    async def unit_of_work(self, *, urgent: bool = False) -> AsyncIterator[AsyncSession]:  # noqa: ARG002
        """A part of the transaction."""
        async with self._session.begin_nested():
            yield self._session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """What the transaction itself has done is seen."""
        yield self._session
