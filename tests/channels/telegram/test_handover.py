"""A talk handed to an officer through `hoiphuong serve` and Telegram, end to end: two chats, one process, the real rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from tests.channels.serving import Served, serving, until
from tests.channels.telegram.conftest import SECRET
from tests.channels.telegram.shapes import BOT, HOME, LAN, message, pressed, said
from tests.emulators import telegram as emulator
from tests.emulators.telegram import TOKEN

OFFICER = 500
HERE: dict[str, Any] = {"chat": {**HOME, "id": OFFICER}, "sender": {**LAN, "id": OFFICER}}


async def test_from_the_wish_for_a_person_to_the_end(tmp_path: Path) -> None:
    async with emulator.serving() as platform:
        settings = {"telegram_bot_token": TOKEN, "telegram_secret": SECRET, "telegram_api_url": platform.root}
        async with serving(tmp_path, duty_hours="", **settings) as served:
            await until(lambda: _ready(served))
            await _officer(served)
            await platform.deliver(said("cho tui gặp cán bộ"))
            await until(lambda: platform.texts(77) and platform.texts(OFFICER))
            assert "Từ giờ máy im" in platform.texts(77)[0]
            told = next(sent for sent in platform.sent if sent["chat_id"] == str(OFFICER))
            assert told["text"].startswith("#1 · Sa Đéc: bà con cần gặp người")
            keys = {
                key["text"]: key["callback_data"] for row in told["reply_markup"]["inline_keyboard"] for key in row
            }
            assert list(keys) == ["Nhận", "Chuyển", "Xong"]

            platform.presses.add("31")
            await platform.deliver(pressed(keys["Nhận"], id_="31", **HERE))
            await until(lambda: len(platform.texts(77)) == 2)
            await until(lambda: platform.answered == ["31"])
            assert "Cán bộ hoa đã nhận" in platform.texts(77)[1]

            await platform.deliver(said("làm khai sinh cần giấy gì, căn cước tui 087000000001"))
            await until(lambda: any("căn cước tui #" in words for words in platform.texts(OFFICER)))
            answer = message("#1 Bà con: làm khai sinh", sender=BOT, chat=HERE["chat"])
            await platform.deliver(said("Chị mang giấy chứng sinh tới nghe", reply_to_message=answer, **HERE))
            await until(lambda: any("giấy chứng sinh" in words for words in platform.texts(77)))
            assert not any("Đăng ký khai sinh" in words for words in platform.texts(77)), "the bot kept quiet"

            await platform.deliver(said("/xong", **HERE))
            await until(lambda: any("đã xong việc" in words for words in platform.texts(77)))
            await platform.deliver(said("làm khai sinh cần giấy gì"))
            await until(lambda: any("Đăng ký khai sinh" in words for words in platform.texts(77)))
            rows = await served.rows("SELECT words FROM talk_lines ORDER BY id")
            assert [words for (words,) in rows] == [
                "cho tui gặp cán bộ",
                "làm khai sinh cần giấy gì, căn cước tui #",
                "Chị mang giấy chứng sinh tới nghe",
            ]
            assert "087000000001" not in served.said


async def _ready(served: Served) -> bool:
    return await served.channel("telegram") == "ready"


async def _officer(served: Served) -> None:
    """An officer whose chat is bound."""
    now = dt.datetime.now(dt.UTC).isoformat(sep=" ")
    engine = create_async_engine(served.database)
    async with engine.begin() as connection:
        for statement in (
            f"INSERT INTO officers (name, totp_step, created_at) VALUES ('hoa', 0, '{now}')",
            "INSERT INTO officer_roles (officer, role, unit) VALUES (1, 'duty', '*')",
            f"INSERT INTO officer_chats (channel, chat, officer, bound_at) VALUES ('telegram', '{OFFICER}', 1, '{now}')",
        ):
            await connection.execute(text(statement))
    await engine.dispose()
