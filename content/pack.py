"""A pack in use: every item by its id, and what is known of it today with officers' corrections laid over."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from content import corrections, values
from content.corrections import AnItem
from content.corrections import Overlay as Overlay
from content.schema import Club, Hotline, Initiative, Item, Locality, OldName, Place, Procedure, Source, Text, Unit

NO_OVERLAYS: Final[Mapping[str, Mapping[str, Overlay]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A phone number that may be shown."""

    number: str  # as it is written
    dial: str  # as it is dialled
    verified_by: str | None  # None: no officer has confirmed it
    verified_at: dt.date | None
    emergency: bool = False  # 111 to 115: national, asks for no confirmation
    name: Text | None = None  # whose it is


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
    old_names: Mapping[str, OldName] = field(default_factory=dict)
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

    def id_of(self, item: Item) -> str:
        """The id an item has outside: `hotline:<unit>` for a unit."""
        return hotline_of(item.id) if isinstance(item, Unit) else item.id

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
            source if isinstance(source, Source) else self.sources.get(source) or _titled(source)
            for source in item.sources
        )


@cache  # as many as the packs have such titles, and each is asked for with every answer
def _titled(title: str) -> Source:
    return Source(title=title)


HOUSE: Final = "house"  # what lies over no item, but over all of them
RESTING: Final = "resting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known on one day: the pack, with officers' corrections over it. Ask here, not the pack."""

    pack: Pack
    at: dt.date
    overlays: Mapping[str, Mapping[str, Overlay]] = field(default_factory=lambda: NO_OVERLAYS)

    @property
    def resting(self) -> Overlay | None:
        """Who switched the house off, and what is said instead of answers; None while it answers."""
        return self.overlays.get(HOUSE, {}).get(RESTING)

    def number(self, id_: str) -> Number | None:
        """The number of a hotline, a unit or a place that may be shown (rule of truth 2), or None."""
        hotline = self.pack.hotlines.get(id_)
        item = self.pack.item(id_)
        name = item.name if isinstance(item, Unit | Hotline | Place) else None
        if confirmed := self.corrected(id_).get("number"):
            return Number(
                number=confirmed.value,
                dial=values.dial(confirmed.value),
                verified_by=confirmed.by,
                verified_at=confirmed.day,
                name=name,
            )
        if hotline is None or not hotline.show_by_default or hotline.number is None or hotline.dial is None:
            return None
        return Number(
            number=hotline.number,
            dial=hotline.dial,
            verified_by=None,
            verified_at=None,
            emergency=hotline.emergency,
            name=name,
        )

    def corrected(self, id_: str) -> Mapping[str, Overlay]:
        """The corrections in force of one item, by field, each with who and when."""
        id_ = self.pack.also.get(id_, id_)
        item = self.pack.item(id_)
        return corrections.in_force(item, self.overlays[id_]) if item and id_ in self.overlays else {}

    def item(self, id_: str) -> Item | None:
        """The item with this id, or None."""
        item = self.pack.item(id_)
        return item and self._laid(id_, item)

    def procedure(self, id_: str) -> Procedure:
        """A procedure; `KeyError` where there is none."""
        return self._laid(id_, self.pack.procedures[id_])

    def hotline(self, id_: str) -> Hotline:
        """A hotline that is no unit's; whether its number may be shown, `number` tells."""
        return self._laid(id_, self.pack.hotlines[id_])

    def unit(self, id_: str) -> Unit:
        """A unit, by its own id."""
        return self._laid(hotline_of(id_), self.pack.units[id_])

    def place(self, id_: str) -> Place:
        """A homestay or a sight, by either of its ids."""
        return self._laid(id_, self.pack.places[self.pack.also.get(id_, id_)])

    def places(self) -> list[Place]:
        """The places that are open."""
        return [place for id_ in self.pack.places if (place := self.place(id_)).open]

    def initiative(self, id_: str) -> Initiative:
        """A local model."""
        return self._laid(id_, self.pack.initiatives[id_])

    def _laid(self, id_: str, item: AnItem) -> AnItem:
        overlays = self.overlays.get(self.pack.also.get(id_, id_))
        return corrections.laid(item, overlays) if overlays else item

    def is_old(self, item: Item) -> bool:
        """Whether the answer has outlived its review date and must say so."""
        return item.review_by is not None and item.review_by < self.at


def hotline_of(unit: str) -> str:
    """The id by which the number of a unit is asked for."""
    return f"hotline:{unit}"
