"""What was learned from a pack's examples: how much each word speaks for each item. `make model` writes it.

A text file: readable, the same bytes from the same examples, and read in a blink. A pack without one is understood by
likeness alone (`index`); words and items that are newer than the file are understood by likeness too.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from bot.errors import BrokenModel

FILE: Final = "model.txt"
HEAD: Final = "# How much each word speaks for each item. Made by `make model` from the examples; do not edit."
TENTHS: Final = 10.0  # weights are written in tenths: finer ones change no answer
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """Scores of labels are log-odds: 0 is even, higher is likelier."""

    labels: tuple[str, ...]
    bias: Floats  # one a label
    rows: Mapping[str, int]  # feature -> its row
    rarity: Floats  # of each row: the rarer, the more it says
    weights: Floats  # rows x labels
    words: Mapping[str, int]  # how often each word stands in the examples
    known: frozenset[int]  # marks of the questions that were learned from
    certainty: tuple[float, ...]  # what turns scores into a confidence

    def scores(self, found: Mapping[str, float]) -> tuple[Floats, float]:
        """The score of each label, and which share of the question's words is known (0 to 1)."""
        known = [(self.rows[feature], weight) for feature, weight in found.items() if feature in self.rows]
        if not known:
            return self.bias, 0.0
        ids = np.array([row for row, _ in known])
        values = np.array([weight for _, weight in known], dtype=np.float32) * self.rarity[ids]
        length = float(np.sqrt(values @ values))
        words = [feature for feature in found if feature[0] == "="]
        share = sum(feature in self.rows for feature in words) / max(1, len(words))
        return self.bias + (values / length) @ self.weights[ids], share

    def rarity_of(self, feature: str) -> float:
        """How rare a feature is; one that stands nowhere, as the rarest."""
        row = self.rows.get(feature)
        return float(self.rarity.max() if row is None else self.rarity[row])


def mark(label: str, text: str) -> int:
    """What tells a question that was learned from one that was not."""
    return zlib.crc32(f"{label}\t{text}".encode())


def read(folder: Path) -> Model | None:
    """The model in a pack's folder; None where there is none; `BrokenModel` where the file is not whole."""
    try:
        lines = (folder / FILE).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return None
    try:
        return _parsed(lines)
    except (ValueError, IndexError, KeyError) as error:
        raise BrokenModel(f"{folder.name}/{FILE} is damaged ({error}). Make it anew: make model") from error


def written(model: Model) -> str:
    """The text of the file."""
    return "\n".join(_lines(model)) + "\n"


def _lines(model: Model) -> Iterator[str]:
    yield HEAD
    yield "certainty\t" + " ".join(f"{number:.3f}" for number in model.certainty)
    yield "known\t" + " ".join(f"{number:08x}" for number in sorted(model.known))
    yield "words\t" + " ".join(f"{word}:{n}" for word, n in sorted(model.words.items()))
    for label, bias in zip(model.labels, model.bias, strict=True):
        yield f"label\t{label}\t{bias:.1f}"
    for feature, row in sorted(model.rows.items()):
        weights = model.weights[row]
        said = " ".join(f"{i}:{weights[i] * TENTHS:.0f}" for i in np.flatnonzero(weights))
        yield f"{feature}\t{model.rarity[row]:.2f}\t{said}"


def _parsed(lines: Sequence[str]) -> Model:
    _, certainty, known, words, *rest = (line.split("\t") for line in lines)
    labels = [(cells[1], float(cells[2])) for cells in rest if cells[0] == "label"]
    features = [cells for cells in rest if cells[0] != "label"]
    weights = np.zeros((len(features), len(labels)), dtype=np.float32)
    for row, cells in enumerate(features):
        pairs = cells[2].replace(":", " ").split()
        weights[row, list(map(int, pairs[::2]))] = list(map(int, pairs[1::2]))
    weights /= TENTHS
    return Model(
        labels=tuple(label for label, _ in labels),
        bias=np.array([bias for _, bias in labels], dtype=np.float32),
        rows={cells[0]: row for row, cells in enumerate(features)},
        rarity=np.array([float(cells[1]) for cells in features], dtype=np.float32),
        weights=weights,
        words={word: int(n) for word, _, n in (pair.rpartition(":") for pair in words[1].split())},
        known=frozenset(int(number, 16) for number in known[1].split()),
        certainty=tuple(map(float, certainty[1].split())),
    )
