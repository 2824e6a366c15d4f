"""`hoiphuong bulletin report` as an officer meets it."""

from __future__ import annotations

from pathlib import Path

import orjson
import pytest

from tests.cli.shell import Done, process, run


def report(folder: Path, *words: str) -> Done:
    return run("bulletin", "report", *words, tmp_path=folder)


def test_paper_sheet_and_text_are_written_by_their_ending(tmp_path: Path) -> None:
    for name, begins, runs in (
        ("a.pdf", b"%PDF-", process),
        ("b.XLSX", b"PK", run),
        ("c.txt", "Kết quả".encode(), run),
    ):
        done = runs("bulletin", "report", "--month", "2026-10", "--out", str(tmp_path / name), tmp_path=tmp_path)
        assert done.returncode == 0, done.stderr
        assert done.stdout == ""
        assert name in done.stderr
        assert (tmp_path / name).read_bytes().startswith(begins)


def test_json_goes_to_stdout_beside_the_file(tmp_path: Path) -> None:
    done = report(tmp_path, "--month", "2026-10", "--json", "--out", str(tmp_path / "a.pdf"))
    said = orjson.loads(done.stdout)
    assert (said["month"], said["items"], said["sendings"]["machine"], said["weeks"]) == ("2026-10", [], 0, 0)
    assert (tmp_path / "a.pdf").exists()


def test_without_a_file_the_page_is_printed(tmp_path: Path) -> None:
    done = report(tmp_path, "--month", "2026-10")
    assert "10/2026" in done.stdout.partition("\n")[0]


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--month", "2026-13"), "không phải là tháng"),
        (("--month", "2999-01"), "chưa tới"),
        (("--month", "2026-10", "--out", "a.doc"), ".pdf, .xlsx hoặc .txt"),
        (("--month", "2026-10", "--out", "/nowhere/a.pdf"), "Không ghi được"),
    ],
)
def test_a_slip_is_one_clear_line(tmp_path: Path, words: tuple[str, ...], told: str) -> None:
    done = report(tmp_path, *words)
    assert done.returncode == 1
    assert told in done.stderr
    assert done.stderr.count("\n") == 1
