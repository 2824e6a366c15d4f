"""How sure a ranking is, and what follows: an answer, a question back, or an honest no."""

from __future__ import annotations

import math
from typing import Final

from bot.understanding.model import Model
from bot.understanding.ranking import Ranking

ANSWER: Final = 0.4
ASK: Final = 0.2
PLAIN: Final = (
    0.0,
    0.8,
    0.4,
    0.0,
)  # where nothing was learned: bias, score, lead over the second, share of known words
NONE: Final = -9.0


def signs(ranking: Ranking) -> tuple[float, float, float]:
    """By what a ranking shows whether it is right: its best score, the lead over the second, known words."""
    scores = [ranked.score for ranked in ranking.best]
    second = max(scores[1], NONE) if len(scores) > 1 else NONE
    return scores[0], scores[0] - second, ranking.share


def confidence(ranking: Ranking, model: Model | None) -> float:
    """The chance that the first of `ranking` is what is asked for."""
    if not ranking.best:
        return 0.0
    bias, *weights = model.certainty if model else PLAIN
    odds = bias + sum(weight * sign for weight, sign in zip(weights, signs(ranking), strict=True))
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, odds))))
