"""The tables of the ground floor. A sender stands in them only as a keyed hash."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import DateTime, Index, String, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """All tables; Alembic reads it."""


class ConversationRow(Base):
    """What a talk was last about, for a short while."""

    __tablename__ = "conversations"
    sender: Mapped[str] = mapped_column(String(80), primary_key=True)
    item: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str | None] = mapped_column(String(20))
    unit: Mapped[str | None] = mapped_column(String(48))
    lang: Mapped[str | None] = mapped_column(String(2))  # of the last answer
    offered: Mapped[str] = mapped_column(Text, default="")  # ids of the buttons, in order, a space between
    changed_at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))


class PersonRow(Base):
    """What a person chose: the language, large and short answers."""

    __tablename__ = "people"
    sender: Mapped[str] = mapped_column(String(80), primary_key=True)
    lang: Mapped[str | None] = mapped_column(String(2))
    elder: Mapped[bool] = mapped_column(default=False)


class Correction(Base):
    """An officer's fact over the pack; the newest of an item's field counts, `value` None takes it back."""

    __tablename__ = "overlays"
    id: Mapped[int] = mapped_column(primary_key=True)
    item: Mapped[str] = mapped_column(String(64))
    field: Mapped[str] = mapped_column(String(32))
    value: Mapped[str | None] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(80))
    at: Mapped[dt.datetime] = mapped_column(DateTime(timezone=True))
    __table_args__ = (Index("ix_overlays_item_field", "item", "field"),)


class Unanswered(Base):
    """A question that found no answer: stripped of numbers and names, without its sender."""

    __tablename__ = "questions"
    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str] = mapped_column(String(300))
    asked_on: Mapped[dt.date] = mapped_column()
    verdict: Mapped[int | None] = mapped_column(index=True)  # what an officer decided (`verdicts`); None: it waits


class Thumb(Base):
    """How often an answer helped, counted without the person."""

    __tablename__ = "thumbs"
    item: Mapped[str] = mapped_column(String(64), primary_key=True)
    helpful: Mapped[int] = mapped_column(default=0)
    unhelpful: Mapped[int] = mapped_column(default=0)
