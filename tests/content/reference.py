"""The reference the pack was written from, and the facts of a text: amounts, dates, spans, laws, forms, figures."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, NamedTuple

import yaml
from pydantic import BaseModel

from content.loader import FastLoader
from content.schema import Procedure, Text, When

FOLDER: Final = Path(__file__).parent.parent / "reference"
Entry = Mapping[str, Any]


def read(name: str) -> Any:
    """One file of the reference."""
    return yaml.load((FOLDER / name).read_text(encoding="utf-8"), Loader=FastLoader)


class Fact(NamedTuple):
    """Something that a text states and that must not change on the way."""

    kind: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind} {self.value}"


# Read in this order; what one kind has read, the next no longer sees.
_UNITS = r"ngày làm việc|ngày|giờ|phút|tuần|tháng|năm|quý|tuổi|lần"
_N = r"\d+(?:,\d+)?"
_WORDS: Final = {
    "một": "1", "hai": "2", "ba": "3", "bốn": "4", "năm": "5", "sáu": "6", "bảy": "7", "tám": "8", "chín": "9",
    "mười": "10", "nửa": "1/2",
}  # fmt: skip
_KINDS: Final = {
    "code": re.compile(r"(?<![\w.])\d\.\d{6}(?!\d)"),
    "law": re.compile(r"(?<![\w./])(\d+)/(Q\w-[A-ZĐ]+(?:\.[A-ZĐ]+)?|NQ-[A-ZĐ]+)"),  # 4245/QĐ-BCA
    "date": re.compile(r"(?<![\d/])(\d{1,2})/(\d{1,2})/(\d{4})"),
    "law or month": re.compile(r"(?<![\d/])(\d+(?:\.\d+)?)/(\d{4})(?:/[A-ZĐ][\w.-]*\w)?"),  # 18/2026/NĐ-CP, 58/2026, 7/2026
    "form": re.compile(r"(?<![\w./-])[A-ZĐ]{1,3}\d{1,3}[a-zđ]?(?!\w)|(?<![\w./-])\d{1,3}[a-zđ]?-[A-Z]{2,}|(?<![\w.])\d{1,2}[a-eđ](?!\w)"),
    "amount": re.compile(r"(?<![\w.,])(\d{1,3}(?:\.\d{3})+)(?![\d.]\d)|(?<![\w.,])(\d+(?:,\d+)?) (nghìn|ngàn|triệu|tỷ)"),
    "percent": re.compile(rf"(?<![\w.,])({_N}(?:\s?[–/]\s?{_N})*)\s?%"),
    "span": re.compile(
        rf"(?<![\w.,])({_N}(?:\s?(?:–|-|/|đến|hoặc|hay|tới|và)\s?(?:dưới )?{_N})*)\s({_UNITS})(?![\w/]|\s\d)",
        re.IGNORECASE,
    ),
    "span in words": re.compile(rf"\b({'|'.join(_WORDS)}) (ngày|giờ|tuần|tháng|năm)\b", re.IGNORECASE),
    "figure": re.compile(r"(?<![\w.,])(?<![a-z]-)\d+(?:[.,]\d+)*"),
}  # fmt: skip
_TIMES: Final = {"nghìn": 10**3, "ngàn": 10**3, "triệu": 10**6, "tỷ": 10**9}
_FREE: Final = re.compile(r"miễn|không thu|không mất (?:tiền|phí)|không tốn|(?<![\d.])0 đồng", re.IGNORECASE)
_CHANNELS: Final = {
    "counter": "trực tiếp", "online": "trực tuyến|email|phần mềm|trên Cổng|^Cổng", "post": "bưu chính",
    "mobile": "lưu động", "phone": "điện thoại",
}  # fmt: skip


def facts(said: Iterable[str]) -> set[Fact]:
    """Every fact that these texts state, written in one way."""
    return {fact for text in said for fact in _facts(text)}


def _facts(text: str) -> Iterator[Fact]:
    text = re.sub(r"(?<![\d.])0 đồng|\(\d\) ", "", text)  # free, compared apart; the numbers of a list
    for kind, pattern in _KINDS.items():
        for match in pattern.finditer(text):
            yield from (Fact(kind.removesuffix(" in words"), value) for value in _values(kind, match))
        text = pattern.sub(lambda match: " " * len(match[0]), text)


def _values(kind: str, match: re.Match[str]) -> Iterator[str]:
    if kind == "date":
        yield f"{match[3]}-{int(match[2]):02}-{int(match[1]):02}"
    elif kind == "law or month":
        yield f"{_plain(match[1])}/{match[2]}"
    elif kind == "amount":
        yield match[1] or f"{int(float(match[2].replace(',', '.')) * _TIMES[match[3]]):,}".replace(",", ".")
    elif kind == "percent":
        yield from re.findall(_N, match[1])
    elif kind == "span":
        yield from (f"{_plain(number)} {match[2].lower()}" for number in re.findall(_N, match[1]))
    elif kind == "span in words":
        yield f"{_WORDS[match[1].lower()]} {match[2].lower()}"
    elif kind == "figure":
        yield _plain(match[0])
    else:
        yield match[0]


def _plain(number: str) -> str:
    return number.lstrip("0") or "0"


def texts(value: Any) -> Iterator[Text | When]:
    """Every text for people in a part of a pack."""
    if isinstance(value, Text | When):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from texts(getattr(value, name))
    elif isinstance(value, tuple):
        for part in value:
            yield from texts(part)


def vietnamese(value: Any) -> Iterator[str]:
    """The Vietnamese of every text for people in a part of a pack."""
    return (text.vi for text in texts(value))


def strings(value: Any) -> Iterator[str]:
    """Every string in a part of the reference."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for part in value.values():
            yield from strings(part)
    elif isinstance(value, list):
        for part in value:
            yield from strings(part)


