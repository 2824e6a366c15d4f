"""Passwords: what nobody has takes as long to compare as what somebody has."""

from __future__ import annotations

from bot.office import passwords


def test_an_unknown_officer_is_compared_with_the_same_effort() -> None:
    assert not passwords.HASHER.check_needs_rehash(passwords.NOBODYS)


async def test_nobodys_password_is_never_right() -> None:
    assert not await passwords.matches("", None)
    assert await passwords.matches("hoa kiểng ven sông 7", await passwords.hashed("hoa kiểng ven sông 7"))
