"""What was worked out before and comes out the same: most people ask what others have asked.

Held in memory only, bounded, the longest unused going first. Of the words themselves nothing is held: they are known
again by a hash whose key dies with the process.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from bot.storage.overlays import Overlays
from bot.understanding.context import Context
from handlers.contract import Kind, Lang, Reply, Understood

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

MOST: Final = 4096  # of each sort; a kept answer takes some kilobytes
# Answered from facts alone: their handlers are told neither who asks nor in which words.
FROM_FACTS: Final[frozenset[Kind]] = frozenset(
    {"procedure", "hotline", "homestay", "initiative", "emergency", "clarify", "handover", "out_of_scope"}
)


class Kept(Generic[K, V]):
    """A mapping that forgets what nobody asked for lately."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._held: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """What is held under this key."""
        found = self._held.get(key)
        if found is not None:
            self._held.move_to_end(key)
        return found

    def put(self, key: K, value: V) -> None:
        """Hold this too."""
        self._held[key] = value
        if len(self._held) > self._most:
            self._held.popitem(last=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """All that an answer from facts depends on, beside the corrections."""

    understood: Understood
    lang: Lang
    unit: str | None
    elder: bool
    day: dt.date


class Answers:
    """Answers from facts; good for as long as the corrections are the very ones that they were made with."""

    def __init__(self) -> None:
        self._kept: Kept[Asked, tuple[Overlays, Reply]] = Kept()

    def get(self, asked: Asked, over: Overlays) -> Reply | None:
        """What was answered."""
        found = self._kept.get(asked)
        return found[1] if found and found[0] is over else None

    def put(self, asked: Asked, over: Overlays, reply: Reply) -> None:
        """Hold an answer."""
        self._kept.put(asked, (over, reply))


class Meanings:
    """What words mean after a context, read once for all who write the same."""

    def __init__(self, understand: Callable[[str, Context], Understood]) -> None:
        self._understand = understand
        self._key = secrets.token_bytes(16)
        self._kept: Kept[tuple[bytes, Context], Understood] = Kept()

    def of(self, text: str, context: Context) -> Understood:
        """As `understand` says it."""
        digest = hashlib.blake2b(text.encode(errors="surrogatepass"), digest_size=16, key=self._key).digest()
        found = self._kept.get((digest, context))
        if found is None:
            found = self._understand(text, context)
            self._kept.put((digest, context), found)
        return found


class Untouched:
    """Stands before a port, and knows whether it was used."""

    def __init__(self, port: Any) -> None:
        self._port = port
        self.used = False

    def __getattr__(self, name: str) -> Any:
        self.used = True
        return getattr(self._port, name)
