"""Printed codes on both databases: issued once, aimed anew, revoked, counted, and logged with who did it."""

from __future__ import annotations

import asyncio
import csv
import datetime as dt
import io

import pytest
from sqlalchemy import func, select

from bot.errors import NotAllowed, WrongInput, WrongTarget
from bot.office.codes import Codes, state_of, today
from bot.office.scan_figures import as_csv, figures
from bot.office.scans import Scans
from bot.storage import audit
from bot.storage import codes as stored
from bot.storage.audit import SHELL
from bot.storage.codes import Scan, Wanted
from bot.storage.database import Database
from bot.storage.officers import Officer
from content.pack import Pack

URL = "https://sadec.example"
BIRTH = "procedure:dang-ky-khai-sinh"
EDITOR = Officer(id=1, name="thu", grants=frozenset({("editor", "phuong-1")}))


@pytest.fixture
def desk(database: Database, pack: Pack) -> Codes:
    return Codes(database, pack, URL)


def households(count: int, **more: str) -> list[Wanted]:
    return [Wanted(target=BIRTH, unit="phuong-1", group=f"Tổ {n % 3}", ref=f"H{n}", **more) for n in range(count)]


async def test_a_code_is_issued_and_looked_up_as_people_type_it(desk: Codes) -> None:
    issued = await desk.issue(Wanted(target=BIRTH, unit="phuong-1", campaign="Tết"), by=SHELL)
    assert issued.link == f"HTTPS://SADEC.EXAMPLE/Q/{issued.code}"
    for typed in (issued.code.lower(), issued.short, issued.link, f"  {issued.link.lower()}?lang=en"):
        looked = await desk.look(typed)
        assert (looked.state, looked.issued and looked.issued.code) == ("good", issued.code), typed
    assert (await desk.look(issued.code[:-1])).state == "mistyped"
    assert (await desk.look("000000000")).state == "unknown"


async def test_the_same_row_keeps_its_code_and_another_campaign_gets_its_own(desk: Codes) -> None:
    first = await desk.issue_all(households(20), by=SHELL)
    again = await desk.issue_all([*households(25), *households(2)], by=SHELL)
    assert [code.code for code in again[:20]] == [code.code for code in first]
    assert [code.code for code in again[25:]] == [code.code for code in first[:2]]
    other = await desk.issue_all(households(20, campaign="Tết"), by=SHELL)
    assert not {code.code for code in other} & {code.code for code in again}
    assert len(await desk.listed()) == 45


async def test_a_row_keeps_its_code_after_it_was_aimed_anew(desk: Codes) -> None:
    (first,) = await desk.issue_all(households(1), by=SHELL)
    await desk.retarget(first.code, "menu", by=SHELL)
    (again,) = await desk.issue_all(households(1), by=SHELL)
    assert (again.code, again.target) == (first.code, "menu")


async def test_codes_without_a_reference_are_each_their_own(desk: Codes) -> None:
    made = await desk.issue_all([Wanted(target="menu")] * 3, by=SHELL)
    assert len({code.code for code in made}) == 3


async def test_processes_that_print_the_same_rows_at_once_get_the_same_codes(database_url: str, pack: Pack) -> None:
    databases = [Database(database_url) for _ in range(3)]
    await databases[0].migrate()
    desks = [Codes(each, pack, URL) for each in databases]
    made = await asyncio.gather(*(desk.issue_all(households(30), by=SHELL) for desk in desks))
    assert len({tuple(code.code for code in codes) for codes in made}) == 1
    assert len(await desks[0].listed()) == 30
    for each in databases:
        await each.close()


async def test_ten_thousand_are_issued_in_bulk(desk: Codes) -> None:
    made = await desk.issue_all(households(10_000), by=SHELL)
    assert len({code.code for code in made}) == 10_000
    assert [code.ref for code in made[::2500]] == ["H0", "H2500", "H5000", "H7500"]


async def test_a_code_is_aimed_anew_and_its_history_kept(desk: Codes, database: Database) -> None:
    issued = await desk.issue(Wanted(target=BIRTH), by=SHELL)
    aimed = await desk.retarget(issued.short, "hotline:phuong-1", by=SHELL)
    assert (aimed.code, aimed.target) == (issued.code, "hotline:phuong-1")
    async with database.reading() as session:
        assert [row.target for row in await stored.history(session, issued.serial)] == [BIRTH, "hotline:phuong-1"]
        deeds = await audit.deeds(session, subject=f"code:{issued.serial}")
    assert [(deed.action, deed.by, deed.detail) for deed in deeds] == [
        ("qr.retarget", SHELL, {"before": BIRTH, "after": "hotline:phuong-1"})
    ]


