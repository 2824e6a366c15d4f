"""Which item or intent a question asks for, by likeness to the questions that each is known by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from bot.understanding.index import Example, Index
from bot.understanding.lexicon import Lexicon
from bot.understanding.normalise import Reader
from bot.understanding.slots import Units
from content.pack import Pack

UNIT_LABEL = "hotline:unit"  # the number of whatever unit is named
CLUBS = "hoi-quan"  # clubs are told of within this initiative


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranked:
    """A label and how well it fits: 0 to 1, higher is better."""

    label: str
    score: float


def known_questions(pack: Pack, intents: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str, float]]:
    """Every question, name and near miss that the packs and the language know: label, words, weight."""
    for id_, item in pack.items():
        label = CLUBS if id_.startswith("club:") and CLUBS in pack.initiatives else id_
        if unit := pack.unit_of(id_):
            for words in unit.hotline_examples:
                yield UNIT_LABEL, words, 1.0
            continue
        for words in item.names:
            yield label, words, 1.0
        for words in item.examples:
            yield label, words, 1.0
    for label, questions in intents.items():
        for words in questions:
            yield label, words, 1.0


class Ranker:
    """Ranks labels for a question."""

    def __init__(self, questions: Iterable[tuple[str, str, float]], reader: Reader, units: Units, lexicon: Lexicon):
        examples = []
        for label, text, weight in questions:
            words = reader.read(text)
            _, masked = units.find(words.plain)
            examples.append(Example(label=label, plain=masked, tokens=words.tokens, weight=weight))
        self._index = Index(examples, lexicon.fillers)

    def rank(self, plain: str, tokens: tuple[str, ...]) -> list[Ranked]:
        """The labels that fit best, best first, at most eight."""
        nearest, three, centre = self._index.alike(plain, tokens)
        scores = 0.5 * nearest + 0.25 * three + 0.25 * centre
        best = scores.argsort()[::-1][:8]
        return [Ranked(label=self._index.labels[i], score=float(scores[i])) for i in best]
