"""Quiet hours: nobody is woken by a bulletin."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final, Self

from content.hours import HERE

FORM: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Quiet:
    """From one time of the day to another, on the ward's clocks; the same time twice: never."""

    begin: dt.time
    end: dt.time

    @classmethod
    def of(cls, words: str) -> Self:
        """As the setting says it, `21:00-06:00`; empty: none. `ValueError` where it says nothing."""
        if not words:
            return cls(begin=dt.time(), end=dt.time())
        found = FORM.fullmatch(words)
        if found is None:
            raise ValueError(f'"{words}" is not like 21:00-06:00')
        hours = [int(number) for number in found.groups()]
        return cls(begin=dt.time(hours[0], hours[1]), end=dt.time(hours[2], hours[3]))

    def at(self, moment: dt.datetime) -> bool:
        """Whether it is quiet at this moment."""
        now = moment.astimezone(HERE).time()
        if self.begin <= self.end:
            return self.begin <= now < self.end
        return now >= self.begin or now < self.end

    def over(self, moment: dt.datetime) -> dt.datetime:
        """When one may speak: this moment, or the end of the quiet hours that it falls into."""
        if not self.at(moment):
            return moment
        local = moment.astimezone(HERE)
        end = dt.datetime.combine(local.date(), self.end, HERE)
        return (end if end > local else end + dt.timedelta(days=1)).astimezone(dt.UTC)


NEVER: Final = Quiet.of("")
