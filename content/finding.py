"""An item of a pack found by a few words of its names: for officers, who know what they look for."""

from __future__ import annotations

from collections.abc import Iterable

from content.pack import Pack
from content.schema import Item
from content.values import fold


def found(pack: Pack, words: str, most: int = 30) -> list[str]:
    """The ids of the items whose names hold all of the words, the nearest first; without marks as with them."""
    wanted = fold(words)
    if not wanted:
        return []
    near = [(_near(wanted, id_, item), place, id_) for place, (id_, item) in enumerate(pack.items())]
    return [id_ for score, _, id_ in sorted(near, key=lambda one: (-one[0], one[1]))[:most] if score]


def _near(wanted: str, id_: str, item: Item) -> int:
    """A name counts more than an alias that fits as well; 0: none fits."""
    own, others = _fit(wanted, item.own_names()), _fit(wanted, (id_, *item.aliases))
    return max(2 * own, 2 * others - 1, 0)


def _fit(wanted: str, names: Iterable[str]) -> int:
    """4: the name itself; 3: its beginning; 2: a part of it; 1: every word begins one of its words; 0: none of it."""
    best = 0
    for name in map(fold, names):
        words = name.split()
        if name == wanted:
            best = 4
        elif name.startswith(wanted):
            best = max(best, 3)
        elif f" {wanted}" in name:
            best = max(best, 2)
        elif all(any(word.startswith(part) for word in words) for part in wanted.split()):
            best = max(best, 1)
    return best
