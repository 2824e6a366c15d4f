"""Where a person is wanted: hand-over, a tip, an appointment, no bulletin yet; and what lies outside the pack."""

from __future__ import annotations

from handlers.contract import Button, Desk, Kind, Query, Reply, Section
from handlers.parts import call_button, menu_button, person_to_call, vouched


async def handover(query: Query, desk: Desk) -> Reply:
    """How to reach a person now."""
    return _to_person("handover", desk)


async def report(query: Query, desk: Desk) -> Reply:
    """Where a tip can be given; danger goes to 113."""
    return _to_person("report", desk, police=True)


async def appointment(query: Query, desk: Desk) -> Reply:
    """How to arrange a visit until it can be booked here."""
    return _to_person("appointment", desk)


async def no_bulletin(query: Query, desk: Desk) -> Reply:
    """None has been published here yet."""
    return _to_person("bulletin", desk, police=True)


async def out_of_scope(query: Query, desk: Desk) -> Reply:
    """An honest no, the nearest person to call, and the way back."""
    return _to_person("out_of_scope", desk)


def _to_person(kind: Kind, desk: Desk, *, police: bool = False) -> Reply:
    numbers = [n for n in (desk.facts.number("hotline:113") if police else None, person_to_call(desk)) if n]
    lines = [desk.text(f"{kind}.how", counter=desk.facts.pack.locality.counter.in_(desk.lang))]
    lines += [desk.text("people.call", number=n.number) for n in numbers if not n.emergency]
    opening = (Section(lines=(desk.text(f"{kind}.first"),)), Section(lines=tuple(lines)))
    groups = Button(id="groups", title=desk.text("button.groups"))
    return Reply(
        kind=kind,
        sections=(*opening, *vouched(numbers, desk)),
        buttons=(*(call_button(n, desk) for n in numbers), groups, menu_button(desk)),
        numbers=tuple(numbers),
    )
