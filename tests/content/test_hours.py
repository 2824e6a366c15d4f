"""Hours of a week: how they are written, when they hold, when the next begin."""

from __future__ import annotations

import datetime as dt

import pytest

from content.hours import parse

OFFICE = "t2-t6 07:00-11:30 13:30-17:00"


@pytest.mark.parametrize(
    ("written", "moment", "holds", "next_"),
    [
        (OFFICE, "2026-11-25 07:00", True, "2026-11-25 07:00"),  # a Wednesday
        (OFFICE, "2026-11-25 11:30", False, "2026-11-25 13:30"),
        (OFFICE, "2026-11-25 16:59", True, "2026-11-25 16:59"),
        (OFFICE, "2026-11-25 19:00", False, "2026-11-26 07:00"),
        (OFFICE, "2026-11-27 17:00", False, "2026-11-30 07:00"),  # from Friday to Monday
        (OFFICE, "2026-11-29 12:00", False, "2026-11-30 07:00"),
        ("mon-fri 07:00-11:30; sat 07:30-11:00", "2026-11-28 08:00", True, "2026-11-28 08:00"),
        ("t7-cn 00:00-24:00", "2026-11-29 23:59", True, "2026-11-29 23:59"),
        ("cn-t2 08:00-09:00", "2026-11-30 08:30", True, "2026-11-30 08:30"),  # over the end of the week
        ("wed 07:00-08:00", "2026-11-25 09:00", False, "2026-12-02 07:00"),  # once a week
        ("", "2026-11-29 03:00", True, "2026-11-29 03:00"),
    ],
)
def test_hours_hold_and_begin(written: str, moment: str, holds: bool, next_: str) -> None:
    hours, local = parse(written), dt.datetime.fromisoformat(moment)
    assert hours.hold(local) is holds
    assert hours.next(local) == dt.datetime.fromisoformat(next_)


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("t8 07:00-08:00", '"t8" is no day'),
        ("t2", '"t2" names no hours'),
        ("t2 7h-8h", '"7h-8h" is no time'),
        ("t2 17:00-07:00", "ends before it begins"),
        ("t2-x 07:00-08:00", '"x" is no day'),
        (";", "no hours"),
        ("t2 07:70-08:00", "is no time"),
    ],
)
def test_what_cannot_be_read_is_named(written: str, names: str) -> None:
    with pytest.raises(ValueError, match=names):
        parse(written)
