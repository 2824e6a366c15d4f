"""Who writes next, within one process."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """One writer at a time, in the order of their coming; one for whom somebody waits goes before the others.

    After such a one the others have a turn, so that nobody is kept out for good.
    """

    def __init__(self) -> None:
        self._taken = False
        self._last_was_urgent = False
        self._urgent: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()

    @asynccontextmanager
    async def turn(self, *, urgent: bool = False) -> AsyncIterator[None]:
        """Wait for one's turn, and pass it on at the end."""
        if self._taken:
            told: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            (self._urgent if urgent else self._others).append(told)
            try:
                await told
            except asyncio.CancelledError:
                if told.done() and not told.cancelled():  # it was ours already
                    self._pass_on()
                raise
        self._taken, self._last_was_urgent = True, urgent
        try:
            yield
        finally:
            self._pass_on()

    def _pass_on(self) -> None:
        queues = (self._others, self._urgent) if self._last_was_urgent else (self._urgent, self._others)
        for queue in queues:
            while queue:
                told = queue.popleft()
                if not told.done():
                    told.set_result(None)  # it stays taken
                    return
        self._taken = False
