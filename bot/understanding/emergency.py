"""Emergencies come before all: what happens now, and the number to call. The words are in emergencies.yaml."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from itertools import count
from operator import attrgetter
from typing import Any, Final, NamedTuple

import yaml

from bot.understanding.lexicon import FOLDER, fold, lexicon
from bot.understanding.normalise import Words
from bot.understanding.syllable import is_syllable, repaired
from handlers.contract import Lang

NUMBERS: Final = ("114", "115", "113", "112", "111")
LONG: Final = 60  # words; nobody in danger tells a story, unless it goes on while they write
PLAIN: Final = "'"  # after a word without marks, where the person types marks: it is meant to have none
CACHED: Final = 20_000  # words; people use few, again and again

_TYPED: Final = re.compile(r"[^\W_]+")
_PIECE: Final = re.compile(r"!?\([^(){}<>]*\)|\{[^(){}<>]*\}|\.{2,3}|[~!]?\(|[){}|^$]|<\w+>|!?[^\s(){}|<>^$~!.]+")
_REGEX: Final = {
    "..": r"(?: \S++){0,4}",
    "...": r"(?: \S++){0,9}",
    "^": "^",
    "$": "(?= $)",
    "_": r" \S++",
    "#": r" \d++",
}
_PATTERN: Final = re.compile(r"\n(?! )")  # a pattern begins in the first column; what stands deeper goes on
_SPECIAL: Final = re.compile(r"[~_#.^$]")

_TONES: Final = "\u0300\u0301\u0303\u0309\u0323"
_MARKED: Final = [unicodedata.normalize("NFC", v + tone) for v in "aăâeêioôơuưy" for tone in _TONES]
_APART: Final = {letter: unicodedata.normalize("NFD", letter) for letter in _MARKED}
_WITHOUT_TONE: Final = str.maketrans(
    {
        letter: unicodedata.normalize("NFC", apart.translate(dict.fromkeys(map(ord, _TONES))))
        for letter, apart in _APART.items()
    }
)
_HOOK_FOR_TILDE: Final = str.maketrans(
    {
        letter: unicodedata.normalize("NFC", apart.translate({0x303: 0x309, 0x309: 0x303}))
        for letter, apart in _APART.items()
    }
)
_HALF_HORN: Final = str.maketrans({"ư": "u"})
_BARE: Final = str.maketrans(
    {letter: apart[0] for letter, apart in _APART.items()} | dict(zip("ăâđêôơư", "aadeoou", strict=True))
)
_OLD_TONE: Final = re.compile(r"(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])$")  # `hoả` is `hỏa`, but `toán` is right
_NEW_TONE: Final = dict(
    zip(
        "oà oá oả oã oạ oè oé oẻ oẽ oẹ uỳ uý uỷ uỹ uỵ".split(),
        "òa óa ỏa õa ọa òe óe ỏe õe ọe ùy úy ủy ũy ụy".split(),
        strict=True,
    )
)
_Y: Final = re.compile(r"^([klmt])([iíìỉĩị])$")  # `kĩ` is `kỹ`, as the reader has it
_TO_Y: Final = str.maketrans("iíìỉĩị", "yýỳỷỹỵ")


def _spelling(word: str) -> str:
    """`word` in the one spelling that the patterns use."""
    if len(word) == 2:
        return _Y.sub(lambda found: found[1] + found[2].translate(_TO_Y), word)
    return word if word.isascii() else _OLD_TONE.sub(lambda old: _NEW_TONE[old[0]], word)


def _slips(word: str) -> tuple[str, ...]:
    """How `word` is typed with a mark too few or, as the South speaks, with hook and tilde exchanged."""
    half = word.translate(_HALF_HORN) if "ươ" in word.translate(_WITHOUT_TONE) else word
    return word.translate(_HOOK_FOR_TILDE), word.translate(_WITHOUT_TONE), word.replace("đ", "d"), half


class _Need(NamedTuple):
    """Words of which a message must have one."""

    often: int  # how little that keeps out
    words: frozenset[str]


_OFTEN: Final = attrgetter("often")


class _Piece(NamedTuple):
    """A part of a pattern, as a regular expression: before each word a space."""

    regex: str
    needs: tuple[_Need, ...] = ()
    word: str | None = None  # the alternatives of a single word


class _Language:
    """Reads the patterns of emergencies.yaml."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        common = data["common"].split()
        self._common = {word: len(common) - place for place, word in enumerate(common)}
        self._plain = frozenset(data["plain"].split())
        self._words: set[str] = set(data["apart"].split())
        self._read = lexicon().words
        self._south: Mapping[str, str] = data["south"]
        self._word = cache(self._any_spelling)
        self._flat = cache(self._alternatives)
        self._groups: dict[str, _Piece] = {}
        for name, pattern in data["groups"].items():
            self._groups[name] = self.piece(" ".join(pattern.split()).replace("| ", "|"))

    def patterns(self, lines: str) -> Iterator[_Piece]:
        """Each pattern of a block."""
        for line in _PATTERN.split(lines):
            if line.strip():
                yield self.piece(" ".join(line.split()).replace("| ", "|"))

    def piece(self, pattern: str) -> _Piece:
        """A whole pattern, or several with `|` between."""
        return self._up_to_end(iter(_PIECE.findall(pattern)), exact=False)

    def spelt(self, token: str, marked: bool) -> str:
        """A token of a message as the patterns have it."""
        token = _spelling(token)
        if token.isascii():
            return token + PLAIN if marked and token in self._plain else token
        return self._spellings.get(token, token)

    @cached_property
    def _spellings(self) -> dict[str, str]:
        """What a slip stands for: a word, or its bare letters where it may be several."""
        found: dict[str, str] = {}
        for word in self._words:
            for slip in _slips(word):
                if slip not in self._words:
                    found[slip] = word if found.get(slip, word) == word else _spelling(fold(word))
        return found

    def _up_to_end(self, pieces: Iterator[str], *, exact: bool) -> _Piece:
        """What stands up to the closing bracket, or the end."""
        ways: list[list[_Piece]] = [[]]
        for text in pieces:
            if text in ")}":
                break
            if text == "|":
                ways.append([])
            else:
                ways[-1].append(self._piece(text, pieces, exact))
        return self._either([self._sequence(way) for way in ways])

    def _piece(self, text: str, pieces: Iterator[str], exact: bool) -> _Piece:
        if text in _REGEX:
            return _Piece(_REGEX[text])
        if text[0] == "<":
            return self._groups[text[1:-1]]
        exact = exact or text[0] == "!"
        inside = text.removeprefix("!")[1:-1]
        if text[-1] in ")}":
            inner = (
                self._up_to_end(iter(_PIECE.findall(inside)), exact=exact)
                if _SPECIAL.search(inside)
                else self._flat(inside, exact)
            )
        elif text[-1] in "({":
            inner = self._up_to_end(pieces, exact=exact)
        else:
            return self._word(text.removeprefix("!"), exact)
        if text[0] == "~":
            return _Piece(f"(?!{inner.regex} )")
        return _Piece(f"(?:{inner.regex})?") if text[0] == "{" else inner

    def _alternatives(self, text: str, exact: bool) -> _Piece:
        """Words and phrases with `|` between, and nothing else."""
        word = self._word
        ways = []
        for way in text.split("|"):
            pieces = [word(each.removeprefix("!"), exact or each[0] == "!") for each in way.split()]
            ways.append(pieces[0] if len(pieces) == 1 else self._sequence(pieces))
        return self._either(ways)

    def _either(self, ways: list[_Piece]) -> _Piece:
        if len(ways) == 1:
            return ways[0]
        single = [way.word for way in ways if way.word]
        regexes = [f" (?:{'|'.join(single)})"] if single else []
        regexes += [way.regex for way in ways if not way.word]
        often, words = 0, set[str]()
        for way in ways:
            if not way.needs:
                return _Piece(f"(?:{'|'.join(regexes)})")
            need = way.needs[0] if len(way.needs) == 1 else min(way.needs, key=_OFTEN)
            often += need.often
            words |= need.words
        needs = (_Need(often, frozenset(words)),)
        return _Piece(f"(?:{'|'.join(regexes)})", needs, "|".join(single) if len(single) == len(ways) else None)

    @staticmethod
    def _sequence(way: list[_Piece]) -> _Piece:
        if len(way) == 1:
            return way[0]
        return _Piece("".join(piece.regex for piece in way), tuple(need for piece in way for need in piece.needs))

    def _any_spelling(self, word: str, exact: bool) -> _Piece:
        word = _spelling(word)
        bare = _spelling(word.translate(_BARE))
        read = self._read.get(word) or self._read.get(bare) or word  # the reader has spelt it out
        self._words.update((word, *read.split()))
        ways = dict.fromkeys((word, read) if exact else (word, read, bare, self._south.get(word, bare)))
        either = "|".join(
            f"{way}{PLAIN}?" if way == bare and word == bare and way in self._plain else way for way in ways
        )
        heads = {way.rpartition(" ")[2] for way in ways}
        if word == bare:
            heads |= {word + PLAIN}
        need = _Need(self._common.get(bare, 1), frozenset(heads))
        return _Piece(f" (?:{either})" if "|" in either else f" {either}", (need,), either)


