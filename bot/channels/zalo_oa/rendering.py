"""A reply as an Official Account shows it: plain text, up to five buttons below the last bubble.

Each body carries its plain form too, should the platform refuse the buttons: the same words with numbered choices.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from bot.channels import plain
from bot.channels.channel import Limits, Outgoing
from bot.channels.zalo_oa.events import MARK
from handlers.contract import Button, Photo, Reply, Texts

TEXT: Final = 2000  # code points after NFC; one more is -210, nothing is cut by Zalo
PART: Final = 1900  # where an answer is cut in several
BUBBLES: Final = 3  # the free replies are few
BUTTONS: Final = 5
TITLE: Final = 100
COUNTRY: Final = "84"


def limits(per_second: float) -> Limits:
    """docs.zaloplatforms.com/docs/OA/phu-luc/: gioi-han-toc-do-api, cau-truc-cua-tham-so-buttons; as of 2026-11."""
    return Limits(
        text=TEXT, bubbles=BUBBLES, buttons=BUTTONS, button_title=TITLE, per_second=per_second,
        burst=max(5, round(per_second)), per_chat_second=10.0,
    )  # fmt: skip


def render(reply: Reply, text: Texts, *, group: bool, public_url: str, template: str) -> list[Outgoing]:
    """The bubbles. In a group there are no buttons, and `[@` would call people.

    A bubble has one attachment: beside a picture there are no buttons either, so that one bubble says it all.
    """
    photo = reply.picture if reply.picture and reply.picture.url.startswith("https://") else None
    reply = plain.with_seen(reply) if photo else reply
    shown, rest = ([], list(reply.buttons)) if group or photo else _shared_out(reply.buttons)
    first = sum(map(plain.is_choice, shown)) + 1
    source, bare = reply, plain.without_choices(reply)
    if bare != reply and any(map(plain.is_choice, rest)):  # a list of its choices: once, all numbered
        source, rest, first = bare, [b for b in reply.buttons if b in rest or plain.is_choice(b)], 1
    choose = text("channel.choose_in_group" if group else "channel.choose")
    tail = _tail(rest, first, source.text, choose)
    page = plain.page(reply, public_url)

    def left_out(names: str) -> str:
        return plain.more(text, names, page)

    parts = plain.parts(source)
    bubbles = plain.split([*(part.text for part in parts), *tail], TEXT)
    if len(bubbles) > 1:
        bubbles = plain.fitted(parts, tail, limit=PART, most=BUBBLES, count=len, left_out=left_out)
    if group:
        bubbles = [bubble.replace("[@", "@") for bubble in bubbles]
    if photo:
        return _below(photo, bubbles, group=group)
    if group:
        return [_told(bubble, group=True) for bubble in bubbles]
    bubbles = bubbles or [choose]
    *before, last = [{"message": {"text": bubble}} for bubble in bubbles]
    if not shown:
        return [Outgoing(body=body) for body in (*before, last)]
    said = [_without(bubbles[-1], tail)] if before else plain.paragraphs(bare)
    whole = plain.split([part for part in (*said, *_tail(reply.buttons, 1, bare.text, choose)) if part], TEXT)
    message: dict[str, object] = {"text": bubbles[-1], "attachment": _attachment(shown, template)}
    return [*(Outgoing(body=body) for body in before), Outgoing(body={"message": message, "plain": whole})]


def plainer(body: Mapping[str, object]) -> tuple[Outgoing, ...]:
    """The same words without buttons or picture, where a body has any."""
    whole, group = body.get("plain"), bool(body.get("group"))
    return tuple(_told(part, group=group) for part in whole) if isinstance(whole, list) else ()


def picture(attachment_id: str = "", caption: str = "", *, url: str = "") -> dict[str, object]:
    """The message of a picture, uploaded or to be fetched from its address, for people and for groups."""
    element = {"media_type": "image"} | ({"url": url} if url else {"attachment_id": attachment_id})
    attachment = {"type": "template", "payload": {"template_type": "media", "elements": [element]}}
    return {"text": caption, "attachment": attachment} if caption else {"attachment": attachment}


def document(token: str) -> dict[str, object]:
    """The message of an uploaded file; it takes no text."""
    return {"attachment": {"type": "file", "payload": {"token": token}}}


def _below(photo: Photo, bubbles: Sequence[str], *, group: bool) -> list[Outgoing]:
    """The picture with the first bubble below it, then the others; in its plain form it is a line."""
    first, rest = (bubbles[0], bubbles[1:]) if bubbles else ("", ())
    words = plain.split([part for part in (first, plain.clean(f"{photo.alt}: {photo.url}")) if part], TEXT)
    body = {"message": picture(caption=first, url=photo.url), "plain": words} | ({"group": True} if group else {})
    return [Outgoing(body=body), *(_told(bubble, group=group) for bubble in rest)]


def _told(text: str, *, group: bool) -> Outgoing:
    message = {"message": {"text": text}}
    return Outgoing(body={"group": True, **message} if group else message)


def _without(bubble: str, tail: Sequence[str]) -> str:
    """The last bubble but for its list of what had no button."""
    for part in tail:
        bubble = bubble.replace(plain.GAP + part, "", 1)
    return bubble


def _shared_out(buttons: Sequence[Button]) -> tuple[list[Button], list[Button]]:
    """The first that Zalo can show, and the rest, which become lines."""
    shown = [button for button in buttons if _as_button(button)][:BUTTONS]
    return shown, [button for button in buttons if button not in shown]


def _tail(buttons: Sequence[Button], first: int, said: str, choose: str) -> list[str]:
    """What has no button, as two paragraphs: calls and pages; choices that a typed number picks."""
    lines = plain.choices(buttons, first, said)
    cut = len(lines) - sum(map(plain.is_choice, buttons))
    links, numbered = lines[:cut], lines[cut:]
    tail = ["\n".join(links)] if links else []
    return [*tail, "\n".join([choose, *numbered])] if numbered else tail


def _attachment(buttons: Sequence[Button], template: str) -> dict[str, object]:
    payload: dict[str, object] = {"buttons": [_as_button(button) for button in buttons]}
    # The v3 page names no buttons for texts; products send them with this word, or without it: a setting.
    return {"type": "template", "payload": {"template_type": template, **payload} if template else payload}


def _as_button(button: Button) -> dict[str, object] | None:
    title = plain.shorten(button.title, TITLE)
    if button.url:
        if not button.url.startswith("https://"):
            return None
        return {"title": title, "type": "oa.open.url", "payload": {"url": button.url}}
    if button.dial:
        code = phone_code(button.dial)
        return {"title": title, "type": "oa.open.phone", "payload": {"phone_code": code}} if code else None
    return {"title": title, "type": "oa.query.hide", "payload": MARK + button.id}


def phone_code(dial: str) -> str | None:
    """A number in Zalo's form, 84…; None for short ones (113, 1022), for which no form is known: they stay text."""
    digits = "".join(c for c in dial if c.isascii() and c.isdigit())
    if digits.startswith("0") and not dial.strip().startswith("+") and len(digits) >= 9:
        return COUNTRY + digits[1:]
    return digits if digits.startswith(COUNTRY) and len(digits) >= 10 else None
