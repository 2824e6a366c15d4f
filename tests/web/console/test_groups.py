"""The register of groups and the lists over HTTP: each deed once, for one's own units only."""

from __future__ import annotations

import datetime as dt

import aiohttp
import pytest
from sqlalchemy import select

from bot.app import House
from bot.storage.lists import ListRow, MemberRow, SlotRow
from tests.web.console.groups import deeds, filled, sent
from tests.web.console.rig import Visitor, invited

REGISTER = "/can-bo/nhom"
LISTS = "/can-bo/nhom/danh-sach"
GROUP = {"title": "Khóm 4", "people": "45", "counted_on": "2026-11-20", "officer": "quan.tri"}


@pytest.fixture
async def lists(sa_dec: House) -> dict[str, int]:
    """One of Ward 1 with two groups, one of Ward 2; their numbers by name."""
    await filled(sa_dec, "p1", "phuong-1", ["Khóm 1", "Khóm 2"])
    await filled(sa_dec, "p2", "phuong-2", ["Tổ 7"])
    return {row.name: row.id for row in await sa_dec.office.lists.everything()}


@pytest.fixture
async def boss(admin: tuple[Visitor, str], lists: dict[str, int]) -> Visitor:
    """An administrator."""
    return admin[0]


@pytest.fixture
async def editor(sa_dec: House, other: Visitor, lists: dict[str, int]) -> Visitor:
    """An officer who writes for Ward 1 only."""
    await other.accept(other.address + await invited(sa_dec, "lan", ["editor"], ["phuong-1"]))
    return other


async def members(house: House, **by: object) -> list[MemberRow]:
    async with house.database.reading() as session:
        rows = await session.scalars(select(MemberRow).filter_by(**by).order_by(MemberRow.id))
        return list(rows)


async def twice(visitor: Visitor, page: str, path: str, fields: dict[str, str]) -> list[int]:
    """The form of a page, sent by a double click."""
    token = (await visitor.get(page)).hidden("csrf")
    return [(await visitor.post(path, {"csrf": token} | fields)).status for _ in range(2)]


async def test_the_register_shows_what_is_known_of_each_group(sa_dec: House, boss: Visitor) -> None:
    bulletin = await sent(sa_dec, "p1")
    officer = await sa_dec.office.access.acting("quan.tri")
    await sa_dec.office.kit.tick(bulletin, "p1-1", by=officer)
    [one] = await members(sa_dec, address="p1-1")
    await sa_dec.office.groups.change(one.id, by=officer, **GROUP)
    page = (await boss.get(REGISTER)).text
    for words in (
        "3 nhóm đang nhận tin, 45 người",
        "Khóm 4",
        "phụ trách: quan.tri",
        "45 người (đếm ngày 20/11/2026)",
    ):
        assert words in page
    assert page.count("Tin gần nhất: 12:") == 1
    assert page.count("Chưa có tin nào") == 2
    assert "Tổ 7" not in (await boss.get(f"{REGISTER}?unit=phuong-1")).text
    assert "Khóm 2" not in (await boss.get(f"{REGISTER}?q=khom+4")).text


async def test_a_group_added_by_a_double_click_is_one_group(
    sa_dec: House, boss: Visitor, lists: dict[str, int]
) -> None:
    form = f"{REGISTER}/them"
    assert await twice(boss, form, form, GROUP | {"list": str(lists["p1"])}) == [303, 303]
    [group] = await members(sa_dec, title="Khóm 4")
    assert (group.channel, group.person, group.people, group.counted_on) == (
        "by-hand", False, 45, dt.date(2026, 11, 20),
    )  # fmt: skip
    assert group.address.startswith("khom-4-")
    assert [deed["by"] for deed in await deeds(sa_dec, "group.add")] == ["quan.tri"]


