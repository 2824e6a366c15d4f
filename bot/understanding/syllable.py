"""Vietnamese syllables without their marks: which exist, and what a slip of Telex or VNI typing stood for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

ONSETS: Final = "b c ch d g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x".split()
RIMES: Final = """a ac ach ai am an ang anh ao ap at au ay e ec em en eng eo ep et eu i ia ich iec iem ien ieng iep iet ieu
 im in inh ip it iu o oa oac oach oai oam oan oang oanh oao oap oat oay oc oe oen oeo oet oi om on ong ooc oong op ot
 u ua uan uang uat uay uc ue uech uenh ui um un ung uo uoc uoi uom uon uong uop uot uou up ut uu uy uya uych uyen uyet
 uynh uyt uyu y yem yen yet yeu""".split()
VALID: Final = frozenset(onset + rime for onset in ["", *ONSETS] for rime in RIMES)
VOWELS: Final = frozenset("aeiouy")
_DOUBLES: Final = (("dd", "d"), ("aa", "a"), ("ee", "e"), ("oo", "o"), ("uw", "u"), ("ow", "o"), ("aw", "a"))
_START: Final = (("f", "ph"), ("j", "gi"), ("z", "d"), ("w", "qu"), ("dz", "d"))
_VNI: Final = re.compile(r"(?<=[a-z])[1-9]|(?<=[a-z])[1-9](?=[a-z])")


def is_syllable(word: str) -> bool:
    """Whether `word`, without diacritics, can be a Vietnamese syllable."""
    return word in VALID


@lru_cache(maxsize=4096)
def repaired(word: str) -> str | None:
    """The syllable that a slip of typing stood for (`giayas`, `lam2`, `muoonss`), or None."""
    if any(c.isdigit() for c in word):
        word = _VNI.sub("", word)
        if len(word) > 1 and word in VALID:
            return word
        return None
    return next((w for w in _readings(word) if w in VALID), None)


def _readings(word: str) -> Iterator[str]:
    squeezed = re.sub(r"(.)\1{2,}", r"\1", word)
    yield squeezed
    plain = squeezed
    for typed, says in _DOUBLES:
        plain = plain.replace(typed, says)
    yield plain
    yield plain.replace("w", "u")
    yield from _without_tones(plain)
    yield from _without_tones(plain.replace("w", ""))
    yield re.sub(r"(.)\1", r"\1", plain)
    for typed, says in _START:
        if word.startswith(typed):
            yield says + plain[len(typed) :]


def _without_tones(word: str) -> Iterator[str]:
    """`word` without one Telex mark, then also without a vowel typed a second time to put its hat on."""
    first = next((i for i, c in enumerate(word) if c in VOWELS), len(word))
    for i in range(len(word) - 1, first, -1):
        if word[i] in "sfrxj":
            shorter = word[:i] + word[i + 1 :]
            yield shorter
            yield from _without_hat(shorter)
    yield from _without_hat(word)


def _without_hat(word: str) -> Iterator[str]:
    for i in range(len(word) - 1, 1, -1):
        if word[i] in "aeod" and word[i] in word[:i]:
            yield word[:i] + word[i + 1 :]
