"""Hours of duty as a page shows and takes them: one line a day, in the ways that people write times."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby
from typing import Final

from bot.errors import Key, Refused
from content import hours
from content.hours import WEEK, Hours

NAMES: Final = ("t2", "t3", "t4", "t5", "t6", "t7", "cn")
LONGEST: Final = 300  # characters of all of it, as the database holds them
TIME: Final = re.compile(r"\b(\d{1,2})\s*(?:[hg:]\s*(\d{2})?)(?!\d)")
TO: Final = re.compile(r"\s*(?:-|–|đến|tới|to)\s*")
BETWEEN: Final = re.compile(r"\s*(?:[,;/]|và|and)\s*|\s+")


def week_of(kept: Hours) -> tuple[str, ...]:
    """What stands on the line of each day, Monday first; nothing where nobody is on duty."""
    if kept.spans is None:
        return ("00:00-24:00",) * WEEK
    lines: list[list[str]] = [[] for _ in range(WEEK)]
    for span in kept.spans:
        until = "24:00" if span.until.second else f"{span.until:%H:%M}"
        lines[span.weekday].append(f"{span.since:%H:%M}-{until}")
    return tuple(" ".join(line) for line in lines)


def written(week: Sequence[str]) -> str:
    """The lines of a week as the hours are kept; `Refused` names the first day that cannot be read."""
    days = [_day(number, line) for number, line in enumerate(week)]
    if not any(days):
        raise Refused("console.hours.none")
    parts = []
    for times, run in groupby(zip(NAMES, days, strict=True), key=lambda pair: pair[1]):
        names = [name for name, _ in run]
        if times:
            parts.append(f"{names[0]}-{names[-1]} {times}" if len(names) > 1 else f"{names[0]} {times}")
    whole = "; ".join(parts)
    if len(whole) > LONGEST:
        raise Refused("console.hours.long")
    return whole


def _day(number: int, line: str) -> str:
    """`7h - 11h30, 13h30 đến 17h` is `07:00-11:30 13:30-17:00`."""
    clocks = TIME.sub(lambda time: f"{int(time[1]):02}:{time[2] or '00'} ", line.lower())
    times = " ".join(filter(None, BETWEEN.split(TO.sub("-", clocks).strip())))
    if not times:
        return ""
    try:
        hours.parse(f"{NAMES[number]} {times}")
    except ValueError as error:
        raise Refused("console.hours.wrong", day=Key(f"console.hours.day.{number}"), line=line.strip()) from error
    return times
