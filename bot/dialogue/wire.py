"""The JSON of one answer, the same from `ask --jsonl` and `POST /api/ask`, and of one question."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from bot.dialogue.answer import Message
from bot.errors import WrongInput
from handlers.contract import Lang, Reply

LONGEST = 4000  # characters of a question that are read; the rest of a 100 kB message says nothing new


def message_of(line: Mapping[str, object]) -> Message:
    """The message in one JSON object, without its sender; `WrongInput` names the field at fault."""
    lang = line.get("lang")
    if lang not in (None, "vi", "en"):
        raise WrongInput('"lang" is "vi" or "en"')
    chosen: Lang | None = "vi" if lang == "vi" else "en" if lang == "en" else None
    return Message(
        text=(_text(line, "q") or "")[:LONGEST],
        press=(_text(line, "press") or "")[:64] or None,
        lang=chosen,
        unit=_text(line, "unit"),
        at=day_of(_text(line, "at")),
        location=_location(line.get("location")),
    )


def sender_of(line: Mapping[str, object]) -> str | None:
    """The sender that a JSON object names."""
    return _text(line, "sender")


def day_of(text: str | None) -> dt.date | None:
    """A day as `2027-03-01`; `WrongInput` where it is none."""
    if not text:
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError as error:
        raise WrongInput(f'"{text[:20]}" is not a date like 2027-03-01') from error


def answer_json(question: object, reply: Reply) -> dict[str, object]:
    """The contract's answer object."""
    return {
        "q": question,
        "kind": reply.kind,
        "id": reply.id,
        "confidence": round(reply.confidence, 3),
        "candidates": [{"kind": c.kind, "id": c.id, "confidence": round(c.confidence, 3)} for c in reply.candidates],
        "aspect": reply.aspect,
        "unit": reply.unit,
        "text": reply.text,
        "buttons": [_button(button.id, button.title, button.url, button.dial) for button in reply.buttons],
    }


def _button(id_: str, title: str, url: str | None, dial: str | None) -> dict[str, str]:
    address = url or (f"tel:{dial}" if dial else None)
    return {"id": id_, "title": title} | ({"url": address} if address else {})


def _text(line: Mapping[str, object], name: str) -> str | None:
    value = line.get(name)
    if value is not None and not isinstance(value, str):
        raise WrongInput(f'"{name}" is a text')
    return value


def _location(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if isinstance(value, list) and len(value) == 2 and all(isinstance(n, int | float) for n in value):
        lat, lon = float(value[0]), float(value[1])
        if abs(lat) <= 90 and abs(lon) <= 180:
            return lat, lon
    raise WrongInput('"location" is [latitude, longitude] in degrees')
