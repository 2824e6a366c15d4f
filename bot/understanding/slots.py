"""The unit and the aspect that a question names."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Final

from bot.understanding.lexicon import Lexicon, any_of, fold
from bot.understanding.normalise import Words
from content.pack import Pack
from content.schema import Aspect

DIGIT: Final = "#"  # the cue of every name that ends with a number
UNIT_WORD: Final = "donvi"  # stands in the place of a unit's name where questions are compared
_TYPE: Final = r"(?:(?:phuong|xa|ward|commune|p|f)[ .]*)?"
_NUMBERED: Final = r"(?<![^\W_])(?:phuong|ward|p|f)[ .]*0?{}(?!\w)"


class Units:
    """Finds the units of a pack in words."""

    def __init__(self, pack: Pack) -> None:
        self._serving = {unit.id for unit in pack.units.values() if unit.successor is None}
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        self._cues: dict[str, list[int]] = defaultdict(list)  # a word that a pattern cannot match without
        for unit in pack.units.values():
            name = fold(unit.name.vi)
            self._add(unit.id, name, _name_pattern(name, loose=unit.id not in self._serving))
            for hamlet in map(fold, unit.hamlets):
                self._add(unit.id, hamlet, re.compile(rf"(?<!\w)(?:khom|ap|hamlet) {re.escape(hamlet)}(?!\w)"))
            for alias in unit.aliases:
                self._add(unit.id, fold(alias), any_of([alias]))
        for words, unit_id in pack.locality.unit_words.items():
            self._add(unit_id, fold(words), any_of([words]))

    def find(self, plain: str) -> tuple[str | None, str]:
        """The unit that `plain` names, and `plain` with a stand-in for every name of a unit.

        The old unit wins where a new one is named beside it: who says both means the place he knows.
        """
        found: list[tuple[int, str]] = []
        masked = plain.replace(" qui ", " quy ")
        cues = {DIGIT if word[-1].isdigit() else word for word in masked.split()}
        for number in sorted({number for cue in cues for number in self._cues.get(cue, ())}):
            unit_id, pattern = self._patterns[number]
            match = pattern.search(masked)
            if match:
                found.append((match.start(), unit_id))
                masked = pattern.sub(f" {UNIT_WORD} ", masked)
        old = [pair for pair in found if pair[1] not in self._serving]
        chosen = min(old or found, default=None)
        return (chosen[1] if chosen else None), masked

    def _add(self, unit_id: str, name: str, pattern: re.Pattern[str]) -> None:
        last = name.split()[-1]
        self._cues[DIGIT if last[-1].isdigit() else last].append(len(self._patterns))
        self._patterns.append((unit_id, pattern))


class OldNames:
    """Finds names and papers of former days in words."""

    def __init__(self, pack: Pack) -> None:
        self._patterns = {id_: any_of(list(old.words)) for id_, old in pack.old_names.items()}
        self._any = any_of([word for old in pack.old_names.values() for word in old.words] or ["\0"])

    def find(self, raw: str) -> tuple[str, ...]:
        """The ids of those that `raw` holds; as typed, since reading a message already puts today's names."""
        text = fold(raw)
        if not self._any.search(text):
            return ()
        return tuple(id_ for id_, pattern in self._patterns.items() if pattern.search(text))


def _name_pattern(name: str, *, loose: bool) -> re.Pattern[str]:
    kind, _, own = name.partition(" ")
    if own.isdigit():
        return re.compile(_NUMBERED.format(own))
    own = re.escape(own).replace("quy", "qu[yi]")
    kinds = _TYPE if loose else (rf"(?:{kind}|{kind[0]})[ .]*" if kind == "phuong" else _TYPE)
    return re.compile(rf"(?<!\w){kinds}{own}(?: ward| commune)?(?!\w)")


def aspect_of(words: Words, lexicon: Lexicon) -> Aspect | None:
    """Which part of an answer is asked for: the one named last, since a question ends with what it wants."""
    best: tuple[int, Aspect] | None = None
    order: tuple[Aspect, ...] = ("how", "where", "time", "papers", "fee")
    for aspect in order:
        for match in lexicon.aspects[aspect].finditer(words.plain):
            if best is None or match.end() > best[0] or (best[1] == "how"):
                best = (match.end(), aspect)
    return best[1] if best else None
