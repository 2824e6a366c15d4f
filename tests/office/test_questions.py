"""What nobody could answer is put together, decided once, and can be taken back; what is taught is live at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest
from sqlalchemy import select

from bot.dialogue.answer import Dialogue, Message
from bot.errors import NotAllowed, Refused
from bot.office.questions import Questions, as_rows
from bot.storage import questions as asked
from bot.storage.audit import Deed
from bot.storage.database import Database
from bot.storage.officers import EVERYWHERE, Officer, Role
from bot.storage.tables import Unanswered
from bot.understanding import Understanding
from content.pack import Pack
from tests.conftest import KEY

DIVORCE = "tui muốn ly hôn thì nộp đơn ở đâu"
PEACE = "hoa-giai-tranh-chap-dat-dai"
TODAY = dt.date(2026, 11, 25)


def officer(role: Role = "editor", unit: str = EVERYWHERE) -> Officer:
    return Officer(id=1, name="thu", grants=frozenset({(role, unit)}))


@pytest.fixture
def service(database: Database, pack: Pack, understanding: Understanding) -> Questions:
    return Questions(database, pack, lambda: understanding)


@pytest.fixture
def processes(database: Database, pack: Pack, understanding: Understanding) -> Callable[[], Dialogue]:
    """Another process that serves the same database."""
    return lambda: Dialogue(pack, understanding, database, KEY.encode())


async def keep(database: Database, *words: str, on: dt.date = TODAY) -> None:
    async with database.unit_of_work() as session:
        for text in words:
            await asked.keep(session, text, on)


async def ids(database: Database) -> list[int]:
    async with database.reading() as session:
        return list(await session.scalars(select(Unanswered.id).order_by(Unanswered.id)))


async def deeds(database: Database) -> list[tuple[str, str]]:
    async with database.reading() as session:
        return [(deed.by, deed.action) for deed in await session.scalars(select(Deed).order_by(Deed.id))]


async def test_a_group_tells_how_often_and_when_last(database: Database, service: Questions) -> None:
    await keep(database, DIVORCE, DIVORCE, on=TODAY - dt.timedelta(days=9))
    await keep(database, "thủ tục ly hôn", "xổ số đồng tháp hôm nay")
    missed = await service.missed()
    assert (missed.questions, missed.every) == (4, 2)
    first, second = missed.groups
    assert [(wording.words, len(wording.ids)) for wording in first.wordings] == [(DIVORCE, 2), ("thủ tục ly hôn", 1)]
    assert (first.count, first.last, second.count) == (3, TODAY, 1)
    assert 1 <= len(first.nearest) <= 3


async def test_what_is_taught_is_answered_at_once_in_every_process_until_it_is_taken_back(
    database: Database, service: Questions, processes: Callable[[], Dialogue]
) -> None:
    one, other = processes(), processes()
    assert (await one.answer(Message(text=DIVORCE, keep_question=True))).kind == "out_of_scope"
    await service.teach(await ids(database), PEACE, by=officer())
    for process in (one, other, processes()):
        assert (await process.answer(Message(text=DIVORCE))).id == PEACE
    assert (await service.missed()).groups == ()
    (verdict,) = await service.decided("alias")
    await service.take_back(verdict.id, by=officer())
    for process in (one, other):
        assert (await process.answer(Message(text=DIVORCE))).kind == "out_of_scope"
    assert [group.wordings[0].words for group in (await service.missed()).groups] == [DIVORCE]
    assert await deeds(database) == [("thu", "content.alias"), ("thu", "content.alias_back")]


async def test_what_was_asked_with_a_number_and_a_name_is_found_again(
    database: Database, service: Questions, processes: Callable[[], Dialogue]
) -> None:
    text = "cho hỏi ly hôn với ông Nguyễn Văn Thử số 0900 000 001 thì nộp đơn ở đâu"
    process = processes()
    await process.answer(Message(text=text, keep_question=True))
    (group,) = (await service.missed()).groups
    assert "Thử" not in group.wordings[0].words
    assert "0900" not in group.wordings[0].words
    await service.teach(group.wordings[0].ids, PEACE, by=officer())
    assert (await process.answer(Message(text=text))).id == PEACE


async def test_two_clicks_or_two_officers_decide_once(database: Database, service: Questions) -> None:
    await keep(database, DIVORCE)
    for _ in range(2):
        await service.teach(await ids(database), PEACE, by=officer())
    await service.skip(await ids(database), by=officer("duty"))
    await service.draft(await ids(database), "", by=officer())
    assert len(await service.decided("alias")) == 1
    assert await service.decided("skip") == await service.decided("draft") == []
    (verdict,) = await service.decided("alias")
    for _ in range(2):
        await service.take_back(verdict.id, by=officer())
    assert await deeds(database) == [("thu", "content.alias"), ("thu", "content.alias_back")]


async def test_danger_cannot_be_taught(
    database: Database, service: Questions, processes: Callable[[], Dialogue]
) -> None:
    await keep(database, "cứu với nhà tui cháy rồi")
    with pytest.raises(Refused) as refused:
        await service.teach(await ids(database), PEACE, by=officer())
    assert refused.value.key == "missed.not_teachable"
    assert (await processes().answer(Message(text="cứu với nhà tui cháy rồi"))).kind == "emergency"


async def test_a_note_for_the_writers_is_kept_and_exported_until_it_is_written(
    database: Database, service: Questions, pack: Pack
) -> None:
    await keep(database, DIVORCE, DIVORCE)
    await service.draft(await ids(database), "Tòa án nhân dân khu vực.\nHỏi tư pháp.", by=officer())
    (verdict,) = await service.decided("draft")
    assert (verdict.note, verdict.asked) == ("Tòa án nhân dân khu vực.\nHỏi tư pháp.", 2)
    (row,) = as_rows({"draft": await service.decided("draft")}, pack)[1:]
    assert row[3:6] == [DIVORCE, "2", "Tòa án nhân dân khu vực.\nHỏi tư pháp."]
    await service.written(verdict.id, by=officer())
    assert await service.decided("draft") == []
    assert (await service.missed()).groups == ()  # nobody asks again what has been written


async def test_what_is_put_away_does_not_come_again_until_it_is_taken_back(
    database: Database, service: Questions
) -> None:
    await keep(database, "xổ số hôm nay")
    await service.skip(await ids(database), by=officer("duty", "phuong-1"))
    await keep(database, "Xổ số hôm nay???")
    assert (await service.missed()).groups == ()
    (verdict,) = await service.decided("skip")
    await service.take_back(verdict.id, by=officer())
    assert (await service.missed()).questions == 2


@pytest.mark.parametrize(
    ("by", "item", "may"),
    [
        pytest.param(officer("duty"), PEACE, True, id="duty everywhere"),
        pytest.param(officer("editor", "phuong-sa-dec"), PEACE, False, id="a procedure is everybody's"),
        pytest.param(
            officer("editor", "phuong-sa-dec"), "hotline:phuong-1", True, id="the unit that serves them now"
        ),
        pytest.param(officer("editor", "phuong-1"), "hotline:phuong-1", True, id="his own unit"),
        pytest.param(officer("editor", "phuong-2"), "hotline:phuong-1", False, id="another's unit"),
    ],
)
async def test_an_officer_teaches_for_his_own_units(
    database: Database, service: Questions, by: Officer, item: str, may: bool
) -> None:
    await keep(database, DIVORCE)
    if may:
        await service.teach(await ids(database), item, by=by)
        assert [verdict.item for verdict in await service.decided("alias")] == [item]
    else:
        with pytest.raises(NotAllowed):
            await service.teach(await ids(database), item, by=by)
        assert await service.decided("alias") == []


async def test_a_wrong_item_or_note_is_refused(database: Database, service: Questions) -> None:
    await keep(database, DIVORCE)
    with pytest.raises(Refused):
        await service.teach(await ids(database), "khong-co", by=officer())
    with pytest.raises(Refused):
        await service.draft(await ids(database), "x" * 5000, by=officer())
    with pytest.raises(Refused):
        await service.take_back(99, by=officer())
    assert (await service.missed()).questions == 1
