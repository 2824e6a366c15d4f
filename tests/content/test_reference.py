"""No fact of the reference is lost on its way into the pack, and none is added."""

from __future__ import annotations

import calendar
import datetime as dt
import json
import re
from collections.abc import Iterator
from typing import Any, Final

import pytest

from content.pack import Pack
from content.schema import Procedure, Text
from tests.content import reference
from tests.content.reference import Entry, complaints, differing, misstated, strings, texts, vietnamese

PROCEDURES: Final = {
    entry["id"]: entry for file in ("procedures-1.yaml", "procedures-2.yaml") for entry in reference.read(file)
}
LOCAL: Final = reference.read("sa-dec.yaml")
WRITTEN: Final = dt.date(2026, 11, 23)  # the day of the reference

# What differs on purpose, each with its reason. An exception that no longer holds fails too.
EXCEPTIONS: Final = {
    "dang-ky-khai-sinh-luu-dong": {
        "ways: ['counter', 'mobile'] became ['mobile']": "'trực tiếp tại nhà': the officer comes, there is no counter",
    },
    "chung-thuc-ban-sao-dien-tu": {
        "ways: ['counter', 'online'] became ['online']": "one way: the appointment online, then the original at the counter",
    },
    "thay-doi-cai-chinh-ho-tich": {
        "span 18 tuổi is added": "'người chưa thành niên', in words that everybody knows",
    },
    "dang-ky-nuoi-con-nuoi": {
        "span 18 tuổi is added": "'16–dưới 18', with the unit that the reference leaves out",
        "figure 16 is lost": "the same",
        "figure 18 is lost": "the same",
    },
    "tro-cap-huu-tri-xa-hoi": {
        "figure 70 is added": "'70 nếu hộ nghèo': 'từ 70 đến dưới 75 tuổi', said short in the essential lines",
    },
    "cong-nhan-ho-ngheo-can-ngheo": {
        "valid_from 2026-09-01 is added": "'đợt cuối năm 2026 (01/9–14/12)', as dates of the line that says it",
        "valid_to 2026-12-14 is added": "the same",
    },
    "dang-ky-nghia-vu-quan-su": {
        "paper 2: 1 × copy, always became 1 × copy, on a condition": "data replaces the copy until 28/02/2027: its note",
        "paper 3: nothing became 1 × copy, always": "the same paper from 01/03/2027 on",
    },
    "tuyen-sinh-dau-cap": {
        "valid_to 2027-06-30 is added": "'đợt 2026–2027 đã xong' is news no longer when the next school year is enrolled",
    },
}  # fmt: skip


@pytest.mark.parametrize("id_", PROCEDURES)
def test_a_procedure_says_what_the_reference_says(pack: Pack, id_: str) -> None:
    found = complaints(PROCEDURES[id_], pack.procedures[id_], on=WRITTEN)
    assert sorted(found) == sorted(EXCEPTIONS.get(id_, {}))


def test_the_procedures_are_those_of_the_reference(pack: Pack) -> None:
    assert set(pack.procedures) == set(PROCEDURES)
    assert len(PROCEDURES) == 64


@pytest.mark.parametrize("id_", PROCEDURES)
def test_what_people_call_it_still_leads_there_or_to_another_item(pack: Pack, id_: str) -> None:
    names = {name.casefold() for _, item in pack.items() for name in item.names}
    assert [name for name in PROCEDURES[id_]["also_called"] if name.casefold() not in names] == []


