"""`python -m tests.delivery.postman DATABASE_URL API_ROOT PER_SECOND LEASE`: one process that sends, and does no more.

LEASE, in seconds, is shorter than in the house, so that nobody waits long for what a killed process held.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import sys
from dataclasses import replace

from bot.channels.telegram import Client, Telegram
from bot.delivery import outbox
from bot.delivery.outbox import Outbox
from bot.storage import leases, queues
from bot.storage.database import Database
from tests.emulators.telegram import TOKEN


def sender(root: str) -> Telegram:
    """The channel, as the house builds it."""
    return Telegram(Client(TOKEN, root=root), secret=None)


async def main(url: str, root: str, per_second: float) -> None:
    """Send until killed."""
    channel = sender(root)
    limits = replace(channel.limits, per_second=per_second, burst=8, in_a_second=None, per_chat_second=1000.0)
    type(channel).limits = limits
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(Outbox(Database(url), channel).run())
        while True:  # as the engine does: three failures in a row are taken for a platform out of reach
            if channel.health.state != "ready":
                await channel.connect(webhook=None)
            await asyncio.sleep(0.2)


if __name__ == "__main__":
    lease = float(sys.argv[4])
    queues.LEASE = leases.LENGTH = dt.timedelta(seconds=lease)  # type: ignore[misc]
    outbox.HEARTBEAT = lease / 3  # type: ignore[misc]
    asyncio.run(main(sys.argv[1], sys.argv[2], float(sys.argv[3])))
