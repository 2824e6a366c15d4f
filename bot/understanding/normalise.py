"""The first step: what a person typed, cleaned, repaired and spelt out in the words the packs use."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter, defaultdict
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
        self._counts = {word: n for word, n in counts.items() if len(word) > 2 and word.isalpha()}
        self._near: dict[str, list[str]] = defaultdict(list)
        for word in self._counts:
            for key in {word, *_shorter(word)}:
                self._near[key].append(word)

    def __contains__(self, word: str) -> bool:
        return word in self._counts

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
        typed = [_LONG_RUN.sub(r"\1", w) for w in _WORD.findall(raw.lower())]
        lang = self.language(typed)
        tokens = [token for word in typed for token in self._spelt(word, lang).split()]
        plain = " ".join(map(fold, tokens))
        plain = self._lexicon.phrase.sub(lambda found: self._lexicon.phrases[found[0]], plain)
        marked = any(not _UNMARKED.issuperset(w) for w in typed if w.isalpha())
        return Words(raw=raw, tokens=tuple(tokens), plain=plain, lang=lang, marked=marked)

    def language(self, typed: Iterable[str]) -> Lang:
        """English where most words are, Vietnamese otherwise."""
        words = [w for w in typed if w.isalpha() and len(w) > 1]
        english = sum(w in self._lexicon.english for w in words)
        marked = sum(not _UNMARKED.issuperset(w) for w in words)
        return "en" if english and 2.5 * english >= len(words) and 4 * marked <= len(words) else "vi"

    def _spelt_out(self, word: str, lang: Lang) -> str:
        if lang == "vi" and (says := self._lexicon.words.get(word)) is not None:
            return says
        bare = fold(word)
        if lang == "vi" and (is_syllable(bare) or bare in self._lexicon.words):
            return self._lexicon.words.get(bare, word) if bare != word and not is_syllable(bare) else word
        if self._speller is None or bare in self._speller or not bare.isascii():
            return word
        if lang == "en":
            return (self._speller.nearest(bare) if len(bare) > 5 else None) or word
        return repaired(bare) or self._speller.nearest(bare) or word


def vocabulary(read: Iterable[Words]) -> Counter[str]:
    """How often each word stands in `read`."""
    return Counter(word for words in read for word in words.plain.split())
