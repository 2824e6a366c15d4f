"""What grows old is listed by who keeps it true."""

from __future__ import annotations

import datetime as dt

from content import stale
from content.corrections import Overlay
from content.pack import Facts, Pack

BIRTH = "dang-ky-khai-sinh"
CHANGE = dt.date(2027, 3, 1)  # the new civil status law


def facts(pack: Pack, at: dt.date, **values: str) -> Facts:
    moment = dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    overlays = {name: Overlay(value=value, by="can-bo-mau", at=moment) for name, value in values.items()}
    return Facts(pack=pack, at=at, overlays={BIRTH: overlays} if overlays else {})


def found(owners: list[stale.Owner], owner: str) -> dict[str, int]:
    return {due.id: due.days for one in owners if one.owner == owner for due in one.items}


def test_past_and_near_review_dates_are_listed_and_the_far_are_not(pack: Pack) -> None:
    due = pack.procedures[BIRTH].review_by
    assert due is not None
    for left, listed in ((60, True), (61, False), (0, True), (-3, True)):
        owners = stale.by_owner(facts(pack, due - dt.timedelta(days=left)), days=60)
        assert found(owners, "phuong").get(BIRTH) == (left if listed else None)


def test_officers_set_the_review_date_and_the_owner(pack: Pack) -> None:
    owners = stale.by_owner(facts(pack, dt.date(2026, 11, 24), review_by="2026-11-20", owner="tư pháp"), days=0)
    assert found(owners, "tư pháp") == {BIRTH: -4}
    assert BIRTH not in found(owners, "phuong")


def test_changes_of_law_are_listed_until_somebody_has_written_what_followed(pack: Pack) -> None:
    for at, left in ((dt.date(2026, 11, 24), 97), (CHANGE, 0), (dt.date(2027, 4, 1), -31)):
        owners = stale.by_owner(facts(pack, at), days=0)
        changes = {change.id: change.days for owner in owners for change in owner.changes if change.on == CHANGE}
        assert changes[BIRTH] == left


def test_items_without_a_review_date_are_counted(pack: Pack) -> None:
    at = dt.date(2026, 11, 24)
    without = [id_ for id_, item in pack.items() if item.review_by is None]
    assert stale.undated(facts(pack, at)) == len(without)


def test_corrections_of_what_has_left_the_pack_are_listed(pack: Pack) -> None:
    lost = Overlay(value="0000 000 001", by="can-bo-mau", at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC))
    known = Facts(pack=pack, at=CHANGE, overlays={"hotline:khong-con": {"number": lost}})
    assert stale.orphans(known) == [("hotline:khong-con", "number")]
