"""Asks back, with at most three choices."""

from __future__ import annotations

from content.schema import Initiative, Unit
from handlers.contract import Button, Candidate, Desk, Query, Reply, Section
from handlers.hotlines import ask_unit
from handlers.parts import handover_button

CHOICES = 3


async def clarify(query: Query, desk: Desk) -> Reply:
    """Did you mean this, or that?"""
    offered = [c for c in query.understood.candidates if title(c, desk)][:CHOICES]
    if not offered:
        return ask_unit(desk)
    lines = tuple(title(candidate, desk) for candidate in offered)
    return Reply(
        kind="clarify",
        sections=(Section(lines=(desk.text("clarify.ask"),)), Section(lines=lines, shape="steps")),
        buttons=(
            *(Button(id=candidate.id, title=title(candidate, desk)) for candidate in offered),
            handover_button(desk),
        ),
        candidates=tuple(offered),
        aspect=query.understood.aspect,
        confidence=query.understood.confidence,
    )


def title(candidate: Candidate, desk: Desk) -> str:
    """What the choice is called; empty where the pack does not know it."""
    if candidate.id == "homestay:list":
        return desk.text("button.homestays")
    item = desk.facts.pack.item(candidate.id)
    if item is None:
        return ""
    if isinstance(item, Unit):
        return desk.text("hotline.title", name=item.name.in_(desk.lang))
    if isinstance(item, Initiative):
        return desk.text("clarify.initiative", name=item.name.in_(desk.lang))
    name = getattr(item, "name", None)
    return name.in_(desk.lang) if name else ""
