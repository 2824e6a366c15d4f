"""`hoiphuong qr …` as a person or a script meets it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.shell import Done, process, run

URL = {"HOIPHUONG_PUBLIC_URL": "https://sadec.example"}


def made(tmp_path: Path, *words: str, name: str = "a.svg", **settings: str) -> dict[str, object]:
    out = str(tmp_path / name)
    done = run("qr", "one", *words, "--out", out, "--json", tmp_path=tmp_path, **(settings or URL))
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.mark.parametrize(("name", "runs"), [("a.svg", run), ("a.png", process)], ids=["svg", "png"])
def test_a_square_is_made_and_checked(tmp_path: Path, name: str, runs: Callable[..., Done]) -> None:
    words = ("procedure:dang-ky-khai-sinh", "--unit", "phuong-1", "--campaign", "Tết")
    one = made(tmp_path, *words, name=name)
    assert one["link"] == f"HTTPS://SADEC.EXAMPLE/Q/{one['code']}"
    assert (one["level"], one["test"], one["format"]) == ("H", False, name[-3:])
    done = runs("qr", "check", str(tmp_path / name), "--json", tmp_path=tmp_path, **URL)
    assert done.returncode == 0, done.stderr
    (found,) = json.loads(done.stdout)
    assert (found["state"], found["text"], found["target"]) == ("good", one["link"], "procedure:dang-ky-khai-sinh")


def test_a_code_is_aimed_anew_revoked_and_listed(tmp_path: Path) -> None:
    one = made(tmp_path, "menu", "--mark", name="a.png")
    code = str(one["code"])
    done = run("qr", "retarget", code.lower(), "hotline:phuong-1", "--json", tmp_path=tmp_path, **URL)
    assert json.loads(done.stdout)["target"] == "hotline:phuong-1"
    listed = json.loads(run("qr", "list", "--never-scanned", "--json", tmp_path=tmp_path, **URL).stdout)
    assert [(row["code"], row["target"]) for row in listed] == [(code, "hotline:phuong-1")]
    assert run("qr", "revoke", code, tmp_path=tmp_path, **URL).returncode == 0
    done = run("qr", "check", str(tmp_path / "a.png"), tmp_path=tmp_path, **URL)
    assert done.returncode == 1
    assert "thôi dùng" in done.stdout, done.stderr


def test_an_address_of_this_machine_is_a_loud_trial(tmp_path: Path) -> None:
    one = made(tmp_path, "menu", HOIPHUONG_PUBLIC_URL="http://localhost:8080")
    assert one["test"] is True
    assert ">TEST</text>" in (tmp_path / "a.svg").read_text()
    done = run("qr", "one", "menu", "--out", str(tmp_path / "b.svg"), tmp_path=tmp_path)
    assert "!!!!!!!!" in done.stderr
    assert "THỬ" in done.stderr


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("one", "procedure:khai-sinh", "--out", "{}/a.svg"), "procedure:dang-ky-khai-sinh"),
        (("one", "report", "--out", "{}/a.svg"), "report"),
        (("one", "menu", "--unit", "phuong-99", "--out", "{}/a.svg"), "phuong-sa-dec"),
        (("one", "menu", "--out", "{}/none/a.svg"), "a.svg"),
        (("one", "menu", "--valid-until", "hôm nay", "--out", "{}/a.svg"), "hôm nay"),
        (("retarget", "24NME9NZ5", "menu"), "24NME9NZ5"),
        (("revoke", "000000000"), "000000000"),
        (("check", "{}/nowhere.pdf"), "nowhere.pdf"),
    ],
    ids=["target", "reserved", "unit", "folder", "date", "mistyped", "unknown", "file"],
)
def test_what_is_wrong_is_one_clear_line(tmp_path: Path, words: tuple[str, ...], names: str) -> None:
    done = run("qr", *(word.format(tmp_path) for word in words), tmp_path=tmp_path, **URL)
    assert done.returncode == 1
    assert names in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "a.svg").exists()


def test_no_scans_yet_is_said(tmp_path: Path) -> None:
    done = run("qr", "stats", "--csv", str(tmp_path / "s.csv"), "--json", tmp_path=tmp_path)
    assert json.loads(done.stdout)["total"] == 0
    assert (tmp_path / "s.csv").read_text("utf-8-sig").strip() == "campaign,unit,group,day,channel,scans"
