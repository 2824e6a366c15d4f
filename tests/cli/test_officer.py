"""`hoiphuong officer …` as whoever has the shell meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.shell import Done, process, run

URL = {"HOIPHUONG_PUBLIC_URL": "https://hoi.example"}


def officer(tmp_path: Path, *words: str) -> tuple[int, str, str]:
    return _of(run("officer", *words, tmp_path=tmp_path, **URL))


def _of(done: Done) -> tuple[int, str, str]:
    return done.returncode, done.stdout, done.stderr


def test_an_officer_is_invited_listed_and_disabled(tmp_path: Path) -> None:
    invite = ("invite", "--name", "lan", "--role", "editor", "--unit", "phuong-1", "--unit", "phuong-2")
    code, out, err = _of(process("officer", *invite, "--json", tmp_path=tmp_path, **URL))
    assert code == 0, err
    invited = json.loads(out)
    assert set(invited) == {"name", "roles", "link", "code", "start", "expires_at"}
    assert invited["link"].startswith("https://hoi.example/can-bo/moi/")
    assert invited["start"] == "o-" + invited["code"].replace("-", "")
    wanted = {
        "name": "lan", "disabled": False, "password": False, "chats": [], "invited": True, "seen_at": None,
        "roles": [{"role": "editor", "unit": "phuong-1"}, {"role": "editor", "unit": "phuong-2"}],
    }  # fmt: skip
    assert json.loads(officer(tmp_path, "list", "--json")[1]) == [wanted]
    assert json.loads(officer(tmp_path, "disable", "lan", "--json")[1]) == {"name": "lan", "disabled": True}
    assert json.loads(officer(tmp_path, "list", "--json")[1]) == [wanted | {"disabled": True, "invited": False}]


def test_the_link_and_the_code_are_told_to_people(tmp_path: Path) -> None:
    _, out, _ = officer(tmp_path, "invite", "--name", "lan", "--role", "duty", "--unit", "all")
    assert "https://hoi.example/can-bo/moi/" in out
    assert "/canbo " in out
    _, again, _ = officer(tmp_path, "reset-totp", "--name", "lan", "--chats")
    assert "https://hoi.example/can-bo/moi/" in again
    assert again != out
    assert officer(tmp_path, "list")[1] == "lan  duty:*  [đang được mời]\n"


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        pytest.param(
            ("invite", "--name", "lan", "--role", "editor", "--unit", "x"), 1, "phuong-sa-dec", id="no such unit"
        ),
        pytest.param(
            ("invite", "--name", "lan", "--role", "boss", "--unit", "all"), 1, "approver", id="no such role"
        ),
        pytest.param(("invite", "--name", "lan", "--role", "editor"), 2, "--unit", id="no unit"),
        pytest.param(("disable", "ai.do"), 1, "ai.do", id="nobody"),
        pytest.param(("disable",), 2, "NAME", id="no name"),
        pytest.param(("reset-totp", "a", "--name", "b"), 2, "NAME", id="two names"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(tmp_path: Path, words: tuple[str, ...], code: int, says: str) -> None:
    got, out, err = officer(tmp_path, *words)
    assert (got, out) == (code, "")
    assert says in err
    assert "Traceback" not in err
    assert code == 2 or len(err.strip().splitlines()) == 1
