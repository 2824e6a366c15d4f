"""A bulletin from the shell to three groups, through a started house; and what the shell says to slips."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from bot.understanding import Understanding
from content.pack import Pack
from tests.channels.serving import at_home, until
from tests.channels.telegram.conftest import SECRET
from tests.cli.shell import process, run
from tests.emulators import telegram as emulator
from tests.emulators.telegram import TOKEN

TEXT = "# Cảnh giác lừa đảo\n\nCông an không gọi điện đòi chuyển tiền.\n\nGặp thì gọi 113.\n"
ROWS = "channel,address,title\ntelegram,-1001,Tổ 1\ntelegram,-1002,Tổ 2\nby-hand,to-3,Tổ 3\n"


class Shell:
    """Commands one after the other, on one database."""

    def __init__(self, tmp_path: Path, **settings: str) -> None:
        self.tmp_path = tmp_path
        self.settings = settings
        (tmp_path / "tin.md").write_text(TEXT)
        (tmp_path / "to.csv").write_text(ROWS)

    def __call__(self, *words: str, apart: bool = False) -> tuple[int, Any, str]:
        done = (process if apart else run)(*words, tmp_path=self.tmp_path, **self.settings)
        return done.returncode, json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout, done.stderr

    def good(self, *words: str, apart: bool = False) -> Any:
        code, out, err = self(*words, "--json", apart=apart)
        assert code == 0, err
        return out

    def set_up(self) -> None:
        for name, role in (("an", "editor"), ("binh", "approver")):
            self.good("officer", "invite", "--name", name, "--role", role, "--unit", "phuong-1")
        self.good("list", "create", "to", "--unit", "phuong-1", "--topic", "an-ninh")
        assert self.good("list", "import", "to", "--csv", str(self.tmp_path / "to.csv"))["added"] == 3


async def test_written_approved_sent_delivered_and_accounted_for(
    tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    async with emulator.serving() as platform:
        token = {"telegram_bot_token": TOKEN, "telegram_secret": SECRET, "telegram_api_url": platform.root}
        async with at_home(tmp_path, pack, understanding, quiet_hours="", **token) as served:
            names = {f"HOIPHUONG_{name.upper()}": str(value) for name, value in token.items()}
            shell = Shell(
                tmp_path, **names, HOIPHUONG_DATABASE_URL=served.database, HOIPHUONG_SECRET_KEY="k" * 32,
                HOIPHUONG_PUBLIC_URL=served.url,
            )  # fmt: skip

            def publish() -> int:
                shell.set_up()
                id_ = shell.good("bulletin", "draft", str(tmp_path / "tin.md"), "--list", "to", "--by", "an")["id"]
                shell.good("bulletin", "submit", str(id_), "--by", "an")
                shell.good("bulletin", "approve", str(id_), "--by", "binh")
                shell.good("bulletin", "send", str(id_), "--by", "binh", apart=True)
                return int(id_)

            id_ = await asyncio.to_thread(publish)
            await until(lambda: len(platform.sent) == 2)
            assert {sent["chat_id"] for sent in platform.sent} == {"-1001", "-1002"}
            assert "Cảnh giác lừa đảo" in platform.sent[0]["text"]
            status = ("bulletin", "status", str(id_))
            await until(lambda: _sent(shell, status))
            assert await asyncio.to_thread(shell.good, *status) == {
                "id": id_, "state": "sending", "total": 3, "queued": 1, "sent": 2, "unknown": 0, "failed": 0, "gone": 0,
                "by_hand": 0,
            }  # fmt: skip


async def _sent(shell: Shell, status: tuple[str, ...]) -> bool:
    return bool((await asyncio.to_thread(shell.good, *status))["sent"] == 2)


def test_nobody_approves_his_own(tmp_path: Path) -> None:
    shell = Shell(tmp_path)
    shell.set_up()
    shell.good("bulletin", "draft", str(tmp_path / "tin.md"), "--list", "to", "--by", "binh")
    shell.good("officer", "invite", "--name", "chi", "--role", "approver", "--unit", "phuong-1")
    shell.good("bulletin", "submit", "1", "--by", "binh")
    code, _, err = shell("bulletin", "approve", "1", "--by", "binh", "--json")
    assert code == 1
    assert "người khác duyệt" in err
    assert shell.good("bulletin", "status", "1")["state"] == "submitted"


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (("list", "create", "x", "--unit", "phuong-99", "--topic", "t"), 1, "phuong-1"),
        (("list", "show", "x"), 1, "x"),
        (("list", "import", "x", "--csv", "khong-co.csv"), 1, "khong-co.csv"),
        (("bulletin", "draft", "khong-co.md", "--list", "x", "--by", "an"), 1, "khong-co.md"),
        (("bulletin", "status", "7"), 1, "7"),
        (("bulletin", "send", "7", "--by", "khong-ai"), 1, "khong-ai"),
        (("bulletin", "schedule", "7", "--by", "an", "--at", "mai"), 1, "mai"),
        (("bulletin", "send", "bay", "--by", "an"), 2, "ID"),
        (("bulletin", "send", "7"), 2, "--by"),
    ],
)
def test_a_slip_is_told_in_a_line(tmp_path: Path, words: tuple[str, ...], code: int, said: str) -> None:
    done = run(*words, tmp_path=tmp_path)
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_a_text_without_a_title_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tin.md").write_text("Không có tiêu đề")
    done = run("bulletin", "draft", str(tmp_path / "tin.md"), "--list", "to", "--by", "an", tmp_path=tmp_path)
    assert done.returncode == 1
    assert "tiêu đề" in done.stderr