@dataclass(frozen=True)
class _Sign:
    """One pattern, and the words it needs besides the one it is found by."""

    place: int
    regex: str
    needs: tuple[frozenset[str], ...]
    number: str = ""  # to call, where it is the sign of a danger
    before_idioms: bool = False  # its own words are idioms elsewhere

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Compiled when the first message needs it."""
        return re.compile(self.regex + "(?= )")


@dataclass(frozen=True, slots=True)
class _Message:
    """A message as the patterns see it."""

    text: str  # its words, a space before and after each
    words: Set[str]


class _Signs:
    """Patterns, each looked for only in a message that has the words it needs."""

    def __init__(self, blocks: Iterable[Mapping[str, Any]], language: _Language) -> None:
        self._by_word: dict[str, list[_Sign]] = defaultdict(list)
        place = count()
        for block in blocks:
            number, before_idioms = block.get("number", ""), block.get("before_idioms", False)
            for piece in language.patterns(block["signs"]):
                first, *others = sorted(piece.needs, key=_OFTEN)
                needs = tuple(need.words for need in others)
                sign = _Sign(next(place), piece.regex, needs, number, before_idioms)
                for word in first.words:
                    self._by_word[word].append(sign)
        self.heads = frozenset(self._by_word)

    def likely(self, words: Set[str]) -> list[_Sign]:
        """The signs whose words are all there, in their order."""
        found: list[_Sign] = []
        for word in self.heads & words:
            for sign in self._by_word[word]:
                for need in sign.needs:
                    if need.isdisjoint(words):
                        break
                else:
                    found.append(sign)
        return sorted(found, key=attrgetter("place")) if len(found) > 1 else found

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
class _Peace:
    """What makes a danger a figure of speech, a question or a story; and what makes it a danger again."""

    idioms: _Signs
    firm: _Signs
    soft: _Signs
    cry: _Signs
    now: _Signs

    def broken(self, message: _Message, without_idioms: _Message) -> bool:
        """Whether the danger is told as what goes on, not as a question, a paper or the past."""
        if self.cry.found(without_idioms):
            return True
        if self.firm.found(message):
            return False
        quiet = message.text.count(" ") > LONG or self.soft.found(message)
        return not quiet or self.now.found(without_idioms)


class _Alarm:
    """The dangers of one language, in the order in which they are looked for."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._language = language = _Language(data)
        self._dangers = _Signs(data["dangers"], language)
        self._data = data
        self._typed: Mapping[str, str] = data["typed"]
        self._mended = lru_cache(maxsize=CACHED)(self._without_slip)
        self._spelt = lru_cache(maxsize=CACHED)(language.spelt)

    @cached_property
    def _peace(self) -> _Peace:
        return _Peace(*(_Signs([{"signs": self._data[name]}], self._language) for name in _Peace.__slots__))

    def number(self, tokens: Iterable[str], *, marked: bool = False) -> str | None:
        """The number for a message of these tokens; None where it tells no danger."""
        spelt = [self._spelt(token, marked) for token in tokens]
        words = set(spelt)
        likely = self._dangers.likely(words)
        if not likely:
            return None
        message = _Message(f" {' '.join(spelt)} ", words)
        without = self._peace.idioms.without(message)
        for sign in likely:
            if sign.pattern.search(message.text if sign.before_idioms else without.text):
                return sign.number if self._peace.broken(message, without) else None
        return None

    def mended(self, typed: list[str]) -> list[str] | None:
        """The words as typed, without the slips that the reader cannot know to be dangers; None where there are none."""
        meant = list(map(self._mended, typed))
        return [says or word for word, says in zip(typed, meant, strict=True)] if any(meant) else None

    def _without_slip(self, word: str) -> str | None:
        if word in self._typed:
            return self._typed[word]
        bare = fold(word)
        if len(bare) < 4 or is_syllable(bare) or not bare.isascii():
            return None
        swapped = (bare[:i] + bare[i + 1] + bare[i] + bare[i + 2 :] for i in range(len(bare) - 1))
        return next(
            (near for near in (repaired(bare) or "", *swapped) if near in self._dangers.heads and len(near) > 3), None
        )


@cache
def _data() -> dict[Lang, Any]:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # ten times as fast
    data: dict[Lang, Any] = yaml.load((FOLDER / "emergencies.yaml").read_text(encoding="utf-8"), loader)  # noqa: S506 - both are safe
    return data


@cache
def _alarm(lang: Lang) -> _Alarm:
    return _Alarm(_data()[lang])


def emergency(words: Words) -> str | None:
    """The number to call for what is happening now, or None where nothing is."""
    typed = _TYPED.findall(words.raw.lower())
    if words.lang == "vi" or all(map(is_syllable, typed)):
        vietnamese = _alarm("vi")
        if number := vietnamese.number(words.tokens, marked=words.marked):
            return number
        if (meant := vietnamese.mended(typed)) and (number := vietnamese.number(meant, marked=words.marked)):
            return number
        if words.marked:
            return None
    return _alarm("en").number(typed)
