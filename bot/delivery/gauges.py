"""What stands in the database, as gauges: read anew for each who asks, so that it counts for all processes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Final

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Channel
from bot.metrics import REPLIES, Metrics
from bot.storage import contacts, usage
from bot.storage.database import Database
from bot.storage.moments import utc
from bot.storage.queues import Delivery, Received

log = structlog.get_logger()
WINDOW: Final = dt.timedelta(hours=48)  # in which Zalo's replies are free
MORE: Final = "more"


async def measure(metrics: Metrics, database: Database, channels: Mapping[str, Channel], now: dt.datetime) -> None:
    """Set the gauges. Where the database is away, those that stand in it are left out; the counters still count."""
    stored = (metrics.waiting, metrics.oldest, metrics.heard, metrics.month, metrics.people, metrics.replies)
    for gauge in stored:
        gauge.clear()
    for name, channel in channels.items():
        metrics.ready.labels(name).set(channel.health.state == "ready")
    try:
        async with database.reading() as session:
            await _queues(metrics, session, channels, now)
            await _heard(metrics, session, channels, now)
            for name, channel in channels.items():
                await _used(metrics, session, channel, now)
                await _replies(metrics, session, name, now)
    except (SQLAlchemyError, OSError) as error:
        log.error("gauges unknown", error=type(error).__name__)


async def _queues(metrics: Metrics, session: AsyncSession, channels: Mapping[str, Channel], now: dt.datetime) -> None:
    for queue, table, state in (("inbox", Received, "waiting"), ("outbox", Delivery, "queued")):
        found = {
            row.channel: (row.n, row.oldest)
            for row in await session.execute(
                select(table.channel, func.count().label("n"), func.min(table.at).label("oldest"))
                .where(table.state == state)
                .group_by(table.channel)
            )
        }
        for name in channels:
            number, oldest = found.get(name, (0, None))
            metrics.waiting.labels(queue, name).set(number)
            metrics.oldest.labels(queue, name).set(_age(oldest, now) if oldest else 0)


async def _heard(metrics: Metrics, session: AsyncSession, channels: Mapping[str, Channel], now: dt.datetime) -> None:
    newest = select(Received.channel, func.max(Received.at).label("at")).group_by(Received.channel)
    for row in await session.execute(newest):
        if row.channel in channels:
            metrics.heard.labels(row.channel).set(_age(row.at, now))


async def _used(metrics: Metrics, session: AsyncSession, channel: Channel, now: dt.datetime) -> None:
    if channel.limits.per_month:
        used = await usage.used(session, channel.name, now)
        metrics.month.labels(channel.name).set(used.messages)
        metrics.people.labels(channel.name).set(used.people)


async def _replies(metrics: Metrics, session: AsyncSession, channel: str, now: dt.datetime) -> None:
    for replies, people in (await contacts.by_replies(session, channel, now - WINDOW)).items():
        bucket = str(replies) if replies <= REPLIES else MORE
        metrics.replies.labels(channel, bucket).inc(people)


def _age(at: dt.datetime, now: dt.datetime) -> float:
    return max(0.0, (now - utc(at)).total_seconds())
