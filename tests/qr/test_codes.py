"""Printed codes: what people mistype is told apart from what was never made, and nobody walks from one to the next."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qr import codes
from qr.codes import ALPHABET, LENGTH, SERIALS, Mistyped, Unknown, code_of, serial_of

KEY = bytes(range(32))
OTHER = bytes(32)
serials = st.integers(1, SERIALS - 1)


@given(serials)
def test_a_code_reads_back_as_its_serial(serial: int) -> None:
    code = code_of(serial, KEY)
    assert len(code) == LENGTH
    assert set(code) <= set(ALPHABET)
    assert serial_of(code, KEY) == serial


@given(serials, st.data())
def test_it_reads_back_as_people_type_it(serial: int, data: st.DataObject) -> None:
    code = code_of(serial, KEY)
    alike = {"0": "0Oo", "1": "1IiLl"}
    typed = "".join(data.draw(st.sampled_from(alike.get(c, c + c.lower()))) for c in code)
    between = data.draw(st.lists(st.sampled_from(["", "-", " ", "–", "."]), min_size=LENGTH, max_size=LENGTH))
    assert serial_of("".join(a + b for a, b in zip(typed, between, strict=True)), KEY) == serial
    assert codes.clean(typed) == code


@given(serials, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_any_one_wrong_character_is_a_slip(serial: int, at: int, wrong: str) -> None:
    code = code_of(serial, KEY)
    if code[at] != wrong:
        with pytest.raises(Mistyped):
            serial_of(code[:at] + wrong + code[at + 1 :], KEY)


@given(serials, st.integers(0, LENGTH - 1), st.integers(0, LENGTH - 1))
def test_any_two_that_changed_places_are_a_slip(serial: int, one: int, other: int) -> None:
    letters = list(code_of(serial, KEY))
    if letters[one] != letters[other]:
        letters[one], letters[other] = letters[other], letters[one]
        with pytest.raises(Mistyped):
            serial_of("".join(letters), KEY)


@given(serials, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_too_few_or_too_many_is_a_slip(serial: int, at: int, more: str) -> None:
    code = code_of(serial, KEY)
    for typed in (code[:at] + code[at + 1 :], code[:at] + more + code[at:]):
        with pytest.raises(Mistyped):
            serial_of(typed, KEY)


@given(serials)
def test_a_code_of_another_key_is_unknown(serial: int) -> None:
    with pytest.raises(Unknown):
        serial_of(code_of(serial, OTHER), KEY)


@pytest.mark.parametrize("typed", ["", " ", "U" * 9, "0" * 8, "24N-ME9-NZ?", "ă" * 9, "1" * 5000])
def test_nonsense_is_a_slip(typed: str) -> None:
    with pytest.raises(Mistyped):
        serial_of(typed, KEY)


def test_guessing_well_formed_codes_finds_none_of_ten_thousand() -> None:
    """Well-formed ones are 2^40; of those tried here one in 110 million would open something."""
    found = 0
    for number in range(20_000):
        digits = [number * 2_654_435_761 >> shift & 31 for shift in range(35, -1, -5)]
        typed = "".join(ALPHABET[d] for d in (*digits, codes._check(digits)))
        try:
            found += serial_of(typed, KEY) <= 10_000
        except Unknown:
            continue
    assert found == 0


def test_neighbours_look_nothing_alike() -> None:
    made = [code_of(serial, KEY) for serial in range(1, 2001)]
    assert len(set(made)) == 2000
    same = sum(a == b for one, other in itertools.pairwise(made) for a, b in zip(one, other, strict=True))
    assert same / (1999 * LENGTH) < 2 / 32  # by chance one in 32


@pytest.mark.parametrize(
    ("public_url", "link", "short"),
    [
        ("https://sadec.example", "HTTPS://SADEC.EXAMPLE/Q/24NME9NZ4", "sadec.example/q/24N-ME9-NZ4"),
        ("https://sadec.example/", "HTTPS://SADEC.EXAMPLE/Q/24NME9NZ4", "sadec.example/q/24N-ME9-NZ4"),
        ("http://127.0.0.1:8080", "HTTP://127.0.0.1:8080/Q/24NME9NZ4", "127.0.0.1:8080/q/24N-ME9-NZ4"),
        ("https://tinh.example/Hoi", "HTTPS://TINH.EXAMPLE/Hoi/Q/24NME9NZ4", "tinh.example/Hoi/q/24N-ME9-NZ4"),
    ],
)
def test_the_link_is_in_capitals_where_that_changes_nothing(public_url: str, link: str, short: str) -> None:
    assert codes.link_of("24NME9NZ4", public_url) == link
    assert codes.short_of("24NME9NZ4", public_url) == short


@pytest.mark.parametrize(
    ("url", "test"),
    [
        ("http://localhost:8080", True), ("http://127.0.0.1", True), ("http://[::1]:8080", True),
        ("http://0.0.0.0:80", True), ("https://hoi.localhost", True), ("https://sadec.example", False),
        ("http://192.168.1.5:8080", False),
    ],
)  # fmt: skip
def test_a_link_that_only_this_machine_opens_is_a_trial(url: str, test: bool) -> None:
    assert codes.is_test(url) is test
