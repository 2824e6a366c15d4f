"""A pack in use: every item by its id, and what is known of it today with officers' corrections laid over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from content.schema import Club, Hotline, Initiative, Item, Locality, Place, Procedure, Source, Unit

NO_OVERLAYS: Final[Mapping[str, Mapping[str, Overlay]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlay:
    """An officer's correction of one field of one item; it lies over the pack and survives its upgrade."""

    value: str
    by: str
    at: dt.datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A phone number that may be shown."""

    number: str  # as it is written
    dial: str  # as it is dialled
    verified_by: str | None  # None: no officer has confirmed it
    verified_at: dt.date | None
    emergency: bool = False  # 111 to 115: national, asks for no confirmation


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The facts of one locality, as its files say them."""

    locality: Locality
    procedures: Mapping[str, Procedure]
    hotlines: Mapping[str, Hotline]
    units: Mapping[str, Unit]
    places: Mapping[str, Place]
    initiatives: Mapping[str, Initiative]
    clubs: Mapping[str, Club]
    sources: Mapping[str, Source]
    also: Mapping[str, str] = field(default_factory=dict)  # second id of a place -> its own

    def items(self) -> Iterator[tuple[str, Item]]:
        """Every item that can answer a question, by the id it has outside (`hotline:<unit>` for a unit)."""
        yield from self.procedures.items()
        yield from self.hotlines.items()
        yield from ((hotline_of(unit), self.units[unit]) for unit in self.units)
        yield from self.places.items()
        yield from self.initiatives.items()
        yield from self.clubs.items()

    def item(self, id_: str) -> Item | None:
        """The item with this id, or None."""
        id_ = self.also.get(id_, id_)
        if unit := self.unit_of(id_):
            return unit
        for shelf in (self.procedures, self.hotlines, self.places, self.initiatives, self.clubs):
            if id_ in shelf:
                return shelf[id_]
        return None

    def unit_of(self, id_: str) -> Unit | None:
        """The unit behind `hotline:<unit>`, or None."""
        kind, _, name = id_.partition(":")
        return self.units.get(name) if kind == "hotline" else None

    def serving(self, unit: Unit) -> Unit:
        """The unit that serves the people of `unit` today."""
        return self.units[unit.successor] if unit.successor else unit

    def cite(self, item: Item) -> tuple[Source, ...]:
        """Where `item` was read; a plain title where it names no entry of sources.yaml."""
        return tuple(
            source if isinstance(source, Source) else self.sources.get(source) or Source(title=source)
            for source in item.sources
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known on one day: the pack, with officers' corrections over it."""

    pack: Pack
    at: dt.date
    overlays: Mapping[str, Mapping[str, Overlay]] = field(default_factory=lambda: NO_OVERLAYS)

    def number(self, id_: str) -> Number | None:
        """The number of `hotline:…` that may be shown (rule of truth 2), or None."""
        hotline = self.pack.hotlines.get(id_)
        if confirmed := self.overlays.get(id_, {}).get("number"):
            return Number(
                number=confirmed.value,
                dial="".join(c for c in confirmed.value if c.isdigit() or c == "+"),
                verified_by=confirmed.by,
                verified_at=confirmed.at.date(),
                emergency=bool(hotline and hotline.emergency),
            )
        if hotline is None or not hotline.show_by_default or hotline.number is None or hotline.dial is None:
            return None
        return Number(
            number=hotline.number,
            dial=hotline.dial,
            verified_by=None,
            verified_at=None,
            emergency=hotline.emergency,
        )

    def is_old(self, item: Item) -> bool:
        """Whether the answer has outlived its review date and must say so."""
        return item.review_by is not None and item.review_by < self.at


def hotline_of(unit: str) -> str:
    """The id by which the number of a unit is asked for."""
    return f"hotline:{unit}"
