"""What a message means: named steps in order, from words to one `Understood`. Pure: no network, database or clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.understanding.confidence import ANSWER, ASK, confidence
from bot.understanding.context import Context
from bot.understanding.emergency import emergency
from bot.understanding.intents import command, intents, is_empty
from bot.understanding.lexicon import lexicon
from bot.understanding.normalise import Reader, Speller, Words, vocabulary
from bot.understanding.ranking import UNIT_LABEL, Ranked, Ranker, known_questions
from bot.understanding.slots import Units, aspect_of
from content.pack import Pack, hotline_of
from handlers.contract import Candidate, Kind, Lang, Understood

__all__ = ["Context", "Understanding"]

_BARE: Final = {"report", "appointment", "bulletin"}


class Understanding:
    """Reads the messages of one locality."""

    def __init__(self, pack: Pack, said: Mapping[str, Sequence[str]] | None = None) -> None:
        """Build the index of `pack`, and of `said`: what people say that is no question for an item (intents.yaml)."""
        self._pack = pack
        self._lexicon = lexicon()
        self._units = Units(pack)
        questions = list(known_questions(pack, intents() if said is None else said))
        first = Reader(self._lexicon)
        self._reader = Reader(self._lexicon, Speller(vocabulary(first.read(text) for _, text, _ in questions)))
        self._ranker = Ranker(questions, self._reader, self._units, self._lexicon)
        self._names = self._official_names()

    def understand(self, text: str, context: Context = Context()) -> Understood:  # noqa: B008 - frozen
        """What `text` means after `context`."""
        words = self._reader.read(text)
        if number := emergency(words):
            return Understood(
                kind="emergency", id=hotline_of(number), number=number, confidence=0.99, lang=words.lang
            )
        if topic := command(words.raw):
            lang: Lang = "en" if words.raw.startswith("/en") else "vi"
            return Understood(kind="smalltalk", topic=topic, confidence=1.0, lang=lang)
        if is_empty(words):
            return Understood(kind="smalltalk", topic="empty", confidence=1.0)
        unit, masked = self._units.find(words.plain)
        aspect = aspect_of(words, self._lexicon)
        said = Understood(kind="clarify", unit=unit, aspect=aspect, lang=words.lang)
        if named := self._names.get(words.plain):
            return self._answer(said, named, 1.0)
        return self._ranked(said, words, masked, context)

    def _ranked(self, said: Understood, words: Words, masked: str, context: Context) -> Understood:
        if follow := self._follow_up(said, masked, context):
            return follow
        ranked = self._ranker.rank(masked, words.tokens)
        sure = confidence(ranked)
        if not ranked or ranked[0].score <= 0:
            return replace(said, kind="out_of_scope")
        first = ranked[0].label
        if first == "out_of_scope" or sure < ASK:
            return replace(said, kind="out_of_scope", confidence=sure)
        if sure >= ANSWER or self._kind(first) in {"smalltalk", "handover", *_BARE}:
            return self._answer(said, first, sure, ranked)
        offered = self._candidates(said, ranked, sure)
        return replace(said, kind="clarify", candidates=offered, confidence=sure)

    def _follow_up(self, said: Understood, masked: str, context: Context) -> Understood | None:
        if context.id is None or len(masked.split()) > 8:
            return None
        rest = [w for w in masked.split() if w not in self._lexicon.fillers and w != "donvi"]
        if said.unit and context.kind == "hotline" and len(rest) <= 1:
            return self._answer(said, hotline_of(said.unit), 0.95)
        if said.aspect and context.kind in {"procedure", "initiative", "homestay", "hotline"}:
            stripped = self._lexicon.aspects[said.aspect].sub(" ", " ".join(masked.split()))
            left = set(stripped.split()) - self._lexicon.fillers - self._lexicon.going_on
            if not left:
                return self._answer(replace(said, unit=said.unit or context.unit), context.id, 0.95)
        return None

    def _answer(self, said: Understood, label: str, sure: float, ranked: list[Ranked] | None = None) -> Understood:
        kind = self._kind(label)
        sure = round(sure, 3)
        if kind == "smalltalk":
            return replace(said, kind=kind, topic=label.partition(":")[2], confidence=sure)
        if kind in {"handover", "out_of_scope", *_BARE}:
            return replace(said, kind=kind, confidence=sure)
        candidates = self._candidates(said, ranked, sure) if ranked else ()
        return replace(said, kind=kind, id=self._id(label, said), confidence=sure, candidates=candidates)

    def _id(self, label: str, said: Understood) -> str:
        if label == UNIT_LABEL:
            return hotline_of(said.unit or self._main_unit())
        return label

    def _main_unit(self) -> str:
        successors = [unit.successor for unit in self._pack.units.values() if unit.successor]
        return max(sorted(set(successors)), key=successors.count)

    def _kind(self, label: str) -> Kind:
        head = label.partition(":")[0]
        if head in {"smalltalk", "handover", "out_of_scope", "report", "appointment", "bulletin", "hotline"}:
            return head  # type: ignore[return-value]
        if head in {"homestay", "sight"}:
            return "homestay"
        return "procedure" if label in self._pack.procedures else "initiative"

    def _candidates(self, said: Understood, ranked: list[Ranked], sure: float) -> tuple[Candidate, ...]:
        top = ranked[0].score or 1.0
        return tuple(
            Candidate(kind=self._kind(r.label), id=self._id(r.label, said), confidence=round(sure * r.score / top, 3))
            for r in ranked
            if r.score >= 0.5 * top and self._kind(r.label) in {"procedure", "hotline", "homestay", "initiative"}
        )[:3]

    def _official_names(self) -> dict[str, str]:
        named: dict[str, str] = {}
        for id_, item in self._pack.items():
            label = "hoi-quan" if id_.startswith("club:") else id_
            if not self._pack.unit_of(id_):
                for name in item.own_names():
                    key = self._reader.read(name).plain
                    if key and (key not in named or label in self._pack.initiatives):
                        named[key] = label
        return named
