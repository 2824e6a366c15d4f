"""The rows of the inbox and the outbox."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, cast

from sqlalchemy import JSON, DateTime, Index, String, Table, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from bot.storage.among import word, words
from bot.storage.tables import Base

# Lanes: the lower goes first. Nobody who asks waits for bulletins; an `ALARM` passes in quiet hours.
URGENT, REPLY, ALARM, HURRY, BULLETIN = range(5)


class Received(Base):
    """One update; its body is erased when it is answered, its key stays against repeats."""

    __tablename__ = "inbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(20))
    key: Mapped[str] = mapped_column(String(120))
    chat: Mapped[str] = mapped_column(String(64))
    body: Mapped[str | None] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="waiting")  # waiting, answering, done, failed
    tries: Mapped[int] = mapped_column(default=0)
    until: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))  # the lease
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True), index=True)
    __table_args__ = (
        UniqueConstraint("channel", "key"),
        Index("ix_inbox_open", "state", "channel", "chat", "id"),
    )


def _index(name: str, *columns: str, where: str) -> Index:
    return Index(name, *columns, sqlite_where=text(where), postgresql_where=text(where))


class Delivery(Base):
    """One bubble to one chat."""

    __tablename__ = "outbox"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    channel: Mapped[str] = mapped_column(String(20))
    chat: Mapped[str] = mapped_column(String(64))
    lane: Mapped[int] = mapped_column(default=REPLY)
    body: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    # queued, sending, an `Outcome`; of a bulletin also paused, cancelled, by_hand (an officer forwarded it)
    state: Mapped[str] = mapped_column(String(10), default="queued")
    tries: Mapped[int] = mapped_column(default=0)
    not_before: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    expires: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    until: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    message_id: Mapped[str | None] = mapped_column(String(120))
    reason: Mapped[str] = mapped_column(String(300), default="")
    received: Mapped[int | None] = mapped_column()  # the inbox row that it answers
    bulletin: Mapped[int | None] = mapped_column()  # the bulletin that it carries
    shared: Mapped[int | None] = mapped_column()  # the `Body` that it has in common with others
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    settled: Mapped[dt.datetime | None] = mapped_column(DateTime(timezone=True))
    __table_args__ = (
        # Most rows are settled for good: whoever asks for others says so in these very words.
        _index("ix_outbox_next", "channel", "lane", "id", where="state = 'queued'"),
        _index("ix_outbox_chat", "channel", "chat", "id", where="state IN ('queued', 'sending', 'paused')"),
        _index("ix_outbox_bulletin", "bulletin", "state", "channel", "chat", where="bulletin IS NOT NULL"),
        _index("ix_outbox_flying", "until", where="state = 'sending'"),
    )


INBOX: Final = cast("Table", Received.__table__)
OUTBOX: Final = cast("Table", Delivery.__table__)
IS_QUEUED: Final = OUTBOX.c.state == word("queued")
IS_OPEN: Final = OUTBOX.c.state.in_(words("queued", "sending", "paused"))


class Body(Base):
    """A bubble that many rows share: one text to thousands is kept once."""

    __tablename__ = "bodies"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    body: Mapped[dict[str, Any]] = mapped_column(JSON)
    bulletin: Mapped[int | None] = mapped_column(index=True)
    channel: Mapped[str | None] = mapped_column(String(20))
    person: Mapped[bool | None] = mapped_column()  # for people who subscribed, or for groups
