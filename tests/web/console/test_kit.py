"""The posting kit over HTTP: who sees which groups, a tick, its undoing, and all that can go wrong with it."""

from __future__ import annotations

import asyncio
import datetime as dt
import json

import pytest

from bot.app import House
from bot.delivery.quiet import NEVER
from bot.delivery.schedule import Schedule
from tests.web.console.groups import deeds, filled, in_charge, sent
from tests.web.console.rig import Visitor, invited

SHELF = "/can-bo/chuyen-tin"
JSON = {"Accept": "application/json"}


@pytest.fixture
async def bulletin(sa_dec: House) -> int:
    """On its way to two groups of Ward 1 and one of Ward 2."""
    await filled(sa_dec, "p1", "phuong-1", ["Khóm 10", "Khóm 2"])
    await filled(sa_dec, "p2", "phuong-2", ["Tổ 7"])
    return await sent(sa_dec, "p1", "p2")


async def come(house: House, visitor: Visitor, name: str, role: str, unit: str) -> Visitor:
    await visitor.accept(visitor.address + await invited(house, name, [role], [unit]))
    return visitor


async def test_the_page_has_the_text_the_link_and_the_groups_as_people_count_them(
    bulletin: int, admin: tuple[Visitor, str]
) -> None:
    visitor, _ = admin
    page = await visitor.get(f"{SHELF}/{bulletin}")
    assert page.status == 200
    assert "Đừng đọc mã OTP cho ai." in page.text
    assert f"/ban-tin/{bulletin}</textarea>" in page.text
    assert "Còn 3 / 3 nhóm" in page.text
    assert page.text.index("Khóm 2") < page.text.index("Khóm 10") < page.text.index("Tổ 7")
    assert (await visitor.get(SHELF)).text.count("Còn 3 / 3 nhóm") == 1


async def test_a_tick_is_one_deed_however_often_it_is_said(
    sa_dec: House, bulletin: int, admin: tuple[Visitor, str]
) -> None:
    visitor, _ = admin
    await visitor.get(f"{SHELF}/{bulletin}")
    token = visitor.last.hidden("csrf")
    answers = [await visitor.post(f"{SHELF}/{bulletin}", {"tick": "p1-2", "csrf": token}) for _ in range(2)]
    assert [answer.status for answer in answers] == [303, 303]
    assert answers[0].to.startswith(f"{SHELF}/{bulletin}#nhom-")
    shown = await visitor.get(f"{SHELF}/{bulletin}")
    assert "Còn 2 / 3 nhóm" in shown.text
    assert "· quan.tri" in shown.text
    assert await deeds(sa_dec, "bulletin.by_hand") == [
        {"by": "quan.tri", "subject": f"bulletin:{bulletin}", "group": "p1-2", "done": True}
    ]
    assert (await sa_dec.office.bulletins.status(bulletin)).counts["by_hand"] == 1


async def test_two_at_once_are_one_deed(sa_dec: House, bulletin: int, admin: tuple[Visitor, str]) -> None:
    officer = await sa_dec.office.access.acting("quan.tri")
    done = await asyncio.gather(*(sa_dec.office.kit.tick(bulletin, "p1-1", by=officer) for _ in range(4)))
    assert sorted(done) == [False, False, False, True]
    assert len(await deeds(sa_dec, "bulletin.by_hand")) == 1


async def test_a_script_learns_how_all_groups_stand(bulletin: int, admin: tuple[Visitor, str]) -> None:
    visitor, _ = admin
    await visitor.get(f"{SHELF}/{bulletin}")
    token = {"X-CSRF-Token": visitor.last.hidden("csrf")}
    await visitor.post(f"{SHELF}/{bulletin}", {"tick": "p1-1"}, **JSON, **token)
    await visitor.post(f"{SHELF}/{bulletin}", {"tick": "p2-1"}, **JSON, **token)
    state = json.loads((await visitor.post(f"{SHELF}/{bulletin}", {"undo": "p1-1"}, **JSON, **token)).text)
    assert (state["left"], state["total"], list(state["done"])) == (2, 3, ["p2-1"])
    assert state["done"]["p2-1"].endswith("· quan.tri")


async def test_the_last_tick_ends_the_bulletin_and_its_undoing_opens_it_again(
    sa_dec: House, bulletin: int, admin: tuple[Visitor, str]
) -> None:
    visitor, _ = admin
    await visitor.get(f"{SHELF}/{bulletin}")
    token = visitor.last.hidden("csrf")
    for group in ("p1-1", "p1-2", "p2-1"):
        last = await visitor.post(f"{SHELF}/{bulletin}", {"tick": group, "csrf": token})
    assert last.to.endswith("#xong")
    clock = Schedule(sa_dec.database, NEVER, asyncio.Event())
    await clock.look(dt.datetime.now(dt.UTC))
    assert (await sa_dec.office.bulletins.status(bulletin)).state == "sent"
    assert "Xong cả rồi" in (await visitor.get(f"{SHELF}/{bulletin}")).text
    await visitor.post(f"{SHELF}/{bulletin}", {"undo": "p2-1"})
    status = await sa_dec.office.bulletins.status(bulletin)
    assert (status.state, status.counts["queued"], status.counts["by_hand"]) == ("sending", 1, 2)
    await visitor.get(f"{SHELF}/{bulletin}")
    await visitor.post(f"{SHELF}/{bulletin}", {"tick": "p2-1"})
    await clock.look(dt.datetime.now(dt.UTC))
    status = await sa_dec.office.bulletins.status(bulletin)
    assert (status.state, status.counts["by_hand"]) == ("sent", 3)


