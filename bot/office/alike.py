"""Questions that ask the same, put together: each goes to the group whose middle is nearest, or begins its own.

A few rounds over at most a thousand questions: groups begin around what comes first, and settle. How well, is
measured on questions whose items are known (`tests/office/test_alike.py`): a group mixes two things rarely, at the
price of some questions that stand alone.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

ALIKE: Final = 0.38  # nearness to the middle of a group from which a question belongs to it
ROUNDS: Final = 3
Vector = Mapping[str, float]  # of length one


def grouped(topics: Sequence[Sequence[str]]) -> list[list[int]]:
    """Questions, each as the words that say what it is about, by their places in the list: the larger group first."""
    vectors = _vectors(topics)
    groups: list[list[int]] = []
    for _ in range(ROUNDS):
        middles = _Middles([[vectors[number] for number in group] for group in groups])
        groups = [[] for _ in groups]
        for number, vector in enumerate(vectors):
            nearest, likeness = middles.nearest(vector)
            if nearest is None or likeness < ALIKE:
                nearest = middles.begin()
                groups.append([])
            if middles.growing(nearest, len(groups[nearest])):
                middles.add(nearest, vector)
            groups[nearest].append(number)
        groups = [group for group in groups if group]
    return sorted(groups, key=lambda group: (-len(group), group[0]))


def _vectors(topics: Sequence[Sequence[str]]) -> list[Vector]:
    """What each word, and each pair that comes more than once, counts: the rarer here, the more."""
    found = [{*words, *(f"{a} {b}" for a, b in pairwise(words))} for words in topics]
    count = Counter(feature for features in found for feature in features)
    vectors: list[Vector] = []
    for features in found:
        kept = [feature for feature in features if " " not in feature or count[feature] > 1]
        weights = {feature: math.log(1.0 + len(topics) / count[feature]) for feature in sorted(kept)}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({feature: weight / length for feature, weight in weights.items()})
    return vectors


class _Middles:
    """The middle of each group, found by what a question shares with it."""

    def __init__(self, groups: Sequence[Sequence[Vector]]) -> None:
        self._sums: list[dict[str, float]] = []
        self._lengths: list[float] = []
        self._counted: list[int] = []
        self._held: dict[str, set[int]] = defaultdict(set)
        for group in groups:
            middle = self.begin()
            for vector in group:
                self.add(middle, vector)

    def begin(self) -> int:
        """A new group; its number."""
        self._sums.append({})
        self._lengths.append(1.0)
        self._counted.append(0)
        return len(self._sums) - 1

    def growing(self, middle: int, size: int) -> bool:
        """Whether all of a group's questions are in its middle, so that the next one belongs there too."""
        return self._counted[middle] == size

    def add(self, middle: int, vector: Vector) -> None:
        """One more question in a group."""
        total = self._sums[middle]
        for feature, weight in vector.items():
            total[feature] = total.get(feature, 0.0) + weight
            self._held[feature].add(middle)
        self._lengths[middle] = math.sqrt(sum(weight * weight for weight in total.values())) or 1.0
        self._counted[middle] += 1

    def nearest(self, vector: Vector) -> tuple[int | None, float]:
        """The group whose middle is nearest, and how near it is: 1 is the same."""
        alike: dict[int, float] = defaultdict(float)
        for feature, weight in vector.items():
            for middle in self._held.get(feature, ()):
                alike[middle] += weight * self._sums[middle][feature]
        best = max(alike, key=lambda middle: (alike[middle] / self._lengths[middle], -middle), default=None)
        return (None, 0.0) if best is None else (best, alike[best] / self._lengths[best])
