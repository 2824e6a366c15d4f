"""Danger first: the number to call stands on the first line, before anything else (rule of truth 3)."""

from __future__ import annotations

from handlers.contract import Desk, Query, Reply, Section
from handlers.parts import call_button


async def emergency(query: Query, desk: Desk) -> Reply:
    """Call, then what to do while waiting."""
    number = query.understood.number or "113"
    line = desk.facts.number(f"hotline:{number}")
    if line is None:  # a pack without national lines: 113 answers everywhere
        number, line = "113", desk.facts.number("hotline:113")
    first = desk.text("emergency.call", number=number)
    others = desk.text("emergency.others")
    return Reply(
        kind="emergency",
        id=f"hotline:{number}",
        sections=(
            Section(lines=(first,), tone="danger"),
            Section(lines=(desk.text(f"emergency.do_{number}"), desk.text("emergency.say"))),
            Section(lines=(others,)),
        ),
        buttons=(call_button(line, desk),) if line else (),
        numbers=(line,) if line else (),
        source=desk.text("emergency.source"),
        confidence=query.understood.confidence,
    )
