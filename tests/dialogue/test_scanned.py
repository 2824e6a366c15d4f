"""A printed code in a chat, by a deep link or typed, is answered as what it opens, and counted without the person."""

from __future__ import annotations

import pytest

from bot.app import House
from bot.dialogue.answer import Message
from bot.office.codes import Issued
from bot.storage.audit import SHELL
from bot.storage.codes import Wanted
from qr.codes import spaced


async def issued(house: House, target: str, **more: str) -> Issued:
    return await house.codes.issue(Wanted(target=target, **more), by=SHELL)


@pytest.mark.parametrize(
    ("target", "kind", "id_"),
    [
        ("procedure:dang-ky-khai-sinh", "procedure", "dang-ky-khai-sinh"),
        ("hotline:phuong-1", "hotline", "hotline:phuong-1"),
        ("homestay:list", "homestay", "homestay:list"),
        ("initiative:hoi-quan", "initiative", "hoi-quan"),
        ("bulletins:phuong-1", "bulletin", None),
        ("menu", "smalltalk", None),
        ("/thu-tuc", "smalltalk", None),
    ],
)
async def test_a_deep_link_opens_the_target(sa_dec: House, target: str, kind: str, id_: str | None) -> None:
    code = (await issued(sa_dec, target)).code
    reply = await sa_dec.dialogue.answer(Message(start=f"q-{code}", sender=sa_dec.dialogue.sender("telegram", "7")))
    assert (reply.kind, reply.id) == (kind, id_)
    assert [(row.channel, row.n) for row in await sa_dec.codes.scanned()] == [("telegram", 1)]


async def test_old_deep_links_still_work(sa_dec: House) -> None:
    reply = await sa_dec.dialogue.answer(Message(start="hotline_phuong-1"))
    assert reply.id == "hotline:phuong-1"


async def test_a_typed_code_opens_it_where_links_carry_nothing(sa_dec: House) -> None:
    made = await issued(sa_dec, "procedure:dang-ky-khai-sinh")
    sender = sa_dec.dialogue.sender("zalo-oa", "8")
    for typed in (made.code, spaced(made.code).lower(), f" {made.short} ", made.code.replace("0", "o")):
        reply = await sa_dec.dialogue.answer(Message(text=typed, sender=sender))
        assert reply.id == "dang-ky-khai-sinh", typed
    assert [(row.channel, row.n) for row in await sa_dec.codes.scanned()] == [("zalo", 4)]


async def test_the_unit_of_the_code_is_known_to_the_answer(sa_dec: House) -> None:
    code = (await issued(sa_dec, "menu", unit="phuong-1")).code
    sender = sa_dec.dialogue.sender("telegram", "9")
    await sa_dec.dialogue.answer(Message(start=f"q-{code}", sender=sender))
    reply = await sa_dec.dialogue.answer(Message(press="homestay:list", sender=sender))
    assert reply.kind == "homestay"


@pytest.mark.parametrize("start", ["q-000000000", "q-", "q-24NME9NZ5", "q-" + "x" * 60])
async def test_a_link_with_a_wrong_code_greets(sa_dec: House, start: str) -> None:
    reply = await sa_dec.dialogue.answer(Message(start=start))
    assert reply.kind == "smalltalk"
    assert await sa_dec.codes.scanned() == []


async def test_a_revoked_code_greets_and_is_not_counted(sa_dec: House) -> None:
    code = (await issued(sa_dec, "procedure:dang-ky-khai-sinh")).code
    await sa_dec.codes.revoke([code], by=SHELL)
    reply = await sa_dec.dialogue.answer(Message(start=f"q-{code}"))
    assert reply.kind == "smalltalk"
    assert await sa_dec.codes.scanned() == []


async def test_words_of_nine_letters_stay_words(sa_dec: House) -> None:
    reply = await sa_dec.dialogue.answer(Message(text="khai sinh"))
    assert reply.id != "menu"
    assert reply.kind in {"procedure", "clarify"}
