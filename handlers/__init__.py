"""What we answer. `HANDLERS` is the list, written by hand: one kind of answer, one function."""

from __future__ import annotations

from collections.abc import Mapping

from handlers.clarify import clarify
from handlers.contract import Handler, Kind
from handlers.emergencies import emergency
from handlers.homestays import homestay
from handlers.hotlines import hotline
from handlers.initiatives import initiative
from handlers.people import appointment, bulletin, handover, out_of_scope, report
from handlers.procedures import procedure
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