async def test_a_revoked_code_stays_revoked_and_another_still_works(desk: Codes) -> None:
    one, other = await desk.issue_all([Wanted(target="menu")] * 2, by=SHELL)
    (gone,) = await desk.revoke([one.code], by=SHELL)
    assert gone.revoked_at is not None
    (again,) = await desk.revoke([one.code], by=SHELL)
    assert again.revoked_at == gone.revoked_at
    assert (await desk.look(one.code)).state == "revoked"
    assert (await desk.look(other.code)).state == "good"


async def test_of_several_all_are_revoked_or_none(desk: Codes) -> None:
    issued = await desk.issue(Wanted(target="menu"), by=SHELL)
    with pytest.raises(WrongInput):
        await desk.revoke([issued.code, "000000000"], by=SHELL)
    assert (await desk.look(issued.code)).state == "good"


async def test_a_code_works_from_its_first_day_to_the_end_of_its_last(desk: Codes) -> None:
    first, last = dt.date(2026, 12, 1), dt.date(2026, 12, 31)
    issued = await desk.issue(Wanted(target="menu", valid_from=first, valid_until=last), by=SHELL)
    day = dt.timedelta(days=1)
    assert [state_of(issued, on) for on in (first - day, first, last, last + day)] == [
        "early", "good", "good", "expired",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("menu", "menu"), (BIRTH, BIRTH), ("Procedure:DANG-KY-KHAI-SINH", BIRTH), ("hotline:phuong-1",) * 2,
        ("hotline:113",) * 2, ("homestay:list",) * 2, ("homestay:pink-house",) * 2, ("initiative:hoi-quan",) * 2,
        ("bulletins:phuong-1",) * 2, ("/thu-tuc",) * 2, ("/thu-tuc/dang-ky-khai-sinh/", BIRTH), ("/", "menu"),
        ("/luu-tru", "homestay:list"), ("/mo-hinh/hoi-quan", "initiative:hoi-quan"),
    ],
)  # fmt: skip
async def test_a_target_is_read_in_its_one_spelling(desk: Codes, typed: str, target: str) -> None:
    assert await desk.check(typed) == target


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("procedure:khai-sinh", BIRTH), ("dang-ky-khai-sinh", BIRTH), ("đăng ký khai sinh", BIRTH),
        ("hotline:phuong1", "hotline:phuong-1"), ("initiative:hoiquan", "initiative:hoi-quan"),
        ("bulletin:999", "999"), ("report", "report"), ("/to-giac", "/to-giac"), ("appointment", "appointment"),
        ("https://xau.example/", "menu"), ("", "menu"), ("/can-bo", "menu"), ("bulletin:0", "bulletin:0"),
    ],
)  # fmt: skip
async def test_a_wrong_target_is_refused_with_a_guess_and_no_code_is_made(desk: Codes, typed: str, says: str) -> None:
    with pytest.raises(WrongTarget, match=says):
        await desk.issue_all([Wanted(target="menu"), Wanted(target=typed)], by=SHELL)
    assert await desk.listed() == []


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(target="menu", unit="phuong-99"), Wanted(target="menu", campaign="x" * 61),
        Wanted(target="menu", label="x" * 301),
        Wanted(target="menu", valid_from=dt.date(2026, 2, 1), valid_until=dt.date(2026, 1, 1)),
    ],
    ids=["unit", "campaign", "label", "validity"],
)  # fmt: skip
async def test_what_makes_no_sense_is_refused(desk: Codes, wanted: Wanted) -> None:
    with pytest.raises(WrongInput):
        await desk.issue(wanted, by=SHELL)


async def test_an_editor_prints_for_the_own_unit_only(desk: Codes) -> None:
    issued = await desk.issue(Wanted(target="menu", unit="phuong-1"), by=EDITOR)
    assert issued.by == "thu"
    elsewhere = await desk.issue(Wanted(target="menu", unit="phuong-2"), by=SHELL)
    for refused in (
        desk.issue(Wanted(target="menu", unit="phuong-2"), by=EDITOR),
        desk.issue(Wanted(target="menu"), by=EDITOR),
        desk.retarget(elsewhere.code, BIRTH, by=EDITOR),
        desk.revoke([elsewhere.code], by=EDITOR),
    ):
        with pytest.raises(NotAllowed):
            await refused
    assert (await desk.look(elsewhere.code)).state == "good"


