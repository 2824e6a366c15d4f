"""What was answered before is answered again from memory, and never when something has changed since."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.app import House
from bot.dialogue.answer import Message
from bot.dialogue.kept import FROM_FACTS, Kept
from bot.storage.overlays import correct
from handlers import HANDLERS
from handlers.contract import Desk, Query, Reply, SenderId

ASKED = "lệ phí cấp bản sao trích lục hộ tịch"


@pytest.fixture
def handled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Each procedure that its handler was asked for."""
    asked: list[str] = []
    handler = HANDLERS["procedure"]

    async def counted(query: Query, desk: Desk) -> Reply:
        asked.append(query.understood.id or "")
        return await handler(query, desk)

    monkeypatch.setitem(HANDLERS, "procedure", counted)  # type: ignore[arg-type]
    return asked


async def test_the_second_who_asks_gets_the_very_answer_of_the_first(sa_dec: House, handled: list[str]) -> None:
    first = await sa_dec.dialogue.answer(Message(text=ASKED, sender=SenderId("web:a")))
    second = await sa_dec.dialogue.answer(Message(text=ASKED, sender=SenderId("web:b")))
    assert first is second
    assert len(handled) == 1


OTHERWISE = {
    "in English": Message(text=ASKED, lang="en"),
    "of another unit": Message(text=ASKED, unit="phuong-1"),
    "by another day's law": Message(text=ASKED, at=dt.date(2027, 6, 1)),
}


@pytest.mark.parametrize("message", OTHERWISE.values(), ids=OTHERWISE)
async def test_what_an_answer_depends_on_makes_it_another(
    sa_dec: House, handled: list[str], message: Message
) -> None:
    await sa_dec.dialogue.answer(Message(text=ASKED))
    await sa_dec.dialogue.answer(message)
    assert len(handled) == 2


async def test_a_correction_is_said_at_once_and_taken_back_at_once(sa_dec: House) -> None:
    before = await sa_dec.dialogue.answer(Message(text=ASKED))
    assert before.id
    said = []
    for value in ("7000", None):
        async with sa_dec.database.unit_of_work() as session:
            await correct(session, item=before.id, field="fee", value=value, by="can-bo-mau")
        said.append((await sa_dec.dialogue.answer(Message(text=ASKED))).text)
    assert "7.000 đồng" in said[0]
    assert said[1] == before.text


async def test_an_answer_that_asked_the_database_is_made_anew(
    sa_dec: House, handled: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = HANDLERS["procedure"]

    async def curious(query: Query, desk: Desk) -> Reply:
        await desk.bulletins.newest()
        return await handler(query, desk)

    monkeypatch.setitem(HANDLERS, "procedure", curious)  # type: ignore[arg-type]
    for _ in range(2):
        await sa_dec.dialogue.answer(Message(text=ASKED))
    assert len(handled) == 2


def test_what_changes_something_is_never_kept() -> None:
    assert not FROM_FACTS & {"smalltalk", "bulletin", "report", "appointment"}


def test_the_longest_unused_goes_first() -> None:
    kept: Kept[str, int] = Kept(most=2)
    kept.put("a", 1)
    kept.put("b", 2)
    assert kept.get("a") == 1
    kept.put("c", 3)
    assert [kept.get(key) for key in "abc"] == [1, None, 3]
