"""What no single file can say of itself: names that point nowhere, words that two items claim, unlisted sources."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from content.pack import Pack

REF = re.compile(r"[A-Z][A-Z0-9_]*")  # how a key of sources.yaml is written


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing wrong between files: where, what, and the words and the other item it is about."""

    item: str
    message: str
    words: str = ""
    other: str = ""


def across(pack: Pack) -> Iterator[Finding]:
    """All that is wrong between the files of a pack."""
    for item, message in (*_references(pack), *_sources(pack)):
        yield Finding(item=item, message=message)
    yield from _collisions(pack)


def _references(pack: Pack) -> Iterator[tuple[str, str]]:
    if pack.locality.people_hotline not in pack.hotlines:
        yield pack.locality.id, f"people_hotline: there is no '{pack.locality.people_hotline}'"
    for unit in pack.units.values():
        if unit.successor and unit.successor not in pack.units:
            yield unit.id, f"successor: there is no unit '{unit.successor}'"
    for place in pack.places.values():
        if place.unit and place.unit not in pack.units:
            yield place.id, f"unit: there is no unit '{place.unit}'"
    for club in pack.clubs.values():
        if club.unit not in pack.units:
            yield club.id, f"unit: there is no unit '{club.unit}'"
    for procedure in pack.procedures.values():
        for field, others in (("related", procedure.related), ("joins", procedure.joins)):
            for other in others:
                if other not in pack.procedures:
                    yield procedure.id, f"{field}: there is no procedure '{other}'"
    for old in pack.old_names.values():
        if old.leads_to and old.leads_to not in pack.procedures:
            yield old.id, f"leads_to: there is no procedure '{old.leads_to}'"
    for initiative in pack.initiatives.values():
        for unit_id in initiative.where:
            if unit_id not in pack.units:
                yield initiative.id, f"where: there is no unit '{unit_id}'"
        for id_ in initiative.related_procedures:
            if id_ not in pack.procedures:
                yield initiative.id, f"related_procedures: there is no procedure '{id_}'"
        for id_ in initiative.related_hotlines:
            if pack.item(id_) is None:
                yield initiative.id, f"related_hotlines: there is no '{id_}'"


def _sources(pack: Pack) -> Iterator[tuple[str, str]]:
    for _, item in pack.items():
        for source in item.sources:
            if isinstance(source, str) and REF.fullmatch(source) and source not in pack.sources:
                yield item.id, f"sources: '{source}' is not in sources.yaml"


def _collisions(pack: Pack) -> Iterator[Finding]:
    """The same words for two items; a name may be shared, as a model and a law can be called alike."""
    named = {_same(name): id_ for id_, item in pack.items() for name in item.own_names()}
    claimed: dict[str, str] = {}
    for id_, item in pack.items():
        for words in {_same(words) for words in (*item.aliases, *item.examples)}:
            other = claimed.setdefault(words, id_)
            other = named.get(words, id_) if other == id_ else other
            if other != id_:
                message = f"'{words}' belongs to two items: one question cannot have two answers; the other is"
                yield Finding(item=item.id, message=message, words=words, other=other)


def _same(words: str) -> str:
    """Two spellings that differ in case and spaces are the same words."""
    return " ".join(words.casefold().split())