async def test_scans_are_written_together_and_processes_add_up(desk: Codes, database: Database) -> None:
    one, other = await desk.issue_all(households(2, campaign="Tết"), by=SHELL)
    for counter in (Scans(database, desk), Scans(database, desk)):
        for _ in range(3):
            counter.seen(one.serial, "web")
        counter.seen(one.serial, "zalo")
        await counter.flush()
        await counter.flush()
    async with database.reading() as session:
        rows = (await session.execute(select(Scan.serial, Scan.day, Scan.channel, Scan.n))).all()
    assert sorted(map(tuple, rows)) == [(one.serial, today(), "web", 6), (one.serial, today(), "zalo", 2)]
    assert [code.code for code in await desk.listed(never_scanned=True)] == [other.code]


async def test_what_another_process_changes_is_seen_and_the_rest_stays_remembered(
    desk: Codes, database: Database, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, other = await desk.issue_all([Wanted(target="menu")] * 2, by=SHELL)
    scans, elsewhere = Scans(database, desk), Codes(database, pack, URL)
    assert [(await scans.look(code.code)).state for code in (one, other)] == ["good", "good"]
    kept = await scans.look(other.code)
    await elsewhere.retarget(one.code, BIRTH, by=SHELL)
    monkeypatch.setattr("bot.office.scans.FRESH", 0.0)  # as if the second were over
    aimed = await scans.look(one.code)
    assert aimed.issued is not None
    assert aimed.issued.target == BIRTH
    await elsewhere.revoke([one.code], by=SHELL)
    assert (await scans.look(one.code)).state == "revoked"
    assert await scans.look(other.code) is kept


async def test_a_code_ends_at_midnight_though_it_is_remembered(
    desk: Codes, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    issued = await desk.issue(Wanted(target="menu", valid_until=today()), by=SHELL)
    scans = Scans(database, desk)
    assert (await scans.look(issued.code)).state == "good"
    tomorrow = today() + dt.timedelta(days=1)
    for room in ("bot.office.codes", "bot.office.scans"):
        monkeypatch.setattr(f"{room}.today", lambda: tomorrow)
    monkeypatch.setattr("bot.office.scans.FRESH", 0.0)
    assert (await scans.look(issued.code)).state == "expired"


async def test_figures_speak_of_groups_never_of_households(desk: Codes, database: Database) -> None:
    made = await desk.issue_all(households(4, campaign="=Tết"), by=SHELL)
    poster = await desk.issue(Wanted(target="menu"), by=SHELL)
    scans = Scans(database, desk)
    for code in (*made, made[0], poster):
        scans.seen(code.serial, "web")
    await scans.flush()
    found = figures(await desk.scanned())
    assert found.total == 6
    assert found.by_campaign == [
        {"campaign": "", "day": today(), "n": 1}, {"campaign": "=Tết", "day": today(), "n": 5},
    ]  # fmt: skip
    assert found.by_unit == [{"unit": "", "n": 1}, {"unit": "phuong-1", "n": 5}]
    assert found.by_group == [
        {"unit": "phuong-1", "group": "Tổ 0", "n": 3}, {"unit": "phuong-1", "group": "Tổ 1", "n": 1},
        {"unit": "phuong-1", "group": "Tổ 2", "n": 1},
    ]  # fmt: skip
    table = list(csv.reader(io.StringIO(as_csv(await desk.scanned()).decode("utf-8-sig"))))
    assert table[0] == ["campaign", "unit", "group", "day", "channel", "scans"]
    assert not any(cell.startswith("=") for row in table for cell in row)
    assert not any(code.ref in row or code.code in row for row in table for code in made)
    assert (await desk.scanned(unit="phuong-1", since=today() + dt.timedelta(days=1))) == []


async def test_what_was_counted_outlives_an_absent_database(desk: Codes, database: Database, pack: Pack) -> None:
    issued = await desk.issue(Wanted(target="menu"), by=SHELL)
    scans = Scans(Database("sqlite+aiosqlite:////nowhere/at/all.db"), desk)
    scans.seen(issued.serial, "web")
    await scans.flush()
    scans._database = database
    await scans.flush()
    assert sum(row.n for row in await desk.scanned()) == 1


async def test_the_last_second_is_written_when_the_process_ends(desk: Codes, database: Database) -> None:
    issued = await desk.issue(Wanted(target="menu"), by=SHELL)
    scans = Scans(database, desk)
    task = asyncio.create_task(scans.counting())
    scans.seen(issued.serial, "web")
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait((task,))
    assert sum(row.n for row in await desk.scanned()) == 1


async def test_one_key_is_made_however_many_start_at_once(database_url: str, pack: Pack) -> None:
    databases = [Database(database_url) for _ in range(4)]
    await databases[0].migrate()
    keys = await asyncio.gather(*(Codes(each, pack, URL).key() for each in databases))
    assert len(set(keys)) == 1
    assert len(keys[0]) == 32
    async with databases[0].reading() as session:
        assert await session.scalar(select(func.count()).select_from(stored.Key)) == 1
    for each in databases:
        await each.close()
