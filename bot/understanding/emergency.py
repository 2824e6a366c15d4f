"""Emergencies come before all: what happens now, and the number to call. The words are in emergencies.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any, Final

import yaml

from bot.understanding.lexicon import FOLDER, fold
from bot.understanding.normalise import Words
from bot.understanding.syllable import is_syllable, repaired

NUMBERS: Final = ("114", "115", "113", "112", "111")
LONG: Final = 60  # words; nobody in danger tells a story, unless it goes on while they write

_TYPED: Final = re.compile(r"[^\W_]+")
_PIECE: Final = re.compile(r"\.{2,3}|[~!]?\(|[){}|^$]|<\w+>|!?[^\s(){}|<>^$~!.]+")
_GAPS: Final = {"..": r"(?: \S+){0,4}", "...": r"(?: \S+){0,9}"}
_NOTHING: Final = frozenset[str]()
_OLD_TONES: Final = re.compile(r"(?:o[àáảãạ]|o[èéẻẽẹ]|u[ỳýỷỹỵ])$")  # `hoả` is `hỏa`, but `toán` is right
_NEW_TONES: Final = dict(
    zip(
        "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ".split(),
        "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy".split(),
        strict=True,
    )
)
_Y: Final = re.compile(r"^([klmt])([iíìỉĩị])$")  # `kĩ` is `kỹ`, as the reader has it
_TO_Y: Final = str.maketrans("iíìỉĩị", "yýỳỷỹỵ")
_TONES: Final = str.maketrans("", "", "\u0300\u0301\u0303\u0309\u0323")
_HOOK_FOR_TILDE: Final = str.maketrans("\u0303\u0309", "\u0309\u0303")


def _spelling(word: str) -> str:
    """`word` in the one spelling that the patterns use."""
    word = _OLD_TONES.sub(lambda old: _NEW_TONES[old[0]], word)
    return _Y.sub(lambda found: found[1] + found[2].translate(_TO_Y), word)


def _slips(word: str) -> Iterator[str]:
    """How `word` is typed with a mark too few or, as the South speaks, with hook and tilde exchanged."""
    apart = unicodedata.normalize("NFD", word)
    yield unicodedata.normalize("NFC", apart.translate(_HOOK_FOR_TILDE))
    yield unicodedata.normalize("NFC", apart.translate(_TONES))
    yield word.replace("đ", "d")
    yield word.replace("ươ", "uơ").replace("ướ", "uớ").replace("ườ", "uờ").replace("ượ", "uợ")


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a pattern: a regular expression, each word with the space before it, and the words it needs."""

    regex: str
    needs: tuple[frozenset[str], ...] = ()  # bare words: of each set the message must have one
    word: str | None = None  # the alternatives of a single word


class _Language:
    """Reads the patterns of emergencies.yaml."""

    def __init__(self, groups: Mapping[str, str], common: str, apart: str) -> None:
        self._common = frozenset(fold(common).split())
        self._words: set[str] = set(apart.split())
        self.word = cache(self._word)
        self._groups: dict[str, _Piece] = {}
        for name, pattern in groups.items():
            self._groups[name] = self.piece(pattern)

    def piece(self, pattern: str) -> _Piece:
        """A whole pattern, or several with `|` between."""
        return self._either(iter([*_PIECE.findall(pattern), ")"]), exact=False)

    def spellings(self) -> dict[str, str]:
        """Slips of the words that the patterns know, and what was meant."""
        return {slip: word for word in self._words for slip in _slips(word) if slip not in self._words}

    def _either(self, pieces: Iterator[str], *, exact: bool) -> _Piece:
        """What stands up to the closing bracket: sequences with `|` between."""
        ways: list[list[_Piece]] = [[]]
        for text in pieces:
            if text in ")}":
                break
            if text == "|":
                ways.append([])
            else:
                ways[-1].append(self._piece(text, pieces, exact))
        if len(ways) == 1:
            return self._sequence(ways[0])
        found = [self._sequence(way) for way in ways]
        single = [way.word for way in found if way.word]
        regexes = [f" (?:{'|'.join(single)})"] if single else []
        regexes += [way.regex for way in found if not way.word]
        together = frozenset().union(*(min(way.needs, key=self._cost, default=_NOTHING) for way in found))
        needs = (together,) if all(way.needs for way in found) else ()
        word = "|".join(single) if len(single) == len(found) else None
        return _Piece(f"(?:{'|'.join(regexes)})", needs, word)

    @staticmethod
    def _sequence(way: list[_Piece]) -> _Piece:
        if len(way) == 1:
            return way[0]
        return _Piece("".join(piece.regex for piece in way), tuple(need for piece in way for need in piece.needs))

    def _piece(self, text: str, pieces: Iterator[str], exact: bool) -> _Piece:
        if text in _GAPS:
            return _Piece(_GAPS[text])
        if text == "^":
            return _Piece("^")
        if text == "$":
            return _Piece("(?= $)")
        if text[0] == "<":
            return self._groups[text[1:-1]]
        if text[-1] == "(":
            inner = self._either(pieces, exact=exact or text[0] == "!")
            return _Piece(f"(?!{inner.regex} )") if text[0] == "~" else inner
        if text == "{":
            return _Piece(f"(?:{self._either(pieces, exact=exact).regex})?")
        if text == "_":
            return _Piece(r" \S+")
        if text == "#":
            return _Piece(r" \d+")
        return self.word(text.removeprefix("!"), exact or text[0] == "!")

    def _word(self, word: str, exact: bool) -> _Piece:
        """One word, in its spelling or bare."""
        word = _spelling(word)
        bare = _spelling(fold(word))
        self._words.add(word)
        either = word if exact or word == bare else f"{word}|{bare}"
        return _Piece(f" (?:{either})" if "|" in either else f" {either}", (frozenset((bare,)),), either)

    def _cost(self, need: Collection[str]) -> int:
        """The more often its words are said, the less a need keeps out."""
        return sum(100 if word in self._common else 1 for word in need)

    def rarest_first(self, needs: Iterable[frozenset[str]]) -> list[frozenset[str]]:
        """The needs, those first that keep out most."""
        return sorted(needs, key=self._cost)


