"""A `Reply` in plain words, for every channel that sends text: paragraphs, numbered choices, bubbles.

Pure: no platform, no state. A channel brings its own limits and its own way of counting (`utf16`, `len`).
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from handlers.contract import Button, Reply, Section, Texts

Count = Callable[[str], int]

BULLET: Final = "• "
GAP: Final = "\n\n"  # between two paragraphs
HIDDEN: Final = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")  # controls, halves of pairs
LONGEST_NAME: Final = 60  # characters of a heading, where what was left out is named


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One paragraph of an answer."""

    text: str
    name: str = ""  # what it is called where it had to be left out
    kept: bool = False  # danger, warnings, who confirmed, the source: never left out


def utf16(text: str) -> int:
    """UTF-16 units, as Zalo and Telegram count: most characters are one, a pictograph is two."""
    return len(text.encode("utf-16-le")) // 2


def is_choice(button: Button) -> bool:
    """Whether a typed number can pick it: dialogue numbers these, in order, and no others."""
    return not button.url and not button.dial


def clean(text: str) -> str:
    """NFC, without what cannot be shown, lines without blanks at their ends."""
    text = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    text = HIDDEN.sub("", text)
    return "\n".join(line.rstrip() for line in text.split("\n")).strip()


def shorten(title: str, limit: int, count: Count = len) -> str:
    """A title within `limit`, cut between words where there are any, with "…" at its end."""
    title = " ".join(clean(title).split())
    if count(title) <= limit:
        return title
    words = _head(title, limit - count("…"), count)
    if not title[len(words) :].startswith(" ") and len(words.rpartition(" ")[0]) * 2 >= len(words):
        words = words.rpartition(" ")[0]
    return words.rstrip(" ,;:.–-(") + "…"


def parts(reply: Reply) -> list[Part]:
    """The paragraphs of an answer, each with what it is called. The lines of an emergency come before its title;
    picture and film are lines here."""
    made = [_part(section) for section in reply.sections]
    if reply.title:
        made.insert(1 if reply.kind == "emergency" and made else 0, Part(text=clean(reply.title), kept=True))
    made += [Part(text=clean(line), kept=True) for line in reply.links]
    if reply.source:
        made.append(Part(text=clean(reply.source), kept=True))
    return [part for part in made if part.text]


def with_seen(reply: Reply) -> Reply:
    """The reply without its picture, for a channel that shows that itself."""
    return replace(reply, picture=None)