WRONG_GROUPS = (
    ({"title": " "}, "Tên nhóm phải có chữ"),
    ({"title": "x" * 300}, "dài nhất 200"),
    ({"people": "bốn lăm"}, "Số người trong nhóm là một số"),
    ({"people": "-3"}, "Số người trong nhóm là một số"),
    ({"people": "9999999"}, "nhiều nhất 100.000"),
    ({"counted_on": "2027-01-01"}, "ở tương lai"),
    ({"counted_on": "hôm qua"}, "Ngày đếm chưa đúng"),
    ({"officer": "khong.co"}, "Không có cán bộ"),
    ({"list": "999"}, "Chọn một danh sách"),
    ({"list": "x"}, "Chọn một danh sách"),
)


async def test_what_cannot_be_kept_is_told_and_what_was_typed_stays(
    sa_dec: House, boss: Visitor, lists: dict[str, int]
) -> None:
    token = (await boss.get(f"{REGISTER}/them")).hidden("csrf")
    for wrong, words in WRONG_GROUPS:
        fields = GROUP | {"list": str(lists["p1"]), "csrf": token} | wrong
        answer = await boss.post(f"{REGISTER}/them", fields)
        assert answer.status == 400, wrong
        assert words in answer.text, wrong
        assert "title" in wrong or 'value="Khóm 4"' in answer.text, wrong
    assert await deeds(sa_dec, "group.add") == []


async def test_a_group_is_changed_in_all_of_its_lists(sa_dec: House, boss: Visitor) -> None:
    await sa_dec.office.lists.create("hai", unit="phuong-1", topic="lua-dao", by="shell")
    await sa_dec.office.lists.fill("hai", b"channel,address,title\nby-hand,p1-1,Kh\xc3\xb3m 1\n", by="shell")
    page = f"{REGISTER}/{(await members(sa_dec, address='p1-1'))[0].id}"
    assert await twice(boss, page, page, GROUP) == [303, 303]
    assert {(each.title, each.people) for each in await members(sa_dec, address="p1-1")} == {("Khóm 4", 45)}
    assert len(await deeds(sa_dec, "group.change")) == 1


async def test_a_group_left_out_waits_for_nobody_and_can_come_back(sa_dec: House, boss: Visitor) -> None:
    bulletin = await sent(sa_dec, "p1")
    [one] = await members(sa_dec, address="p1-1")
    page = f"{REGISTER}/{one.id}"
    assert await twice(boss, page, f"{page}/nghi", {}) == [303, 303]
    assert len(await deeds(sa_dec, "group.leave_out")) == 1
    counts = (await sa_dec.office.bulletins.status(bulletin)).counts
    assert (counts["gone"], counts["queued"]) == (1, 1)
    assert "đang nghỉ" in (await boss.get(page)).text
    assert await twice(boss, page, f"{page}/nghi", {"back": "yes"}) == [303, 303]
    assert [each.active for each in await members(sa_dec, address="p1-1")] == [True]
    assert len(await deeds(sa_dec, "group.back")) == 1


async def test_another_ward_is_none_of_his_business(sa_dec: House, editor: Visitor, lists: dict[str, int]) -> None:
    [theirs] = await members(sa_dec, address="p2-1")
    assert "Tổ 7" not in (await editor.get(REGISTER)).text
    assert (await editor.get(f"{REGISTER}/{theirs.id}")).status == 403
    token = (await editor.get(f"{REGISTER}/them")).hidden("csrf")
    for path, fields in {
        f"{REGISTER}/{theirs.id}": GROUP,
        f"{REGISTER}/{theirs.id}/nghi": {},
        f"{REGISTER}/them": GROUP | {"list": str(lists["p2"])},
        f"{LISTS}/{lists['p1']}": {"name": "p1", "unit": "phuong-1", "topic": "x", "target": "1"},
        f"{LISTS}/{lists['p1']}/gio": {"day": "1", "at": "08:00"},
        f"{LISTS}/moi": {"name": "mới", "unit": "phuong-1", "topic": "x", "target": "1"},
    }.items():
        assert (await editor.post(path, {"csrf": token} | fields)).status in (400, 403), path
    for action in ("group.add", "group.change", "group.leave_out", "list.change", "list.hours"):
        assert await deeds(sa_dec, action) == []


