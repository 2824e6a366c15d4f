"""Which number to call: the confirmed one of the unit, or the nearest that may be shown (rule of truth 2)."""

from __future__ import annotations

from content.pack import Number, hotline_of
from content.schema import Hotline, Unit
from handlers.contract import Button, Candidate, Desk, Query, Reply, Section
from handlers.parts import (
    call_button,
    corrected_by,
    handover_button,
    line_of,
    menu_button,
    person_to_call,
    source_line,
    vouched,
    words,
)

POLICE = "hotline:113"


async def hotline(query: Query, desk: Desk) -> Reply:
    """The number asked for, with who confirmed it; where there is none, so said, and the nearest one given."""
    id_ = query.understood.id or ""
    unit = desk.facts.pack.unit_of(id_)
    return _of_unit(id_, desk.facts.unit(unit.id), desk) if unit else _of_line(id_, desk)


def ask_unit(desk: Desk) -> Reply:
    """Which ward? The two that serve today come first."""
    serving = [unit for unit in desk.facts.pack.units.values() if unit.successor is None]
    ids = [hotline_of(unit.id) for unit in serving][:3]
    return Reply(
        kind="clarify",
        sections=(Section(lines=(desk.text("hotline.which_unit"),)),),
        buttons=tuple(
            Button(id=id_, title=unit.name.in_(desk.lang)) for id_, unit in zip(ids, serving, strict=False)
        ),
        candidates=tuple(Candidate(kind="hotline", id=id_, confidence=0.5) for id_ in ids),
    )


def _of_unit(id_: str, unit: Unit, desk: Desk) -> Reply:
    serving = desk.facts.unit(unit.successor) if unit.successor else unit
    name, now = unit.name.in_(desk.lang), serving.name.in_(desk.lang)
    number = desk.facts.number(id_) or desk.facts.number(hotline_of(serving.id))
    moved = (Section(lines=(desk.text("hotline.moved", old=name, now=now),)),) if unit is not serving else ()
    if number:
        shown = [number]
        first: tuple[Section, ...] = (
            Section(lines=(desk.text("hotline.number", name=now, number=number.number),), tone="confirm"),
        )
        if hours := unit.hours or serving.hours:
            first += (Section(lines=(desk.text("hotline.hours", hours=hours.in_(desk.lang)),)),)
    else:
        shown = _nearest(desk)
        first = (Section(lines=(desk.text("hotline.none", name=now),), tone="check"),)
        lines = tuple(
            desk.text("hotline.instead", number=n.number, what=line_of(n, desk).name.in_(desk.lang)) for n in shown
        )
        first += (Section(heading=desk.text("hotline.meanwhile"), lines=lines, shape="bullets"),)
    return Reply(
        kind="hotline",
        id=id_,
        title=desk.text("hotline.title", name=name),
        sections=(*first, *vouched(shown, desk), *moved),
        buttons=(
            *(call_button(n, desk) for n in shown),
            *_dead_button(id_, number, desk),
            handover_button(desk),
            menu_button(desk),
        ),
        numbers=tuple(shown),
        source=" ".join((source_line(unit, desk), *(corrected_by(serving, desk) if serving is not unit else ()))),
        unit=unit.id,
        path=f"/duong-day-nong/{unit.id}",
    )


def _of_line(id_: str, desk: Desk) -> Reply:
    line = desk.facts.hotline(id_)
    number = desk.facts.number(id_)
    shown = [number] if number else [n for n in (person_to_call(desk),) if n]  # no danger: not the police
    name = line.name.in_(desk.lang)
    if number:
        opening: tuple[str, ...] = (desk.text("hotline.call_now", number=number.number, name=name),)
    else:
        opening = (desk.text("hotline.unshown", name=name),)
        opening += tuple(
            desk.text("hotline.instead", number=n.number, what=line_of(n, desk).name.in_(desk.lang)) for n in shown
        )
    sections = (Section(lines=opening, tone="normal" if number else "check"), *vouched(shown, desk))
    return Reply(
        kind="hotline",
        id=id_,
        title=line.name.in_(desk.lang),
        sections=(*sections, Section(lines=_about(line, desk))),
        buttons=(
            *(call_button(n, desk) for n in shown),
            *_dead_button(id_, number, desk),
            handover_button(desk),
            menu_button(desk),
        ),
        numbers=tuple(shown),
        source=source_line(line, desk),
        path=f"/duong-day-nong/{id_.removeprefix('hotline:')}",
    )


def _about(line: Hotline, desk: Desk) -> tuple[str, ...]:
    facts = [line.what.in_(desk.lang), desk.text("hotline.scope", scope=line.scope.in_(desk.lang))]
    if line.hours:
        facts.append(desk.text("hotline.hours", hours=line.hours.in_(desk.lang)))
    if line.cost:
        facts.append(desk.text("hotline.cost", cost=line.cost.in_(desk.lang)))
    if line.note:
        facts.append(words(line.note, desk.lang))
    return tuple(facts)


def _nearest(desk: Desk) -> list[Number]:
    people = person_to_call(desk)
    police = desk.facts.number(POLICE)
    return [number for number in (police, people) if number]


def _dead_button(id_: str, number: Number | None, desk: Desk) -> tuple[Button, ...]:
    """The way to tell that nobody answers; the national emergency lines are not ours to doubt."""
    if number is None or number.emergency:
        return ()
    return (Button(id=f"dead:{id_}", title=desk.text("button.dead")),)
