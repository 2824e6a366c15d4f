"""Officers' corrections over the pack: what changes, what is kept, what survives another edition of the pack."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest

from content import corrections
from content.corrections import NAMES, Overlay, fields_of
from content.pack import Facts, Pack
from content.schema import Fee, Item, Procedure, Text
from content.texts import texts

TODAY = dt.date(2026, 11, 24)
BIRTH = "dang-ky-khai-sinh"


def over(value: str, on: str = "2026-11-20") -> Overlay:
    return Overlay(value=value, by="can-bo-mau", at=dt.datetime.fromisoformat(on + "T02:00:00+00:00"))


def facts(pack: Pack, id_: str, at: dt.date = TODAY, **values: str) -> Facts:
    return Facts(pack=pack, at=at, overlays={id_: {name: over(value) for name, value in values.items()}})


def rule(procedure: Procedure, at: dt.date = TODAY) -> list[str]:
    fee = procedure.fee(at)
    return [text.vi for text in fee.rule] if fee else []


@pytest.mark.parametrize(
    ("id_", "field", "value"),
    [
        (BIRTH, "time_limit", "Hai ngày.\nNộp qua mạng: ba ngày."),
        (BIRTH, "where", "Quầy số 2."),
        (BIRTH, "fee_rule", "Quá 60 ngày: 15.000 đồng."),
        ("hotline:1022", "hours", "7 giờ đến 17 giờ"),
        ("hotline:phuong-sa-dec", "hours", "7 giờ đến 17 giờ"),
        ("homestay:ngoi-nha-hoa-ech", "price", "300.000 đồng một đêm"),
        ("homestay:ngoi-nha-hoa-ech", "hours", "cả ngày"),
        ("homestay:ngoi-nha-hoa-ech", "season", "tháng Chạp"),
        ("homestay:ngoi-nha-hoa-ech", "open", "no"),
        ("tong-dai-1022", "status", "Vẫn chạy."),
        ("club:hoi-quan-lang-hoa", "owner", "hội nông dân"),
        ("hotline:113", "review_by", "2027-03-01"),
    ],
)
def test_the_corrected_item_says_the_new_value(pack: Pack, id_: str, field: str, value: str) -> None:
    before, after = pack.item(id_), facts(pack, id_, **{field: value}).item(id_)
    assert before is not None
    assert after is not None
    assert corrections.now(before, field, TODAY) != value
    assert corrections.now(after, field, TODAY) == value
    assert after.names == before.names
    assert facts(pack, id_, **{field: value}).corrected(id_)[field].by == "can-bo-mau"


def test_every_field_has_words_in_both_languages(pack: Pack) -> None:
    assert {field.name for _, item in pack.items() for field in fields_of(item)} == set(NAMES)
    assert all(texts(lang)(f"field.{name}") for lang in ("vi", "en") for name in NAMES)
    assert all(len(name) <= 32 for name in NAMES), "the column of the database"


def test_a_new_amount_keeps_the_earlier_rule_and_says_that_it_is_earlier(pack: Pack) -> None:
    corrected = facts(pack, BIRTH, fee="15000").procedure(BIRTH)
    fee = corrected.fee(TODAY)
    assert fee is not None
    assert fee.amount == 15000
    assert rule(corrected)[:2] == ["Mức thu: 15.000 đồng.", "Cách tính ghi trước khi đính chính, hỏi lại tại quầy:"]
    assert rule(corrected)[2:] == rule(pack.procedures[BIRTH])
    assert fee.rule[0].in_("en") == "Fee: 15.000 đồng."


@pytest.mark.parametrize(
    ("fee", "written", "lines"),
    [
        pytest.param("15000", "Mỗi bản 15.000 đồng.", ["Mỗi bản 15.000 đồng."], id="the rule names the amount"),
        pytest.param("15000", "Thu 115.000 đồng.", ["Mức thu: 15.000 đồng.", "Thu 115.000 đồng."], id="another one"),
        pytest.param("15000", "Theo nghị quyết.", ["Mức thu: 15.000 đồng.", "Theo nghị quyết."], id="no amount"),
        pytest.param("0", "Miễn phí.", ["Miễn phí."], id="nothing to pay"),
        pytest.param("0", "Theo nghị quyết.", ["Mức thu: 0 đồng.", "Theo nghị quyết."], id="nothing, not said"),
    ],
)
def test_a_new_amount_with_a_new_rule(pack: Pack, fee: str, written: str, lines: list[str]) -> None:
    assert rule(facts(pack, BIRTH, fee=fee, fee_rule=written).procedure(BIRTH)) == lines


def test_a_new_rule_alone_leaves_no_certain_amount(pack: Pack) -> None:
    fee = facts(pack, BIRTH, fee_rule="Theo nghị quyết mới.").procedure(BIRTH).fee(TODAY)
    assert fee is not None
    assert fee.amount is None


def test_short_lines_that_nobody_corrected_are_left_out(pack: Pack) -> None:
    assert pack.procedures[BIRTH].essential
    assert facts(pack, BIRTH, where="Quầy số 2").procedure(BIRTH).essential == ()
    assert facts(pack, BIRTH, owner="tư pháp").procedure(BIRTH).essential


def edition(pack: Pack, *fees: Fee, **update: object) -> Pack:
    """Another edition of the pack."""
    procedure = pack.procedures[BIRTH].model_copy(update={"fees": fees or pack.procedures[BIRTH].fees} | update)
    return replace(pack, procedures=dict(pack.procedures) | {BIRTH: procedure})


NEXT_YEAR = dt.date(2027, 1, 1)
OLD = Fee(amount=0, rule=(Text(vi="Không thu."),), valid_to=dt.date(2026, 12, 31))
NEW = Fee(amount=20000, rule=(Text(vi="20.000 đồng."),), valid_from=NEXT_YEAR)


def test_a_correction_survives_another_edition_and_leaves_next_years_fee_alone(pack: Pack) -> None:
    newer = edition(pack, OLD, NEW)
    corrected = facts(newer, BIRTH, fee="15000", fee_rule="15.000 đồng.").procedure(BIRTH)
    assert rule(corrected) == ["15.000 đồng."]
    assert rule(corrected, NEXT_YEAR) == ["20.000 đồng."]


def test_a_fee_where_the_pack_knew_none_ends_before_the_one_it_knows(pack: Pack) -> None:
    corrected = facts(edition(pack, NEW), BIRTH, fee="15000", fee_rule="15.000 đồng.").procedure(BIRTH)
    assert rule(corrected) == ["15.000 đồng."]
    assert rule(corrected, NEXT_YEAR) == ["20.000 đồng."]


def test_an_amount_with_no_rule_to_keep_is_not_shown(pack: Pack) -> None:
    assert facts(edition(pack, NEW), BIRTH, fee="15000").procedure(BIRTH).fee(TODAY) is None


def test_a_time_limit_of_another_day_is_left_alone(pack: Pack) -> None:
    newer = edition(
        pack, time_limit=(Text(vi="Ba ngày.", valid_to=OLD.valid_to), Text(vi="Một ngày.", valid_from=NEXT_YEAR))
    )
    corrected = facts(newer, BIRTH, time_limit="Hai ngày.").procedure(BIRTH)
    assert corrections.now(corrected, "time_limit", TODAY) == "Hai ngày."
    assert corrections.now(corrected, "time_limit", NEXT_YEAR) == "Một ngày."


def test_a_place_is_corrected_by_either_of_its_ids(pack: Pack) -> None:
    other, own = next(iter(pack.also.items()))
    corrected = facts(pack, own, open="no", number="0000 000 001", price="300.000 đồng")
    assert corrected.place(other) == corrected.place(own)
    assert corrected.place(own).price_date == "20/11/2026"
    assert own not in {place.id for place in corrected.places()}
    number = corrected.number(other)
    assert number is not None
    assert (number.dial, number.verified_by, number.verified_at) == (
        "0000000001",
        "can-bo-mau",
        dt.date(2026, 11, 20),
    )


def test_nobody_corrects_113(pack: Pack) -> None:
    number = facts(pack, "hotline:113", number="0000 000 001").number("hotline:113")
    assert number is not None
    assert number.dial == "113"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        pytest.param("colour", "đỏ", id="a field of another version"),
        pytest.param("fee", "10k", id="a value that is no longer allowed"),
        pytest.param("number", "0000 000 001", id="a field of another kind of item"),
    ],
)
def test_what_this_version_cannot_read_lies_over_nothing(pack: Pack, field: str, value: str) -> None:
    known = facts(pack, BIRTH, **{field: value})
    assert known.procedure(BIRTH) == pack.procedures[BIRTH]
    assert known.corrected(BIRTH) == {}


def test_an_item_nobody_corrected_is_the_packs_own(pack: Pack) -> None:
    known = Facts(pack=pack, at=TODAY)
    assert all(known.item(id_) is item for id_, item in pack.items())
    assert known.item("khong-co") is None


def test_the_day_of_a_correction_is_the_day_in_viet_nam() -> None:
    late = Overlay(value="x", by="y", at=dt.datetime(2026, 11, 20, 18, tzinfo=dt.UTC))
    assert late.day == dt.date(2026, 11, 21)


def test_a_review_date_moves_what_is_old(pack: Pack) -> None:
    item: Item = facts(pack, BIRTH, review_by="2026-11-01").procedure(BIRTH)
    assert Facts(pack=pack, at=TODAY).is_old(item)
