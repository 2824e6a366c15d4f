"""Which item or intent a question asks for: by what was learned, and by likeness to what is newer than that."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from bot.understanding.features import features
from bot.understanding.index import Example, Index
from bot.understanding.lexicon import Lexicon
from bot.understanding.model import Model, mark
from bot.understanding.normalise import Reader, Speller
from bot.understanding.slots import Units
from content.pack import Pack

UNIT_LABEL = "hotline:unit"  # the number of whatever unit is named
CLUBS = "hoi-quan"  # clubs are told of within this initiative
BEST: Final = 8
NO_LEAN: Final[Mapping[str, float]] = {}
Question = tuple[str, str]  # label, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A label and how likely it is, in log-odds: 0 is even."""

    label: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The labels that fit best, best first, and which share of the question's words is known at all."""

    best: tuple[Ranked, ...]
    share: float


def known_questions(pack: Pack, intents: Mapping[str, Sequence[str]]) -> Iterator[Question]:
    """Every name and question that the pack and the language know."""
    for id_, item in pack.items():
        label = CLUBS if id_.startswith("club:") and CLUBS in pack.initiatives else id_
        if unit := pack.unit_of(id_):
            yield from ((UNIT_LABEL, words) for words in unit.hotline_examples)
        else:
            yield from ((label, words) for words in (*item.names, *item.examples))
    for label, questions in intents.items():
        yield from ((label, words) for words in questions)


def near_misses(pack: Pack) -> Iterator[Question]:
    """What sounds like an item and is not it: another's question, or nobody's."""
    for id_, item in pack.items():
        if not pack.unit_of(id_):
            yield from ((CLUBS if id_.startswith("club:") else id_, words) for words in item.near_misses)


class Ranker:
    """Ranks labels for a question."""

    def __init__(self, questions: Iterable[Question], model: Model | None, units: Units, lexicon: Lexicon) -> None:
        known = model.known if model else frozenset()
        self._model = model
        self._numbers = {label: number for number, label in enumerate(model.labels)} if model else {}
        self._fillers = lexicon.fillers
        newer = [(label, text) for label, text in questions if mark(label, text) not in known]
        first = Reader(lexicon)
        words = Counter(word for _, text in newer for word in first.read(text).plain.split())
        self.reader = Reader(lexicon, Speller(words + Counter(model.words if model else {})))
        self._index = Index([self._example(label, text, units) for label, text in newer])

    def rank(self, plain: str, tokens: tuple[str, ...], lean: Mapping[str, float] = NO_LEAN) -> Ranking:
        """The labels that fit best, best first; `lean` adds to the log-odds of some of them."""
        found = features(plain, tokens, self._fillers)
        scores, share = dict[str, float](), 1.0
        if self._model:
            learned, share = self._model.scores(found)
            best = {*learned.argsort()[: -BEST - 1 : -1], *(self._numbers[x] for x in lean if x in self._numbers)}
            scores = {self._model.labels[i]: float(learned[i]) for i in best}
        for label, score in self._index.scores(found).items():
            scores[label] = max(score, scores.get(label, score))
        for label, more in lean.items():
            if label in scores:
                scores[label] += more
        ranked = sorted(scores.items(), key=lambda pair: (-pair[1], pair[0]))[:BEST]
        return Ranking(best=tuple(Ranked(label=label, score=score) for label, score in ranked), share=share)

    def weighed(self, plain: str) -> dict[str, float]:
        """What each word and pair counts beside the others, the rare ones most; of length one together."""
        found = features(plain, (), self._fillers)
        rarity = self._model.rarity_of if self._model else self._index.rarity_of
        weighted = {feature: weight * rarity(feature) for feature, weight in found.items()}
        length = math.sqrt(sum(weight * weight for weight in weighted.values())) or 1.0
        return {feature: weight / length for feature, weight in weighted.items()}

    def _example(self, label: str, text: str, units: Units) -> Example:
        words = self.reader.read(text)
        _, masked = units.find(words.plain)
        return Example(label=label, features=features(masked, words.tokens, self._fillers))
