"""The off switch: while the house rests nothing is answered by itself but danger, a person, and one's own data."""

from __future__ import annotations

from typing import Final

from handlers.contract import Desk, Query, Reply, Section
from handlers.parts import call_button, handover_button, person_to_call, vouched

ALWAYS: Final = frozenset({"emergency", "handover"})
OWN: Final = frozenset({"erase", "unsubscribe", "language:vi", "language:en", "elder", "elder:off", "dead"})


def rests(query: Query, desk: Desk) -> bool:
    """Whether this question must wait until the house is switched on again."""
    kind, topic = query.understood.kind, query.understood.topic
    return desk.facts.resting is not None and kind not in ALWAYS and topic not in OWN


async def resting(query: Query, desk: Desk) -> Reply:
    """Say so plainly; whom to call at once, and how to reach a person."""
    switched = desk.facts.resting
    words = switched.value if switched else ""
    call = person_to_call(desk)
    urgent = [n for n in map(desk.facts.number, ("hotline:113", "hotline:114", "hotline:115")) if n]
    numbers = (*urgent, call) if call and call not in urgent else tuple(urgent)
    lines = [desk.text("resting.first"), *filter(None, [words]), desk.text("resting.urgent")]
    if call and not call.emergency:
        lines.append(desk.text("people.call", number=call.number))
    return Reply(
        kind="handover",
        sections=(Section(lines=tuple(lines)), *vouched([call] if call else [], desk)),
        buttons=(*(call_button(n, desk) for n in numbers), handover_button(desk)),
        numbers=numbers,
    )