def days(value: Any) -> Iterator[tuple[str, dt.date]]:
    """Every day that a part of a pack holds as data, with the name of its field."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            if isinstance(part := getattr(value, name), dt.date):
                yield name, part
            else:
                yield from days(part)
    elif isinstance(value, tuple):
        for part in value:
            yield from days(part)


def complaints(entry: Entry, procedure: Procedure, *, on: dt.date) -> set[str]:
    """How a procedure of the pack differs from its entry in the reference; empty where they say the same."""
    return {*_fields(entry, procedure, on), *_papers(entry, procedure), *_stated(entry, procedure)}


def _fields(entry: Entry, procedure: Procedure, on: dt.date) -> Iterator[str]:
    fee = procedure.fee(on)
    pairs = {
        "id": (entry["id"], procedure.id),
        "code": (entry["official_code"], procedure.code),
        "official name": (entry["name_vi"], procedure.official_name),
        "amount": (entry["fee"]["amount"], fee and fee.amount),
        "laws": (entry["legal_basis"], list(procedure.laws)),
        "sources": (entry["sources"], list(procedure.sources)),
        "as of": (entry["as_of"], procedure.as_of),
        "confidence": (entry["confidence"], procedure.confidence),
        "shown only": (len(entry["present_only"]), len(procedure.show)),
        "ways": (_ways(entry), sorted({way.channel for way in procedure.how})),
    }
    yield from differing(pairs)
    fees = [text.vi for fee in procedure.fees for text in (*fee.rule, *fee.exempt)]
    theirs = [entry["fee"]["rule"], entry["fee"]["exempt"] or ""]
    if bool(_FREE.search(" ".join(theirs))) != bool(_FREE.search(" ".join(fees))):
        yield "what is free: said on one side only"
    for fact in {f for f in facts(theirs) if f.kind == "amount"} - facts(fees):
        yield f"{fact} left the fees"
    for fact in {f for f in facts([entry["time_limit"]]) if f.kind == "span"} - facts(
        vietnamese(procedure.time_limit)
    ):
        yield f"{fact} left the time limit"


def differing(pairs: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    """A complaint for each pair of the reference's and the pack's value that are not the same."""
    for name, (theirs, ours) in pairs.items():
        if theirs != ours:
            yield f"{name}: {theirs} became {ours}"


def misstated(theirs: Iterable[str], ours: Iterable[str], *, also: Iterable[str] = ()) -> Iterator[str]:
    """A complaint for each fact of `theirs` that `ours` has lost, or has although neither they nor `also` say it."""
    said, kept = facts(theirs), facts(ours)
    yield from (f"{fact} is lost" for fact in said - kept)
    yield from (f"{fact} is added" for fact in kept - said - facts(also))


def _ways(entry: Entry) -> list[str]:
    return sorted(name for name, words in _CHANNELS.items() if any(re.search(words, how) for how in entry["how"]))


def _papers(entry: Entry, procedure: Procedure) -> Iterator[str]:
    theirs = [(paper["copies"], paper["type"], bool(paper.get("condition"))) for paper in entry["documents"]]
    ours = [(paper.copies, paper.type, paper.when is not None) for paper in procedure.papers]
    for number, (a, b) in enumerate(zip_longest(theirs, ours), 1):
        if a != b:
            yield f"paper {number}: {_paper(a)} became {_paper(b)}"


def _paper(paper: tuple[int, str, bool] | None) -> str:
    return f"{paper[0]} × {paper[1]}, {'on a condition' if paper[2] else 'always'}" if paper else "nothing"


def _stated(entry: Entry, procedure: Procedure) -> Iterator[str]:
    ours = facts((*vietnamese(procedure), procedure.official_name, procedure.code))
    dated = list(days(procedure.model_copy(update={"review_by": None})))
    held = {Fact("date", day.isoformat()) for _, day in dated} | {
        Fact("law or month", f"{day.month}/{day.year}") for _, day in dated
    }
    said = {
        key: value
        for key, value in entry.items()
        if key not in {"id", "name_en", "legal_basis", "sources", "as_of", "also_called"}
    }
    whole = facts(strings(entry))
    for fact in facts(strings(said)) - ours - held:
        yield f"{fact} is lost"
    for fact in ours - whole:
        yield f"{fact} is added"
    for name, day in dated:
        near = dt.timedelta(days=-1 if name in {"valid_from", "on"} else 1)  # ends on the 28th, changes on the 1st
        if not {Fact("date", d.isoformat()) for d in (day, day + near)} & whole and not (
            day.day == 1 and Fact("law or month", f"{day.month}/{day.year}") in whole
        ):
            yield f"{name} {day} is added"
