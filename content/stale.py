"""What grows old: items past or near their review date, and laws that change, by who keeps them true."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from content.pack import HOUSE, Facts
from content.schema import Item, Procedure


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """An item to look at again."""

    owner: str
    id: str
    name: str
    review_by: dt.date
    days: int  # left; below zero: past


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """A law that changes, or has changed and nobody has written what followed."""

    owner: str
    id: str
    name: str
    on: dt.date
    what: str
    known: bool  # whether the pack already holds what follows
    days: int  # left; below zero: past


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """What one keeper has to look at."""

    owner: str
    items: tuple[Due, ...]
    changes: tuple[Ahead, ...]


def by_owner(facts: Facts, days: int) -> list[Owner]:
    """What is past its review date or comes to it within `days`, and every change of law; the oldest first."""
    due = sorted(_due(facts, days), key=lambda one: (one.review_by, one.id))
    ahead = sorted(_ahead(facts), key=lambda one: (one.on, one.id))
    return [
        Owner(
            owner=owner,
            items=tuple(one for one in due if one.owner == owner),
            changes=tuple(one for one in ahead if one.owner == owner),
        )
        for owner in sorted({one.owner for one in due} | {one.owner for one in ahead})
    ]


def undated(facts: Facts) -> int:
    """How many items have no review date at all."""
    return sum(item.review_by is None for _, item in _items(facts))


def orphans(facts: Facts) -> list[tuple[str, str]]:
    """Corrections that lie over nothing: their item or field has left the pack, as (id, field)."""
    return [
        (id_, field)
        for id_, fields in sorted(facts.overlays.items())
        if id_ != HOUSE
        for field in sorted(fields)
        if field not in facts.corrected(id_)
    ]


def _items(facts: Facts) -> Iterator[tuple[str, Item]]:
    for id_, packed in facts.pack.items():
        yield id_, facts.item(id_) or packed


def _due(facts: Facts, days: int) -> Iterator[Due]:
    for id_, item in _items(facts):
        if item.review_by and (left := (item.review_by - facts.at).days) <= days:
            name = item.own_names()[0]
            yield Due(owner=item.owner, id=id_, name=name, review_by=item.review_by, days=left)


def _ahead(facts: Facts) -> Iterator[Ahead]:
    for id_, item in _items(facts):
        for change in item.changes if isinstance(item, Procedure) else ():
            left = (change.on - facts.at).days
            if left > 0 or not change.known:
                yield Ahead(
                    owner=item.owner,
                    id=id_,
                    name=item.own_names()[0],
                    on=change.on,
                    what=change.what.vi,
                    known=change.known,
                    days=left,
                )
