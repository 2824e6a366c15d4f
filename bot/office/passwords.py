"""Passwords by argon2, and the second factor by the clock (RFC 6238)."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import unicodedata
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pyotp
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from bot.errors import Refused

HASHER: Final = PasswordHasher(time_cost=3, memory_cost=32 * 1024, parallelism=1)  # 32 MiB: a small machine has it
AT_ONCE: Final = 2  # hashes at a time: many logins never eat the machine's memory
SHORTEST, LONGEST = 10, 200  # characters
STEP: Final = 30  # seconds that one code of the second factor counts
# Compared where there is no such officer, to take as long: of a word that nobody kept, made once by `HASHER`.
NOBODYS: Final = "$argon2id$v=19$m=32768,t=3,p=1$B8DNKXzGuFjO67BrhHIN+w$xbrLlViq5pJJ1Fk01flWjt/ONsfmAgXyv+QG+2a9tzI"

_threads = ThreadPoolExecutor(AT_ONCE, "password")


def check(password: str, name: str) -> None:
    """`Refused` where anybody could guess it."""
    if len(password) < SHORTEST:
        raise Refused("console.password.short", least=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("console.password.long", most=LONGEST)
    if len(set(password)) < 5 or name.casefold() in password.casefold():
        raise Refused("console.password.easy")


async def hashed(password: str) -> str:
    """What is kept of a password."""
    return await asyncio.get_running_loop().run_in_executor(_threads, HASHER.hash, password)


async def matches(password: str, kept: str | None) -> bool:
    """Whether this is the password; takes as long where there is none."""
    loop = asyncio.get_running_loop()
    right = await loop.run_in_executor(_threads, _verified, kept or NOBODYS, password[:LONGEST])
    return right and kept is not None


def _verified(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


def new_secret() -> str:
    """The secret of a second factor."""
    return pyotp.random_base32()


def square_of(secret: str, name: str) -> str:
    """The link that an authenticator app reads as a square: short, so without diacritics."""
    bare = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
    return pyotp.TOTP(secret).provisioning_uri(name=bare or "can bo", issuer_name="Hoi Phuong")


def step_of(secret: str, code: str, now: dt.datetime, after: int = 0) -> int | None:
    """The step that this code is of, one before or behind the clock too; None where it is of none `after` that."""
    typed = "".join(code.split())
    factor, current = pyotp.TOTP(secret), int(now.timestamp()) // STEP
    for step in (current - 1, current, current + 1):
        if step > after and hmac.compare_digest(factor.at(step * STEP).encode(), typed.encode(errors="replace")):
            return step
    return None
