"""The room for printed codes over HTTP: the list, one code and what is done with it, scans, rounds and boards."""

from __future__ import annotations

import datetime as dt

import pytest

from bot.app import House
from bot.storage import codes as stored
from bot.storage.audit import deeds
from qr import reading
from qr.codes import spaced
from tests.web.console.printed import ROOM, editor, fetched, made
from tests.web.console.rig import Visitor

TODAY = dt.date(2026, 11, 25)


async def actions(house: House) -> list[str]:
    async with house.database.reading() as session:
        return [deed.action for deed in await deeds(session) if deed.by != "shell" and deed.action.startswith("qr.")]


async def scanned(house: House, serial: int, n: int, *, day: dt.date = TODAY, channel: str = "web") -> None:
    async with house.database.unit_of_work() as session:
        await stored.count(session, {(serial, day, channel): n})


async def test_the_room_stands_in_the_menu_and_begins_with_what_to_do(sa_dec: House, visitor: Visitor) -> None:
    lan = await editor(sa_dec, visitor)
    assert f'href="{ROOM}"' in (await lan.get("/can-bo")).text
    page = await lan.get(ROOM)
    assert (page.status, f'href="{ROOM}/in"' in page.text) == (200, True)
    assert "TEST" in page.text  # the address of this house is loopback


@pytest.mark.parametrize(
    ("query", "wanted"),
    [
        ("", {"a", "b", "c", "d"}),
        ("campaign=tet", {"a", "b"}),
        ("unit=phuong-2", {"c"}),
        ("unit=phuong-1&group=5", {"a"}),
        ("state=revoked", {"d"}),
        ("state=good", {"a", "b", "c"}),
        ("state=silent", {"a", "c"}),
        ("state=nonsense", {"a", "b", "c", "d"}),
    ],
)
async def test_codes_are_listed_by_campaign_unit_group_and_state(
    sa_dec: House, visitor: Visitor, query: str, wanted: set[str]
) -> None:
    codes = {
        "a": (await made(sa_dec, unit="phuong-1", campaign="tet", group="5"))[0],
        "b": (await made(sa_dec, "bulletins:phuong-1", unit="phuong-1", campaign="tet", group="6"))[0],
        "c": (await made(sa_dec, unit="phuong-2"))[0],
        "d": (await made(sa_dec, "homestay:list"))[0],
    }
    await scanned(sa_dec, codes["b"].serial, 2)
    await sa_dec.office.codes.revoke([codes["d"].code], by="shell")
    page = await (await editor(sa_dec, visitor)).get(f"{ROOM}?{query}")
    assert {name for name, code in codes.items() if spaced(code.code) in page.text} == wanted


async def test_a_long_list_goes_on_on_the_next_page(sa_dec: House, visitor: Visitor) -> None:
    codes = await made(sa_dec, n=55)
    lan = await editor(sa_dec, visitor)
    first = await lan.get(ROOM)
    assert [spaced(codes[-1].code) in first.text, spaced(codes[0].code) in first.text] == [True, False]
    last = await lan.get(f"{ROOM}?after={codes[5].serial}")
    assert [spaced(codes[-1].code) in last.text, spaced(codes[0].code) in last.text] == [False, True]


@pytest.mark.parametrize("path", ["/ma/{}", "/ma/{}/anh.svg", "/ma/{}/the.pdf?kind=sticker"])
async def test_an_officer_sees_only_the_codes_of_his_units(sa_dec: House, visitor: Visitor, path: str) -> None:
    theirs, mine = await made(sa_dec, unit="phuong-2"), await made(sa_dec, unit="phuong-1")
    lan = await editor(sa_dec, visitor, "phuong-1")
    page = await lan.get(ROOM)
    assert [spaced(code.code) in page.text for code in (*theirs, *mine)] == [False, True]
    assert (await fetched(lan, ROOM + path.format(mine[0].code)))[0] == 200
    assert (await fetched(lan, ROOM + path.format(theirs[0].code)))[0] == 400


@pytest.mark.parametrize("typed", ["{code}", "{lower}", "{spaced}", "{link}"])
async def test_a_code_is_found_as_people_type_it(sa_dec: House, visitor: Visitor, typed: str) -> None:
    (one,) = await made(sa_dec)
    words = {"code": one.code, "lower": one.code.lower(), "spaced": spaced(one.code), "link": one.link}
    found = await (await editor(sa_dec, visitor)).get(f"{ROOM}?code={typed.format(**words)}")
    assert (found.status, found.to) == (303, f"{ROOM}/ma/{one.code}")


