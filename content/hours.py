"""Hours of a week, as officers write them: `t2-t6 07:00-11:30 13:30-17:00; t7 07:30-11:00`. Empty: at all times."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

_DAYS: Final = {
    name: n // 2
    for n, name in enumerate(
        ["t2", "mon", "t3", "tue", "t4", "wed", "t5", "thu", "t6", "fri", "t7", "sat", "cn", "sun"]
    )
}
_SPAN: Final = re.compile(r"(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})")
WEEK: Final = 7
HERE: Final = ZoneInfo("Asia/Ho_Chi_Minh")  # the clocks of the people: all of Viet Nam has one time


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """From one time of one weekday to another of the same; `until` itself is outside."""

    weekday: int  # 0: Monday
    since: dt.time
    until: dt.time


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """The spans of a week, in their order; None: at all times."""

    spans: tuple[Span, ...] | None = None

    def hold(self, local: dt.datetime) -> bool:
        """Whether this moment, in the people's own time, lies within."""
        if self.spans is None:
            return True
        now = local.time()
        return any(s.weekday == local.weekday() and s.since <= now < s.until for s in self.spans)

    def next(self, local: dt.datetime) -> dt.datetime:
        """When the next span begins; this very moment where one has begun."""
        if self.spans is None or self.hold(local):
            return local
        begins = []
        for span in self.spans:
            on = local.date() + dt.timedelta(days=(span.weekday - local.weekday()) % WEEK)
            begin = dt.datetime.combine(on, span.since, tzinfo=local.tzinfo)
            begins.append(begin if begin >= local else begin + dt.timedelta(days=WEEK))
        return min(begins)


def parse(text: str) -> Hours:
    """The hours that `text` says; `ValueError` names what cannot be read."""
    if not text.strip():
        return Hours()
    spans: list[Span] = []
    for part in text.lower().split(";"):
        days, *times = part.split() or [""]
        if not times:
            raise ValueError(f'"{part.strip()}" names no hours: write it like "t2-t6 07:00-11:30 13:30-17:00"')
        for weekday in _days(days):
            spans += [_span(weekday, time) for time in times]
    return Hours(spans=tuple(sorted(spans, key=lambda s: (s.weekday, s.since))))


def _days(text: str) -> list[int]:
    first, _, last = text.partition("-")
    for name in (first, last or first):
        if name not in _DAYS:
            raise ValueError(f'"{name}" is no day: t2, t3, t4, t5, t6, t7, cn (or mon, tue, …)')
    begin, end = _DAYS[first], _DAYS[last or first]
    return [day % WEEK for day in range(begin, (end if end >= begin else end + WEEK) + 1)]


def _span(weekday: int, text: str) -> Span:
    found = _SPAN.fullmatch(text)
    if found is None:
        raise ValueError(f'"{text}" is no time: write it like 07:00-11:30')
    hours = [int(number) for number in found.groups()]
    if hours[0] > 23 or hours[2] > 24 or max(hours[1], hours[3]) > 59:
        raise ValueError(f'"{text}" is no time of the day')
    since = dt.time(hours[0], hours[1])
    until = dt.time.max if hours[2] == 24 else dt.time(hours[2], hours[3])
    if since >= until:
        raise ValueError(f'"{text}" ends before it begins')
    return Span(weekday=weekday, since=since, until=until)