async def test_a_form_that_is_not_ours_does_nothing(boss: Visitor) -> None:
    for path in ("them", "nhap", "danh-sach/moi", "danh-sach/1", "danh-sach/1/gio", "1", "1/nghi", "quan"):
        assert (await boss.post(f"{REGISTER}/{path}", GROUP | {"csrf": "không phải"})).status == 403, path


async def test_a_spreadsheet_is_taken_and_its_wrong_rows_are_told_by_line(sa_dec: House, editor: Visitor) -> None:
    rows = (
        "channel;address;title;officer;people\nby-hand;k1;Khóm 1;lan;45\nfax;1;x;;\n"
        "by-hand;k2;Khóm 2;khong.co;\nby-hand;k3;Khóm 3;;nhiều\nby-hand;p2-1;Khóm 5;;\nby-hand;k6;Khóm 6;;\n"
    )
    for added in (2, 0):
        token = (await editor.get(f"{REGISTER}/nhap")).hidden("csrf")
        data = aiohttp.FormData({"csrf": token, "list": "p1"})
        data.add_field("file", rows.encode(), filename="nhom.csv", content_type="text/csv")
        async with editor.session.post(f"{REGISTER}/nhap", data=data, headers={"Origin": editor.address}) as answer:
            page = await answer.text()
        assert f"Thêm {added} nhóm, {2 - added} nhóm đã có" in page
        for line, words in {3: "fax", 4: "khong.co", 5: "nhiều", 6: "Tổ 7"}.items():
            assert f"Dòng {line}: " in page
            assert words in page
    [one] = await members(sa_dec, address="k1")
    assert (one.people, one.counted_on) == (45, dt.date(2026, 11, 25))
    assert one.officer is not None


async def test_a_spreadsheet_for_another_ward_or_none_at_all_is_refused(editor: Visitor) -> None:
    token = (await editor.get(f"{REGISTER}/nhap")).hidden("csrf")
    tables = (
        ("p1", b"", 400, "Chọn một tệp CSV"),
        ("p1", b"ten,so\n1,2\n", 400, "Tệp thiếu cột"),
        ("không có", b"channel,address\nby-hand,k1\n", 400, "Chưa có danh sách"),
        ("p2", b"channel,address\nby-hand,k1\n", 400, "không phụ trách danh sách này"),
    )
    for list_, raw, status, words in tables:
        data = aiohttp.FormData({"csrf": token, "list": list_})
        data.add_field("file", raw, filename="nhom.csv", content_type="text/csv")
        async with editor.session.post(f"{REGISTER}/nhap", data=data, headers={"Origin": editor.address}) as answer:
            assert answer.status == status, list_
            assert words in await answer.text()


async def test_a_list_is_made_once_by_a_double_click_and_set_anew(sa_dec: House, boss: Visitor) -> None:
    fields = {
        "name": "Lừa đảo Phường 1", "unit": "phuong-1", "topic": "lua-dao", "target": "3", "officer": "quan.tri",
        "open": "yes",
    }  # fmt: skip
    assert await twice(boss, f"{LISTS}/moi", f"{LISTS}/moi", fields) == [303, 303]
    [row] = [row for row in await sa_dec.office.lists.everything() if row.name == fields["name"]]
    assert (row.unit, row.topic, row.target, row.open) == ("phuong-1", "lua-dao", 3, True)
    page = f"{LISTS}/{row.id}"
    changed = fields | {"target": "1", "open": ""}
    assert await twice(boss, page, page, changed) == [303, 303]
    assert [deed["target"] for deed in await deeds(sa_dec, "list.change")] == [1]
    shown = (await boss.get(LISTS)).text
    assert "Tuần này 0/1 tin" in shown
    assert "bà con không tự đăng ký được" in shown


WRONG_LISTS = (
    ({"name": ""}, "phải có chữ"),
    ({"name": "p2"}, "Đã có danh sách"),
    ({"unit": "khong-co"}, "Không có đơn vị"),
    ({"target": "51"}, "từ 0 đến 50"),
    ({"target": "hai"}, "từ 0 đến 50"),
    ({"officer": "khong.co"}, "Không có cán bộ"),
)