async def test_a_code_that_is_none_is_told(sa_dec: House, visitor: Visitor) -> None:
    lan = await editor(sa_dec, visitor)
    assert "000000000" in (await lan.get(f"{ROOM}?code=000000000")).text
    assert (await lan.get(f"{ROOM}/ma/24NME9NZ5")).status == 400


@pytest.mark.parametrize(("form", "kind"), [("png", "image/png"), ("svg", "image/svg+xml")])
async def test_its_picture_says_its_link(
    sa_dec: House, visitor: Visitor, tmp_path: pytest.TempPathFactory, form: str, kind: str
) -> None:
    (one,) = await made(sa_dec)
    status, body, type_ = await fetched(await editor(sa_dec, visitor), f"{ROOM}/ma/{one.code}/anh.{form}")
    file = tmp_path / f"a.{form}"  # type: ignore[operator]
    file.write_bytes(body)
    assert (status, type_, [each.text for each in reading.squares(file)]) == (200, kind, [one.link])


async def test_one_card_is_printed_again_with_what_it_opens_now(
    sa_dec: House, visitor: Visitor, tmp_path: pytest.TempPathFactory
) -> None:
    (one,) = await made(sa_dec, unit="phuong-1", label="Số 12")
    lan = await editor(sa_dec, visitor)
    await sa_dec.office.codes.retarget(one.code, "procedure:dang-ky-khai-sinh", by="shell")
    for kind in ("household-card", "tent-card"):
        status, body, type_ = await fetched(lan, f"{ROOM}/ma/{one.code}/the.pdf?kind={kind}")
        file = tmp_path / "a.pdf"  # type: ignore[operator]
        file.write_bytes(body)
        assert (status, type_, {each.text for each in reading.squares(file)}) == (200, "application/pdf", {one.link})
    assert (await fetched(lan, f"{ROOM}/ma/{one.code}/the.pdf?kind=nonsense"))[0] == 404
    assert (await fetched(lan, f"{ROOM}/ma/{one.code}/the.pdf?kind=phone-board"))[0] == 400  # nobody confirmed one


async def test_a_code_opens_something_else_found_by_its_name(sa_dec: House, visitor: Visitor) -> None:
    (one,) = await made(sa_dec)
    lan = await editor(sa_dec, visitor)
    page = await lan.get(f"{ROOM}/ma/{one.code}?q=khai sinh")
    assert 'value="procedure:dang-ky-khai-sinh"' in page.text
    for _ in range(2):  # a double click changes nothing more
        answer = await lan.post(
            f"{ROOM}/ma/{one.code}/doi",
            {"target": "procedure:dang-ky-khai-sinh", "csrf": page.hidden("csrf")},
        )
        assert answer.to == f"{ROOM}/ma/{one.code}?done=codes.aimed"
    assert await actions(sa_dec) == ["qr.retarget"]
    looked = await sa_dec.office.codes.look(one.code)
    assert looked.issued
    assert looked.issued.target == "procedure:dang-ky-khai-sinh"


async def test_a_code_is_revoked_only_by_somebody_who_means_it(sa_dec: House, visitor: Visitor) -> None:
    (one,) = await made(sa_dec)
    lan = await editor(sa_dec, visitor)
    page = await lan.get(f"{ROOM}/ma/{one.code}")
    csrf = page.hidden("csrf")
    assert (await lan.post(f"{ROOM}/ma/{one.code}/rut", {"csrf": csrf})).status == 400
    assert (await sa_dec.office.codes.look(one.code)).state == "good"
    for _ in range(2):
        assert (await lan.post(f"{ROOM}/ma/{one.code}/rut", {"csrf": csrf, "sure": "yes"})).status == 303
    assert (await sa_dec.office.codes.look(one.code)).state == "revoked"
    assert await actions(sa_dec) == ["qr.revoke"]
    assert "/rut" not in (await lan.get(f"{ROOM}/ma/{one.code}")).text


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/ma/{}/doi", {"target": "homestay:list"}),
        ("/ma/{}/rut", {"sure": "yes"}),
        ("/in", {"target": "menu"}),
        ("/in/an-order-that-is-not-there", {}),
        ("/phieu", {"card": "{}", "done": "{}", "day": "2026-11-25"}),
        ("/phieu/danh-sach", {}),
        ("/bang", {"code": "{}", "place": "Chợ", "day": "2026-11-25"}),
    ],
)
async def test_no_deed_without_the_token_of_the_form_or_the_role(
    sa_dec: House, visitor: Visitor, other: Visitor, path: str, fields: dict[str, str]
) -> None:
    (one,) = await made(sa_dec, unit="phuong-1")
    sent = {name: value.format(one.code) for name, value in fields.items()}
    lan = await editor(sa_dec, visitor)
    assert (await lan.post(ROOM + path.format(one.code), sent | {"csrf": "x"})).status == 403
    approver = await editor(sa_dec, other, name="duyet", role="approver")
    page = await approver.get(ROOM)
    assert (await approver.post(ROOM + path.format(one.code), sent | {"csrf": page.hidden("csrf")})).status == 403
    assert await actions(sa_dec) == []


