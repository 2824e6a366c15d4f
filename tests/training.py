"""Learns from a pack's examples how much each word speaks for each item: `make model`.

Liblinear on one core, a fixed seed, weights rounded to tenths: the same examples give the same bytes.
"""

from __future__ import annotations

import argparse
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
import scipy.sparse
from sklearn.linear_model import LogisticRegression

from bot.understanding.confidence import signs
from bot.understanding.features import features
from bot.understanding.intents import intents
from bot.understanding.lexicon import lexicon
from bot.understanding.model import FILE, Model, mark, written
from bot.understanding.normalise import Reader, Speller
from bot.understanding.ranking import Question, Ranker, known_questions, near_misses
from bot.understanding.slots import Units
from content.loader import find, load
from content.pack import Pack
from tests.folds import FOLDS, fold_of, thinned

SOFT: Final = 20.0  # inverse strength of regularisation; 20 to 100 differ by less than half a point
SEEN: Final = 2  # examples that a feature must stand in
FAINT: Final = 0.25  # weights below are left out
Found = list[Mapping[str, float]]
Matrix = scipy.sparse.csr_matrix


def learn(pack: Pack, questions: Sequence[Question]) -> Model:
    """The model of these questions and of the pack's near misses, with its confidence still to be fitted."""
    words = lexicon()
    units = Units(pack)
    first = Reader(words)
    count = Counter(word for _, text in questions for word in first.read(text).plain.split())
    reader = Reader(words, Speller(count))

    def found(text: str) -> Mapping[str, float]:
        read = reader.read(text)
        return features(units.find(read.plain)[1], read.tokens, words.fillers)

    known = [found(text) for _, text in questions]
    seen = Counter(feature for vector in known for feature in vector)
    rows = {feature: row for row, feature in enumerate(sorted(f for f, n in seen.items() if n >= SEEN))}
    rarity = np.array([np.log(1.0 + len(known) / seen[feature]) for feature in rows]).round(2)
    missed: dict[str, Found] = defaultdict(list)
    for label, text in near_misses(pack):
        missed[label].append(found(text))
    labels = np.array([label for label, _ in questions])
    whole = _matrix(known, rows, rarity)
    fits = {
        str(label): _fit(whole, labels == label, _matrix(missed[str(label)], rows, rarity))
        for label in sorted({*labels})
    }
    weights = np.vstack([fit.coef_ for fit in fits.values()]).T
    return Model(
        labels=tuple(fits),
        bias=np.array([fit.intercept_[0] for fit in fits.values()], dtype=np.float32).round(1),
        rows=rows,
        rarity=rarity.astype(np.float32),
        weights=np.where(abs(weights) < FAINT, 0, weights).round(1).astype(np.float32),
        words=dict(count),
        known=frozenset(mark(label, text) for label, text in questions),
        certainty=(0.0, 1.0, 0.0, 0.0),
    )


def _fit(whole: Matrix, own: np.ndarray, missed: Matrix) -> LogisticRegression:
    """One label against all the rest, and against what only sounds like it."""
    classifier = LogisticRegression(C=SOFT, solver="liblinear", dual=True, random_state=0, max_iter=1000)
    return classifier.fit(scipy.sparse.vstack([whole, missed]), np.append(own, np.zeros(missed.shape[0], dtype=bool)))


def _matrix(found: Found, rows: Mapping[str, int], rarity: np.ndarray) -> Matrix:
    cells = [
        (number, rows[feature], weight * rarity[rows[feature]])
        for number, vector in enumerate(found)
        for feature, weight in vector.items()
        if feature in rows
    ]
    number, row, value = map(np.array, zip(*cells, strict=True)) if cells else (np.zeros(0, int),) * 3
    length = np.maximum(np.sqrt(np.bincount(number, value**2, len(found))), 1e-9)
    return scipy.sparse.csr_matrix((value / length[number], (number, row)), shape=(len(found), len(rows)))


def certainty(pack: Pack, questions: Sequence[Question], names: frozenset[Question]) -> tuple[float, ...]:
    """What turns scores into a confidence, fitted on questions that the model asked had never seen."""
    words, units = lexicon(), Units(pack)
    shown, right = [], []
    for fold in range(FOLDS):
        held = [q for q in questions if q not in names and fold_of(q[1]) == fold]
        model = learn(pack, [q for q in questions if q in names or fold_of(q[1]) != fold])
        ranker = Ranker([], model, units, words)
        for label, text in held:
            read = ranker.reader.read(text)
            ranking = ranker.rank(units.find(read.plain)[1], read.tokens)
            shown.append(signs(ranking))
            right.append(ranking.best[0].label == label)
    fit = LogisticRegression(C=100.0).fit(np.array(shown), np.array(right))
    return tuple(float(n) for n in np.round([fit.intercept_[0], *fit.coef_[0]], 3))


def trained(pack: Pack) -> Model:
    """The whole model of a pack."""
    questions = list(known_questions(pack, intents()))
    names = frozenset(known_questions(thinned(pack, lambda _: False), {}))  # known to whoever has the pack
    return replace(learn(pack, questions), certainty=certainty(pack, questions, names))


def main() -> None:
    """Write the model of a pack."""
    parser = argparse.ArgumentParser(prog="python -m tests.training", description=main.__doc__)
    parser.add_argument("pack", nargs="?", default="sa-dec", help="name or folder of the pack (default: sa-dec)")
    folder = find(parser.parse_args().pack)
    model = trained(load(folder))
    (folder / FILE).write_text(written(model), encoding="utf-8")
    print(
        f"{folder.name}/{FILE}: {len(model.known)} questions, {len(model.labels)} labels, {len(model.rows)} features"
    )


if __name__ == "__main__":
    main()
