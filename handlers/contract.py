"""What a handler gets and gives: one `Query` in, one `Reply` out, a `Desk` to work at. No platform type in sight.

The user of a port declares it: `bot` implements `Desk`'s protocols and `understand`, and channels render `Reply`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Literal, NewType, Protocol

from content.pack import Facts, Number
from content.schema import Aspect, Lang

__all__ = ["Aspect", "Bulletin", "Bulletins", "Button", "Candidate", "Desk", "Handler", "Kind", "Lang", "People"]
__all__ += [
    "Photo",
    "Picture",
    "Place",
    "Query",
    "Reply",
    "Section",
    "SenderId",
    "Subscriptions",
    "Texts",
    "Topic",
    "Understood",
    "Wish",
]

SenderId = NewType("SenderId", str)  # "<channel>:<keyed hash of the sender>"; never a phone number

Kind = Literal[
    "procedure", "hotline", "homestay", "initiative", "bulletin", "report", "appointment",
    "emergency", "handover", "smalltalk", "clarify", "out_of_scope",
]  # fmt: skip

Topic = Literal[
    "greeting", "thanks", "goodbye", "who", "start", "help", "menu", "groups", "units", "language", "elder",
    "erase", "helpful", "unhelpful", "empty", "aloud", "number", "privacy", "dead", "subscribe", "unsubscribe",
]  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One item that the words may mean."""

    kind: Kind
    id: str
    confidence: float  # 0 to 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Understood:
    """What a message means, as far as words tell."""

    kind: Kind
    id: str | None = None  # the item; None for clarify, handover, smalltalk, out_of_scope
    confidence: float = 0.0  # calibrated: of the answers given with 0.9, nine in ten are right
    candidates: tuple[Candidate, ...] = ()  # what to offer, best first, at most three
    aspect: Aspect | None = None
    unit: str | None = None  # a unit of the pack that the words name
    old_names: tuple[str, ...] = ()  # names of former days that the words hold: ids of the pack's `old_names`
    lang: Lang = "vi"  # the language the words are in
    # for smalltalk: a `Topic`; `group:<group>` lists procedures; `subscribe:…` leads on; `aloud` may be any item's
    topic: str | None = None
    picks: tuple[int, ...] | None = None  # one's own case: the option picked at each question; None: not asked for
    number: str | None = None  # for an emergency: `113`, `114`, `115`, `112` or `111`


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """One message of one person, understood."""

    text: str
    understood: Understood
    lang: Lang
    unit: str | None = None  # named now, in this talk before, or chosen by the person
    sender: SenderId | None = None  # None: nothing can be remembered
    location: tuple[float, float] | None = None  # latitude, longitude the person shared


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """What a person can tap. Exactly one of: an answer (`id` alone), a page (`url`), a call (`dial`)."""

    id: str  # the item's id where it leads to one; at most 64 bytes
    title: str
    url: str | None = None
    dial: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of an answer: a heading and its lines. `shape` says how the lines are to be read."""

    lines: tuple[str, ...]
    heading: str | None = None
    shape: Literal["plain", "bullets", "steps"] = "plain"
    tone: Literal["normal", "danger", "confirm", "check", "quiet"] = "normal"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A pin for platforms that can show one."""

    name: str
    address: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Photo:
    """A picture at an address that everybody can open: platforms fetch it from there, some of them more than once."""

    url: str  # https, a JPEG or PNG
    alt: str  # what it shows, in words


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer, the same for every channel."""

    kind: Kind
    id: str | None = None
    title: str | None = None
    sections: tuple[Section, ...] = ()
    buttons: tuple[Button, ...] = ()
    candidates: tuple[Candidate, ...] = ()  # what is really offered; each is a button too
    numbers: tuple[Number, ...] = ()
    places: tuple[Place, ...] = ()
    source: str | None = None  # one line: where it was read, and the date it was last checked
    aspect: Aspect | None = None
    unit: str | None = None
    confidence: float = 0.0
    path: str | None = None  # the public page that says the same, "/thu-tuc/…"
    picture: Photo | None = None
    film: str | None = None  # the address of a film

    @property
    def links(self) -> tuple[str, ...]:
        """Picture and film as lines, for whoever cannot see them otherwise."""
        picture = (f"{self.picture.alt}: {self.picture.url}",) if self.picture else ()
        return (*picture, self.film) if self.film else picture

    @property
    def text(self) -> str:
        """The whole answer in plain words: for the terminal, SMS and reading aloud."""
        parts = [self.title] if self.title else []
        for section in self.sections:
            marks = {"plain": "", "bullets": "- ", "steps": ""}[section.shape]
            lines = [
                f"{number}. {line}" if section.shape == "steps" else marks + line
                for number, line in enumerate(section.lines, 1)
            ]
            parts.append("\n".join(([section.heading] if section.heading else []) + lines))
        parts.append("\n".join(self.links))
        if self.source:
            parts.append(self.source)
        return "\n\n".join(part for part in parts if part)


class Texts(Protocol):
    """Words by key, in one language."""

    def __call__(self, key: str, /, **values: object) -> str: ...


class People(Protocol):
    """What is remembered of a person, by his own choice."""

    async def choose(self, sender: SenderId, *, lang: Lang | None = None, elder: bool | None = None) -> None:
        """Remember a choice of language or of large, short answers."""
        ...

    async def erase(self, sender: SenderId) -> None:
        """Forget everything that is held on this sender."""
        ...

    async def count(self, item: str, *, helpful: bool) -> None:
        """Count a thumb, without the person."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Picture:
    """The picture of a bulletin: what it shows, in words, and its size."""

    alt: str
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bulletin:
    """A bulletin that went out; what is a draft, or waits, nobody sees."""

    id: int
    title: str
    text: str
    lang: Lang  # the language it is written in
    at: dt.datetime  # when it went out, UTC
    day: dt.date  # the same, as people here count days
    units: tuple[str, ...] = ()  # whom it was for; ids of the pack
    topics: tuple[str, ...] = ()
    link: str | None = None
    film: str | None = None
    picture: Picture | None = None
    recalled: bool = False  # taken back since
    corrects: int | None = None  # the bulletin that this one says right
    corrected_by: int | None = None  # the bulletin that says this one right


class Bulletins(Protocol):
    """What officers published."""

    async def newest(self, units: Collection[str] | None = None) -> Bulletin | None:
        """The newest that stands, of one of these units or of all."""
        ...

    async def one(self, id_: int) -> Bulletin | None:
        """This one, taken back or not."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """The bulletins that a person can ask to be sent: of one unit, on one topic."""

    id: int
    unit: str  # an id of the pack
    topic: str


class Subscriptions(Protocol):
    """The bulletins that one chat wants to be sent; there is none where nothing can be sent unasked."""

    async def offered(self) -> Sequence[Wish]:
        """What can be had, by unit and topic."""
        ...

    async def mine(self) -> Sequence[Wish]:
        """What this chat gets now."""
        ...

    async def join(self, wishes: Sequence[Wish]) -> None:
        """Send these from now on."""
        ...

    async def leave(self) -> None:
        """Send no more, and forget that it was asked for."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What a handler works with; put together anew for each query in `bot/app.py`."""

    facts: Facts
    text: Texts
    people: People
    bulletins: Bulletins
    lang: Lang
    now: dt.datetime  # Asia/Ho_Chi_Minh
    elder: bool = False  # this person wants five short lines
    subscriptions: Subscriptions | None = None  # None: nothing can be sent to this chat unasked
    public_url: str = ""  # where the pages are; no slash at the end


Handler = Callable[[Query, Desk], Awaitable[Reply]]
