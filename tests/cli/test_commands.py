"""The command line as a person or a script meets it."""

from __future__ import annotations

import json
import socket
import sys
from pathlib import Path

import pytest

from bot import cli
from tests.cli.shell import ROOT, process, run


def test_one_question_is_answered_on_stdout(tmp_path: Path) -> None:
    done = run("ask", "đăng ký kết hôn", tmp_path=tmp_path)
    assert done.returncode == 0
    assert "Giấy tờ cần nộp" in done.stdout
    assert "Nguồn:" in done.stdout


def test_the_clock_can_be_set(tmp_path: Path) -> None:
    done = run("ask", "đăng ký kết hôn", "--at", "2027-03-01", tmp_path=tmp_path)
    assert "Từ 01/03/2027 có luật mới" in done.stdout


def test_a_line_in_is_a_line_out(tmp_path: Path) -> None:
    asked = [
        {"q": "đăng ký khai sinh", "sender": "a"},
        {"q": "còn lệ phí bao nhiêu", "sender": "a"},
        {"q": "lệ phí bao nhiêu"},
        {"press": "hotline:phuong-1"},
        {"q": "đăng ký kết hôn", "lang": "en", "at": "2027-03-01"},
    ]
    done = process("ask", "--jsonl", tmp_path=tmp_path, stdin="".join(json.dumps(line) + "\n" for line in asked))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert set(answers[0]) == {"q", "kind", "id", "confidence", "candidates", "aspect", "unit", "text", "buttons"}
    assert [(a["kind"], a["id"], a["aspect"]) for a in answers[:2]] == [
        ("procedure", "dang-ky-khai-sinh", None),
        ("procedure", "dang-ky-khai-sinh", "fee"),
    ]
    assert answers[2]["id"] is None  # a line without a sender stands alone
    assert answers[3]["id"] == "hotline:phuong-1"
    assert answers[4]["text"].startswith("Marriage registration\n\nA new law is in force since 01/03/2027")


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("not json", "line 1 of stdin is not JSON"),
        ('{"q": 7}', '"q" is a text'),
        ('{"q":"a","at":"x"}', '"x" is not'),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: str, names: str) -> None:
    done = run("ask", "--jsonl", tmp_path=tmp_path, stdin=line + "\n")
    assert done.returncode == 1
    assert names in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("settings", "names"),
    [
        pytest.param({"HOIPHUONG_PACK": "nowhere"}, "Packs that ship: sa-dec", id="no such pack"),
        pytest.param({"HOIPHUONG_SECRET_KEY": "short"}, "HOIPHUONG_SECRET_KEY", id="a short key"),
        pytest.param(
            {"HOIPHUONG_DATABASE_URL": "mysql://x"}, "HOIPHUONG_DATABASE_URL must begin", id="no such driver"
        ),
        pytest.param(
            {"HOIPHUONG_DATABASE_URL": "postgresql+asyncpg://a@127.0.0.1:1/b"}, "SECRET_KEY is required", id="no key"
        ),
        pytest.param(
            {"HOIPHUONG_DATABASE_URL": "postgresql+asyncpg://a@127.0.0.1:1/b", "HOIPHUONG_SECRET_KEY": "k" * 32},
            "cannot open the database",
            id="no database",
        ),
        pytest.param({"HOIPHUONG_PUBLIC_URL": "ward.example"}, "HOIPHUONG_PUBLIC_URL", id="an address without http"),
    ],
)
def test_a_wrong_start_is_one_clear_line(tmp_path: Path, settings: dict[str, str], names: str) -> None:
    done = run("ask", "chào", tmp_path=tmp_path, **settings)
    assert done.returncode == 1
    assert names in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = process("serve", "--port", str(port), tmp_path=tmp_path)
    assert done.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in done.stderr
    assert f"--port {port + 1}" in done.stderr


def test_a_broken_pack_is_listed_and_exits_with_1(tmp_path: Path) -> None:
    pack = tmp_path / "x"
    pack.mkdir()
    (pack / "locality.yaml").write_text("id: X Y\n", encoding="utf-8")
    done = run("check-content", str(pack), tmp_path=tmp_path)
    assert done.returncode == 1
    assert "x/locality.yaml:1: id: String should match" in done.stdout


def test_a_second_locality_is_served_by_its_folder_alone(tmp_path: Path) -> None:
    pack = str(ROOT / "tests" / "packs" / "ben-mau")
    done = run("ask", "--jsonl", tmp_path=tmp_path, stdin='{"q": "làm giấy ghe máy"}\n', HOIPHUONG_PACK=pack)
    assert json.loads(done.stdout)["id"] == "xac-nhan-mau"
    assert "Bến Mẫu" in json.loads(done.stdout)["text"]


def test_wrong_use_exits_with_2(tmp_path: Path) -> None:
    assert run("ask", "--nonsense", tmp_path=tmp_path).returncode == 2


@pytest.mark.parametrize("name", cli.COMMANDS)
def test_a_command_is_listed_by_how_its_own_help_begins(tmp_path: Path, name: str) -> None:
    listed, own = (
        " ".join(run(*words, tmp_path=tmp_path).stdout.split()) for words in (["--help"], [name, "--help"])
    )
    says = cli.COMMANDS[name][1]
    assert f"{name} {says}" in listed
    assert f"] {says[:-1]}" in own or f"... {says[:-1]}" in own, own


@pytest.mark.parametrize("words", [("--help",), ("bulletin", "--help"), ("bulletin", "status", "7")])
def test_a_command_imports_only_what_it_needs(tmp_path: Path, words: tuple[str, ...]) -> None:
    run("list", "create", "to", "--unit", "phuong-1", "--topic", "an-ninh", tmp_path=tmp_path)
    heavy = "telegram reportlab PIL openpyxl alembic aiohttp pypdfium2 zxingcpp"
    if words == ("--help",):
        heavy += " sqlalchemy pydantic babel"
    script = f"import sys; from bot.cli import main\ntry: main()\nfinally: print(*set('{heavy}'.split()) & {{*sys.modules}})"
    done = process(tmp_path=tmp_path, command=[sys.executable, "-c", script, *words])
    assert done.stdout.splitlines()[-1] == ""