async def test_an_approver_sees_and_changes_nothing(sa_dec: House, visitor: Visitor) -> None:
    (one,) = await made(sa_dec)
    page = await (await editor(sa_dec, visitor, role="approver")).get(f"{ROOM}/ma/{one.code}")
    assert (page.status, "/doi" in page.text, "/rut" in page.text, f'href="{ROOM}/in"' in page.text) == (
        200, False, False, False,
    )  # fmt: skip


async def test_scans_of_a_poster_are_shown_by_day_and_those_of_a_household_are_not(
    sa_dec: House, visitor: Visitor
) -> None:
    (poster,) = await sa_dec.office.codes.issue_all([stored.Wanted(target="menu")], by="shell")
    card, neighbour = await made(sa_dec, n=2, unit="phuong-1", group="5", campaign="tet")
    for code in (poster, card):
        await scanned(sa_dec, code.serial, 7)
    lan = await editor(sa_dec, visitor)
    page = await lan.get(f"{ROOM}/ma/{poster.code}")
    assert ("7 lượt quét" in page.text, '<svg class="plot"' in page.text) == (True, True)
    page = await lan.get(f"{ROOM}/ma/{card.code}")
    assert '<svg class="plot"' not in page.text
    assert "Tổ 5: 2 thẻ đang dùng, 7 lượt quét, 1 thẻ chưa ai quét." in page.text
    await lan.get(f"{ROOM}/bang")
    await lan.post(f"{ROOM}/bang", {"code": card.code, "place": "Chợ Sa Đéc", "day": "2026-11-25"})
    assert "7 lượt quét" in (await lan.get(f"{ROOM}/ma/{card.code}")).text  # it hangs on a wall: nobody's own
    assert neighbour.code


async def test_scans_are_added_up_by_campaign_unit_and_group_and_exported(sa_dec: House, visitor: Visitor) -> None:
    five = await made(sa_dec, n=2, unit="phuong-1", group="5", campaign="tet")
    await scanned(sa_dec, five[0].serial, 3)
    await scanned(sa_dec, five[1].serial, 4, channel="telegram", day=dt.date(2026, 11, 24))
    (theirs,) = await made(sa_dec, unit="phuong-2", group="1")
    await scanned(sa_dec, theirs.serial, 9)
    lan = await editor(sa_dec, visitor)
    page = await lan.get(f"{ROOM}/luot-quet")
    assert "16 lượt quét" in page.text
    assert page.text.count('<svg class="plot"') == 4  # all by day and by week, and each campaign
    narrowed = await lan.get(f"{ROOM}/luot-quet?campaign=tet&since=2026-11-25")
    assert "3 lượt quét" in narrowed.text
    status, body, type_ = await fetched(lan, f"{ROOM}/luot-quet.csv?campaign=tet")
    assert (status, type_) == (200, "text/csv")
    assert body.decode("utf-8-sig").splitlines() == [
        "campaign,unit,group,day,channel,scans",
        "tet,phuong-1,5,2026-11-24,telegram,4",
        "tet,phuong-1,5,2026-11-25,web,3",
    ]


async def test_scans_of_another_unit_are_not_his(sa_dec: House, visitor: Visitor) -> None:
    (theirs,) = await made(sa_dec, unit="phuong-2", group="1")
    await scanned(sa_dec, theirs.serial, 9)
    lan = await editor(sa_dec, visitor, "phuong-1")
    assert "9 lượt quét" not in (await lan.get(f"{ROOM}/luot-quet")).text
    _, body, _ = await fetched(lan, f"{ROOM}/luot-quet.csv?unit=phuong-2")
    assert len(body.decode("utf-8-sig").splitlines()) == 1


