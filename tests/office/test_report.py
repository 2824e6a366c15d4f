"""The monthly report: what is added up, and what paper, sheet and text say of it."""

from __future__ import annotations

import datetime as dt
import io

import openpyxl
import pypdfium2
import pytest

from bot.errors import WrongInput
from bot.office.report import Reports, weeks_of
from bot.office.report_figures import Report
from bot.office.report_pdf import pdf
from bot.office.report_text import pasted
from bot.office.report_xlsx import xlsx
from bot.storage import statistics
from bot.storage.database import Database
from content.pack import Pack
from content.texts import texts
from tests.publishing import NOW, a_bulletin, a_list, a_member

SAY = texts("vi")
MAKING = dt.datetime(2026, 12, 3, 2, 5, tzinfo=dt.UTC)


@pytest.fixture
async def month(database: Database, pack: Pack) -> Report:
    """November, with two lists that share a group, and one item whose rows are erased already."""
    async with database.unit_of_work() as session:
        one = await a_list(session, "Nhóm khóm 1")
        two = await a_list(session, "=Nhóm khóm 2", "phuong-2", "giao-thong", target=1)
        await a_list(session, "Chưa gửi gì", "phuong-2")
        await a_member(session, one, "-1", people=30)
        await a_member(session, one, "to-5", "by-hand", people=20)
        await a_member(session, two, "-1", people=28)
        await a_member(session, two, "-2")
        await a_member(session, two, "lan", person=True)
        await a_member(session, two, "-9", people=500, active=False)
        sent = {("telegram", "-1"): "sent", ("by-hand", "to-5"): "by_hand"}
        await a_bulletin(session, "Một <&>", lists=[one], at=NOW - dt.timedelta(days=20), outcomes=sent)
        rest = sent | {("telegram", "-2"): "refused", ("telegram", "lan"): "unknown"}
        await a_bulletin(session, "Hai", lists=[one, two], outcomes=rest | {("telegram", "-9"): "gone"})
        tally = {"total": 5, "queued": 0, "sent": 2, "unknown": 0, "failed": 1, "gone": 1, "by_hand": 1}
        await a_bulletin(session, "Ba", lists=[two], state="recalled", tally=tally)
        await a_bulletin(session, "Tháng mười", lists=[one], at=dt.datetime(2026, 10, 31, 16, 59, tzinfo=dt.UTC))
        await a_bulletin(session, "Nháp", lists=[one], state="draft")
        for kind in ("procedure", "procedure", "handover", "smalltalk"):
            statistics.asked(session, kind=kind, channel="web", now=NOW)
        statistics.asked(session, kind="procedure", channel="web", now=MAKING)
    return await Reports(database, pack).month("2026-11", now=MAKING)


async def test_the_month_is_added_up(month: Report) -> None:
    assert (month.month, month.first, month.last) == ("11/2026", dt.date(2026, 11, 1), dt.date(2026, 11, 30))
    assert [(item.title, item.recalled) for item in month.items] == [("Một <&>", False), ("Hai", False), ("Ba", True)]
    total = month.sendings
    assert (total.machine, total.by_hand, total.failed, total.unknown, total.waiting) == (4, 3, 4, 1, 0)
    assert (month.groups, month.uncounted) == (3, 1)
    assert month.reach == 30 + 20 + 1  # a group in two lists counts once, by its larger figure
    assert (month.questions.asked, month.questions.solved) == (3, 2)
    assert month.questions.by_kind == (("procedure", 2), ("handover", 1))


async def test_each_list_has_its_own_line(month: Report) -> None:
    rows = {row.name: row for row in month.lists}
    assert {name: (row.unit, row.items, row.groups, row.people) for name, row in rows.items()} == {
        "Nhóm khóm 1": ("Phường 1", 2, 2, 50),
        "=Nhóm khóm 2": ("Phường 2", 2, 2, 29),
        "Chưa gửi gì": ("Phường 2", 0, 0, 0),
    }
    one, two = rows["Nhóm khóm 1"], rows["=Nhóm khóm 2"]
    assert [week.items for week in one.weeks] == [1, 0, 0, 1]
    assert (one.sendings.machine, one.sendings.by_hand, one.sendings.failed) == (2, 2, 0)
    assert (two.sendings.machine, two.sendings.unknown, two.sendings.failed) == (1, 1, 2)
    assert [week.items for week in two.weeks] == [0, 0, 0, 1]  # one taken back does not count


@pytest.mark.parametrize(
    ("first", "last", "mondays"),
    [
        ("2026-11-01", "2026-11-30", ["02", "09", "16", "23"]),
        ("2026-10-01", "2026-10-31", ["28", "05", "12", "19", "26"]),
        ("2026-11-01", "2026-11-25", ["02", "09", "16"]),
        ("2026-11-01", "2026-11-03", []),
    ],
)
def test_a_week_belongs_to_the_month_of_its_thursday(first: str, last: str, mondays: list[str]) -> None:
    weeks = weeks_of(dt.date.fromisoformat(first), dt.date.fromisoformat(last))
    assert [f"{week:%d}" for week in weeks] == mondays


def test_every_week_belongs_to_exactly_one_month() -> None:
    months = [dt.date(2026, month, 1) for month in range(1, 13)]
    ends = [*(month - dt.timedelta(days=1) for month in months[1:]), dt.date(2026, 12, 31)]
    weeks = [week for first, last in zip(months, ends, strict=True) for week in weeks_of(first, last)]
    assert len(weeks) == len(set(weeks)) == 53


