"""`/bantin` on Telegram through the whole house: an officer dictates, a group gets it, he hears that it has."""

from __future__ import annotations

import datetime as dt
import itertools
from pathlib import Path
from typing import Any

from bot.storage import lists
from bot.storage.database import Database
from bot.storage.lists import MemberRow
from bot.storage.officers import OfficerChat, OfficerRole, OfficerRow
from bot.understanding import Understanding
from content.pack import Pack
from tests.channels.serving import Served, at_home, until
from tests.channels.telegram.conftest import SECRET
from tests.channels.telegram.shapes import HOME, LAN, pressed, said
from tests.emulators import telegram as emulator
from tests.emulators.telegram import TOKEN

OFFICER, GROUP = 500, "-4242"
HERE: dict[str, Any] = {"chat": {**HOME, "id": OFFICER}, "sender": {**LAN, "id": OFFICER}}


async def test_from_the_first_word_to_the_last_group(
    tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    numbers = itertools.count(31)
    async with emulator.serving() as platform:
        settings = {"telegram_bot_token": TOKEN, "telegram_secret": SECRET, "telegram_api_url": platform.root}
        async with at_home(tmp_path, pack, understanding, quiet_hours="", **settings) as served:
            await until(lambda: platform.webhook)
            await _staff(served)

            async def told(words: str) -> dict[str, Any]:
                found: list[dict[str, Any]] = []

                def came() -> bool:
                    found[:] = [s for s in platform.sent if words in s["text"] and s["chat_id"] == str(OFFICER)]
                    return bool(found)

                await until(came)
                return found[-1]

            async def press(at: dict[str, Any], title: str) -> None:
                keys = [key for row in at["reply_markup"]["inline_keyboard"] for key in row]
                (data,) = [key["callback_data"] for key in keys if key["text"] == title]
                id_ = str(next(numbers))
                platform.presses.add(id_)
                await platform.deliver(pressed(data, id_=id_, **HERE))

            await platform.deliver(said("/bantin", **HERE))
            await told("dòng đầu là tiêu đề")
            await platform.deliver(said("Giữ xe <chợ>\nKhóa cổ xe & gửi xe.", **HERE))
            await press(await told("Đã ghi"), "Xong, xem thử")
            shown = await told("Gửi cho: to (1 nhóm)")
            assert "<b>Giữ xe &lt;chợ&gt;</b>\nKhóa cổ xe &amp; gửi xe." in shown["text"]
            await press(shown, "Duyệt và gửi")
            await press(await told("ngay bây giờ tới 1 nhóm"), "Gửi ngay")
            await told("Đã duyệt, máy bắt đầu gửi bản tin số 1")
            await until(lambda: platform.texts(GROUP))
            assert "Khóa cổ xe &amp; gửi xe." in platform.texts(GROUP)[0]
            await told("Đã gửi xong bản tin số 1")
            assert len(platform.texts(GROUP)) == 1


async def _staff(served: Served) -> None:
    """One officer, who may do all, and a list of one group."""
    now, database = dt.datetime.now(dt.UTC), Database(served.database)
    async with database.unit_of_work() as session:
        officer = OfficerRow(name="hoa", created_at=now)
        to = lists.new(name="to", unit="phuong-1", topic="an-ninh", target=2, officer=None, open_=True, at=now)
        session.add_all((officer, to))
        await session.flush()
        session.add_all(
            (
                OfficerRole(officer=officer.id, role="approver", unit="phuong-1"),
                OfficerChat(channel="telegram", chat=str(OFFICER), officer=officer.id, bound_at=now),
                MemberRow(
                    list=to.id, channel="telegram", address=GROUP, title="Tổ 1", person=False, active=True, reason="",
                    joined_at=now,
                ),
            )
        )  # fmt: skip
    await database.close()