@pytest.mark.parametrize(
    ("role", "unit", "charge", "sees"),
    [
        ("editor", "phuong-1", [], ["Khóm 2", "Khóm 10"]),  # nobody is in charge: whoever writes for the ward
        ("editor", "phuong-1", ["p1-1"], ["Khóm 10", "Khóm 2"]),
        ("duty", "phuong-2", ["p2-1"], ["Tổ 7"]),  # in charge, whatever else he is
        ("duty", "phuong-2", [], []),
        ("editor", "phuong-3", [], []),
        ("approver", "phuong-2", [], ["Tổ 7"]),
        ("approver", "all", [], ["Khóm 2", "Khóm 10", "Tổ 7"]),
    ],
)
async def test_an_officer_sees_the_groups_he_answers_for(
    sa_dec: House, bulletin: int, visitor: Visitor, role: str, unit: str, charge: list[str], sees: list[str]
) -> None:
    await come(sa_dec, visitor, "lan", role, unit)
    await in_charge(sa_dec, "lan", charge)
    page = await visitor.get(f"{SHELF}/{bulletin}")
    assert page.status == (200 if sees else 403)
    assert [title for title in ("Khóm 2", "Khóm 10", "Tổ 7") if f"<b>{title}</b>" in page.text] == sorted(
        sees, key=["Khóm 2", "Khóm 10", "Tổ 7"].index
    )
    assert ("Cảnh giác" in (await visitor.get(SHELF)).text) == bool(sees)


async def test_a_group_that_another_is_in_charge_of_is_his_to_tick(
    sa_dec: House, bulletin: int, visitor: Visitor
) -> None:
    await sa_dec.office.access.invite(name="tam", roles=["editor"], units=["phuong-1"], by="shell")
    await come(sa_dec, visitor, "lan", "editor", "phuong-1")
    await in_charge(sa_dec, "tam", ["p1-1"])
    page = await visitor.get(f"{SHELF}/{bulletin}")
    assert "<b>Khóm 10</b>" not in page.text
    assert (await visitor.post(f"{SHELF}/{bulletin}", {"tick": "p1-1"})).status == 403
    assert await deeds(sa_dec, "bulletin.by_hand") == []


async def test_groups_of_an_officer_who_left_fall_back_to_the_ward(
    sa_dec: House, bulletin: int, visitor: Visitor
) -> None:
    await sa_dec.office.access.invite(name="tam", roles=["editor"], units=["phuong-1"], by="shell")
    await in_charge(sa_dec, "tam", ["p1-1"])
    await sa_dec.office.access.disable("tam", by="shell")
    await come(sa_dec, visitor, "lan", "editor", "phuong-1")
    assert "<b>Khóm 10</b>" in (await visitor.get(f"{SHELF}/{bulletin}")).text


async def test_an_approver_narrows_to_one_officer_or_one_unit(
    sa_dec: House, bulletin: int, admin: tuple[Visitor, str]
) -> None:
    visitor, _ = admin
    await sa_dec.office.access.invite(name="lan", roles=["editor"], units=["phuong-1"], by="shell")
    await in_charge(sa_dec, "lan", ["p1-1"])
    for query, left in {"whose=lan": 1, "whose=all": 3, "whose=mine": 2, "whose=all&unit=phuong-1": 2}.items():
        assert f"/ {left} nhóm" in (await visitor.get(f"{SHELF}/{bulletin}?{query}")).text, query
    await visitor.get(f"{SHELF}/{bulletin}?whose=lan")
    assert (await visitor.post(f"{SHELF}/{bulletin}?whose=lan", {"tick": "p1-1"})).to == (
        f"{SHELF}/{bulletin}?whose=lan#xong"
    )


async def test_what_is_no_tick_is_refused(sa_dec: House, bulletin: int, admin: tuple[Visitor, str]) -> None:
    visitor, _ = admin
    token = (await visitor.get(f"{SHELF}/{bulletin}")).hidden("csrf")
    answer = await visitor.post(f"{SHELF}/{bulletin}", {"csrf": "", "tick": "p1-1"})
    assert answer.status == 403
    for fields in ({"tick": "không có"}, {}, {"tick": "x" * 5000}):
        answer = await visitor.post(f"{SHELF}/{bulletin}", {"csrf": token} | fields)
        assert (answer.status, "không còn trong danh sách" in answer.text) == (400, True), fields
    for path in ("/0", "/999", "/x", "/12345678901"):
        assert (await visitor.get(SHELF + path)).status in (400, 404), path
    assert await deeds(sa_dec, "bulletin.by_hand") == []


@pytest.mark.parametrize("deed", ["cancel", "recall"])
async def test_a_bulletin_called_off_asks_for_nothing(
    sa_dec: House, bulletin: int, admin: tuple[Visitor, str], deed: str
) -> None:
    visitor, _ = admin
    await visitor.get(f"{SHELF}/{bulletin}")
    token = visitor.last.hidden("csrf")
    await getattr(sa_dec.office.bulletins, deed)(bulletin, by=await sa_dec.office.access.acting("quan.tri"))
    answer = await visitor.post(f"{SHELF}/{bulletin}", {"tick": "p1-1", "csrf": token}, **JSON)
    assert answer.status == 400
    assert "không có gì để chuyển" in json.loads(answer.text)["why"]
    assert "Không còn nhóm nào" in (await visitor.get(SHELF)).text
