"""Which questions are held back from an understanding that is to be examined with them: by their words alone."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final, TypeVar

from content.pack import Pack
from content.schema import Item

FOLDS: Final = 5
T = TypeVar("T", bound=Item)


def half_of(text: str) -> int:
    """0 or 1, for ever the same for the same words."""
    return _number(text) % 2


def fold_of(text: str) -> int:
    """Which fold an example belongs to."""
    return _number(text) % FOLDS


def thinned(pack: Pack, keeps: Callable[[str], bool]) -> Pack:
    """`pack` with its names and only those of its examples that are to be kept."""

    def thin(items: Mapping[str, T], field: str = "examples") -> dict[str, T]:
        return {
            id_: item.model_copy(update={field: tuple(text for text in getattr(item, field) if keeps(text))})
            for id_, item in items.items()
        }

    return replace(
        pack,
        procedures=thin(pack.procedures),
        hotlines=thin(pack.hotlines),
        units=thin(pack.units, "hotline_examples"),
        places=thin(pack.places),
        initiatives=thin(pack.initiatives),
        clubs=thin(pack.clubs),
    )


def _number(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest(), 16)
