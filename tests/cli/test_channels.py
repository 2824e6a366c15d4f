"""`hoiphuong channels …` as whoever sets a channel up meets it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from tests import databases
from tests.cli.shell import COMMAND, PATIENCE, ROOT, run
from tests.emulators.zalo_oa import APP_ID, APP_SECRET, OA_ID, OA_SECRET, OTHER_OA, ZaloOaEmulator, zalo_oa


class Command:
    """`hoiphuong channels` with an Official Account's settings."""

    def __init__(self, folder: Path, root: str) -> None:
        self.folder = folder
        self.env = {"PATH": os.environ["PATH"], "HOME": str(folder), "NO_COLOR": "1", "COLUMNS": "100"}
        self.env |= {
            f"HOIPHUONG_{name}": value
            for name, value in {
                "DATABASE_URL": databases.sqlite(folder / "cli.db"), "PUBLIC_URL": "https://phuong.example",
                "ZALO_OA_APP_ID": APP_ID, "ZALO_OA_APP_SECRET": APP_SECRET, "ZALO_OA_SECRET_KEY": OA_SECRET,
                "ZALO_OA_API_URL": root, "ZALO_OAUTH_URL": root,
            }.items()
        }  # fmt: skip

    async def start(self, *words: str) -> asyncio.subprocess.Process:
        pipe = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            COMMAND, "channels", *words, env=self.env, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=pipe
        )

    async def run(self, *words: str) -> tuple[int, str, str]:
        settings = {name: value for name, value in self.env.items() if name.startswith("HOIPHUONG_")}
        done = await asyncio.to_thread(lambda: run("channels", *words, tmp_path=self.folder, **settings))
        return done.returncode, done.stdout, done.stderr


@pytest.fixture
async def platform(tmp_path: Path) -> AsyncIterator[tuple[Command, ZaloOaEmulator]]:
    async with zalo_oa() as (root, emulator):
        yield Command(tmp_path, root), emulator


async def test_nothing_is_on(tmp_path: Path) -> None:
    command = Command(tmp_path, "http://127.0.0.1:1")
    command.env = {name: value for name, value in command.env.items() if "ZALO" not in name}
    code, out, _ = await command.run("check", "--json")
    assert code == 0
    rows = json.loads(out)
    assert [(row["channel"], row["configured"], row["ready"]) for row in rows] == [
        ("zalo-oa", False, False),
        ("zalo-bot", False, False),
        ("telegram", False, False),
        ("sms", False, False),
    ]


async def test_a_consent_then_all_is_right(platform: tuple[Command, ZaloOaEmulator]) -> None:
    command, emulator = platform
    code, out, _ = await command.run("check")
    assert code == 1
    assert "zalo-oa: chưa chạy được (chưa được đồng ý)" in out
    assert "https://phuong.example/webhook/zalo-oa" in out
    assert "connect-zalo" in out

    process = await command.start("connect-zalo", "--lang", "en")
    assert process.stdin
    assert process.stdout
    shown = ""
    while "paste it here" not in shown:
        shown += (await asyncio.wait_for(process.stdout.readline(), timeout=PATIENCE)).decode()
    [link] = re.findall(r"http://127\S+permission\S+", shown)
    query = parse_qs(urlsplit(link).query)
    [callback] = query["redirect_uri"]
    assert callback in shown
    consented = emulator.consent(query["code_challenge"][0])
    process.stdin.write(f"{callback}?code={consented}&oa_id={OA_ID}&state={query['state'][0]}\n".encode())
    out_, err = await asyncio.wait_for(process.communicate(), timeout=PATIENCE)
    assert process.returncode == 0, err.decode()
    assert f"connected to OA {OA_ID}" in out_.decode()

    code, out, err_ = await command.run("check", "--json", "--lang", "en")
    assert code == 0, out
    oa = json.loads(out)[0]
    assert (oa["state"], oa["ready"]) == ("ready", True)
    words = " ".join(note["text"] for note in oa["notes"])
    assert re.search(r"good until \d\d:\d\d \d\d/\d\d/\d{4}", words)
    assert "Tăng trưởng" in words
    assert "webhook/zalo-oa" in words
    for secret in (emulator.access, emulator.refresh, APP_SECRET, OA_SECRET):
        assert secret not in out + err_ + shown


async def test_the_wrong_account_is_named_and_nothing_is_kept(platform: tuple[Command, ZaloOaEmulator]) -> None:
    command, emulator = platform
    command.env["HOIPHUONG_ZALO_OA_ID"] = OA_ID
    process = await command.start("connect-zalo")
    address = f"https://phuong.example/can-bo/zalo?code=x&oa_id={OTHER_OA}\n"
    _, err = await asyncio.wait_for(process.communicate(address.encode()), timeout=PATIENCE)
    assert process.returncode == 1
    assert OTHER_OA in err.decode()
    assert "Traceback" not in err.decode()
    assert emulator.asked == []


async def test_the_webhook_of_the_account_is_pasted_by_hand(platform: tuple[Command, ZaloOaEmulator]) -> None:
    command, _ = platform
    code, out, _ = await command.run("set-webhook")
    assert code == 0
    assert "https://phuong.example/webhook/zalo-oa" in out


async def test_connecting_what_is_off_names_the_settings(tmp_path: Path) -> None:
    command = Command(tmp_path, "http://127.0.0.1:1")
    command.env = {name: value for name, value in command.env.items() if "ZALO" not in name}
    code, _, err = await command.run("connect-zalo")
    assert code == 1
    assert "HOIPHUONG_ZALO_OA_APP_ID" in err


async def test_groups_as_the_import_of_lists_takes_them(platform: tuple[Command, ZaloOaEmulator]) -> None:
    command, emulator = platform
    command.env["HOIPHUONG_ZALO_OA_REFRESH_TOKEN"] = emulator.refresh
    emulator.groups = {"f414c8f76fa586fbdfb4": "enabled", "a414c8f76fa586fbdfb4": "disabled"}
    code, out, err = await command.run("groups")
    assert (code, out) == (0, "channel,address,title\nzalo-oa,f414c8f76fa586fbdfb4,Khóm 1\n"), err
    code, out, _ = await command.run("groups", "--json")
    assert [(row["id"], row["members"], row["enabled"]) for row in json.loads(out)] == [
        ("f414c8f76fa586fbdfb4", 2, True),
        ("a414c8f76fa586fbdfb4", 3, False),
    ]
    emulator.next("groups", -224)
    code, _, err = await command.run("groups")
    assert code == 1
    assert "-224" in err
