"""Questions whose answer is known, as weighted features: pieces of words, words and pairs of words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]
WORD, PAIR, PIECE, MARKED = 1.0, 0.7, 0.45, 0.5  # weights of a word, a pair, a piece of a word, a word with its marks


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A question, or a name, and what it asks for."""

    label: str
    plain: str
    tokens: tuple[str, ...]
    weight: float = 1.0


@lru_cache(maxsize=20_000)
def pieces(word: str) -> tuple[str, ...]:
    """The runs of 2 to 5 letters of `word`, its edges marked."""
    edged = f"<{word}>"
    return tuple(edged[i : i + n] for n in (2, 3, 4, 5) for i in range(len(edged) - n + 1) if len(edged) > n)


def features(plain: str, tokens: Sequence[str], fillers: frozenset[str]) -> dict[str, float]:
    """What is compared of a text: each feature and how much it counts."""
    words = plain.split()
    found: Counter[str] = Counter()
    weights: dict[str, float] = {}
    for word in words:
        light = 0.35 if word in fillers else 1.0
        found["=" + word] += 1
        weights["=" + word] = WORD * light
        for piece in pieces(word):
            found[piece] += 1
            weights[piece] = max(weights.get(piece, 0.0), PIECE * light)
    for a, b in zip(words, words[1:], strict=False):
        found[f"{a} {b}"] += 1
        weights[f"{a} {b}"] = PAIR
    for token in tokens:
        if not token.isascii():
            found["~" + token] += 1
            weights["~" + token] = MARKED
    return {f: weights[f] * (1.0 + np.log(n) if n > 1 else 1.0) for f, n in found.items()}


FLOAT: Final = np.float32


class Index:
    """Examples side by side, and how alike a question is to each."""

    def __init__(self, examples: Sequence[Example], fillers: frozenset[str]) -> None:
        self.labels = sorted({example.label for example in examples})
        self._fillers = fillers
        ordered = sorted(examples, key=lambda e: e.label)
        number = {label: i for i, label in enumerate(self.labels)}
        self._classes = np.array([number[e.label] for e in ordered], dtype=np.int64)
        vectors = [features(e.plain, e.tokens, fillers) for e in ordered]
        document = Counter(f for vector in vectors for f in vector)
        self._ids = {f: i for i, f in enumerate(document)}
        counts = np.fromiter(document.values(), dtype=FLOAT, count=len(document))
        self._idf = (np.log(1.0 + len(ordered) / counts)).astype(FLOAT)
        self._build(vectors, np.array([e.weight for e in ordered], dtype=FLOAT))

    def _build(self, vectors: list[dict[str, float]], weights: Floats) -> None:
        lengths = [len(v) for v in vectors]
        rows = np.repeat(np.arange(len(vectors)), lengths)
        columns = np.fromiter((self._ids[f] for v in vectors for f in v), dtype=np.int64, count=sum(lengths))
        values = np.fromiter((w for v in vectors for w in v.values()), dtype=FLOAT, count=sum(lengths))
        values = (values * self._idf[columns]).astype(FLOAT)
        norms = np.sqrt(np.bincount(rows, values * values, len(vectors))).astype(FLOAT)
        values = (values / np.maximum(norms, 1e-6)[rows]).astype(FLOAT)
        order = np.argsort(columns, kind="stable")
        self._rows, self._values = rows[order], values[order].astype(FLOAT)
        self._starts = np.searchsorted(columns[order], np.arange(len(self._ids) + 1))
        self._weights = weights
        sizes = np.bincount(self._classes, minlength=len(self.labels))
        self._place = np.concatenate([np.arange(n) for n in sizes]) if len(sizes) else np.zeros(0, np.int64)
        self._deepest = max(3, int(sizes.max(initial=0)))
        centres = np.zeros((len(self._ids), len(self.labels)), dtype=FLOAT)
        np.add.at(centres, (columns, self._classes[rows]), values * weights[rows])
        self._centres = centres / np.maximum(np.sqrt((centres**2).sum(axis=0)), 1e-6)

    def alike(self, plain: str, tokens: Sequence[str]) -> tuple[Floats, Floats, Floats]:
        """For each label: the likeness of its nearest example, of its three nearest together, and of its centre."""
        vector = features(plain, tokens, self._fillers)
        known = [(self._ids[f], w) for f, w in vector.items() if f in self._ids]
        if not known:
            nothing = np.zeros(len(self.labels), dtype=FLOAT)
            return nothing, nothing, nothing
        ids = np.fromiter((i for i, _ in known), dtype=np.int64, count=len(known))
        values = np.fromiter((w for _, w in known), dtype=FLOAT, count=len(known)) * self._idf[ids]
        unknown = sum(w * w for f, w in vector.items() if f not in self._ids) * float(self._idf.max()) ** 2 * 0.25
        values = values / np.sqrt(float((values * values).sum()) + unknown)
        scores = self._scores(ids, values)
        table = np.zeros((len(self.labels), self._deepest), dtype=FLOAT)
        table[self._classes, self._place] = scores
        top = -np.partition(-table, 2, axis=1)[:, :3]
        return top.max(axis=1), top.mean(axis=1), values @ self._centres[ids]

    def _scores(self, ids: Ints, values: Floats) -> Floats:
        rows = np.concatenate([self._rows[self._starts[i] : self._starts[i + 1]] for i in ids])
        parts = np.concatenate(
            [self._values[self._starts[i] : self._starts[i + 1]] * v for i, v in zip(ids, values, strict=True)]
        )
        return (np.bincount(rows, parts, len(self._weights)) * self._weights).astype(FLOAT)