async def test_the_round_is_taken_along_and_entered_card_by_card(sa_dec: House, visitor: Visitor) -> None:
    done, missed, rest = await made(sa_dec, n=3, unit="phuong-1", group="5")
    lan = await editor(sa_dec, visitor, "phuong-1")
    path = f"{ROOM}/phieu?unit=phuong-1&group=5"
    page = await lan.get(path)
    assert "3 thẻ, đã đưa 0." in page.text
    fields = {
        "csrf": page.hidden("csrf"), "card": done.code, "done": done.code, "day": "2026-11-25",
        f"remark-{done.code}": "đưa tận tay",
    }  # fmt: skip
    for _ in range(2):
        assert (await lan.post(path, fields)).status == 303
    fields = {
        "csrf": page.hidden("csrf"),
        "card": missed.code,
        "day": "25/11/2026",
        f"remark-{missed.code}": "vắng nhà",
    }
    assert (await lan.post(path, fields)).to.startswith(f"{ROOM}/phieu?done=codes.entered&unit=phuong-1")
    page = await lan.get(path)
    assert "3 thẻ, đã đưa 1." in page.text
    assert ("đã đưa ngày 25/11/2026: đưa tận tay" in page.text, "ngày 25/11/2026 chưa gặp: vắng nhà" in page.text) == (
        True, True,
    )  # fmt: skip
    assert await actions(sa_dec) == ["qr.missed", "qr.round"]
    status, body, _ = await fetched(lan, f"{ROOM}/phieu.pdf?unit=phuong-1&group=5")
    assert (status, body[:4]) == (200, b"%PDF")
    assert rest.code


@pytest.mark.parametrize(("day", "why"), [("2026-11-26", "ngày này chưa tới"), ("hôm qua", "hôm qua")])
async def test_a_day_that_cannot_be_is_told(sa_dec: House, visitor: Visitor, day: str, why: str) -> None:
    (one,) = await made(sa_dec, unit="phuong-1")
    lan = await editor(sa_dec, visitor)
    page = await lan.get(f"{ROOM}/phieu?unit=phuong-1")
    fields = {"csrf": page.hidden("csrf"), "card": one.code, "done": one.code, "day": day}
    answer = await lan.post(f"{ROOM}/phieu?unit=phuong-1", fields)
    assert (answer.status, why in answer.text) == (400, True)


async def test_nobody_enters_the_round_of_another_unit(sa_dec: House, visitor: Visitor) -> None:
    (theirs,) = await made(sa_dec, unit="phuong-2")
    lan = await editor(sa_dec, visitor, "phuong-1")
    page = await lan.get(f"{ROOM}/phieu")
    fields = {"csrf": page.hidden("csrf"), "card": theirs.code, "done": theirs.code, "day": "2026-11-25"}
    assert (await lan.post(f"{ROOM}/phieu", fields)).status in (400, 403)
    assert await actions(sa_dec) == []
    assert (await fetched(lan, f"{ROOM}/phieu.pdf?unit=phuong-2"))[0] == 404
    assert spaced(theirs.code) not in (await lan.get(f"{ROOM}/phieu?unit=phuong-2")).text


async def test_a_board_hangs_somewhere_since_a_day(sa_dec: House, visitor: Visitor) -> None:
    (board,) = await made(sa_dec, "hotline:phuong-1", unit="phuong-1")
    lan = await editor(sa_dec, visitor)
    page = await lan.get(f"{ROOM}/bang")
    fields = {
        "csrf": page.hidden("csrf"),
        "code": spaced(board.code),
        "place": "Nhà văn hóa khóm 3",
        "day": "2026-11-20",
    }
    for _ in range(2):
        assert (await lan.post(f"{ROOM}/bang", fields)).to == f"{ROOM}/bang?done=codes.hung"
    page = await lan.get(f"{ROOM}/bang")
    assert ("Nhà văn hóa khóm 3" in page.text, "20/11/2026" in page.text, "1 bảng." in page.text) == (
        True,
        True,
        True,
    )
    assert await actions(sa_dec) == ["qr.board"]
    assert (await lan.post(f"{ROOM}/bang", fields | {"code": "24N-ME9-NZ5"})).status == 400