@pytest.mark.parametrize(
    ("id_", "old", "new", "complaint"),
    [
        pytest.param("dang-ky-khai-sinh", "10.000 đồng", "12.000 đồng", "amount 12.000 is added", id="an amount"),
        pytest.param("dang-ky-khai-sinh", "8.000 đồng", "", "amount 8.000 is lost", id="an amount is left out"),
        pytest.param("dang-ky-khai-sinh", "60 ngày", "60 ngày làm việc", "span 60 ngày is lost", id="days of work"),
        pytest.param("dang-ky-khai-sinh", "15 giờ", "16 giờ", "span 15 giờ left the time limit", id="an hour"),
        pytest.param("dang-ky-khai-sinh", "01/01/2031", "01/01/2032", "date 2032-01-01 is added", id="a date"),
        pytest.param("dang-ky-khai-sinh", "2031-01-01", "2031-02-01", "on 2031-02-01 is added", id="a date as data"),
        pytest.param("dang-ky-khai-sinh", "1.000689", "1.000698", "code 1.000689 is lost", id="a code"),
        pytest.param("dang-ky-khai-sinh", "26/2025/NQ", "62/2025/NQ", "law or month 26/2025 is lost", id="a resolution"),
        pytest.param("dang-ky-thuong-tru", "CT01", "CT02", "form CT01 is lost", id="a form"),
        pytest.param("cap-the-can-cuoc", "50%", "40%", "percent 50 is lost", id="a percent"),
        pytest.param("dang-ky-khai-sinh", '"copies": 1', '"copies": 2', "paper 1: 1 × original, always became 2 × original, always", id="copies"),
        pytest.param("dang-ky-khai-sinh", '"original"', '"copy"', "paper 1: 1 × original, always became 1 × copy, always", id="original or copy"),
        pytest.param("dang-ky-khai-sinh", '"high"', '"low"', "confidence: high became low", id="confidence"),
        pytest.param("dang-ky-khai-sinh", "2026-07-18", "2026-07-19", "as of: 2026-07-18 became 2026-07-19", id="as of"),
        pytest.param("dang-ky-khai-sinh", "không thu", "thu", "what is free: said on one side only", id="free"),
    ],
)  # fmt: skip
def test_a_changed_fact_is_complained_of(pack: Pack, id_: str, old: str, new: str, complaint: str) -> None:
    text = json.dumps(pack.procedures[id_].model_dump(mode="json"), ensure_ascii=False)
    assert old in text
    changed = Procedure.model_validate(json.loads(text.replace(old, new)))
    assert complaint in complaints(PROCEDURES[id_], changed, on=WRITTEN)


@pytest.mark.parametrize(
    ("field", "complaint"),
    [("papers", "paper 6"), ("show", "shown only"), ("laws", "laws"), ("sources", "sources"), ("how", "ways")],
)
def test_a_dropped_entry_is_complained_of(pack: Pack, field: str, complaint: str) -> None:
    procedure = pack.procedures["dang-ky-khai-sinh"]
    shorter = procedure.model_copy(update={field: getattr(procedure, field)[:-1]})
    found = complaints(PROCEDURES[procedure.id], shorter, on=WRITTEN)
    assert any(line.startswith(complaint) for line in found)


def _month(words: str | None) -> str:
    """2019-05 as people write it: 5/2019."""
    return "{1}/{0}".format(*words.replace("-0", "-").split("-")) if words else ""


MONTHS: Final = {name: f"{number:02}" for number, name in enumerate(calendar.month_name)}
_MONTH: Final = "|".join(name for name in MONTHS if name)

# Said in words in English, or in Vietnamese figures that English has no use for.
IN_WORDS: Final = {
    "dang-ky-xe": {"100": "'miễn 100%': no registration tax"},
}  # fmt: skip


def _figures(text: str) -> set[str]:
    """The figures of an English or a Vietnamese text, written in one way."""
    text = re.sub(rf"(\d{{1,2}}) ({_MONTH}) (\d{{4}})", lambda m: f"{m[1]}/{MONTHS[m[2]]}/{m[3]}", text)
    text = re.sub(rf"({_MONTH}) (\d{{4}})", lambda m: f"{MONTHS[m[1]]}/{m[2]}", text)
    text = re.sub(rf"(\d{{1,2}}) ({_MONTH})", lambda m: f"{m[1]}/{MONTHS[m[2]]}", text)
    text = re.sub(r"(\d{1,2})(?::00)? ?pm", lambda m: str(int(m[1]) + 12), text)
    text = re.sub(r"(\d+):00", r"\1", text)
    return {re.sub(r"\b0+(?=\d)", "", figure.replace(",", ".")) for figure in re.findall(r"\d+(?:[.,/]\d+)*", text)}


