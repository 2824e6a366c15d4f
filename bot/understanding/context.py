"""What the talk was about before this message."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.contract import Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The last thing answered; empty at the start of a talk."""

    id: str | None = None  # last item answered
    kind: Kind | None = None
    unit: str | None = None
