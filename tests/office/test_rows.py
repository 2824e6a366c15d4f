"""A spreadsheet is checked row by row: each wrong row says in plain Vietnamese what to do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.office import spreadsheets
from bot.office.rows import Outcome, Wanted, plan
from content.corrections import Overlay
from content.pack import Facts, Pack
from tests.office.files import BIRTH, TODAY, table, xlsx

HEAD = ("id", "field", "value")
GOOD = ("hotline:phuong-1", "number", "0000 000 001")


def checked(file: Path, pack: Pack, data: bytes) -> Outcome:
    file.write_bytes(data)
    return plan(spreadsheets.read(file), Facts(pack=pack, at=TODAY.date()))


@pytest.mark.parametrize(
    ("row", "says"),
    [
        pytest.param(("hotline:phuong-9", "number", "113"), "“hotline:phuong-9”. Có phải", id="a wrong id"),
        pytest.param(("phuong-1", "number", "113"), "Có phải “hotline:phuong-1” không?", id="an id without its kind"),
        pytest.param(("zzzzzz", "number", "113"), "Chép mã từ bảng xuất ra", id="an id like none"),
        pytest.param(("", "number", "113"), "thiếu mã", id="no id"),
        pytest.param(
            (BIRTH, "phí", "10000"), "“phí” không sửa được ở mục này. Sửa được: fee (lệ phí)", id="no such field"
        ),
        pytest.param((BIRTH, "", "10000"), "chưa ghi điều cần sửa", id="no field"),
        pytest.param((BIRTH, "number", "0000 000 001"), "“number” không sửa được", id="a field of another kind"),
        pytest.param(("hotline:113", "number", "0000 000 001"), "“number” không sửa được", id="113 is 113"),
        pytest.param((BIRTH, "fee", "10k"), "“10k” là cách nói tắt. Viết đủ: 10000.", id="10k"),
        pytest.param((BIRTH, "fee", "10.000đ"), "không ghi đơn vị. Viết 10000.", id="10.000đ"),
        pytest.param((BIRTH, "fee", "=A1*2"), "công thức", id="a formula"),
        pytest.param(("=A1", "fee", "10000"), "công thức", id="a formula for an id"),
        pytest.param((BIRTH, "where", "x" * 50_000), "chữ, nhiều nhất được 2.000 chữ.", id="50,000 characters"),
        pytest.param(("x" * 50_000, "where", "x"), "nhiều nhất được 2.000 chữ.", id="an id of 50,000 characters"),
        pytest.param((BIRTH, "where", "Qu\ufffdy"), "ký tự lạ", id="a broken letter"),
        pytest.param((BIRTH, "review_by", "31/02/2027"), "Lịch không có ngày", id="no such day"),
        pytest.param(("homestay:phong-le-vent", "open", "chắc có"), "chỉ viết có hoặc không", id="perhaps open"),
        pytest.param(
            ("hotline:1022", "number", "0000 000 001/0000 000 002"), "Mỗi ô chỉ ghi một số", id="two numbers"
        ),
    ],
)
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_wrong_row_is_named_by_its_line(
    tmp_path: Path, pack: Pack, kind: str, row: Sequence[str], says: str
) -> None:
    rows = [HEAD, GOOD, ("", "", ""), row]
    outcome = checked(tmp_path / "bang", pack, table(rows).encode() if kind == "csv" else xlsx(rows))
    assert [wrong.line for wrong in outcome.wrong] == [4]
    assert says in outcome.wrong[0].message
    assert [change.value for change in outcome.changes] == ["0000 000 001"]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        pytest.param(900000000, "thiếu số 0 ở đầu", id="a number whose zero is gone"),
        pytest.param("#N/A", "không phải số điện thoại", id="the words of an error"),
        pytest.param(dt.datetime(2027, 3, 1), "không phải số điện thoại", id="a date"),
        pytest.param(0.5, "không phải số điện thoại", id="a fraction"),
    ],
)
def test_cells_that_are_no_text(tmp_path: Path, pack: Pack, value: object, says: str) -> None:
    outcome = checked(tmp_path / "bang", pack, xlsx([HEAD, ("hotline:phuong-1", "number", value)]))
    assert says in outcome.wrong[0].message if value != "#N/A" else outcome.wrong


@pytest.mark.parametrize(
    ("field", "value", "kept"),
    [
        pytest.param("fee", 10000, "10000", id="a number for an amount"),
        pytest.param("fee", 10000.0, "10000", id="a number with a point"),
        pytest.param("fee", "10.000", "10000", id="an amount in groups"),
        pytest.param("review_by", dt.datetime(2027, 3, 1), "2027-03-01", id="a date"),
        pytest.param("review_by", "01/03/2027", "2027-03-01", id="a date in words"),
        pytest.param("Lệ phí", "10000", "10000", id="the field in Vietnamese"),
    ],
)
def test_cells_are_read_as_they_are_meant(tmp_path: Path, pack: Pack, field: str, value: object, kept: str) -> None:
    outcome = checked(tmp_path / "bang", pack, xlsx([HEAD, (BIRTH, field, value)]))
    assert [change.value for change in outcome.changes] == [kept], outcome.wrong


def test_merged_cells_are_errors_of_each_of_their_rows(tmp_path: Path, pack: Pack) -> None:
    rows = [HEAD, GOOD, (BIRTH, "fee", "10000"), ("", "where", "Quầy 2")]
    outcome = checked(tmp_path / "bang", pack, xlsx(rows, merge="A3:A4"))
    assert [(wrong.line, wrong.message) for wrong in outcome.wrong] == [
        (line, "ô bị gộp (A3:A4). Bỏ gộp ô, ghi lại từng dòng.") for line in (3, 4)
    ]


def test_two_rows_for_one_field_are_both_wrong(tmp_path: Path, pack: Pack) -> None:
    other, own = next(iter(pack.also.items()))
    rows = [HEAD, (own, "price", "300000"), GOOD, (other, "Giá", "400000"), (own, "price", "")]
    outcome = checked(tmp_path / "bang", pack, table(rows).encode())
    assert [wrong.line for wrong in outcome.wrong] == [2, 4]
    assert "các dòng 2, 4 cùng sửa một điều" in outcome.wrong[0].message
    assert len(outcome.changes) == outcome.blank == 1


def test_what_is_said_already_writes_nothing_but_a_number_is_confirmed(pack: Pack) -> None:
    hidden = pack.hotlines["hotline:ca-dong-thap-tieu-cuc"]
    rows = [
        Wanted(line=1, item=BIRTH, field="fee", value="0"),
        Wanted(line=2, item=hidden.id, field="number", value=hidden.dial or ""),
    ]
    outcome = plan(rows, Facts(pack=pack, at=TODAY.date()))
    assert outcome.unchanged == 1
    assert [change.item for change in outcome.changes] == [hidden.id]
    confirmed = {hidden.id: {"number": Overlay(value=hidden.dial or "", by="a", at=TODAY)}}
    assert plan(rows, Facts(pack=pack, at=TODAY.date(), overlays=confirmed)).changes == ()


def test_an_amount_needs_a_rule_to_keep(pack: Pack) -> None:
    amount = Wanted(line=1, item=BIRTH, field="fee", value="10000")
    rule = Wanted(line=2, item=BIRTH, field="fee_rule", value="10.000 đồng.")
    bare = pack.procedures[BIRTH].model_copy(update={"fees": ()})
    without = replace(pack, procedures=dict(pack.procedures) | {BIRTH: bare})
    assert "Thêm một dòng fee_rule" in plan([amount], Facts(pack=without, at=TODAY.date())).wrong[0].message
    assert len(plan([amount, rule], Facts(pack=without, at=TODAY.date())).changes) == 2
    assert plan([amount], Facts(pack=pack, at=TODAY.date())).without_rule == (BIRTH,)
