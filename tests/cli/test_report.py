"""`hoiphuong bulletin report` as an officer meets it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

ROOT = Path(__file__).parents[2]


def report(folder: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    env = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_COLOR": "1"}
    env["HOIPHUONG_DATABASE_URL"] = f"sqlite+aiosqlite:///{folder}/cli.db"
    command: Sequence[str | Path] = [Path(sys.executable).parent / "hoiphuong", "bulletin", "report", *words]
    return subprocess.run(command, env=env, cwd=ROOT, capture_output=True, timeout=60, check=False)


def test_paper_sheet_and_text_are_written_by_their_ending(tmp_path: Path) -> None:
    for name, begins in (("a.pdf", b"%PDF-"), ("b.XLSX", b"PK"), ("c.txt", "Kết quả".encode())):
        done = report(tmp_path, "--month", "2026-10", "--out", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        assert done.stdout == b""
        assert name in done.stderr.decode()
        assert (tmp_path / name).read_bytes().startswith(begins)


def test_json_goes_to_stdout_beside_the_file(tmp_path: Path) -> None:
    done = report(tmp_path, "--month", "2026-10", "--json", "--out", str(tmp_path / "a.pdf"))
    said = orjson.loads(done.stdout)
    assert (said["month"], said["items"], said["sendings"]["machine"], said["weeks"]) == ("2026-10", [], 0, 0)
    assert (tmp_path / "a.pdf").exists()


def test_without_a_file_the_page_is_printed(tmp_path: Path) -> None:
    done = report(tmp_path, "--month", "2026-10")
    assert "10/2026" in done.stdout.decode().partition("\n")[0]


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
    assert told in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1
