"""A bulletin to thousands, sent by processes of their own to a Telegram that fails as told: who got it, and how often.

The platform lives in this process, whoever sends in others, so that these can be killed at any instant.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
import random
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from sqlalchemy import func, insert, select

from bot.channels.channel import Channel
from bot.office.bulletins import Bulletins
from bot.storage import lists
from bot.storage.bulletins import BulletinListRow, BulletinRow
from bot.storage.database import Database
from bot.storage.lists import MemberRow
from bot.storage.officers import Officer
from bot.storage.queues import Delivery
from content.pack import Pack
from tests.emulators.telegram import TOKEN, Fault, Telegram
from tests.emulators.telegram_rules import Refused

FIRST: Final = 10_000_000  # the first recipient's number
OFFICER: Final = Officer(id=1, name="thu", grants=frozenset({("admin", "*")}))
UNSETTLED: Final = ("queued", "sending")
BUSY: Final = Fault(refused=Refused(429, "retry later", retry_after=1))
FAULTS: Final = (  # each as likely as it stands here often
    *[Fault(raw=(502, b"<html>Bad gateway</html>"))] * 5,  # what is answered so was not carried out: it is repeated
    *[Fault(cut=True)] * 2,
    *[Fault(cut=True, done=True)] * 3,
)


@dataclass
class Failing(Telegram):
    """The platform; of its answers the share `fails` goes wrong. When each message reached it stands in `arrivals`."""

    fails: float = 0.0
    faults_of: Sequence[Fault] = FAULTS
    arrivals: list[float] = field(default_factory=list)
    dice: random.Random = field(default_factory=lambda: random.Random(7))

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        if request.match_info["method"] == "sendMessage":
            self.arrivals.append(time.monotonic())
            if self.dice.random() < self.fails:
                self.fail("sendMessage", self.dice.choice(self.faults_of))
        return await super().handle(request)

    @property
    def seen(self) -> Counter[str]:
        """How often each chat got it."""
        return Counter(str(sent["chat_id"]) for sent in self.sent)


@dataclass
class Ended:
    """What became of a bulletin, as the rows say and as the platform saw it."""

    states: Counter[str]
    lost: int  # recipients that are said to have it and have not, or of whom nothing is said
    doubled: int  # recipients that got it more than once, whatever the rows say
    unseen: int  # of the unknown, those who have not got it


async def approved(database: Database, recipients: int, channel: str = "telegram") -> int:
    """A bulletin that so many people wait for, ready to be sent; its number."""
    now = dt.datetime.now(dt.UTC)
    async with database.unit_of_work() as session:
        to = lists.new(name="dan", unit="phuong-1", topic="an-ninh", target=2, officer=None, open_=True, at=now)
        row = BulletinRow(
            title="Cảnh giác", text="Không đọc mã cho ai.", author="thu", approver="khac", comment="", lang="vi",
            long="split", urgent=False, state="approved", created_at=now, changed_at=now,
        )  # fmt: skip
        session.add_all((to, row))
        await session.flush()
        session.add(BulletinListRow(bulletin=row.id, list=to.id))
        people = [
            {
                "list": to.id, "channel": channel, "address": str(FIRST + number), "title": "", "person": True,
                "active": True, "reason": "", "joined_at": now,
            }
            for number in range(recipients)
        ]  # fmt: skip
        await session.execute(insert(MemberRow), people)
        return row.id


async def send(database: Database, pack: Pack, id_: int, channels: Mapping[str, Channel]) -> None:
    """The officer's word."""
    await Bulletins(database, pack, channels, "https://phuong.example").send(id_, by=OFFICER)


async def queued(url: str, pack: Pack, recipients: int, channels: Mapping[str, Channel]) -> int:
    """A bulletin on a database that is made for it, and so many who wait; its number."""
    database = Database(url)
    await database.migrate()
    id_ = await approved(database, recipients, next(iter(channels)))
    await send(database, pack, id_, channels)
    await database.close()
    return id_


async def unsettled(database: Database) -> int:
    """How many rows wait or fly."""
    async with database.reading() as session:
        open_ = select(func.count()).select_from(Delivery).where(Delivery.state.in_(UNSETTLED))
        return await session.scalar(open_) or 0


async def ended(database: Database, platform: Failing, recipients: int) -> Ended:
    """What the rows say, beside what the platform saw."""
    async with database.reading() as session:
        rows = {row.chat: row.state for row in await session.execute(select(Delivery.chat, Delivery.state))}
    seen = platform.seen
    everybody = [str(FIRST + number) for number in range(recipients)]
    return Ended(
        states=Counter(rows.values()),
        lost=sum(rows.get(chat) != "unknown" and not seen[chat] for chat in everybody),
        doubled=sum(times > 1 for times in seen.values()),
        unseen=sum(rows.get(chat) == "unknown" and not seen[chat] for chat in everybody),
    )


@dataclass
class Process:
    """Somebody who sends, in a process of his own."""

    command: Sequence[str]
    settings: Mapping[str, object]
    log: Path
    running: asyncio.subprocess.Process | None = None
    begun: float = 0.0

    async def start(self) -> None:
        """Begin, or begin again."""
        env = {name: value for name, value in os.environ.items() if not name.startswith("HOIPHUONG_")}
        env |= {f"HOIPHUONG_{name.upper()}": str(value) for name, value in self.settings.items()}
        with self.log.open("ab") as file:
            self.running = await asyncio.create_subprocess_exec(*self.command, env=env, stdout=file, stderr=file)
        self.begun = time.monotonic()

    def used(self) -> float:
        """Seconds of a core that it has taken so far."""
        if self.running is None:
            return 0.0
        fields = Path(f"/proc/{self.running.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    async def kill(self) -> None:
        """SIGKILL: it has no time to put anything in order."""
        if self.running and self.running.returncode is None:
            self.running.kill()
            await self.running.wait()


def lean(url: str, root: str, log: Path, *, per_second: float, lease: float = 1.5) -> Process:
    """An outbox and nothing beside it: up in a second."""
    command = (sys.executable, "-m", "tests.delivery.postman", url, root, str(per_second), str(lease))
    return Process(command=command, settings={}, log=log)


def whole(url: str, root: str, log: Path, **more: Any) -> Process:
    """`hoiphuong worker`."""
    settings = {
        "database_url": url, "secret_key": "k" * 32, "telegram_bot_token": TOKEN, "telegram_secret": "s" * 20,
        "telegram_api_url": root, "quiet_hours": "",
    } | more  # fmt: skip
    return Process(command=(str(Path(sys.executable).parent / "hoiphuong"), "worker"), settings=settings, log=log)
