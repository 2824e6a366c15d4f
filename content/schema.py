"""What a content pack may say: the shape of every fact, refused early when it is broken.

A pack is one folder a locality. Every sentence for people is a `Text`: Vietnamese, and English where it is written.
A text, a paper or a fee may carry the dates between which it holds, so that next year's rule can be entered today.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Lang = Literal["vi", "en"]
Confidence = Literal["high", "medium", "low"]
Aspect = Literal["papers", "fee", "time", "where", "how"]
PaperType = Literal["original", "copy", "original or copy", "original and copy", "e-form", "e-copy", "info"]
Channel = Literal["counter", "online", "post", "mobile", "phone"]
Group = Literal["ho-tich", "chung-thuc", "cu-tru", "cong-an", "an-sinh", "dat-dai-xay-dung", "kinh-doanh", "khac"]
Field_ = Literal["kinh-te", "van-hoa-xa-hoi-moi-truong", "cai-cach-hanh-chinh", "an-ninh"]

Slug = Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=48)]
HotlineId = Annotated[str, Field(pattern=r"^hotline:[a-z0-9-]+$", max_length=48)]
PlaceId = Annotated[str, Field(pattern=r"^(homestay|sight):[a-z0-9-]+$", max_length=48)]
ClubId = Annotated[str, Field(pattern=r"^club:[a-z0-9-]+$", max_length=48)]
DATE_WORDS = re.compile(r"^\d{4}(-\d{2}(-\d{2})?)?$")


class Model(BaseModel):
    """Strict and frozen: an unknown key is a slip of the author, and a pack in use never changes."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Dated(Model):
    """Holds from `valid_from` to `valid_to`, both days included; None where no end is known."""

    valid_from: dt.date | None = None
    valid_to: dt.date | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            raise ValueError(f"valid_from {self.valid_from} is after valid_to {self.valid_to}")
        return self

    def holds(self, at: dt.date) -> bool:
        """Whether this is in force on the day `at`."""
        return (self.valid_from is None or self.valid_from <= at) and (self.valid_to is None or at <= self.valid_to)


class Text(Dated):
    """A sentence for people. A plain string in YAML is its Vietnamese."""

    vi: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)] | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_plain(cls, value: Any) -> Any:
        return {"vi": value} if isinstance(value, str) else value

    def in_(self, lang: Lang) -> str:
        """The sentence in `lang`; Vietnamese where no English is written."""
        return self.en if lang == "en" and self.en else self.vi


class Source(Model):
    """Where a fact was read. `seen` is the day somebody last looked at it."""

    title: Annotated[str, Field(min_length=3)]
    url: str | None = None
    published: str | None = None
    about: str | None = None
    seen: dt.date | None = None


class Item(Dated):
    """What every fact of a pack carries, whatever it is about."""

    id: str
    aliases: tuple[str, ...] = ()  # what people call it
    examples: tuple[str, ...] = ()  # what people ask, in their own words
    near_misses: tuple[str, ...] = ()  # what sounds like it and is not: another item's question, or nobody's
    sources: Annotated[tuple[Source | str, ...], Field(min_length=1)]
    as_of: Annotated[str, Field(pattern=DATE_WORDS.pattern)]  # day, month or year of the newest source seen
    confidence: Confidence
    review_by: dt.date | None = None  # after this day an answer says that it is old
    owner: str = "phuong"  # who keeps it true; groups the list of what is stale

    @property
    def names(self) -> tuple[str, ...]:
        """Every name in the pack, official first, without repeats."""
        return tuple(dict.fromkeys((*self.own_names(), *self.aliases)))

    def own_names(self) -> tuple[str, ...]:
        """The names that are not aliases."""
        raise NotImplementedError


class When(Model):
    """The condition of a paper: `key` is what a `Case` sets, the words are what a person reads."""

    key: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    vi: str
    en: str | None = None

    def in_(self, lang: Lang) -> str:
        """The condition in words."""
        return self.en if lang == "en" and self.en else self.vi


class Paper(Dated):
    """One paper to hand in."""

    name: Text
    copies: Annotated[int, Field(ge=0, le=9)]  # 0: nothing on paper
    type: PaperType
    form: Text | None = None
    when: When | None = None  # None: everybody brings it
    note: Text | None = None


