"""One of the local models of the 2021 report: what it is, its figures as reported, what one can do today."""

from __future__ import annotations

from content.schema import Initiative
from content.texts import as_of
from handlers.contract import Button, Desk, Query, Reply, Section
from handlers.parts import (
    call_button,
    handover_button,
    menu_button,
    person_to_call,
    said,
    source_line,
    vouched,
    words,
)

CLUBS = "hoi-quan"


async def initiative(query: Query, desk: Desk) -> Reply:
    """The model asked for; none is said to run still where nobody has confirmed it."""
    found = desk.facts.initiative(query.understood.id or "")
    lang = desk.lang
    sections = [Section(lines=said(found.what, desk))]
    if found.figures:
        sections.append(_figures(found, desk))
    if found.id == CLUBS and desk.facts.pack.clubs:
        sections.append(_clubs(desk))
    sections.append(Section(heading=desk.text("initiative.do"), lines=said(found.do, desk), shape="bullets"))
    where = [unit.name.in_(lang) for id_ in found.where if (unit := desk.facts.pack.units.get(id_))]
    about = [desk.text("initiative.run_by", who=found.run_by.in_(lang))]
    about += [desk.text("initiative.where", where=", ".join(where))] if where else []
    about += [words(found.where_note, lang)] if found.where_note else []
    sections.append(Section(lines=tuple(about)))
    if "status" in desk.facts.corrected(found.id):
        known = (desk.text("initiative.status", status=found.status.in_(lang)),)
        sections.append(Section(lines=known, tone="confirm"))
    else:
        status = (desk.text("initiative.unconfirmed", date=as_of(found.as_of)), *said(found.note_now, desk))
        sections.append(Section(lines=status, tone="check"))
    number = person_to_call(desk)
    sections += vouched((number,) if number else (), desk)
    return Reply(
        kind="initiative",
        id=found.id,
        title=found.title.in_(lang),
        sections=tuple(sections),
        buttons=(*_related(found, desk), *((call_button(number, desk),) if number else ()),
                 handover_button(desk), menu_button(desk)),
        numbers=(number,) if number else (),
        source=source_line(found, desk),
        path=f"/mo-hinh/{found.id}",
    )  # fmt: skip


def _figures(found: Initiative, desk: Desk) -> Section:
    lang = desk.lang
    lines = tuple(f"{figure.label.in_(lang)}: {figure.as_written}" for figure in found.figures)
    return Section(heading=desk.text("initiative.figures", date=as_of(found.as_of)), lines=lines, shape="bullets")


def _clubs(desk: Desk) -> Section:
    pack, lang = desk.facts.pack, desk.lang
    lines = tuple(
        desk.text(
            "initiative.club",
            name=club.name.in_(lang),
            unit=pack.units[club.unit].name.in_(lang),
            members=club.members_2021,
        )
        for club in pack.clubs.values()
    )
    return Section(heading=desk.text("initiative.clubs"), lines=lines, shape="bullets")


def _related(found: Initiative, desk: Desk) -> list[Button]:
    procedures = desk.facts.pack.procedures
    return [Button(id=id_, title=procedures[id_].name.in_(desk.lang)) for id_ in found.related_procedures[:2]]
