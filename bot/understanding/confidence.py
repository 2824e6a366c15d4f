"""How sure a ranking is, and what follows: an answer, a question back, or an honest no."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from bot.understanding.ranking import Ranked

ANSWER: Final = 0.5
ASK: Final = 0.2
_BIAS, _SCORE, _LEAD = -3.2, 7.0, 9.0


def confidence(ranked: Sequence[Ranked]) -> float:
    """The chance that the first of `ranked` is what is asked for."""
    if not ranked or ranked[0].score <= 0:
        return 0.0
    best = ranked[0].score
    lead = 1 - (ranked[1].score / best if len(ranked) > 1 else 0.0)
    return 1 / (1 + math.exp(-(_BIAS + _SCORE * best + _LEAD * lead)))
