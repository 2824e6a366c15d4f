"""What is compared of a question: its words, pairs of neighbouring words, and words with the marks they were typed with.

No pieces of words: slips are mended before (`normalise`), and pieces cost time without making answers better.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from typing import Final

WORD, PAIR, MARKED, FILLER = 1.0, 0.7, 0.5, 0.35  # what each counts; a filler counts as part of its word
LONG: Final = 100  # words that are compared


def features(plain: str, tokens: Sequence[str], fillers: frozenset[str]) -> dict[str, float]:
    """Each feature of a text and how much it counts before its rarity is taken into account."""
    words = plain.split()[:LONG]
    found: Counter[str] = Counter("=" + word for word in words)
    found.update(f"{a} {b}" for a, b in zip(words, words[1:], strict=False))
    found.update("~" + token for token in tokens[:LONG] if not token.isascii())
    return {feature: _weight(feature, fillers) * (1.0 + math.log(n)) for feature, n in found.items()}


def _weight(feature: str, fillers: frozenset[str]) -> float:
    if feature[0] == "=":
        return WORD * FILLER if feature[1:] in fillers else WORD
    return MARKED if feature[0] == "~" else PAIR