def test_the_english_says_the_figures_of_the_vietnamese(pack: Pack) -> None:
    lost, added = set(), set()
    for item in (*(item for _, item in pack.items()), *pack.old_names.values()):
        for text in texts(item):
            ours, english = _figures(text.vi), _figures(text.en or "")
            parts = {part for figure in ours for part in figure.split("/")}  # 06/07 ấp: 6 of 7 hamlets
            lost |= {(item.id, f) for f in ours - english if len(f) > 2 and not set(f.split("/")) <= english}
            added |= {(item.id, f) for f in english - ours - {part.lstrip("0") for part in parts}}
    assert lost == {(id_, figure) for id_, figures in IN_WORDS.items() for figure in figures}
    assert added == set()


# Facts of another part of the reference that were written where people ask for them.
FOLDED: Final = {
    "hoi-quan": "Cộng tám hội quán được 283 thành viên.",  # clubs.total_members_2021
    "san-xuat-hoa-kieng-homestay": [
        f"{_month(count['when'])} {count['value']} {count['what']}"
        for count in LOCAL["homestays"]["counts"]["other_counts"]
    ],
    "nu-cuoi-cong-so-ep-nhua-giay-to": "doi-ho-tich",
    "to-nhan-dan-tu-quan": "ocr-570-1629",
    "to-cong-nhan-tu-quan-nha-tro": "ocr-a1-c",
}
CONFLICTS: Final = {conflict["id"]: conflict for conflict in LOCAL["conflicts"]}


def _named(entries: list[Entry]) -> list[Any]:
    return [pytest.param(entry, id=entry["id"]) for entry in entries]


def _vi(text: Text | None) -> str | None:
    return text and text.vi


def _refs(entry: Entry) -> set[str]:
    parts = [entry, *entry.get("later", [])]
    return {source["ref"] for part in parts for source in part["sources"]}


@pytest.mark.parametrize("entry", _named(LOCAL["initiatives"]))
def test_an_initiative_says_what_the_report_says(pack: Pack, entry: Entry) -> None:
    ours = pack.initiatives[entry["id"]]
    pairs = {
        "field": (entry["field"], ours.field),
        "number": (entry["report_no"], ours.report_no),
        "title": (entry["title_vi"], ours.title.vi),
        "name": (entry["short_vi"], ours.name.vi),
        "run by": (entry["run_by"], ours.run_by.vi),
        "where": (entry["where"], list(ours.where)),
        "where note": (entry["where_note"], _vi(ours.where_note)),
        "figures": (
            [(f["label"], f["value"], f["unit"], f["as_written"]) for f in entry["figures"]],
            [(f.label.vi, f.value, f.unit.vi, f.as_written) for f in ours.figures],
        ),
        "difficulties": (len(entry["difficulties"]), len(ours.difficulties)),
        "what to do": (len(entry["do_vi"]), len(ours.do)),
        "procedures": (entry["related_procedures"], list(ours.related_procedures)),
        "hotlines": (entry["related_hotlines"], list(ours.related_hotlines)),
        "detail": (entry["report_detail"], ours.detail.vi),
        "status": (entry["status_now"], ours.status.vi),
        "as of": (entry["as_of"], ours.as_of),
        "sources lost": (_refs(entry) - set(ours.sources), set()),
    }
    folded = FOLDED.get(entry["id"], "")
    theirs = [*entry["difficulties"], *entry["do_vi"], entry["what_vi"], entry["note_now"] or ""]
    mine = [*ours.difficulties, *ours.do, *ours.what, *ours.note_now]
    also = [
        CONFLICTS.get(folded, folded) if isinstance(folded, str) else folded,
        entry["figures"],
        entry["title_vi"],
        entry["related_hotlines"],
    ]
    found = [*differing(pairs), *misstated(theirs, vietnamese(tuple(mine)), also=strings(also))]
    assert found == []


def test_the_initiatives_are_those_of_the_report(pack: Pack) -> None:
    assert {entry["id"] for entry in LOCAL["initiatives"]} == set(pack.initiatives)


