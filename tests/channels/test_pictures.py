"""One answer with a picture and a film: as each platform shows it, and what is left where it refuses the picture."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.channels.channel import Channel, Outcome, Outgoing
from bot.channels.telegram import Telegram
from bot.channels.telegram.client import Client
from bot.channels.zalo_oa.rendering import plainer
from content.texts import texts
from handlers.contract import Button, Photo, Reply, Section
from tests.channels.telegram.shapes import said
from tests.channels.zalo_bot.conftest import channel as zalo_bot
from tests.channels.zalo_bot.test_rendering import ASKED, IN_A_GROUP
from tests.channels.zalo_oa.test_rendering import messages, shown
from tests.emulators import telegram as emulator
from tests.emulators.zalo_bot import ZaloBotPlatform
from tests.emulators.zalo_oa import GROUP, Refuse, ZaloOaEmulator

URL, FILM = "https://phuong.example/ban-tin/1/anh.jpg", "https://phuong.example/phim/1"
LINE = f"Bảng chỉ đường tạm: {URL}"
BULLETIN = Reply(
    kind="bulletin",
    title="Cầu đóng để sửa",
    sections=(Section(lines=("Cầu đóng từ thứ Hai. Bà con đi đường vòng & nhớ đội nón.",)),),
    buttons=(Button(id="menu", title="Về đầu"),),
    source="Phường Sa Đéc, 24/11/2026.",
    picture=Photo(url=URL, alt="Bảng chỉ đường tạm"),
    film=FILM,
)
REFUSED = replace(BULLETIN, picture=Photo(url="https://refused-host.example/a.jpg", alt="Bảng chỉ đường tạm"))
AT_HOME = replace(BULLETIN, picture=Photo(url="http://127.0.0.1:8080/a.jpg", alt="Bảng chỉ đường tạm"))
LONG = replace(BULLETIN, sections=(Section(lines=tuple("Cầu đóng từ thứ Hai, bà con đi vòng." for _ in range(40))),))
BARE = Reply(kind="bulletin", picture=BULLETIN.picture)
VERY_LONG = replace(LONG, sections=LONG.sections * 2)


@pytest.fixture
async def platform() -> AsyncIterator[emulator.Telegram]:
    async with emulator.serving() as telegram:
        yield telegram


@pytest.fixture
async def telegram(platform: emulator.Telegram) -> AsyncIterator[Telegram]:
    made = Telegram(Client(emulator.TOKEN, root=platform.root, read=0.3), secret="x" * 8)
    yield made
    await made.close()


def on_telegram(channel: Telegram, reply: Reply, **chat: Any) -> list[Outgoing]:
    (asked,) = channel.receive(json.dumps(said("/hoi a", **chat)).encode())
    return [Outgoing(body=json.loads(json.dumps(one.body))) for one in channel.render(reply, asked, texts("vi"))]


async def deliver(channel: Channel, chat: str, bubbles: list[Outgoing]) -> list[Outcome]:
    """As the outbox does it: what is refused goes out in its plainer form."""
    outcomes = []
    while bubbles:
        result = await channel.send(chat, bubbles.pop(0))
        outcomes.append(result.outcome)
        bubbles[:0] = result.instead
    return outcomes


def test_in_plain_words_picture_and_film_are_lines_before_the_source() -> None:
    assert BULLETIN.text.split("\n\n")[-2:] == [f"{LINE}\n{FILM}", "Phường Sa Đéc, 24/11/2026."]


async def test_telegram_shows_a_short_text_below_the_picture(telegram: Telegram, platform: emulator.Telegram) -> None:
    bubbles = on_telegram(telegram, BULLETIN)
    assert await deliver(telegram, "77", bubbles) == [Outcome.SENT]
    [photo] = platform.sent
    assert (photo["method"], photo["photo"]) == ("sendPhoto", URL)
    assert photo["caption"].startswith("<b>Cầu đóng để sửa</b>\n\nCầu đóng")
    assert FILM in photo["caption"]
    assert URL not in photo["caption"]
    assert photo["reply_markup"]["inline_keyboard"]


async def test_telegram_shows_a_long_text_after_the_picture(telegram: Telegram, platform: emulator.Telegram) -> None:
    assert await deliver(telegram, "77", on_telegram(telegram, LONG)) == [Outcome.SENT] * 2
    photo, text = platform.sent
    assert (photo["method"], photo.get("caption")) == ("sendPhoto", None)
    assert text["method"] == "sendMessage"
    assert text["reply_markup"]["inline_keyboard"]


async def test_a_picture_alone(telegram: Telegram, platform: emulator.Telegram) -> None:
    assert await deliver(telegram, "77", on_telegram(telegram, BARE)) == [Outcome.SENT]
    assert [sent["method"] for sent in platform.sent] == ["sendPhoto"]


@pytest.mark.parametrize("state", ["well", "no pictures"], ids=["a picture out of reach", "a group without pictures"])
async def test_a_picture_that_telegram_refuses_becomes_a_line(
    telegram: Telegram, platform: emulator.Telegram, state: str
) -> None:
    platform.chats["77"] = state
    bubbles = on_telegram(telegram, REFUSED if state == "well" else BULLETIN)
    assert await deliver(telegram, "77", bubbles) == [Outcome.REFUSED, Outcome.SENT]
    [text] = platform.sent
    assert text["method"] == "sendMessage"
    assert text["text"].splitlines()[-1].startswith("Bảng chỉ đường tạm: https://")
    assert "&amp; nhớ" in text["text"]
    assert text["reply_markup"]["inline_keyboard"]


async def test_a_picture_that_only_this_machine_sees_is_a_line_at_once(
    telegram: Telegram, platform: emulator.Telegram
) -> None:
    assert await deliver(telegram, "77", on_telegram(telegram, AT_HOME)) == [Outcome.SENT]
    assert "Bảng chỉ đường tạm: http://127.0.0.1:8080/a.jpg" in platform.texts(77)[0]


@pytest.mark.parametrize("group", [False, True], ids=["to a person", "to a group"])
@pytest.mark.parametrize(
    "reply", [BULLETIN, LONG, VERY_LONG, BARE, AT_HOME], ids=["short", "long", "several", "bare", "at home"]
)
def test_zalo_takes_the_picture_with_the_first_bubble(reply: Reply, group: bool) -> None:
    strict = ZaloOaEmulator()
    first, *rest = messages(reply, group=group)
    for message in (first, *rest):
        strict._check(message, group=group)
        assert "attachment" not in message or message is first
    if reply is AT_HOME:
        assert "Bảng chỉ đường tạm: http://127.0.0.1:8080/a.jpg" in first["text"]
        return
    [element] = first["attachment"]["payload"]["elements"]
    assert element == {"media_type": "image", "url": URL}
    if reply is BULLETIN:  # one bubble says it all, so its choices are numbers
        assert not rest
        assert "1. Về đầu" in first["text"]


def test_a_picture_that_zalo_refuses_becomes_a_line() -> None:
    for group in (False, True):
        [bubble] = shown(REFUSED, group=group)
        strict = ZaloOaEmulator()
        with pytest.raises(Refuse):
            strict._check(bubble.body["message"], group=group)  # type: ignore[arg-type]
        [instead] = plainer(bubble.body)
        assert bool(instead.body.get("group")) is group
        strict._check(instead.body["message"], group=group)  # type: ignore[arg-type]
        assert instead.body["message"]["text"].endswith("Bảng chỉ đường tạm: https://refused-host.example/a.jpg")  # type: ignore[index]


def test_zalo_bot_shows_one_bubble_below_the_picture() -> None:
    [bubble] = zalo_bot().render(BULLETIN, ASKED, texts("vi"))
    assert bubble.body["photo"] == URL
    assert str(bubble.body["caption"]).startswith("Cầu đóng để sửa\n\nCầu đóng")
    assert "1. Về đầu" in str(bubble.body["caption"])
    [in_group] = zalo_bot().render(BULLETIN, IN_A_GROUP, texts("vi"))
    assert str(in_group.body["caption"]).startswith("Lan Nguyễn: Cầu đóng")
    [at_home] = zalo_bot().render(AT_HOME, ASKED, texts("vi"))
    assert "photo" not in at_home.body


async def test_a_picture_that_zalo_bot_refuses_becomes_a_line() -> None:
    zalo = ZaloBotPlatform()
    await zalo.start()
    bot = zalo_bot(zalo_bot_api_url=zalo.url)
    try:
        zalo.people.add(GROUP)
        assert await deliver(bot, GROUP, list(bot.render(REFUSED, ASKED, texts("vi")))) == [
            Outcome.REFUSED,
            Outcome.SENT,
        ]
        [text] = zalo.shown[GROUP]
        assert text.endswith("Bảng chỉ đường tạm: https://refused-host.example/a.jpg")
    finally:
        await bot.close()
        await zalo.stop()
