"""A printed code: a serial, enciphered, with one character that tells a slip of the hand from a code never made.

Nine characters of an alphabet without I, L, O and U: eight carry 40 bits, the ninth is the check. The 40 bits are the
serial (24) and 16 zero bits, enciphered together with a key: of 2^40 possible codes only one in 65,536 deciphers
to a serial at all, and that serial must have been issued. With 10,000 codes in the world a guess opens one of them
with odds of 1 in 110 million, and no code tells its neighbour.
"""

from __future__ import annotations

import hashlib
import hmac
import ipaddress
import unicodedata
from typing import Final
from urllib.parse import urlsplit

ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
LENGTH: Final = 9
SERIALS: Final = 1 << 24  # 16,777,216 codes for one key
_ZEROS: Final = 16
_HALF: Final = 20
_MASK: Final = (1 << _HALF) - 1
_ROUNDS: Final = 8
_VALUE: Final = {c: n for n, c in enumerate(ALPHABET)} | {"I": 1, "L": 1, "O": 0}
_BETWEEN: Final = frozenset("-‐–—_. \t\n\r")


class Mistyped(ValueError):
    """A character is wrong, missing, too many, or two changed places."""


class Unknown(ValueError):
    """Well-formed, and not made with this key."""


def code_of(serial: int, key: bytes) -> str:
    """The code of a serial from 1 up; ValueError beyond the last."""
    if not 0 < serial < SERIALS:
        raise ValueError(f"serials go from 1 to {SERIALS - 1}")
    number = _enciphered(serial << _ZEROS, key)
    digits = [number >> shift & 31 for shift in range(35, -1, -5)]
    return "".join(ALPHABET[d] for d in (*digits, _check(digits)))


def serial_of(typed: str, key: bytes) -> int:
    """The serial of a code as people type it; `Mistyped` or `Unknown`."""
    digits = _digits(typed)
    number = 0
    for digit in digits[:-1]:
        number = number << 5 | digit
    block = _deciphered(number, key)
    if block & ((1 << _ZEROS) - 1) or not block:
        raise Unknown(typed)
    return block >> _ZEROS


def clean(typed: str) -> str:
    """A code as we write it, whatever the case, the dashes and spaces, and O for 0; `Mistyped`."""
    return "".join(ALPHABET[d] for d in _digits(typed))


def spaced(code: str) -> str:
    """A code in groups of three, as it is printed for those who type."""
    return "-".join(code[i : i + 3] for i in range(0, len(code), 3))


def link_of(code: str, public_url: str) -> str:
    """The link in the square: in capitals as far as that changes nothing, since those need fewer squares.

    Scheme and host mean the same in any case, and `/q/` of ours too; a path that the ward put before it may not.
    """
    scheme, _, rest = public_url.rstrip("/").partition("://")
    host, slash, path = rest.partition("/")
    root = f"{scheme}://{host}".upper()
    return f"{root}{slash}{path}/Q/{code}"


def short_of(code: str, public_url: str) -> str:
    """The link as people type it: without its scheme, the code in groups."""
    return f"{public_url.rstrip('/').partition('://')[2]}/q/{spaced(code)}"


def is_test(public_url: str) -> bool:
    """Whether this address opens on the machine alone that serves it: what is printed with it is a trial."""
    host = urlsplit(public_url).hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")
    return address.is_loopback or address.is_unspecified


def _digits(typed: str) -> list[int]:
    letters = [c for c in unicodedata.normalize("NFKC", typed).upper() if c not in _BETWEEN]
    if len(letters) != LENGTH or any(c not in _VALUE for c in letters):
        raise Mistyped(typed)
    digits = [_VALUE[c] for c in letters]
    if _check(digits[:-1]) != digits[-1]:
        raise Mistyped(typed)
    return digits


def _check(digits: list[int]) -> int:
    """The sum of the digits, each times another power of x, in the field of 32 elements.

    Any one wrong character and any two that changed places make another sum (Reed-Solomon with one check digit).
    """
    total = 0
    for digit in digits:
        total = _times_x(total ^ digit)
    return total


def _times_x(n: int) -> int:
    """Times x, modulo x^5 + x^2 + 1."""
    return (n << 1) ^ (0b100101 if n & 16 else 0)


def _enciphered(block: int, key: bytes) -> int:
    left, right = block >> _HALF, block & _MASK
    for turn in range(_ROUNDS):
        left, right = right, left ^ _mixed(turn, right, key)
    return left << _HALF | right


def _deciphered(block: int, key: bytes) -> int:
    left, right = block >> _HALF, block & _MASK
    for turn in reversed(range(_ROUNDS)):
        left, right = right ^ _mixed(turn, left, key), left
    return left << _HALF | right


def _mixed(turn: int, half: int, key: bytes) -> int:
    message = turn.to_bytes(1, "big") + half.to_bytes(3, "big")
    return int.from_bytes(hmac.digest(key, message, hashlib.sha256)[:3], "big") & _MASK
