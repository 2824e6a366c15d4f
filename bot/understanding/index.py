"""Likeness to known questions, for what no model was trained on: a new item, an officer's new wording, a new pack."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

EVEN, STEEP = 0.55, 14.0  # a likeness of 0.55 to the nearest question is an even chance
FLOOR: Final = -9.0  # the score of a label that shares nothing with the question


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """The features of a question, or a name, and what it asks for."""

    label: str
    features: Mapping[str, float]


class Index:
    """Examples side by side."""

    def __init__(self, examples: Sequence[Example]) -> None:
        self._labels = [example.label for example in examples]
        count = Counter(feature for example in examples for feature in example.features)
        self._rarity = {feature: math.log(1.0 + len(examples) / n) for feature, n in count.items()}
        self._strange = max(self._rarity.values(), default=1.0)
        self._held: dict[str, list[tuple[int, float]]] = defaultdict(list)
        for number, example in enumerate(examples):
            for feature, weight in self._unit_length(example.features).items():
                self._held[feature].append((number, weight))

    def scores(self, found: Mapping[str, float]) -> dict[str, float]:
        """The log-odds of each label that shares anything with the question: its nearest example decides."""
        alike: dict[int, float] = defaultdict(float)
        for feature, weight in self._unit_length(found).items():
            for number, held in self._held.get(feature, ()):
                alike[number] += weight * held
        best: dict[str, float] = {}
        for number, likeness in alike.items():
            label = self._labels[number]
            best[label] = max(best.get(label, 0.0), likeness)
        return {label: max(FLOOR, STEEP * (likeness - EVEN)) for label, likeness in best.items()}

    def rarity_of(self, feature: str) -> float:
        """How rare a feature is; one that stands nowhere, as the rarest."""
        return self._rarity.get(feature, self._strange)

    def _unit_length(self, found: Mapping[str, float]) -> dict[str, float]:
        weighted = {feature: weight * self.rarity_of(feature) for feature, weight in found.items()}
        length = math.sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
        return {feature: weight / length for feature, weight in weighted.items()}
