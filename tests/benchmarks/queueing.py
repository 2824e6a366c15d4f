"""`python -m tests.benchmarks.queueing DATABASE_URL RECIPIENTS`: one officer's click on "send", and what memory it takes.

Prints seconds, and the peak of the process before and after, in MiB.
"""

from __future__ import annotations

import asyncio
import resource
import sys
import time

from bot.storage.database import Database
from content import loader
from tests.delivery import lab
from tests.delivery.postman import sender


def peak() -> float:
    """MiB that this process has ever held at once."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def main(url: str, bulletin: int) -> None:
    """Queue it."""
    pack, database = loader.load("sa-dec"), Database(url)
    channels = {"telegram": sender("http://127.0.0.1:9")}
    before, begun = peak(), time.perf_counter()
    await lab.send(database, pack, bulletin, channels)
    print(time.perf_counter() - begun, before, peak())
    await database.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
