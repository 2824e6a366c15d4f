"""Asks back, with at most three choices."""

from __future__ import annotations

from dataclasses import replace

from content.schema import Initiative, Unit
from handlers.contract import Button, Candidate, Desk, Query, Reply, Section
from handlers.hotlines import ask_unit
from handlers.parts import handover_button

CHOICES = 3
OTHERS = 2
LIKELY = 0.03  # less likely ones would only confuse
SURE = 0.9  # of the answers given with less, more than one in ten is not what was meant


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


def with_others(reply: Reply, query: Query, desk: Desk) -> Reply:
    """An answer that may not be what was meant also offers what else it could be."""
    others = tuple(
        c for c in query.understood.candidates if c.id != reply.id and c.confidence >= LIKELY and title(c, desk)
    )[:OTHERS]
    if not others or reply.candidates or query.understood.confidence >= SURE:
        return reply
    shown = {button.id for button in reply.buttons}
    words = "clarify.perhaps" if reply.id is None else "clarify.others"
    return replace(
        reply,
        sections=(*reply.sections, Section(lines=(desk.text(words),), tone="quiet")),
        buttons=(*(Button(id=c.id, title=title(c, desk)) for c in others if c.id not in shown), *reply.buttons),
        candidates=others,
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
