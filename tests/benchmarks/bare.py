"""The honest floor of sending: a bare loop over a platform's own library, at our concurrency, without a database.

`python -m tests.benchmarks.bare WAY ROOT RECIPIENTS` in a process of its own, as `hoiphuong worker` is. The ways:
`library`, python-telegram-bot as it comes; `client`, the same library with our transport in it; `aiohttp`, for Zalo.
"""

from __future__ import annotations

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

import aiohttp
import telegram
import uvloop
from telegram.request import HTTPXRequest

from bot.channels.telegram import Client
from bot.delivery.outbox import AT_ONCE
from tests.emulators import telegram as emulated
from tests.emulators import zalo_bot

FIRST: Final = 10_000_000
WORDS: Final = "Cảnh giác\n\nKhông đọc mã cho ai."
Say = Callable[[str], Awaitable[object]]


async def opened(way: str, root: str, stack: AsyncExitStack) -> Say:
    """How one message is sent this way."""
    if way == "library":
        request = HTTPXRequest(connection_pool_size=AT_ONCE)
        bot = telegram.Bot(emulated.TOKEN, base_url=f"{root}/bot", request=request)
        await stack.enter_async_context(bot)
        return lambda chat: bot.send_message(chat, WORDS, parse_mode="HTML")
    if way == "client":
        client = Client(emulated.TOKEN, root=root)
        stack.push_async_callback(client.close)
        return lambda chat: client.call("sendMessage", {"chat_id": chat, "text": WORDS, "parse_mode": "HTML"})
    session = await stack.enter_async_context(aiohttp.ClientSession())

    async def say(chat: str) -> None:
        url = f"{root}/bot{zalo_bot.TOKEN}/sendMessage"
        async with session.post(url, json={"chat_id": chat, "text": WORDS}) as response:
            await response.read()

    return say


async def main(way: str, root: str, recipients: int) -> None:
    """Send to everybody."""
    waiting = deque(str(FIRST + number) for number in range(recipients))

    async with AsyncExitStack() as stack:
        say = await opened(way, root, stack)

        async def one() -> None:
            while waiting:
                await say(waiting.popleft())

        async with asyncio.TaskGroup() as tasks:
            for _ in range(AT_ONCE):
                tasks.create_task(one())


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