@pytest.mark.parametrize("entry", _named(LOCAL["hotlines"]))
def test_a_hotline_says_what_the_reference_says(pack: Pack, entry: Entry) -> None:
    ours = pack.hotlines[entry["id"]]
    pairs = {
        "name": (entry["name"], ours.name.vi),
        "shown": (entry["show_by_default"], ours.show_by_default),
        "scope": (entry["scope"], ours.scope.vi),
        "hours": (entry["hours"], _vi(ours.hours)),
        "cost": (entry["cost"], _vi(ours.cost)),
        "other ways": ([way for way in entry["channels"] if way != "điện thoại"], [way.vi for way in ours.ways]),
        "sources": (_refs(entry), set(ours.sources)),
    }
    if entry["show_by_default"]:  # the copy keeps no number that nobody may show
        pairs["number"] = (entry["number"], ours.number)
        pairs["dial"] = (entry["dial"], ours.dial)
    texts = [entry["what_vi"], entry["note"] or ""]
    assert [*differing(pairs), *misstated(texts, [ours.what.vi, _vi(ours.note) or ""])] == []


def test_the_hotlines_are_those_of_the_reference(pack: Pack) -> None:
    assert {entry["id"] for entry in LOCAL["hotlines"]} == set(pack.hotlines)


def test_the_copy_of_the_reference_tells_no_number_that_nobody_confirmed() -> None:
    unconfirmed = [line for line in LOCAL["hotlines"] if not line["show_by_default"]]
    candidates = [c for unit in LOCAL["units"]["successors"] for c in unit.get("phone_candidates", [])]
    assert {line["number"] for line in unconfirmed} | {line["dial"] for line in unconfirmed} == {None}
    assert {c["number"] for c in candidates if not c["publish"]} == {None}


# A point that is both a homestay and a sight is one item: its texts hold what both entries say.
PLACE_EXCEPTIONS: Final = {
    "homestay:nha-co-huynh-thuy-le": {
        "price: từ 550.000 đồng một phòng một đêm; vé tham quan 20.000 đến 30.000 đồng became "
        "từ 550.000 đồng một phòng một đêm; vé tham quan 20.000 đến 30.000 đồng (giá tham khảo)": "as the sight says",
        "price date: 2019 và sau đó became 2019": "a date as data; the words stand in the note",
    },
    "sight:vuon-hong-tu-ton": {
        "address: đường tỉnh 848 became đường tỉnh 848, phường Tân Quy Đông (cũ)": "as the homestay says",
    },
    "sight:nha-co-huynh-thuy-le": {
        "price: 20.000 đến 30.000 đồng (giá tham khảo) became "
        "từ 550.000 đồng một phòng một đêm; vé tham quan 20.000 đến 30.000 đồng (giá tham khảo)": "as the homestay says",
    },
}  # fmt: skip


@pytest.mark.parametrize("entry", _named([*LOCAL["homestays"]["points"], *LOCAL["sights"]]))
def test_a_place_says_what_the_reference_says(pack: Pack, entry: Entry) -> None:
    ours = pack.places[pack.also.get(entry["id"], entry["id"])]
    point = ours.point
    values = {
        "overnight": ours.overnight,
        "unit": ours.unit,
        "unit_certainty": _vi(ours.unit_certainty),
        "address": _vi(ours.address),
        "lat": point and point.lat,
        "lon": point and point.lon,
        "coordinate_precision": point and _vi(point.precision),
        "hours": _vi(ours.hours),
        "price_vnd": _vi(ours.price),
        "price_date": ours.price_date,
        "capacity": _vi(ours.capacity),
        "recognised": _vi(ours.recognised),
    }
    if ours.id == entry["id"]:
        values["name"] = ours.name.vi
    names = {"price_vnd": "price", "price_date": "price date"}
    pairs = {names.get(key, key): (entry[key], value) for key, value in values.items() if key in entry}
    pairs["sources lost"] = (_refs(entry) - set(ours.sources), set())
    twin = [
        other for other in (*LOCAL["homestays"]["points"], *LOCAL["sights"]) if other["id"] in (*ours.also, ours.id)
    ]
    found = [
        *differing(pairs),
        *misstated(_about(entry), vietnamese(ours), also=(t for e in twin for t in _about(e))),
    ]
    assert sorted(found) == sorted(PLACE_EXCEPTIONS.get(entry["id"], {}))