class CaseOption(Model):
    """One answer to a `Case`: it makes the conditions named in `sets` true, the other options' untrue."""

    id: Slug
    title: Text
    sets: tuple[str, ...] = ()


class Case(Model):
    """A question that reduces the list of papers to one's own."""

    id: Slug
    ask: Text
    options: Annotated[tuple[CaseOption, ...], Field(min_length=2, max_length=4)]


class Fee(Dated):
    """What the resident pays while this rule is in force."""

    amount: Annotated[int, Field(ge=0)] | None  # đồng, commonest case only; None: no certain figure
    rule: Annotated[tuple[Text, ...], Field(min_length=1)]  # never show `amount` without it
    exempt: tuple[Text, ...] = ()


class Way(Model):
    """How the file can be handed in."""

    channel: Channel
    text: Text


class Where(Model):
    """Where it is done now, and where it was done before 1 July 2025."""

    now: Text
    before_2025_07: Text | None = None


class Change(Model):
    """A law that changes on a known day. `known` tells whether the pack already holds what follows."""

    on: dt.date
    what: Text
    known: bool = False


class Procedure(Item):
    """One administrative procedure."""

    id: Slug
    group: Group
    code: str
    name: Text  # as people would say it
    official_name: str  # as the national portal writes it
    who: tuple[Text, ...]
    where: Where
    how: Annotated[tuple[Way, ...], Field(min_length=1)]
    papers: tuple[Paper, ...]
    show: tuple[Text, ...] = ()  # shown at the counter, not handed in
    cases: Annotated[tuple[Case, ...], Field(max_length=3)] = ()
    fees: Annotated[tuple[Fee, ...], Field(min_length=1)]
    time_limit: tuple[Text, ...]
    result: tuple[Text, ...]
    steps: tuple[Text, ...]
    traps: tuple[Text, ...] = ()  # what sends people home twice
    essential: Annotated[tuple[Text, ...], Field(max_length=5)] = ()  # the five lines an elder needs
    laws: tuple[str, ...]
    online: Text | None = None
    related: tuple[Slug, ...] = ()
    joins: tuple[Slug, ...] = ()  # the procedures that this one does in one go
    changes: tuple[Change, ...] = ()
    uncertain: tuple[Text, ...] = ()

    def own_names(self) -> tuple[str, ...]:
        return (self.official_name, *(n for n in (self.name.vi, self.name.en) if n))

    def fee(self, at: dt.date) -> Fee | None:
        """The fee in force on `at`; None where the pack knows none for that day."""
        return next((fee for fee in self.fees if fee.holds(at)), None)

    @model_validator(mode="after")
    def _cases_name_conditions(self) -> Self:
        keys = {paper.when.key for paper in self.papers if paper.when}
        for case in self.cases:
            for option in case.options:
                if unknown := set(option.sets) - keys:
                    raise ValueError(f"case '{case.id}' sets {sorted(unknown)}, which no paper has as its condition")
        return self

    @model_validator(mode="after")
    def _one_fee_a_day(self) -> Self:
        for a, b in zip(self.fees, self.fees[1:], strict=False):
            if a.valid_to is None or b.valid_from is None or a.valid_to >= b.valid_from:
                raise ValueError("two fees hold on the same day: end the first before the second begins")
        return self


class Hotline(Item):
    """A number that may be called, or may not be shown yet."""

    id: HotlineId
    name: Text
    number: str | None  # as it is written; None: the reference knows none
    dial: Annotated[str, Field(pattern=r"^\+?\d{3,15}$")] | None  # as it is dialled
    scope: Text
    hours: Text | None = None
    cost: Text | None = None
    ways: tuple[Text, ...] = ()  # other ways to reach it
    what: Text
    show_by_default: bool  # False: shown only after an officer confirmed it
    emergency: bool = False  # 111 to 115: national, needs no confirmation
    note: Text | None = None

    def own_names(self) -> tuple[str, ...]:
        return tuple(n for n in (self.name.vi, self.name.en, self.number if self.number else None) if n)


class Point(Model):
    """A place on the map, WGS 84 degrees."""

    lat: Annotated[float, Field(ge=-90, le=90)]
    lon: Annotated[float, Field(ge=-180, le=180)]
    precision: Text | None = None