async def test_a_list_that_cannot_be_is_told(boss: Visitor, lists: dict[str, int]) -> None:
    token = (await boss.get(f"{LISTS}/moi")).hidden("csrf")
    for wrong, words in WRONG_LISTS:
        fields = {"name": "Tên khác", "unit": "phuong-1", "topic": "lua-dao", "target": "3", "csrf": token} | wrong
        for path in (f"{LISTS}/moi", f"{LISTS}/{lists['p1']}"):
            answer = await boss.post(path, fields)
            assert answer.status == 400, (path, wrong)
            assert words in answer.text, (path, wrong)


async def test_the_hours_of_a_list_are_said_in_words(sa_dec: House, boss: Visitor, lists: dict[str, int]) -> None:
    page, id_ = f"{LISTS}/{lists['p1']}", lists["p1"]
    token = (await boss.get(page)).hidden("csrf")
    for _ in range(2):
        data = [("csrf", token), ("day", "1"), ("day", "4"), ("at", "08:00")]
        headers = {"Origin": boss.address}
        async with boss.session.post(f"{page}/gio", data=data, headers=headers, allow_redirects=False) as answer:
            assert answer.status == 303
    assert "Thứ ba, thứ sáu 08:00" in (await boss.get(LISTS)).text
    async with sa_dec.database.reading() as session:
        slots = [(slot.weekday, slot.at) for slot in await session.scalars(select(SlotRow).filter_by(list=id_))]
    assert slots == [(1, "08:00"), (4, "08:00")]
    assert len(await deeds(sa_dec, "list.hours")) == 1
    await boss.get(page)
    wrong = await boss.post(f"{page}/gio", {"day": "1", "at": "25:00"})
    assert (wrong.status, "chưa đúng" in wrong.text) == (400, True)
    await boss.get(page)
    assert (await boss.post(f"{page}/gio", {"at": ""})).status == 303
    assert "Chưa đặt giờ" in (await boss.get(page)).text


async def test_no_such_thing(boss: Visitor) -> None:
    for path in ("/999", "/x", "/danh-sach/999", "/danh-sach/x"):
        assert (await boss.get(REGISTER + path)).status in (400, 404), path


async def test_an_empty_register_says_what_to_do(sa_dec: House, admin: tuple[Visitor, str]) -> None:
    visitor, _ = admin
    async with sa_dec.database.reading() as session:
        assert (await session.scalars(select(ListRow))).all() == []
    assert "Sổ chưa có nhóm nào" in (await visitor.get(REGISTER)).text
    assert "Chưa có danh sách nào" in (await visitor.get(f"{REGISTER}/them")).text
    assert "Chưa có danh sách nào" in (await visitor.get(LISTS)).text
    assert "Chưa có quán nào" in (await visitor.get(f"{REGISTER}/quan")).text


async def test_an_officer_notes_a_showing_once_and_takes_it_back(
    sa_dec: House, boss: Visitor, editor: Visitor
) -> None:
    await filled(sa_dec, "quan", "phuong-2", ["Quán A"], topic="chiếu phim")
    [cafe] = await members(sa_dec, address="quan-1")
    page, fields = f"{REGISTER}/quan", {"cafe": str(cafe.id), "day": "2026-11-24"}
    assert await twice(boss, page, page, fields) == [303, 303]
    shown = (await boss.get(page)).text
    assert "Tuần này 1/2 buổi" in shown
    assert "24/11/2026 · quan.tri ghi" in shown
    for wrong in ({"day": "2026-11-27"}, {"day": "hôm qua"}, {"day": ""}, {"cafe": "x"}, {"cafe": "999"}):
        await boss.get(page)
        assert (await boss.post(page, fields | wrong)).status == 400, wrong
    assert "Quán A" not in (await editor.get(page)).text  # of another ward
    answer = await editor.post(page, fields)
    assert (answer.status, "thuộc đơn vị khác" in answer.text) == (403, True)
    await boss.get(page)
    assert (await boss.post(page, {"cafe": str(cafe.id), "undo": "2026-11-24"})).status == 303
    assert [deed["shown"] for deed in await deeds(sa_dec, "cafe.showing")] == [True, False]
