"""The first step: what a person typed, cleaned, repaired and spelt out in the words the packs use."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from bot.understanding.lexicon import Lexicon, fold
from bot.understanding.syllable import is_syllable, repaired
from handlers.contract import Lang

LONGEST: Final = 600  # characters that are read; of a longer text its beginning and, more of it, its end
HEAD: Final = 240
_WORD: Final = re.compile(r"[^\W_]+(?:[./+][^\W_]+)*", re.UNICODE)
_SPACE: Final = re.compile(r"\s+")
_LONG_RUN: Final = re.compile(r"([^\W\d_])\1{2,}")
_I: Final = re.compile(r"\b([klmt])i\b")  # `lí` and `lý`, `đăng kí` and `đăng ký` are the same words
COMMON: Final = 3  # as often as this, a word is no slip
FAR: Final = 8  # times commoner: then the other was meant
_UNMARKED: Final = frozenset("abcdefghijklmnopqrstuvwxyz")


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A message, read."""

    raw: str  # cleaned and capped, as typed
    tokens: tuple[str, ...]  # lower case, spelt out, with what diacritics were typed
    plain: str  # the same without diacritics, one space between
    lang: Lang
    marked: bool  # whether the person types diacritics


def clean(text: str) -> str:
    """`text` without what cannot be seen, in NFC, at most `LONGEST` characters."""
    if len(text) > 4 * LONGEST:
        text = text[: 2 * LONGEST] + " " + text[-2 * LONGEST :]
    text = unicodedata.normalize("NFKC", text)
    if not text.isprintable():
        text = "".join(c if unicodedata.category(c)[0] != "C" else " " * (c in "\n\r\t") for c in text)
    text = _SPACE.sub(" ", text).strip()
    if len(text) > LONGEST:
        text = text[:HEAD] + " … " + text[-(LONGEST - HEAD - 3) :]
    return text


class Speller:
    """Finds the known word that a mistyped one stood for: one letter too many, too few, wrong or swapped."""

    def __init__(self, counts: Mapping[str, int]) -> None:
        self._counts = {word: n for word, n in counts.items() if word.isalpha()}
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in self._counts:
            if len(word) < 3:
                continue
            for key in {word, *_shorter(word)}:
                self._near[key].append(word)

    def count(self, word: str) -> int:
        """How often the word stands in what is known."""
        return self._counts.get(word, 0)

    def apart(self, word: str) -> str | None:
        """Two known syllables that were typed as one word: `khaisinh`."""
        ways = ((word[:i], word[i:]) for i in range(2, len(word) - 1)) if len(word) >= 5 else ()
        pairs = [pair for pair in ways if all(is_syllable(part) and self.count(part) >= COMMON for part in pair)]
        return " ".join(max(pairs, key=lambda pair: min(map(self.count, pair)))) if pairs else None

    def nearest(self, word: str) -> str | None:
        """The commonest known word one slip away from `word`, or None."""
        if len(word) < 4 or len(word) > 14:
            return None
        found = {near for key in {word, *_shorter(word)} for near in self._near.get(key, ())}
        found = {near for near in found if near[0] == word[0] and abs(len(near) - len(word)) <= 1}
        return max(found, key=lambda near: (sorted(near) == sorted(word), self._counts[near], near), default=None)


def _shorter(word: str) -> set[str]:
    return {word[:i] + word[i + 1 :] for i in range(len(word))}


class Reader:
    """Reads messages with one lexicon and one speller."""

    def __init__(self, lexicon: Lexicon, speller: Speller | None = None) -> None:
        self._lexicon = lexicon
        self._speller = speller
        self._spelt = lru_cache(maxsize=20_000)(self._spelt_out)  # people use few words, again and again

    def read(self, text: str) -> Words:
        """`text` as words."""
        raw = clean(text)
        typed = _WORD.findall(raw.lower())
        lang = self.language(typed)
        tokens = [token for word in typed for token in self._spelt(word, lang).split()]
        plain = " ".join(map(fold, tokens))
        if lang == "vi":
            plain = _I.sub(r"\1y", plain)
        plain = self._lexicon.phrase.sub(lambda found: self._lexicon.phrases[found[0]], plain)
        marked = any(not _UNMARKED.issuperset(w) for w in typed if w.isalpha())
        return Words(raw=raw, tokens=tuple(tokens), plain=plain, lang=lang, marked=marked)

    def language(self, typed: Iterable[str]) -> Lang:
        """English where most words are, or can be nothing else; Vietnamese otherwise."""
        words = [w for w in typed if w.isalpha() and len(w) > 1]
        english = sum(w in self._lexicon.english for w in words)
        marked = sum(not _UNMARKED.issuperset(w) for w in words)
        if not english or 4 * marked > len(words):
            return "vi"
        return "en" if 2.5 * english >= len(words) or 2 * sum(map(self._is_foreign, words)) >= len(words) else "vi"

    def _is_foreign(self, word: str) -> bool:
        """Whether a word is English, or no Vietnamese syllable, short form or slip of one."""
        if word in self._lexicon.english:
            return True
        return word.isascii() and not is_syllable(word) and word not in self._lexicon.words and repaired(word) is None

    def _spelt_out(self, word: str, lang: Lang) -> str:
        says = self._lexicon.words.get(word) if lang == "vi" else None
        if says is not None:
            return says
        word = _LONG_RUN.sub(r"\1", word)
        bare = fold(word)
        if lang == "vi" and (is_syllable(bare) or bare in self._lexicon.words):
            return self._lexicon.words.get(bare, word) if bare != word and not is_syllable(bare) else word
        if self._speller is None or not bare.isascii():
            return word
        return (self._mended if lang == "vi" else self._mended_english)(bare, self._speller) or word

    @staticmethod
    def _mended(bare: str, speller: Speller) -> str | None:
        """What a slip stood for; a word that others type too stays, unless what it seems to stand for is far commoner."""
        seen = speller.count(bare)
        if (mended := repaired(bare)) and speller.count(mended) >= max(COMMON, FAR * seen):
            return mended
        if seen >= COMMON:
            return None
        return speller.apart(bare) or (None if seen else speller.nearest(bare) or mended)

    @staticmethod
    def _mended_english(bare: str, speller: Speller) -> str | None:
        return speller.nearest(bare) if len(bare) > 5 and not speller.count(bare) else None