@dataclass(frozen=True)
class _Sign:
    """One pattern."""

    regex: str
    needs: tuple[frozenset[str], ...]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when the first message needs it."""
        return re.compile(self.regex + "(?= )")


class _Signs:
    """Patterns, each looked for only in a message that has the words it needs."""

    def __init__(self, lines: str, language: _Language) -> None:
        self._always: list[_Sign] = []
        self._by_word: dict[str, list[_Sign]] = defaultdict(list)
        for line in filter(None, map(str.strip, lines.splitlines())):
            piece = language.piece(line)
            needs = language.rarest_first(piece.needs)
            sign = _Sign(piece.regex, tuple(needs[1:]))
            for word in needs[0] if needs else ():
                self._by_word[word].append(sign)
            if not needs:
                self._always.append(sign)
        self.heads = frozenset(self._by_word)

    def likely(self, words: Collection[str]) -> Iterator[_Sign]:
        """The signs whose words are all there."""
        yield from self._always
        for word in self.heads.intersection(words):
            for sign in self._by_word[word]:
                if all(not need.isdisjoint(words) for need in sign.needs):
                    yield sign

    def found(self, message: _Message) -> bool:
        """Whether any is in the message."""
        return any(sign.pattern.search(message.text) for sign in self.likely(message.words))

    def without(self, message: _Message) -> _Message:
        """The message with every one of them taken out."""
        text = message.text
        for sign in self.likely(message.words):
            text = sign.pattern.sub(" ·", text)
        return _Message(text, message.words)


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as the patterns see it."""

    text: str  # its words, a space before and after each
    words: Collection[str]  # the same, bare


@dataclass(frozen=True, slots=True)
class _Peace:
    """What makes a danger a figure of speech, a question or a story; and what makes it a danger again."""

    idioms: _Signs
    firm: _Signs
    soft: _Signs
    cry: _Signs
    now: _Signs

    def broken(self, message: _Message) -> bool:
        """Whether the danger is told as what goes on, not as a question, a paper or the past."""
        if self.cry.found(message):
            return True
        if self.firm.found(message):
            return False
        quiet = message.text.count(" ") > LONG or self.soft.found(message)
        return not quiet or self.now.found(message)


class _Alarm:
    """The dangers of one language, in the order in which they are looked for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._language = _Language(data["groups"], data["common"], data["apart"])
        self._dangers = [
            (each["number"], each.get("before_idioms", False), _Signs(each["signs"], self._language))
            for each in data["dangers"]
        ]
        self._peace = _Peace(**{name: _Signs(data[name], self._language) for name in _Peace.__slots__})
        self._heads = frozenset().union(*(signs.heads for _, _, signs in self._dangers))
        self._spellings = self._language.spellings()
        self._typed: Mapping[str, str] = data["typed"]
        self._meant = cache(self._mended)

    def number(self, tokens: Iterable[str], words: Collection[str]) -> str | None:
        """The number for a message, or None."""
        if self._heads.isdisjoint(words):
            return None
        likely = [
            (number, early, found)
            for number, early, signs in self._dangers
            if not signs.heads.isdisjoint(words) and (found := list(signs.likely(words)))
        ]
        if not likely:
            return None
        message = _Message(f" {' '.join(map(self.spelt, tokens))} ", words)
        without: _Message | None = None
        for number, early, signs in likely:
            without = without or self._peace.idioms.without(message)
            text = message.text if early else without.text
            if any(sign.pattern.search(text) for sign in signs):
                return number if self._peace.broken(message) else None
        return None

    def spelt(self, token: str) -> str:
        """A token in the spelling of the patterns."""
        if token.isascii():
            return _spelling(token)
        token = _spelling(token)
        return self._spellings.get(token, token)

    def meant(self, typed: Iterable[str]) -> list[str] | None:
        """The words as typed with those mended that the reader cannot know to be dangers; None where there are none."""
        typed = list(typed)
        meant = list(map(self._meant, typed))
        return [says or word for word, says in zip(typed, meant, strict=True)] if any(meant) else None

    def _mended(self, word: str) -> str | None:
        if word in self._typed:
            return self._typed[word]
        bare = fold(word)
        if len(bare) < 3 or is_syllable(bare) or not bare.isascii():
            return None
        swapped = (bare[:i] + bare[i + 1] + bare[i] + bare[i + 2 :] for i in range(len(bare) - 1))
        return next((near for near in (repaired(bare), *swapped) if near in self._heads), None)


@dataclass(frozen=True)
class _Alarms:
    vi: _Alarm
    en: _Alarm


@cache
def _alarms() -> _Alarms:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast
    data = yaml.load((FOLDER / "emergencies.yaml").read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe
    return _Alarms(_Alarm(data["vi"]), _Alarm(data["en"]))


def emergency(words: Words) -> str | None:
    """The number to call for what is happening now, or None where nothing is."""
    alarms = _alarms()
    typed = _TYPED.findall(words.raw.lower())
    if number := alarms.vi.number(words.tokens, set(words.plain.split())):
        return number
    if meant := alarms.vi.meant(typed):
        bare = set(map(fold, meant))
        if number := alarms.vi.number(meant, bare):
            return number
    return alarms.en.number(typed, set(typed))
