"""What is kept of secrets: keyed hashes, and second factors sealed, so that the database alone lets nobody in."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

LETTERS: Final = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is read for another
CODE: Final = 10  # of them: 49 bits, behind a limit of guesses


class Keys:
    """Made of the secret key; another key ends every session and second factor."""

    def __init__(self, key: bytes) -> None:
        self._key = hashlib.sha256(b"officers' codes" + key).digest()
        self._box = SecretBox(hashlib.sha256(b"officers' second factors" + key).digest())

    def hash(self, kind: str, words: str) -> str:
        """What stands in the database for `words`: 64 hexadecimal digits."""
        return hmac.new(self._key, f"{kind}:{words}".encode(errors="replace"), hashlib.sha256).hexdigest()

    def seal(self, kind: str, words: str) -> str:
        """`words`, to be opened by `open` of the same kind only."""
        return self._box.encrypt(f"{kind}:{words}".encode()).hex()

    def open(self, kind: str, sealed: str) -> str | None:
        """What was sealed; None where it was not, or with another key."""
        try:
            words = self._box.decrypt(bytes.fromhex(sealed)).decode()
        except (CryptoError, ValueError):
            return None
        return words.removeprefix(f"{kind}:") if words.startswith(f"{kind}:") else None


def new_code() -> str:
    """A code that is easily typed: two groups of letters and digits."""
    drawn = "".join(secrets.choice(LETTERS) for _ in range(CODE))
    return f"{drawn[:5]}-{drawn[5:]}"


def plain(code: str) -> str:
    """A code however it was typed."""
    return "".join(letter for letter in code.upper() if letter.isalnum())
