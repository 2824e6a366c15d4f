"""Where to sleep and what to see: the list, by unit, the nearest, or one point with its map link."""

from __future__ import annotations

import math
from urllib.parse import quote_plus

from content import schema
from content.texts import day
from handlers.contract import Button, Candidate, Desk, Place, Query, Reply, Section
from handlers.parts import call_button, check_first, cited, menu_button, source_line, words

EARTH_KM = 6371.0
OFFERED = 3
LIST = "homestay:list"


async def homestay(query: Query, desk: Desk) -> Reply:
    """One point, or the list of those where one can sleep, nearest first where a place was shared."""
    id_ = query.understood.id or LIST
    place = desk.facts.item(id_)
    if isinstance(place, schema.Place):
        return _one(id_, place, query, desk) if place.open else _closed(id_, place, desk)
    return _list(query, desk)


def _one(id_: str, place: schema.Place, query: Query, desk: Desk) -> Reply:
    lang = desk.lang
    facts = [desk.text("place.sleep" if place.overnight else "place.no_sleep")]
    for key, text in (
        ("place.address", place.address),
        ("place.hours", place.hours),
        ("place.season", place.season),
        ("place.capacity", place.capacity),
        ("place.recognised", place.recognised),
    ):
        if text:
            facts.append(desk.text(key, value=text.in_(lang)))
    if place.price:
        facts.append(desk.text("place.price", value=place.price.in_(lang), date=place.price_date or "?"))
    facts.append(desk.text("place.map", url=map_link(place, desk)))
    notes = [words(place.note, lang)] if place.note else []
    number = desk.facts.number(id_)
    if number and number.verified_by and number.verified_at:
        confirmed = {"number": number.number, "by": number.verified_by, "date": day(number.verified_at)}
        facts.insert(1, desk.text("place.number", **confirmed))
    notes.append(desk.text("place.unconfirmed_rest" if number else "place.unconfirmed"))
    return Reply(
        kind="homestay",
        id=id_,
        title=place.name.in_(lang),
        sections=(
            Section(lines=(place.what.in_(lang),)),
            Section(lines=tuple(facts), shape="bullets"),
            Section(lines=tuple(notes), tone="check"),
            *check_first(place, desk),
        ),
        buttons=(
            *((call_button(number, desk),) if number else ()),
            Button(id="map", title=desk.text("button.map"), url=map_link(place, desk)),
            Button(id=LIST, title=desk.text("button.homestays")),
            menu_button(desk),
        ),
        numbers=(number,) if number else (),
        places=_pins(place, lang),
        source=source_line(place, desk),
        unit=place.unit,
        path=f"/luu-tru/{place.id.partition(':')[2]}",
    )


def _closed(id_: str, place: schema.Place, desk: Desk) -> Reply:
    """A place that is closed down sends nobody on the way: no hours, no price, no pin."""
    return Reply(
        kind="homestay",
        id=id_,
        title=place.name.in_(desk.lang),
        sections=(
            Section(lines=(desk.text("place.closed"),), tone="check"),
            Section(lines=(place.what.in_(desk.lang),), tone="quiet"),
        ),
        buttons=(Button(id=LIST, title=desk.text("button.homestays")), menu_button(desk)),
        source=source_line(place, desk),
        unit=place.unit,
        path=f"/luu-tru/{place.id.partition(':')[2]}",
    )


def _list(query: Query, desk: Desk) -> Reply:
    places = [place for place in desk.facts.places() if place.overnight]
    here = query.location
    unit = query.understood.unit or query.unit
    if here:
        places.sort(key=lambda place: _km(here, place, desk) or math.inf)
    elif unit:
        places.sort(key=lambda place: place.unit != unit)
    lines = tuple(_line(place, here, desk) for place in places)
    note = desk.facts.pack.locality.homestay_note
    unconfirmed = "place.unconfirmed_some" if any(desk.facts.number(p.id) for p in places) else "place.unconfirmed"
    notes = [] if here else [desk.text("place.send_place")]
    notes += [desk.text(unconfirmed), *([note.in_(desk.lang)] if note else [])]
    offered = tuple(Candidate(kind="homestay", id=place.id, confidence=0.5) for place in places[:OFFERED])
    return Reply(
        kind="homestay",
        id=LIST,
        title=desk.text("place.list_title", name=desk.facts.pack.locality.name.in_(desk.lang)),
        sections=(Section(lines=lines, shape="bullets"), Section(lines=tuple(notes), tone="check")),
        buttons=(
            *(Button(id=p.id, title=p.name.in_(desk.lang)) for p in places[:OFFERED]),
            menu_button(desk),
        ),
        candidates=offered,
        places=tuple(pin for place in places for pin in _pins(place, desk.lang)),
        source=cited(places[0], desk) if places else None,
        unit=unit,
        path="/luu-tru",
    )


def _line(place: schema.Place, here: tuple[float, float] | None, desk: Desk) -> str:
    name = place.name.in_(desk.lang)
    unit = desk.facts.pack.units.get(place.unit or "")
    where = unit.name.in_(desk.lang) if unit else desk.text("place.where_unknown")
    line = desk.text("place.line", name=name, where=where)
    if number := desk.facts.number(place.id):
        line += f" – {number.number}"
    km = _km(here, place, desk) if here else None
    if km is None:
        return line
    return line + " " + desk.text("place.km" if place.point else "place.about_km", km=f"{km:.1f}".replace(".", ","))


def _km(here: tuple[float, float], place: schema.Place, desk: Desk) -> float | None:
    """Great-circle distance in km; from the centre of its unit where the point has no coordinates."""
    unit = desk.facts.pack.units.get(place.unit or "")
    point = place.point or (unit.centre if unit else None)
    if point is None:
        return None
    lat1, lon1, lat2, lon2 = map(math.radians, (*here, point.lat, point.lon))
    h = math.sin((lat2 - lat1) / 2) ** 2 + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(h))


def map_link(place: schema.Place, desk: Desk) -> str:
    """A map link by coordinates, or a search by name where there are none."""
    if place.point:
        return f"https://www.google.com/maps/search/?api=1&query={place.point.lat},{place.point.lon}"
    locality = desk.facts.pack.locality
    words_ = f"{place.name.vi}, {locality.name.vi}, {locality.province.vi}"
    return f"https://www.google.com/maps/search/?api=1&query={quote_plus(words_)}"


def _pins(place: schema.Place, lang: schema.Lang) -> tuple[Place, ...]:
    if place.point is None:
        return ()
    name = place.name.in_(lang)
    return (Place(name=name, address=words(place.address, lang) or name, lat=place.point.lat, lon=place.point.lon),)
