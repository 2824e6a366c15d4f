"""What can be printed, by name: apart from the drawing, whose libraries take long to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple, get_args

Kind = Literal["household-card", "poster-a5", "poster-a4", "phone-board", "sticker", "tent-card", "bulletin-poster"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


class Labels(NamedTuple):
    """A sheet of labels on A4, in millimetres."""

    columns: int
    rows: int
    label: tuple[float, float]
    left: float
    top: float
    pitch: tuple[float, float]


LABELS: Final[Mapping[str, Labels]] = {  # by the names on their boxes
    "L7160": Labels(3, 7, (63.5, 38.1), 7.25, 15.15, (66.0, 38.1)),  # 21 a sheet
    "L7159": Labels(3, 8, (63.5, 33.9), 7.25, 12.9, (66.0, 33.9)),  # 24
    "L7163": Labels(2, 7, (99.1, 38.1), 4.65, 15.15, (101.6, 38.1)),  # 14
    "L7165": Labels(2, 4, (99.1, 67.7), 4.65, 13.1, (101.6, 67.7)),  # 8
    "3474": Labels(3, 8, (70.0, 37.0), 0.0, 0.5, (70.0, 37.0)),  # 24, without a margin
    "3x7": Labels(3, 7, (70.0, 42.3), 0.0, 0.45, (70.0, 42.3)),  # 21 without a margin, sold under many names
}
DEFAULT_LABELS: Final = "L7160"
