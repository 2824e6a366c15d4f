"""Who says the name of a former ward, or of a paper that is no more, is told what replaced it, beside the answer."""

from __future__ import annotations

from dataclasses import replace

from handlers.contract import Button, Desk, Query, Reply, Section

NAMED_ALREADY = {"hotline", "emergency", "smalltalk"}  # these say it themselves, or have no room for it


def with_old_names(reply: Reply, query: Query, desk: Desk) -> Reply:
    """The answer, and what replaced the old names in the question."""
    pack, lang = desk.facts.pack, desk.lang
    found = [pack.old_names[id_] for id_ in query.understood.old_names if reply.kind != "emergency"]
    lines = [old.now.in_(lang) for old in found]
    unit = pack.units.get(query.understood.unit or "")
    if unit and unit.successor and reply.kind not in NAMED_ALREADY:
        serving = pack.serving(unit)
        lines.append(desk.text("hotline.moved", old=unit.name.in_(lang), now=serving.name.in_(lang)))
    if not lines:
        return reply
    shown = {reply.id, *(button.id for button in reply.buttons)}
    more = tuple(
        Button(id=id_, title=pack.procedures[id_].name.in_(lang))
        for old in found
        if (id_ := old.leads_to) and id_ not in shown
    )
    return replace(reply, sections=(*reply.sections, Section(lines=tuple(lines))), buttons=(*reply.buttons, *more))
