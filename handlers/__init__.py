"""What we answer. `HANDLERS` is the list, written by hand: one kind of answer, one function."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.aloud import said_aloud
from handlers.bulletins import bulletin
from handlers.clarify import clarify, with_others
from handlers.contract import Desk, Handler, Kind, Query, Reply
from handlers.emergencies import emergency
from handlers.homestays import homestay
from handlers.hotlines import hotline
from handlers.initiatives import initiative
from handlers.old_names import with_old_names
from handlers.people import appointment, handover, out_of_scope, report
from handlers.procedures import procedure
from handlers.resting import resting, rests
from handlers.smalltalk import smalltalk

HANDLERS: Mapping[Kind, Handler] = {
    "procedure": procedure,
    "hotline": hotline,
    "homestay": homestay,
    "initiative": initiative,
    "bulletin": bulletin,
    "report": report,
    "appointment": appointment,
    "emergency": emergency,
    "handover": handover,
    "smalltalk": smalltalk,
    "clarify": clarify,
    "out_of_scope": out_of_scope,
}


async def answered(query: Query, desk: Desk) -> Reply:
    """The answer of the handler for this kind, with what every answer may need beside it."""
    if rests(query, desk):
        return await resting(query, desk)
    reply = await HANDLERS[query.understood.kind](query, desk)
    for beside in (with_others, with_old_names, said_aloud):
        reply = beside(reply, query, desk)
    return reply
