"""A resident on Telegram, an officer before the console: what passes between them through a house that delivers."""

from __future__ import annotations

from pathlib import Path

from bot.office.access import Access
from bot.office.keys import Keys
from bot.settings import Settings
from bot.storage.audit import SHELL
from bot.storage.database import Database
from bot.understanding import Understanding
from content.pack import Pack
from tests.channels.serving import Served, at_home, until
from tests.channels.telegram.conftest import SECRET
from tests.channels.telegram.shapes import said
from tests.emulators import telegram as emulator
from tests.emulators.telegram import TOKEN
from tests.web.console.rig import Visitor

RESIDENT = 77
ONE = "/can-bo/can-gap/1"


async def test_an_officer_without_a_chat_answers_from_the_console(
    tmp_path: Path, pack: Pack, understanding: Understanding
) -> None:
    async with emulator.serving() as platform:
        values = {"telegram_bot_token": TOKEN, "telegram_secret": SECRET, "telegram_api_url": platform.root}
        async with at_home(tmp_path, pack, understanding, duty_hours="", **values) as served:
            await until(lambda: _is_ready(served))
            async with Visitor(served.url) as lan:
                await lan.accept(await _invited(served, pack))
                await platform.deliver(said("cho tui gặp cán bộ"))
                await until(lambda: any("Từ giờ máy im" in words for words in platform.texts(RESIDENT)))
                page = await lan.get(ONE)
                answer = {"words": "Dạ tui nghe <đây>.", "after": page.hidden("after")}
                assert (await lan.post(ONE + "/tra-loi", answer)).to == ONE + "?done=talk.said"
                await until(lambda: any("Dạ tui nghe" in words for words in platform.texts(RESIDENT)))
                await platform.deliver(said("làm khai sinh cần giấy gì"))
                await until(lambda: _shows(lan, "làm khai sinh cần giấy gì"))
                await lan.post(ONE + "/xong")
                await until(lambda: any("đã xong việc" in words for words in platform.texts(RESIDENT)))
            told = platform.texts(RESIDENT)
            assert not any("Đăng ký khai sinh" in words for words in told), "the bot kept quiet"
            assert len([words for words in told if "Dạ tui nghe" in words]) == 1


async def _is_ready(served: Served) -> bool:
    return await served.channel("telegram") == "ready"


async def _shows(officer: Visitor, words: str) -> bool:
    return words in (await officer.get(ONE)).text


async def _invited(served: Served, pack: Pack) -> str:
    database = Database(served.database)
    keys = Keys(Settings(_env_file=None, secret_key="k" * 32).key())
    invited = await Access(database, pack, keys, served.url).invite(
        name="lan", roles=["duty"], units=["all"], by=SHELL
    )
    await database.close()
    return invited.link