class Unit(Item):
    """A ward or commune: one of 2021, or one that serves since 1 July 2025 (then `successor` is None)."""

    id: Slug
    name: Text
    type: Literal["phuong", "xa"]
    successor: Slug | None
    centre: Point
    hamlets: tuple[str, ...] = ()  # khóm, ấp: old and new names
    hours: Text | None = None  # when somebody answers its number
    website: str | None = None
    note: Text | None = None
    hotline_examples: tuple[str, ...] = ()

    def own_names(self) -> tuple[str, ...]:
        return tuple(n for n in (self.name.vi, self.name.en) if n)


class Place(Item):
    """A homestay or a sight; a point that is both is one item, with the other id in `also`."""

    id: PlaceId
    also: tuple[PlaceId, ...] = ()
    name: Text
    kind: Text
    overnight: bool  # only these are offered for sleeping
    open: bool = True  # False: closed down; no list offers it, and who asks for it by name is told
    unit: Slug | None
    unit_certainty: Text | None = None
    address: Text | None = None
    point: Point | None = None
    hours: Text | None = None
    season: Text | None = None
    price: Text | None = None
    price_date: str | None = None
    capacity: Text | None = None
    what: Text
    recognised: Text | None = None
    note: Text | None = None

    def own_names(self) -> tuple[str, ...]:
        return tuple(n for n in (self.name.vi, self.name.en) if n)


class Figure(Model):
    """A figure of the 2021 report, as it was reported."""

    label: Text
    value: float | None
    unit: Text
    as_written: str


class Initiative(Item):
    """One of the local models of the April 2021 report."""

    id: Slug
    field: Field_
    report_no: str
    name: Text  # short
    title: Text  # as the report names it
    what: tuple[Text, ...]
    run_by: Text
    where: tuple[Slug, ...]
    where_note: Text | None = None
    figures: tuple[Figure, ...] = ()
    difficulties: tuple[Text, ...] = ()
    do: tuple[Text, ...]  # what a resident can do today
    related_procedures: tuple[Slug, ...] = ()
    related_hotlines: tuple[HotlineId, ...] = ()
    detail: Text  # how much the report says of it
    status: Text  # whether anybody has confirmed that it still runs
    note_now: tuple[Text, ...] = ()

    def own_names(self) -> tuple[str, ...]:
        return tuple(n for n in (self.title.vi, self.name.vi, self.title.en, self.name.en) if n)


class Club(Item):
    """A hội quán: a voluntary club of one trade."""

    id: ClubId
    name: Text
    unit: Slug
    members_2021: int
    trade: Text
    status: Text
    later: tuple[Text, ...] = ()
    cooperative: Text | None = None
    services: tuple[Text, ...] = ()

    def own_names(self) -> tuple[str, ...]:
        return tuple(n for n in (self.name.vi, self.name.en) if n)


class OldName(Item):
    """A name or a paper of former days that people still say, and what replaced it."""

    id: Slug
    words: Annotated[tuple[str, ...], Field(min_length=1)]
    now: Text
    leads_to: Slug | None = None  # the procedure that gives what replaced it

    def own_names(self) -> tuple[str, ...]:
        return self.words


class Locality(Model):
    """The place a pack is about."""

    id: Slug
    name: Text
    province: Text
    counter: Text  # what people call the counter where files are handed in
    report: Text | None = None  # where the initiatives come from
    people_hotline: HotlineId  # whom to call where nothing nearer is confirmed
    unit_words: dict[str, Slug] = {}  # further names of units, as people type them
    homestay_note: Text | None = None  # what is known of the list as a whole


class Hotlines(Model):
    """The file hotlines.yaml."""

    hotlines: tuple[Hotline, ...]


class Units(Model):
    """The file units.yaml."""

    units: tuple[Unit, ...]


class Places(Model):
    """The file places.yaml."""

    places: tuple[Place, ...] = ()


class Clubs(Model):
    """The file clubs.yaml."""

    clubs: tuple[Club, ...] = ()


class OldNames(Model):
    """The file old_names.yaml."""

    old_names: tuple[OldName, ...] = ()