def _about(entry: Entry) -> Iterator[str]:
    return strings(
        {key: value for key, value in entry.items() if key not in {"id", "sources", "aliases", "price_date"}}
    )


def test_the_places_are_those_of_the_reference(pack: Pack) -> None:
    entries = {entry["id"] for entry in (*LOCAL["homestays"]["points"], *LOCAL["sights"])}
    assert entries == {*pack.places, *pack.also}


@pytest.mark.parametrize("entry", _named(LOCAL["clubs"]["items"]))
def test_a_club_says_what_the_report_says(pack: Pack, entry: Entry) -> None:
    ours = pack.clubs[entry["id"]]
    cooperative = entry.get("cooperative", {})
    pairs = {
        "name": (entry["name"], ours.name.vi),
        "unit": (entry["unit"], ours.unit),
        "members": (entry["members_2021"], ours.members_2021),
        "trade": (entry["trade_vi"], ours.trade.vi),
        "as of": (entry["as_of"], ours.as_of),
        "status": (entry["status_now"], ours.status.vi),
        "services": (cooperative.get("services_vi", []), [service.vi for service in ours.services]),
        "sources": (_refs(entry), set(ours.sources)),
    }
    theirs = [f"{_month(part['when'])} {part['members']} {part['note']}" for part in entry.get("later", [])]
    assert [*differing(pairs), *misstated(theirs, vietnamese(ours.later))] == []


def test_the_clubs_are_those_of_the_report(pack: Pack) -> None:
    assert {entry["id"] for entry in LOCAL["clubs"]["items"]} == set(pack.clubs)
    assert sum(club.members_2021 for club in pack.clubs.values()) == LOCAL["clubs"]["total_members_2021"]


@pytest.mark.parametrize("entry", _named([*LOCAL["units"]["wards_2021"], *LOCAL["units"]["successors"]]))
def test_a_unit_says_what_the_reference_says(pack: Pack, entry: Entry) -> None:
    ours = pack.units[entry["id"]]
    centre = entry["centroid"]
    pairs = {
        "name": (entry["name"], ours.name.vi),
        "type": ({"phường": "phuong", "xã": "xa"}[entry["type"]], ours.type),
        "successor": (entry.get("successor_id"), ours.successor),
        "centre": (
            (centre["lat"], centre["lon"], centre["precision"]),
            (ours.centre.lat, ours.centre.lon, _vi(ours.centre.precision)),
        ),
        "hamlets": (
            [*(entry.get("hamlets_2021") or []), *(entry.get("hamlets_since_2025") or [])],
            list(ours.hamlets),
        ),
        "website": (entry.get("website"), ours.website),
        "sources": (_refs(entry), set(ours.sources)),
    }
    note = [entry["note"] or "", entry.get("resolution", "")]
    also = [_number(entry["area_km2"]), _number(entry.get("population")), str(entry.get("population_year", ""))]
    if "merged_from" in entry:
        also += [pack.units[unit].name.vi for unit in entry["merged_from"]]
        also.append("{2}/{1}/{0}".format(*entry["operating_since"].split("-")))
    assert [*differing(pairs), *misstated(note, [_vi(ours.note) or ""], also=also)] == []


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:,}".translate(str.maketrans(",.", ".,"))


def test_the_units_are_those_of_the_reference(pack: Pack) -> None:
    entries = [*LOCAL["units"]["wards_2021"], *LOCAL["units"]["successors"]]
    assert {entry["id"] for entry in entries} == set(pack.units)
    merged = {unit: entry["id"] for entry in LOCAL["units"]["successors"] for unit in entry["merged_from"]}
    assert merged == {unit.id: unit.successor for unit in pack.units.values() if unit.successor}


@pytest.mark.parametrize("name", LOCAL["sources"])
def test_a_source_is_cited_as_the_reference_cites_it(pack: Pack, name: str) -> None:
    theirs, ours = LOCAL["sources"][name], pack.sources[name]
    assert theirs == ours.model_dump(mode="json")
