"""The pieces that several answers share: the source line, the warnings of the law, the buttons that lead on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from content.corrections import field_of
from content.pack import Number
from content.schema import Hotline, Item, Lang, Procedure, Text, When
from content.texts import as_of, day
from handlers.contract import Button, Desk, Section

WARN_DAYS = 120  # before a change of law; a file begun now may be judged by the new law


def said(texts: Iterable[Text], desk: Desk) -> tuple[str, ...]:
    """The sentences in force today, in the person's language."""
    return tuple(text.in_(desk.lang) for text in texts if text.holds(desk.now.date()))


def words(text: Text | When | None, lang: Lang) -> str:
    """One optional sentence, empty where there is none."""
    return text.in_(lang) if text else ""


def source_line(item: Item, desk: Desk) -> str:
    """Where the answer was read, when it was last checked (rule of truth 1), and who corrected it since."""
    return " ".join((cited(item, desk), *corrected_by(item, desk)))


def cited(item: Item, desk: Desk) -> str:
    """Where an item was read and when it was last checked."""
    first, *rest = desk.facts.pack.cite(item)
    more = desk.text("source.more", count=len(rest)) if rest else ""
    title = first.title.rstrip(" .")
    line = desk.text("source.line", title=title, more=more, date=as_of(item.as_of))
    if desk.facts.is_old(item) and item.review_by:
        line += " " + desk.text("source.old", date=day(item.review_by))
    return line


def corrected_by(item: Item, desk: Desk) -> list[str]:
    """Who corrected what of this item, and when; one sentence for each officer and day."""
    said_: dict[tuple[str, dt.date], list[str]] = {}
    for name, overlay in desk.facts.corrected(desk.facts.pack.id_of(item)).items():
        if (field := field_of(item, name)) and field.shown:
            said_.setdefault((overlay.by, overlay.day), []).append(desk.text(f"field.{name}"))
    return [
        desk.text("source.corrected", by=by, date=day(on), fields=", ".join(fields))
        for (by, on), fields in said_.items()
    ]


def check_first(item: Item, desk: Desk) -> tuple[Section, ...]:
    """A weak fact says that it must be confirmed at the counter."""
    if item.confidence == "high":
        return ()
    return (Section(lines=(desk.text(f"check.{item.confidence}"),), tone="check"),)


def law_warning(procedure: Procedure, desk: Desk) -> tuple[Section, ...]:
    """What changes soon; or, once it has changed and nobody wrote what followed, that the answer may be old."""
    today = desk.now.date()
    lines = []
    for change in procedure.changes:
        if change.on <= today and not change.known:
            lines.append(desk.text("law.changed", date=day(change.on)))
        elif today < change.on <= today + dt.timedelta(days=WARN_DAYS):
            lines.append(desk.text("law.soon", date=day(change.on), what=change.what.in_(desk.lang)))
    return (Section(lines=tuple(lines), tone="check"),) if lines else ()


def call_button(number: Number, desk: Desk) -> Button:
    """One tap to call."""
    return Button(id=f"call:{number.dial}", title=desk.text("button.call", number=number.number), dial=number.dial)


def handover_button(desk: Desk) -> Button:
    """The way to a person, where an answer did not help."""
    return Button(id="handover", title=desk.text("button.handover"))


def menu_button(desk: Desk) -> Button:
    """The way back to the start."""
    return Button(id="menu", title=desk.text("button.menu"))


def line_of(number: Number, desk: Desk) -> Hotline:
    """The line behind a number of the pack."""
    return next(line for line in desk.facts.pack.hotlines.values() if desk.facts.number(line.id) == number)


def vouched(numbers: Iterable[Number], desk: Desk) -> tuple[Section, ...]:
    """Who stands for each number that is shown: an officer, or only the page it was read on (rule of truth 2)."""
    sections = []
    for number in numbers:
        if number.emergency:
            continue
        if number.verified_by and number.verified_at:
            said_ = desk.text("hotline.verified", by=number.verified_by, date=day(number.verified_at))
            sections.append(Section(lines=(said_,), tone="confirm"))
        else:
            line = line_of(number, desk)
            source = desk.facts.pack.cite(line)[0].title.rstrip(" .")
            values = {"number": number.number, "source": source, "date": as_of(line.as_of)}
            sections.append(Section(lines=(desk.text("hotline.unverified", **values),), tone="check"))
    return tuple(sections)


def person_to_call(desk: Desk) -> Number | None:
    """The nearest number of people who answer questions that may be shown."""
    return desk.facts.number(desk.facts.pack.locality.people_hotline)
