"""`hoiphuong content …` as an officer meets it: real files and a real database; one test in processes of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.cli.shell import Done, process, run
from tests.office.files import BIRTH, table, xlsx

HEAD = ("Mã", "Điều sửa", "Giá trị mới")
NUMBER = ("hotline:phuong-sa-dec", "number", "0000 000 001")
PLACE = (BIRTH, "nơi nộp", "Quầy số 2.")
WRONG = (BIRTH, "fee", "10k")


Content = Callable[..., Done]


@pytest.fixture
def content(tmp_path: Path) -> Content:
    """`hoiphuong content …` on a database of its own."""

    def run_here(*words: str, pack: str = "sa-dec") -> Done:
        return run("content", *words, tmp_path=tmp_path, HOIPHUONG_PACK=pack)

    return run_here


def past(content: Content, item: str) -> list[tuple[str, str | None, str]]:
    done = content("history", item, "--json")
    return [(entry["field"], entry["value"], entry["by"]) for entry in json.loads(done.stdout)]


def test_a_number_is_set_shown_taken_back_and_remembered(tmp_path: Path) -> None:
    def content(*words: str, runs: Callable[..., Done] = run) -> str:
        done = runs("content", *words, tmp_path=tmp_path)
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shown() -> str:
        return run("ask", "--jsonl", tmp_path=tmp_path, stdin='{"press": "hotline:phuong-1"}\n').stdout

    told = content("set", "hotline:phuong-1", "number=0000 000 001", "--by", "cán bộ mẫu", runs=process)
    assert told == "hotline:phuong-1 number: – → 0000 000 001\n"
    assert "0000 000 001" in shown()
    content("unset", "hotline:phuong-1", "number", "--by", "người khác")
    assert "0000 000 001" not in shown()
    lines = content("history", "hotline:phuong-1").splitlines()
    assert [line.partition("  ")[2] for line in lines] == [
        "cán bộ mẫu  number: 0000 000 001",
        "người khác  number: (bỏ đính chính)",
    ]


def test_the_same_value_again_writes_nothing(content: Content) -> None:
    content("set", "hotline:phuong-1", "number=0000 000 001", "--by", "mau")
    again = content("set", "hotline:phuong-1", "number=0000 000 001", "--by", "khác")
    assert again.stderr == "Đã ghi 0 đính chính. 1 dòng giống hiện nay, 0 dòng để trống.\n"
    assert past(content, "hotline:phuong-1") == [("number", "0000 000 001", "mau")]


def test_fields_set_together_are_written_together_or_not_at_all(content: Content) -> None:
    words = ("set", BIRTH, "fee=15000", "where=Quầy 2", "--by", "mau")
    done = content(*words, "fee_rule=Mỗi bản 15k")
    assert done.returncode == 1
    assert done.stderr == "“15k” là cách nói tắt. Viết đủ: 15000.\nCó 1 chỗ sai nên chưa ghi gì cả.\n"
    assert past(content, BIRTH) == []
    done = content(*words, "--json")
    told = json.loads(done.stdout)
    assert (told["written"], [change["value"] for change in told["changes"]]) == (2, ["15000", "Quầy 2"])
    assert f"Nhắc: {BIRTH} mới đổi số tiền" in done.stderr


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_nothing_is_changed_when_a_row_is_wrong_unless_told_so(content: Content, tmp_path: Path, kind: str) -> None:
    rows = [HEAD, NUMBER, WRONG, PLACE]
    file = tmp_path / f"bang.{kind}"
    file.write_bytes(xlsx(rows) if kind == "xlsx" else table(rows, ";").encode("utf-16"))
    words = ("import", str(file), "--by", "mau")
    refused = content(*words)
    assert refused.returncode == 1
    assert refused.stdout == ""
    assert refused.stderr == "dòng 3: “10k” là cách nói tắt. Viết đủ: 10000.\nCó 1 chỗ sai nên chưa ghi gì cả.\n"
    assert past(content, NUMBER[0]) == past(content, BIRTH) == []
    skipped = content(*words, "--skip-wrong", "--json")
    assert skipped.returncode == 0
    told = json.loads(skipped.stdout)
    assert told["written"] == 2
    assert [(wrong["line"], wrong["id"], wrong["field"]) for wrong in told["wrong"]] == [(3, BIRTH, "fee")]
    assert past(content, NUMBER[0]) == [("number", "0000 000 001", "mau")]
    assert past(content, BIRTH) == [("where", "Quầy số 2.", "mau")]
    again = content(*words, "--skip-wrong")
    assert again.stderr.endswith("Đã ghi 0 đính chính, bỏ qua 1 dòng sai. 2 dòng giống hiện nay, 0 dòng để trống.\n")


def test_an_export_is_filled_in_and_imported(content: Content, tmp_path: Path) -> None:
    file = tmp_path / "bang.xlsx"
    assert content("export", str(file)).returncode == 0
    book = load_workbook(file)
    sheet = book.worksheets[0]
    assert tuple(cell.value for cell in sheet[1][:3]) == HEAD
    row = next(row for row in sheet.iter_rows(min_row=2) if (row[0].value, row[1].value) == NUMBER[:2])
    row[2].value = "0000 000 001"
    book.save(file)
    done = content("import", str(file), "--by", "mau")
    assert done.stdout == "hotline:phuong-sa-dec number: – → 0000 000 001\n"
    listed = json.loads(content("export", "--json").stdout)
    line = next(line for line in listed if (line["id"], line["field"]) == NUMBER[:2])
    assert (line["value"], line["current"], line["by"]) == ("0000 000 001", "0000 000 001", "mau")


def test_stale_is_listed_by_owner(content: Content) -> None:
    content("set", BIRTH, "owner=tư pháp", "review_by=20/11/2026", "--by", "mau")
    done = content("stale", "--days", "0", "--at", "2026-11-24")
    assert done.returncode == 0
    assert f"tư pháp\n  quá hạn 4 ngày (20/11/2026): {BIRTH} – " in done.stdout
    told = json.loads(content("stale", "--at", "2026-11-24", "--json").stdout)
    assert (told["at"], told["days"]) == ("2026-11-24", 60)
    owner = next(owner for owner in told["owners"] if owner["owner"] == "tư pháp")
    assert [(item["id"], item["review_by"], item["days"]) for item in owner["items"]] == [(BIRTH, "2026-11-20", -4)]
    assert owner["changes"][0]["on"] == "2027-03-01"


def test_a_correction_outlives_an_item_and_can_still_be_taken_back(content: Content) -> None:
    content("set", BIRTH, "where=Quầy 2", "--by", "mau")
    other = str(Path(__file__).parents[1] / "packs" / "ben-mau")
    listed = content("stale", pack=other)
    assert f"Đính chính không còn chỗ dùng: {BIRTH} where" in listed.stdout
    assert "Quầy 2" in content("history", BIRTH, pack=other).stdout
    assert content("unset", BIRTH, "where", "--by", "mau", pack=other).returncode == 0


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(("set", "hotline:phuong-1", "number=113"), 2, "--by", id="nobody is named"),
        pytest.param(("set", "hotline:phuong-1", "number", "--by", "a"), 2, "number=VALUE", id="no value"),
        pytest.param(("set", "hotline:phuong-1", "number= ", "--by", "a"), 2, "content unset", id="an empty value"),
        pytest.param(("set", "hotline:phuong-1", "number=113", "--by", " "), 1, "--by: ghi tên", id="an empty name"),
        pytest.param(
            ("set", "phuong-1", "number=113", "--by", "a"), 1, "Có phải “hotline:phuong-1” không?", id="an id"
        ),
        pytest.param(
            ("unset", BIRTH, "fee", "--by", "a"), 1, "không có đính chính nào đang dùng", id="nothing there"
        ),
        pytest.param(("history", "khong-co"), 1, "không có mục nào mang mã “khong-co”", id="an unknown item"),
        pytest.param(("export",), 2, "FILE", id="no file"),
        pytest.param(("export", "bang.doc"), 2, ".xlsx or .csv", id="another kind of file"),
        pytest.param(("export", "khong/co/bang.csv"), 1, "không ghi được tệp", id="a folder that is not there"),
        pytest.param(
            ("import", "khong-co.csv", "--by", "a"), 1, "không đọc được tệp khong-co.csv", id="no such file"
        ),
        pytest.param(("import", __file__, "--by", "a"), 1, "không thấy dòng tiêu đề", id="no spreadsheet"),
        pytest.param(("stale", "--at", "mai"), 1, "is not a date", id="no date"),
    ],
)
def test_wrong_use_is_said_and_nothing_is_written(
    content: Content, words: tuple[str, ...], code: int, says: str
) -> None:
    done = content(*words)
    assert done.returncode == code
    assert says in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("command", ["import", "export", "set", "unset", "history", "stale"])
def test_help_says_what_happens(content: Content, command: str) -> None:
    done = content(command, "--help")
    assert done.returncode == 0
    assert "--json" in done.stdout
    assert ("--by" in done.stdout) == (command in {"import", "set", "unset"})
