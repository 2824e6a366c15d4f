"""What a message means: named steps in order, from words to one `Understood`. Pure: no network, database or clock."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from bot.understanding.confidence import ANSWER, ASK, confidence
from bot.understanding.context import Context
from bot.understanding.emergency import emergency
from bot.understanding.intents import command, intents, is_empty, language_wanted
from bot.understanding.lessons import NEAR as LIKE
from bot.understanding.lessons import SAME, Lesson, Lessons, Weighed
from bot.understanding.lexicon import lexicon
from bot.understanding.model import Model
from bot.understanding.normalise import Words
from bot.understanding.ranking import CLUBS, UNIT_LABEL, Ranker, Ranking, known_questions
from bot.understanding.slots import UNIT_WORD, OldNames, Units, aspect_of
from bot.understanding.turns import correction, goes_on, halves, is_short
from content.pack import Pack, hotline_of
from handlers.contract import Candidate, Kind, Understood

__all__ = ["Context", "Understanding"]

_BARE: Final = {"report", "appointment", "bulletin"}
AWAY: Final = -20.0  # log-odds by which a correction leaves the last item
STANDS_ALONE: Final = 0.8  # a question less sure than this, that reads as going on, stays with the last item
BARE: Final = 5  # words of a question that names an aspect and nothing else
BESIDE: Final = 4.0  # log-odds within which both halves must stand in the whole
BOTH: Final = 0.8  # how sure each half must be for a message to be two things
SURELY_NOT: Final = 0.8  # so sure that something is outside, nothing is offered; below, what is near is
TAUGHT: Final = 0.95  # how sure an officer's own word makes
NEAR: Final = 0.15  # share of the first's likelihood that makes the second worth offering


class Understanding:
    """Reads the messages of one locality."""

    def __init__(
        self, pack: Pack, model: Model | None = None, said: Mapping[str, Sequence[str]] | None = None
    ) -> None:
        """Build the index of `pack`, and of `said`: what people say that is no question for an item (intents.yaml)."""
        self._pack = pack
        self._model = model
        self._lexicon = lexicon()
        self._units = Units(pack)
        self._old_names = OldNames(pack)
        questions = known_questions(pack, intents() if said is None else said)
        self._ranker = Ranker(questions, model, self._units, self._lexicon)
        self._reader = self._ranker.reader
        self._names = self._whole_names()

    def understand(self, text: str, context: Context = Context()) -> Understood:  # noqa: B008 - frozen
        """What `text` means after `context`."""
        words = self._reader.read(text)
        named = self._names.get(words.plain)  # the whole message is a name in the pack: no cry for help is
        if named is None and (number := emergency(words)):
            return Understood(
                kind="emergency", id=hotline_of(number), number=number, confidence=0.99, lang=words.lang
            )
        if (topic := command(words.raw)) and topic in _BARE:
            return Understood(kind=self._kind(topic), confidence=1.0, lang=words.lang)
        if topic:
            return Understood(kind="smalltalk", topic=topic, confidence=1.0, lang=words.lang)
        if is_empty(words):
            return Understood(kind="smalltalk", topic="empty", confidence=1.0)
        unit, masked = self._units.find(words.plain)
        aspect = aspect_of(words, self._lexicon)
        old_names = self._old_names.find(words.raw)
        said = Understood(kind="clarify", unit=unit, aspect=aspect, old_names=old_names, lang=words.lang)
        if named:
            return self._answer(said, named, 1.0)
        found = self._ranked(said, words, masked, context)
        if found.topic == "language":
            return replace(found, topic=f"language:{language_wanted(words)}")
        if found.topic == "aloud" and context.id and context.kind:
            return replace(found, kind=context.kind, id=context.id)
        return self._at_home(found, context.unit) if context.unit and unit is None else found

    def weighed(self, text: str) -> Weighed:
        """A question ready to be compared with others."""
        key = self._masked(text)
        return Weighed(key=key, features=self._ranker.weighed(" ".join(self._topic(key))))

    def topic(self, text: str) -> tuple[str, ...]:
        """The words of a question that say what it is about: without fillers, units, and which part of it is asked."""
        return self._topic(self._masked(text))

    def lessons(self, taught: Iterable[tuple[str, str]]) -> Lessons:
        """What officers taught, as (item, wording); an item that has left the pack is left out."""
        return Lessons(Lesson(label=id_, said=self.weighed(words)) for id_, words in taught if self._pack.item(id_))

    def with_lessons(self, text: str, understood: Understood, lessons: Lessons) -> Understood:
        """What `text` means, were officers asked too.

        Danger, an official name and a command stay what they are. The very words that were taught win over
        everything else; words very like them only where nothing was found.
        """
        if understood.kind == "emergency" or understood.confidence == 1.0:
            return understood
        words = self.weighed(text)
        if same := lessons.exactly(words):
            return self._learned(understood, same.label, TAUGHT)
        near = lessons.nearest(words) if understood.kind in {"clarify", "out_of_scope"} else None
        if near is None or near.likeness < LIKE:
            return understood
        if near.likeness >= SAME:
            return self._learned(understood, near.label, max(near.likeness, ANSWER))
        id_ = self._taught_id(understood, near.label)
        first = Candidate(kind=self._kind(near.label), id=id_, confidence=round(near.likeness, 3))
        others = tuple(candidate for candidate in understood.candidates if candidate.id != id_)
        sure = max(understood.confidence, ASK) if understood.kind == "clarify" else ASK
        return replace(understood, kind="clarify", candidates=(first, *others)[:3], confidence=sure)

    def teachable(self, text: str) -> bool:
        """Whether words can be taught: no danger, no command, no name of an item, and something is said in them."""
        words = self._reader.read(text)
        if words.plain in self._names or emergency(words) or command(words.raw) or is_empty(words):
            return False
        said = Understood(kind="clarify", aspect=aspect_of(words, self._lexicon))
        _, masked = self._units.find(words.plain)
        silent = self._lexicon.fillers | {UNIT_WORD}
        return bool(set(masked.split()) - silent) and not self._says_nothing_new(said, masked)

    def nearest(self, text: str) -> tuple[Candidate, ...]:
        """The items that fit a question best, at most three, however unsure it is."""
        words = self._reader.read(text)
        unit, masked = self._units.find(words.plain)
        ranked = self._ranker.rank(masked, words.tokens)
        return self._candidates(Understood(kind="clarify", unit=unit), ranked, confidence(ranked, self._model))

    def _masked(self, text: str) -> str:
        _, masked = self._units.find(self._reader.read(text).plain)
        return " ".join(masked.split())

    def _topic(self, masked: str) -> tuple[str, ...]:
        without = masked
        for aspect in self._lexicon.aspects.values():
            without = aspect.sub(" ", without)
        nothing_said = self._lexicon.fillers | self._lexicon.going_on | {UNIT_WORD}
        about = tuple(word for word in without.split() if word not in nothing_said)
        return about or tuple(masked.split())

    def _learned(self, said: Understood, label: str, sure: float) -> Understood:
        found = self._answer(replace(said, candidates=(), topic=None), label, sure)
        return replace(found, id=self._taught_id(said, label))

    def _taught_id(self, said: Understood, label: str) -> str:
        """A number that was taught for one unit is that of the unit that is named."""
        if said.unit and self._pack.unit_of(label):
            return hotline_of(said.unit)
        return CLUBS if label.startswith("club:") and CLUBS in self._pack.initiatives else label

    def _ranked(self, said: Understood, words: Words, masked: str, context: Context) -> Understood:
        if follow := self._follow_up(said, masked, context):
            return follow
        lean: dict[str, float] = {}
        if context.id and (meant := correction(masked)):
            masked, lean = meant, {context.id: AWAY}
        ranked = self._ranker.rank(masked, words.tokens, lean)
        sure = confidence(ranked, self._model)
        if not ranked.best or ranked.share == 0:
            return replace(said, kind="out_of_scope")
        if context.id is None and len(masked.split()) <= BARE and self._says_nothing_new(said, masked):
            return replace(said, kind="smalltalk", topic="groups", confidence=0.9)  # "how much is it?": of what?
        alone = STANDS_ALONE if goes_on(masked) else ANSWER if said.aspect else 0.0
        if sure < alone and context.id and not lean and is_short(masked):
            return self._answer(replace(said, unit=said.unit or context.unit), context.id, ANSWER)
        return self._two_things(said, masked, ranked) or self._decided(said, ranked)

    def _decided(self, said: Understood, ranked: Ranking) -> Understood:
        """The three outcomes: an answer, a question back, or an honest no."""
        sure = confidence(ranked, self._model)
        first = ranked.best[0].label
        offered = self._candidates(said, ranked, sure)
        if first == "out_of_scope":
            near = offered and sure < SURELY_NOT and offered[0].confidence > NEAR * sure
            return replace(said, kind="clarify" if near else "out_of_scope", candidates=offered, confidence=sure)
        if self._kind(first) in {"smalltalk", "handover", *_BARE}:
            return self._answer(said, first, sure) if sure >= ASK else self._unsure(said, offered, sure)
        return self._answer(said, first, sure, offered) if sure >= ANSWER else self._unsure(said, offered, sure)

    @staticmethod
    def _unsure(said: Understood, offered: tuple[Candidate, ...], sure: float) -> Understood:
        return replace(
            said, kind="clarify" if offered and sure >= ASK else "out_of_scope", candidates=offered, confidence=sure
        )

    def _two_things(self, said: Understood, masked: str, whole: Ranking) -> Understood | None:
        """Both procedures that a message asks for, or the joint one that does them together."""
        for halves_ in halves(masked):
            found: list[tuple[str, float]] = []
            for half in halves_:
                ranked = self._ranker.rank(half, ())
                sure = confidence(ranked, self._model)
                if ranked.best and ranked.best[0].label in self._pack.procedures and sure >= BOTH:
                    found.append((ranked.best[0].label, sure))
            both = {label for label, _ in found}
            near = {r.label for r in whole.best if r.score > whole.best[0].score - BESIDE}
            if len(both) < 2 or not (both <= near or self._joint(both)):
                continue
            sure = min(sure for _, sure in found)
            candidates = tuple(Candidate(kind="procedure", id=label, confidence=round(n, 3)) for label, n in found)
            if joint := self._joint(both):
                return self._answer(said, joint, sure, candidates)
            return replace(said, kind="clarify", candidates=candidates, confidence=sure)
        return None

    def _joint(self, both: set[str]) -> str | None:
        """The procedure that does both in one go."""
        return next((p.id for p in self._pack.procedures.values() if both <= {p.id, *p.joins}), None)

    def _follow_up(self, said: Understood, masked: str, context: Context) -> Understood | None:
        """A short message that names only an aspect or a unit asks it of what was talked about."""
        if context.id is None or not is_short(masked):
            return None
        rest = [w for w in masked.split() if w not in self._lexicon.fillers and w != UNIT_WORD]
        if said.unit and context.kind == "hotline" and len(rest) <= 1:
            return self._answer(said, hotline_of(said.unit), 0.95)
        if self._says_nothing_new(said, masked) and context.kind in {
            "procedure",
            "initiative",
            "homestay",
            "hotline",
        }:
            return self._answer(replace(said, unit=said.unit or context.unit), context.id, 0.95)
        return None

    def _says_nothing_new(self, said: Understood, masked: str) -> bool:
        """Whether a message names an aspect and nothing that it could be the aspect of."""
        if said.aspect is None:
            return False
        left = set(self._lexicon.aspects[said.aspect].sub(" ", " ".join(masked.split())).split())
        return not left - self._lexicon.fillers - self._lexicon.going_on

    def _answer(self, said: Understood, label: str, sure: float, offered: tuple[Candidate, ...] = ()) -> Understood:
        kind = self._kind(label)
        sure = round(sure, 3)
        if kind == "smalltalk":
            topic = label.partition(":")[2]
            return replace(said, kind=kind, topic=topic, confidence=sure)
        if kind in {"handover", "out_of_scope", *_BARE}:
            return replace(said, kind=kind, confidence=sure)
        id_ = self._id(label, said)
        others = tuple(candidate for candidate in offered if candidate.id != id_)
        return replace(said, kind=kind, id=id_, confidence=sure, candidates=others)

    def _id(self, label: str, said: Understood) -> str:
        if label == UNIT_LABEL:
            unit = said.unit or self._main_unit()
            return hotline_of(unit) if unit else self._pack.locality.people_hotline
        return label

    def _at_home(self, found: Understood, unit: str) -> Understood:
        """The number of "the ward" is that of the person's own, once it is known."""
        main, own = hotline_of(self._main_unit() or unit), hotline_of(unit)
        candidates = tuple(replace(c, id=own) if c.id == main else c for c in found.candidates)
        return replace(found, id=own if found.id == main else found.id, candidates=candidates)

    def _main_unit(self) -> str | None:
        """The unit that serves most of the old ones; where none was merged, the first."""
        units = self._pack.units.values()
        successors = [unit.successor for unit in units if unit.successor]
        return (
            max(sorted(set(successors)), key=successors.count) if successors else next(iter(self._pack.units), None)
        )

    def _kind(self, label: str) -> Kind:
        head = label.partition(":")[0]
        if head in {"smalltalk", "handover", "out_of_scope", "report", "appointment", "bulletin", "hotline"}:
            return head  # type: ignore[return-value]
        if head in {"homestay", "sight"}:
            return "homestay"
        return "procedure" if label in self._pack.procedures else "initiative"

    def _candidates(self, said: Understood, ranked: Ranking, sure: float) -> tuple[Candidate, ...]:
        """The items that fit best, at most three, each once."""
        top = ranked.best[0].score if ranked.best else 0.0
        found: dict[str, Candidate] = {}
        for one in ranked.best:
            kind, id_ = self._kind(one.label), self._id(one.label, said)
            if kind in {"procedure", "hotline", "homestay", "initiative"} and id_ not in found:
                likely = round(sure * math.exp(one.score - top), 3)
                found[id_] = Candidate(kind=kind, id=id_, confidence=likely)
        return tuple(found.values())[:3]

    def _whole_names(self) -> dict[str, str]:
        """What a name typed whole leads to; an official name counts more than what people call another item."""
        named: dict[str, str] = {}
        items = [(id_, item) for id_, item in self._pack.items() if not self._pack.unit_of(id_)]
        for official in (True, False):
            for id_, item in items:
                label = CLUBS if id_.startswith("club:") else id_
                for name in item.own_names() if official else item.aliases:
                    key = self._reader.read(name).plain
                    if key and (key not in named or (official and label in self._pack.initiatives)):
                        named[key] = label
        return named
