"""From our `Reply` to one bubble of plain text: no buttons here, so choices are numbered lines.

Plain, without `parse_mode`: its rendering is unmeasured, and names with `*`, `_`, `<` stay as they are.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from bot.channels import plain
from bot.channels.channel import Limits, Outgoing, Update
from handlers.contract import Reply, Texts

# docs.zaloplatforms.com/docs/BOT, second-hand, as of 2026-11-23. 2,000 is checked by the server; its unit is not
# documented, UTF-16 is the safe one. Pace: no official number, ten in a burst went through.
LIMITS: Final = Limits(
    text=2000, bubbles=1, buttons=0, button_title=100, per_second=10, burst=10, per_month=3000, people=50
)  # fmt: skip
LONGEST_NAME: Final = 40


def bubble(reply: Reply, update: Update, text: Texts, public_url: str) -> Outgoing:
    """The answer in one bubble, since every message counts against the month's."""
    prefix = _addressed(update)
    picture = reply.picture if reply.picture and plain.is_public(reply.picture.url) else None
    reply = plain.with_seen(reply) if picture else reply
    body = plain.parts(plain.without_choices(reply))
    buttons = [
        replace(button, title=plain.shorten(button.title, LIMITS.button_title, plain.utf16))
        for button in reply.buttons
    ]
    links = plain.choices(
        (button for button in buttons if not plain.is_choice(button)), said="\n".join(part.text for part in body)
    )
    numbered = plain.choices(button for button in buttons if plain.is_choice(button))
    if numbered and reply.kind != "clarify":  # which says so itself
        numbered.insert(0, text("channel.choose_in_group" if update.group else "channel.choose"))
    address = plain.page(reply, public_url)
    bubbles = plain.fitted(
        body,
        ["\n".join(lines) for lines in (links, numbered) if lines],
        limit=LIMITS.text - plain.utf16(prefix),
        most=LIMITS.bubbles,
        count=plain.utf16,
        left_out=lambda names: plain.more(text, names, address),
    )
    said = prefix + (bubbles[0] if bubbles else "")
    if picture:
        return Outgoing(body={"photo": picture.url, "caption": said, "alt": picture.alt})
    return Outgoing(body={"text": said if bubbles else prefix + "…"})


def _addressed(update: Update) -> str:
    """Answers do not quote: in a group they begin with the name of whoever asked."""
    name = plain.shorten(update.name or "", LONGEST_NAME, plain.utf16) if update.group else ""
    return f"{name}: " if name else ""
