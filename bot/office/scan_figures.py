"""The figures of scans: per campaign and day, per unit, per tổ; never per household."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.office.spreadsheets import guarded
from bot.storage.codes import Scanned


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Scans added up in the ways that officers ask for them."""

    total: int
    by_campaign: Sequence[dict[str, Any]]  # campaign, day, n
    by_unit: Sequence[dict[str, Any]]  # unit, n
    by_group: Sequence[dict[str, Any]]  # unit, group, n
    by_channel: Sequence[dict[str, Any]]  # channel, n


def figures(rows: Sequence[Scanned]) -> Figures:
    """The sums of these rows."""
    return Figures(
        total=sum(row.n for row in rows),
        by_campaign=_summed(rows, "campaign", "day"),
        by_unit=_summed(rows, "unit"),
        by_group=_summed([row for row in rows if row.group], "unit", "group"),
        by_channel=_summed(rows, "channel"),
    )


def as_csv(rows: Sequence[Scanned]) -> bytes:
    """A row a campaign, unit, tổ, day and channel; UTF-8 with its mark, for Excel's sake."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(("campaign", "unit", "group", "day", "channel", "scans"))
    for row in rows:
        cells = (row.campaign, row.unit, row.group, row.day.isoformat(), row.channel)
        writer.writerow([*map(guarded, cells), row.n])
    return out.getvalue().encode("utf-8-sig")


def _summed(rows: Sequence[Scanned], *names: str) -> list[dict[str, Any]]:
    sums: Counter[tuple[Any, ...]] = Counter()
    for row in rows:
        sums[tuple(getattr(row, name) for name in names)] += row.n
    return [dict(zip(names, key, strict=True)) | {"n": n} for key, n in sorted(sums.items())]
