"""“Đọc cho tôi nghe”: the answer as it is said, for a voice or for whoever reads it to an elder."""

from __future__ import annotations

from dataclasses import replace

from content.schema import Lang
from content.spoken import spoken
from handlers.contract import Desk, Query, Reply, Section

TOPIC = "aloud"


def lines(reply: Reply, lang: Lang) -> tuple[str, ...]:
    """Everything the answer says, sentence by sentence, without a short form or a symbol."""
    written = [reply.title or ""]
    for section in reply.sections:
        written += [section.heading or "", *section.lines]
    said = (spoken(line, lang) for line in (*written, reply.source or ""))
    return tuple(line if line.endswith((".", "!", "?", ":")) else line + "." for line in said if line)


def said_aloud(reply: Reply, query: Query, desk: Desk) -> Reply:
    """The answer, to be heard, where that was asked for."""
    if query.understood.topic != TOPIC or reply.id is None:
        return reply
    heard = Section(lines=lines(replace(reply, source=None), desk.lang))
    return replace(reply, sections=(heard,), source=spoken(reply.source, desk.lang) if reply.source else None)
