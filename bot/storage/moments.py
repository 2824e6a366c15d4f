"""Moments as the database gives them back."""

from __future__ import annotations

import datetime as dt


def utc(moment: dt.datetime) -> dt.datetime:
    """SQLite forgets the zone of what it keeps; all of it is UTC."""
    return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