def is_public(url: str) -> bool:
    """Whether a platform can open this address: it refuses the whole message where it leads to a machine of ours."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    try:
        return parts.scheme in {"http", "https"} and ip_address(host).is_global
    except ValueError:
        return parts.scheme in {"http", "https"} and "." in host.strip(".")


def paragraphs(reply: Reply) -> list[str]:
    """The answer in plain paragraphs: title, sections, the source last."""
    return [part.text for part in parts(reply)]


def choices(buttons: Iterable[Button], start: int = 1, said: str = "") -> list[str]:
    """Buttons as lines: calls and pages first, then numbered choices that a typed number picks.

    `start` is the first number, where others are shown as buttons; a number or address that stands in `said` already
    is not repeated.
    """
    links: list[str] = []
    numbered: list[str] = []
    for button in buttons:
        title = " ".join(clean(button.title).split())
        address = button.url or button.dial
        if address is None:
            numbered.append(f"{start + len(numbered)}. {title}")
        elif not _says(said, address):
            links.append(title if _says(title, address) else f"{title}: {address}")
    return [*links, *numbered]


def without_choices(reply: Reply) -> Reply:
    """The reply without the lines that only name its choices, for a channel that shows these as a numbered list."""
    titles = {button.title for button in reply.buttons if is_choice(button)}
    sections = (
        replace(section, lines=(), shape="plain") if section.lines and titles.issuperset(section.lines) else section
        for section in reply.sections
    )
    return replace(reply, sections=tuple(section for section in sections if section.lines or section.heading))


def split(paragraphs: Sequence[str], limit: int, count: Count = len) -> list[str]:
    """Bubbles of at most `limit`: cut between paragraphs, else lines, else words; a word only where it must."""
    bubbles: list[str] = []
    current = ""
    for paragraph in paragraphs:
        joined = current + GAP + paragraph if current else paragraph
        if count(joined) <= limit:
            current = joined
            continue
        if count(paragraph) <= limit:
            bubbles.append(current)
            current = paragraph
            continue
        for separator, piece in _pieces(paragraph, limit, count):
            joined = current + separator + piece if current else piece
            if count(joined) <= limit:
                current = joined
            else:
                bubbles += [current] if current else []
                current = piece
    return [*bubbles, current] if current else bubbles


def fitted(
    body: Sequence[Part], tail: Sequence[str], *, limit: int, most: int, count: Count, left_out: Callable[[str], str]
) -> list[str]:
    """At most `most` bubbles: parts that do not fit are left out whole, and `left_out` of their names says so last.

    Parts that must be kept and the tail (choices) always stand. The first part is what was asked for: where it is too
    long by itself, as many of its lines as fit, and "…".
    """
    whole = split([*(part.text for part in body), *tail], limit, count)
    if len(whole) <= most:
        return whole

    def tried(texts: Mapping[int, str]) -> list[str]:
        names = dict.fromkeys(part.name for part in body if part.name and texts.get(id(part)) != part.text)
        said = [texts[id(part)] for part in body if texts.get(id(part))]
        return split([*said, *tail, left_out(", ".join(names))], limit, count)

    stand = {id(part): part.text for part in body if part.kept}
    first, *others = [part for part in body if not part.kept] or [Part(text="")]
    if len(tried(stand | {id(first): first.text})) > most:  # where, how long, how much: short, always wanted
        room = limit * most // 4
        for part in others:
            if count(part.text) <= min(room, limit // 8):
                stand[id(part)] = part.text
                room -= count(part.text)
    lines = [piece for line in first.text.split("\n") for piece in _lines(line, limit // 4, count)]

    def head(shown: int) -> str:
        return first.text if shown == len(lines) else "\n".join(lines[:shown]) + "\n…"

    room = most * (limit + len(GAP))  # what alone is longer need not be tried
    cut = bisect_right(range(1, len(lines)), room, key=lambda shown: count(head(shown)))
    for shown in (len(lines), *range(cut, 0, -1)):
        if len(tried(stand | {id(first): head(shown)})) <= most:
            stand[id(first)] = head(shown)
            break
    for part in others:  # in order; a short one still fits where a long one did not
        if len(tried(stand | {id(part): part.text})) <= most:
            stand[id(part)] = part.text
    return _last_resort(tried(stand), limit, most, count)


def page(reply: Reply, public_url: str) -> str:
    """The address of the page that says the same; the web chat where there is none."""
    return public_url.rstrip("/") + (reply.path or "/")


def more(text: Texts, names: str, address: str) -> str:
    """The last line of an answer that had to be shortened: what is left out, and where all of it stands."""
    if names:
        return text("channel.more_of", names=names, url=address)
    return text("channel.more", url=address)


def _part(section: Section) -> Part:
    marks = {"plain": "", "bullets": BULLET}
    lines = [
        f"{number}. {line}" if section.shape == "steps" else marks[section.shape] + line
        for number, line in enumerate((clean(line) for line in section.lines), 1)
    ]
    heading = [clean(section.heading)] if section.heading else []
    return Part(
        text="\n".join([*heading, *lines]),
        name=shorten(section.heading, LONGEST_NAME) if section.heading else "",
        kept=section.tone in {"danger", "check", "confirm"},
    )


def _says(text: str, address: str) -> bool:
    """Whether `text` names this address or number as a whole: 113 does not stand in 1132, nor in 11/3."""
    return re.search(rf"(?<![\w.]){re.escape(address)}(?![\w/?=&])", text) is not None


def _pieces(paragraph: str, limit: int, count: Count) -> list[tuple[str, str]]:
    """A paragraph that is too long as (separator before it, piece); a first line stays with the second."""
    first, *rest = paragraph.split("\n")
    if rest and count(first + "\n" + rest[0]) <= limit:
        first, rest = first + "\n" + rest[0], rest[1:]
    pieces: list[tuple[str, str]] = []
    for number, line in enumerate([first, *rest]):
        separator = GAP if number == 0 else "\n"
        for word_number, piece in enumerate(_lines(line, limit, count)):
            pieces.append((separator if word_number == 0 else " ", piece))
    return pieces


def _lines(line: str, limit: int, count: Count) -> list[str]:
    """A line cut between words; a word longer than `limit` is cut where it must be."""
    cut: list[str] = []
    while len(head := _head(line, limit, count)) < len(line):
        if not line[len(head) :].startswith(" ") and " " in head.strip():
            head = head.rpartition(" ")[0]
        cut.append(head)
        line = line[len(head) :].lstrip(" ")
    return [*cut, line] if line or not cut else cut


def _head(text: str, limit: int, count: Count) -> str:
    """The longest beginning within `limit`, at least one character, never between a letter and its marks."""
    low, high = 1, max(1, limit)
    while high < len(text) and count(text[:high]) <= limit:  # what is far beyond the limit is never looked at
        low, high = high, 2 * high
    high = min(high, len(text))
    while low < high:
        middle = (low + high + 1) // 2
        if count(text[:middle]) <= limit:
            low = middle
        else:
            high = middle - 1
    while 1 < low < len(text) and (unicodedata.combining(text[low]) or text[low] in "\u200d\ufe0f"):
        low -= 1
    return text[:low]


def _last_resort(bubbles: list[str], limit: int, most: int, count: Count) -> list[str]:
    """What must be kept is itself too long: the first bubbles, and the last lines of the rest."""
    if len(bubbles) <= most:
        return bubbles
    head, last = bubbles[: most - 1], GAP.join(bubbles[most - 1 :])
    lines = last.split("\n")
    while len(lines) > 2 and count("\n".join(lines)) > limit:
        del lines[1]
    return [*head, "\n".join(lines) if count("\n".join(lines)) <= limit else _head(last, limit, count)]
