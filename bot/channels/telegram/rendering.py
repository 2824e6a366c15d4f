"""A `Reply` as Telegram shows it: HTML, an inline keyboard, pins and contact cards."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from bot.channels import plain
from bot.channels.channel import Limits, Outgoing, Update
from bot.channels.plain import Part, utf16
from bot.channels.telegram.changing import CAPTION
from content.texts import Texts
from handlers.contract import Button, Photo, Place, Reply

CALLBACK: Final = 64  # bytes of a button's data
PLACES: Final = 3
CONTACTS: Final = 3
NAME: Final = 64  # characters of a contact's name
ADDRESS: Final = 200  # of a pin's name and of its address
SHORT: Final = 18  # characters of a title that leaves room for another beside it
NO_PREVIEW: Final = {"is_disabled": True}
_TAG: Final = re.compile(r"<[^>]*>")


def render(reply: Reply, update: Update, text: Texts, *, limits: Limits, public_url: str) -> list[Outgoing]:
    """Text, below its picture where it is short enough, the keyboard under its last bubble; then pins and cards."""
    picture = reply.picture if reply.picture and plain.is_public(reply.picture.url) else None
    reply = plain.with_seen(reply) if picture else reply
    keyed = [b for b in reply.buttons if _is_key(b)][: limits.buttons]
    bubbles = _bubbles(reply, [b for b in reply.buttons if b not in keyed], text, limits, public_url)
    where = _where(update)
    made: list[dict[str, Any]] = []
    for number, bubble in enumerate(bubbles):
        params: dict[str, object] = {
            "text": _marked(bubble, reply),
            "parse_mode": "HTML",
            "link_preview_options": NO_PREVIEW,
            **where,
        }
        if number == 0 and update.group and update.what == "message" and update.press is None:
            params["reply_parameters"] = _quoted(update)
        if number == len(bubbles) - 1 and keyed:
            params["reply_markup"] = {"inline_keyboard": _rows(keyed, limits.button_title)}
        made.append({"method": "sendMessage", "params": params})
    if picture:
        made = _with_picture(made, picture, where, fits=len(bubbles) == 1 and utf16(bubbles[0]) <= CAPTION)
    if update.press is not None and made and (query := update.key.partition(":")[2]):
        made[0]["query"] = query
    made += [{"method": "sendVenue", "params": _pin(place) | where} for place in reply.places[:PLACES]]
    made += [{"method": "sendContact", "params": card | where} for card in _cards(reply, text)]
    return [Outgoing(body=body) for body in made]


def plainer(body: Mapping[str, Any], *, without: str) -> Outgoing | None:
    """The same words without `parse_mode`, `reply_markup` or `message_thread_id`; None where it has none."""
    params = dict(body["params"])
    if without == "photo" and body["method"] == "sendPhoto":
        more = link(body)
        said = [str(params.pop("caption", "")), html.escape(more, quote=False) if "parse_mode" in params else more]
        del params["photo"]
        return Outgoing(body={"method": "sendMessage", "params": params | {"text": "\n\n".join(filter(None, said))}})
    if without == "pin" and body["method"] == "sendVenue":
        address = f"https://www.google.com/maps/search/?api=1&query={params['latitude']},{params['longitude']}"
        words = "\n".join(dict.fromkeys((str(params["title"]), str(params["address"]), address)))
        kept = {"message_thread_id": params["message_thread_id"]} if "message_thread_id" in params else {}
        return Outgoing(body={"method": "sendMessage", "params": {"text": words, **kept}})
    if without not in params:
        return None
    gone = params.pop(without)
    field = "caption" if "caption" in params else "text"
    if without == "parse_mode" and field in params:
        params[field] = html.unescape(_TAG.sub("", str(params[field])))
    if without == "reply_markup":
        buttons = [button for row in gone["inline_keyboard"] for button in row]
        lines = [f"{b['text']}: {b['url']}" for b in buttons if "url" in b]
        lines += [f"{n}. {b['text']}" for n, b in enumerate((b for b in buttons if "url" not in b), 1)]
        more = "\n".join(lines)
        marked = html.escape(more) if "parse_mode" in params else more
        params[field] = f"{params.get(field, '')}\n\n{marked}".strip()
    return Outgoing(body={**body, "params": params})


def link(body: Mapping[str, Any]) -> str:
    """The picture of a body as a line."""
    params = body["params"]
    url = params["media"]["media"] if "media" in params else params["photo"]
    return ": ".join(part for part in (str(body.get("alt") or ""), str(url)) if part)


def _with_picture(
    made: list[dict[str, Any]], picture: Photo, where: Mapping[str, object], *, fits: bool
) -> list[dict[str, Any]]:
    """The text below the picture where it is short enough, else the picture before the text."""
    photo = {"method": "sendPhoto", "alt": picture.alt, "params": {"photo": picture.url, **where}}
    if not fits:
        return [photo, *made]
    params = dict(made[0]["params"])
    del params["link_preview_options"]
    return [photo | {"params": {"photo": picture.url, "caption": params.pop("text"), **params}}]


def _is_key(button: Button) -> bool:
    """What an inline keyboard can hold: an answer, or a page that Telegram lets it open. A call it cannot."""
    if button.url:
        return plain.is_public(button.url)
    return not button.dial and 0 < len(button.id.encode()) <= CALLBACK


def _bubbles(reply: Reply, rest: Sequence[Button], text: Texts, limits: Limits, public_url: str) -> list[str]:
    body = plain.parts(reply)
    choices = [b for b in reply.buttons if plain.is_choice(b)]
    # A typed number picks from all choices in order: those beyond the keyboard keep theirs.
    first = next((n for n, b in enumerate(choices, 1) if b in rest), 1)
    if lines := plain.choices(rest, first, said="\n".join(part.text for part in body)):
        body.insert(len(body) - 1 if reply.source else len(body), Part(text="\n".join(lines), kept=True))

    def left_out(names: str) -> str:
        return plain.more(text, names, plain.page(reply, public_url))

    if not body and reply.buttons:
        body = [Part(text=text("channel.choose_button"), kept=True)]
    return plain.fitted(body, (), limit=limits.text, most=limits.bubbles, count=utf16, left_out=left_out)


def _marked(bubble: str, reply: Reply) -> str:
    """Escaped, with whole lines in bold or italics: a tag never reaches over a line, so none is ever cut."""
    bold = {plain.clean(line) for s in reply.sections for line in (s.heading, *_loud(s.tone, s.lines)) if line}
    bold |= {plain.clean(reply.title)} if reply.title else set()
    quiet = plain.clean(reply.source) if reply.source else None

    def line(words: str) -> str:
        safe = html.escape(words, quote=False)
        return f"<b>{safe}</b>" if words in bold else f"<i>{safe}</i>" if words == quiet else safe

    return "\n".join(line(words) for words in bubble.split("\n"))


def _loud(tone: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines if tone == "danger" else ()


def _rows(buttons: Sequence[Button], longest: int) -> list[list[dict[str, str]]]:
    """Two short ones beside each other, a long one alone."""
    rows: list[list[dict[str, str]]] = []
    room = False
    for button in buttons:
        title = plain.shorten(button.title, longest) or "…"
        key = {"text": title, "url": button.url} if button.url else {"text": title, "callback_data": button.id}
        short = len(title) <= SHORT
        if room and short:
            rows[-1].append(key)
            room = False
        else:
            rows.append([key])
            room = short
    return rows


def _where(update: Update) -> dict[str, object]:
    return {"message_thread_id": int(update.thread)} if update.thread else {}


def _quoted(update: Update) -> dict[str, object]:
    """In a group all see what is answered; that it has been deleted since stops nothing."""
    message = update.key.partition(":")[2]
    return {"message_id": int(message) if message.isdecimal() else 0, "allow_sending_without_reply": True}


def _pin(place: Place) -> dict[str, object]:
    name = plain.shorten(place.name, ADDRESS)
    return {
        "latitude": place.lat, "longitude": place.lon, "title": name,
        "address": plain.shorten(place.address, ADDRESS) or name,
    }  # fmt: skip


def _cards(reply: Reply, text: Texts) -> list[dict[str, object]]:
    """A card to keep for each number that an officer confirmed; the app can dial only the international form."""
    cards: list[dict[str, object]] = []
    for number in reply.numbers:
        dial = international(number.dial)
        if number.verified_by and dial and number.name:
            cards.append({"phone_number": dial, "first_name": plain.shorten(number.name.in_(text.lang), NAME)})
    return cards[:CONTACTS]


def international(dial: str) -> str | None:
    """+84… of a number of nine digits or more that has such a form; short and 1900 numbers have none."""
    digits = re.sub(r"\D", "", dial)
    if len(digits) < 9:
        return None
    if digits.startswith("0") and len(digits) <= 11:
        return "+84" + digits[1:]
    return "+" + digits if dial.strip().startswith("+") else None