@pytest.mark.parametrize("month", ["2026-13", "2026-00", "11-2026", "2026-1", "", "０２０２６-11", "2027-01"])
async def test_a_wrong_month_is_told(database: Database, pack: Pack, month: str) -> None:
    with pytest.raises(WrongInput, match=r"[tT]háng"):
        await Reports(database, pack).month(month, now=NOW)


async def test_a_month_that_runs_says_so(database: Database, pack: Pack) -> None:
    report = await Reports(database, pack).month("2026-11", now=NOW)
    assert (report.last, report.is_whole) == (dt.date(2026, 11, 25), False)
    assert "chưa hết" in pasted(report, SAY)
    assert "Chưa có danh sách nào" in _text(pdf(report, SAY))[0]


async def test_the_paper_says_it_all_in_the_right_letters(month: Report) -> None:
    pages = _text(pdf(month, SAY))
    whole = " ".join("\n".join(pages).split())
    for words in (
        "Sa Đéc, Đồng Tháp", "Báo cáo bản tin tháng 11/2026", "Số liệu từ 01/11/2026 đến 30/11/2026",
        "Lập lúc 09:05 03/12/2026", "Bản tin đã gửi 3", "Nhóm khóm 1", "Một <&>", "Ba (đã rút lại)", "0/4 (1, 0, 0, 1)",
        "Người duyệt", "Trang 1/",
    ):  # fmt: skip
        assert words in whole, words
    assert "chưa hết" not in whole


async def test_the_paper_embeds_its_letters_and_is_a4(month: Report) -> None:
    body = pdf(month, SAY)
    document = pypdfium2.PdfDocument(body)
    assert [round(side) for side in document[0].get_size()] == [595, 842]
    assert b"BeVietnamPro" in body
    document.close()


async def test_the_sheet_holds_numbers_and_no_formula(month: Report) -> None:
    book = openpyxl.load_workbook(io.BytesIO(xlsx(month, SAY)))
    assert book.sheetnames == ["Tóm tắt", "Theo từng danh sách", "Tuần đủ tin", "Từng bản tin", "Bà con hỏi gì"]
    short = {row[0].value: row[1].value for row in book["Tóm tắt"].iter_rows() if len(row) > 1}
    assert (short["Bản tin đã gửi"], short["Lượt cán bộ chuyển tay"]) == (3, 3)
    rows = list(book["Theo từng danh sách"].iter_rows())
    names = {row[1].value: row[1].data_type for row in rows}
    assert names["=Nhóm khóm 2"] == "s"
    assert len(list(book["Tuần đủ tin"].iter_rows())) == 1 + 3 * 4
    assert [row[1].value for row in book["Từng bản tin"].iter_rows()][1:] == ["Một <&>", "Hai", "Ba (đã rút lại)"]


async def test_the_page_is_ready_to_paste(month: Report) -> None:
    assert pasted(month, SAY).splitlines() == [
        "Kết quả đưa tin an ninh trật tự qua mạng xã hội trong tháng 11/2026 (số liệu từ 01/11/2026 đến 30/11/2026):",
        "- Đã gửi 3 bản tin tới 3 nhóm, khoảng 51 người nhận.",
        "- Có 1 nhóm chưa đếm thành viên, nên số người nhận thật còn cao hơn.",
        "- 4 lượt do máy gửi, 3 lượt do cán bộ chuyển tay, 4 lượt gửi không được, 1 lượt chưa rõ.",
        "- Đủ tin 1/12 tuần (cộng các danh sách).",
        "- Phường 1, Nhóm khóm 1: 2 bản tin, đủ 0/4 tuần.",
        "- Phường 2, =Nhóm khóm 2: 2 bản tin, đủ 1/4 tuần.",
        "- Phường 2, Chưa gửi gì: 0 bản tin, đủ 0/4 tuần.",
        "- Bà con hỏi máy 3 câu; 2 câu trả lời được, không phải gặp cán bộ.",
        "- Mã QR được quét 0 lượt.",
        "(Máy lập lúc 09:05 03/12/2026.)",
    ]


def _text(body: bytes) -> list[str]:
    document = pypdfium2.PdfDocument(body)
    pages = [page.get_textpage().get_text_bounded() for page in document]
    document.close()
    return pages


async def test_a_unit_has_a_report_of_its_own(month: Report, database: Database, pack: Pack) -> None:
    async with database.unit_of_work() as session:
        statistics.asked(session, kind="hotline", channel="web", unit="phuong-1", now=NOW)
    one = await Reports(database, pack).month("2026-11", unit="phuong-1", now=MAKING)
    assert one.locality == "Phường 1, Sa Đéc, Đồng Tháp"
    assert [row.name for row in one.lists] == ["Nhóm khóm 1"]
    assert [(item.title, item.lists) for item in one.items] == [
        ("Một <&>", ("Nhóm khóm 1",)), ("Hai", ("Nhóm khóm 1",)),
    ]  # fmt: skip
    assert (one.groups, one.reach) == (2, 50)
    assert (one.sendings.machine, one.sendings.by_hand, one.sendings.failed, one.sendings.unknown) == (2, 2, 0, 0)
    assert one.questions.by_kind == (("hotline", 1),)
    empty = await Reports(database, pack).month("2026-11", unit="phuong-3", now=MAKING)
    assert (empty.lists, empty.items, empty.reach, empty.questions.asked) == ((), (), 0, 0)
