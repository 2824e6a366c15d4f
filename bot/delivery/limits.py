"""The pace of an account and of each chat, so that the platform never has to tell us to wait."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Final

from bot.channels.channel import Limits

ANY: Final = 1_000_000  # more than anybody sends
SECOND: Final = 1.01  # of the platform's clock, as long as it may seem to ours


class Pace:
    """A bucket for the account, and the last send of each chat; times are seconds of a monotonic clock."""

    def __init__(self, limits: Limits, factor: float = 1.0, clock: Callable[[], float] = time.monotonic) -> None:
        """`factor`: so many times what the limits say; 0 lifts them, but never what the platform says itself."""
        self._clock = clock
        self._factor = factor
        self._rate, self._burst = limits.per_second * factor, float(limits.burst)
        self._sharers = 1  # processes that send for this account, we among them
        self._limits = limits
        self._level, self._at = self._burst, clock()
        self._lately: deque[float] = deque()  # when the last were sent, where any second holds so many and no more
        self._free: OrderedDict[str, float] = OrderedDict()  # chat -> when it may be sent to again
        self._stopped = 0.0

    def allowance(self) -> int:
        """How many may be sent now."""
        now = self._clock()
        if now < self._stopped:
            return 0
        if not self._rate:
            return ANY
        self._level = min(self._own_burst, self._level + (now - self._at) * self._own_rate)
        self._at = now
        return min(int(self._level + 1e-9), self._room(now))

    def wait(self) -> float:
        """Seconds until the next may be sent."""
        now = self._clock()
        if now < self._stopped:
            return self._stopped - now
        if self.allowance() >= 1:
            return 0.0
        full = self._lately[0] + SECOND - now if self._room(now) < 1 else 0.0
        return max(0.0, full, (1.0 - self._level) / self._own_rate)

    def spend(self, chat: str, *, group: bool) -> None:
        """One is sent to this chat."""
        self._level -= 1.0
        if self._factor:
            self._lately.append(self._clock())
            gap = 60.0 / self._limits.per_group_minute if group else 1.0 / self._limits.per_chat_second
            self._free[chat] = self._clock() + gap * self._sharers / self._factor
            self._free.move_to_end(chat)

    def busy(self) -> list[str]:
        """The chats that were sent to so lately that they must wait."""
        now = self._clock()
        for chat in [chat for chat, free in self._free.items() if free <= now]:
            del self._free[chat]
        return list(self._free)

    def next_free(self) -> float:
        """Seconds until the first of the busy chats is free; 0 where none is busy."""
        return max(0.0, min(self._free.values(), default=0.0) - self._clock())

    def stop(self, seconds: float) -> None:
        """The platform wants the whole account to wait."""
        self._stopped = max(self._stopped, self._clock() + seconds)

    def share(self, sharers: int) -> None:
        """So many processes send for this account, each its part; what they send together keeps the limit."""
        self._sharers = max(1, sharers)

    def _room(self, now: float) -> int:
        """How many more this second holds."""
        while self._lately and self._lately[0] <= now - SECOND:
            self._lately.popleft()
        most = self._limits.in_a_second
        if most is None or not self._factor:
            return ANY
        return max(1, int(most * self._factor / self._sharers)) - len(self._lately)

    @property
    def _own_rate(self) -> float:
        return self._rate / self._sharers

    @property
    def _own_burst(self) -> float:
        return max(1.0, self._burst / self._sharers)

    def slow(self, per_second: float) -> None:
        """The platform allows less than was set."""
        if not self._rate:
            self._level, self._at = self._burst, self._clock()
        self._rate = min(self._rate or per_second, per_second)
