"""The unit and the aspect that a question names."""

from __future__ import annotations

import re
from typing import Final

from bot.understanding.lexicon import Lexicon, any_of, fold
from bot.understanding.normalise import Words
from content.pack import Pack
from content.schema import Aspect

UNIT_WORD: Final = "donvi"  # stands in the place of a unit's name where questions are compared
_TYPE: Final = r"(?:(?:phuong|xa|ward|commune|p|f)[ .]*)?"
_NUMBERED: Final = r"(?<![^\W_])(?:phuong|ward|p|f)[ .]*0?{}(?!\w)"


class Units:
    """Finds the units of a pack in words."""

    def __init__(self, pack: Pack) -> None:
        self._serving = {unit.id for unit in pack.units.values() if unit.successor is None}
        self._patterns: list[tuple[str, re.Pattern[str]]] = []
        for unit in pack.units.values():
            self._patterns.append((unit.id, _name_pattern(fold(unit.name.vi), loose=unit.id not in self._serving)))
            for hamlet in unit.hamlets:
                name = re.escape(fold(hamlet))
                self._patterns.append((unit.id, re.compile(rf"(?<!\w)(?:khom|ap|hamlet) {name}(?!\w)")))
        for words, unit_id in pack.locality.unit_words.items():
            self._patterns.append((unit_id, any_of([words])))

    def find(self, plain: str) -> tuple[str | None, str]:
        """The unit that `plain` names, and `plain` with a stand-in for every name of a unit.

        The old unit wins where a new one is named beside it: who says both means the place he knows.
        """
        found: list[tuple[int, str]] = []
        masked = plain.replace(" qui ", " quy ")
        for unit_id, pattern in self._patterns:
            match = pattern.search(masked)
            if match:
                found.append((match.start(), unit_id))
                masked = pattern.sub(f" {UNIT_WORD} ", masked)
        old = [pair for pair in found if pair[1] not in self._serving]
        chosen = min(old or found, default=None)
        return (chosen[1] if chosen else None), masked


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
