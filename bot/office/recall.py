"""A bulletin that was wrong: taken back or corrected where the platform lets us, and whoever had it is told."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Protocol, cast

from sqlalchemy import case, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.channels.channel import Changing, Channel, Update
from bot.office.bulletin_words import Renderings
from bot.storage.bulletins import KEPT, BulletinRow
from bot.storage.lists import BY_HAND
from bot.storage.queues import BULLETIN, Body, Delivery
from content.texts import texts
from handlers.contract import Button, Lang, Reply, Section


class Rewritable(Channel, Changing, Protocol):
    """A channel that may change or take back what it sent."""


async def take_back(session: AsyncSession, renderings: Renderings, row: BulletinRow, now: dt.datetime) -> None:
    """Queue it all, for every chat that has the bulletin or perhaps has it."""
    await _withdraw(session, renderings, row, now)
    await _tell(session, renderings, row, now)


async def point_on(
    session: AsyncSession, renderings: Renderings, wrong: int, right: BulletinRow, now: dt.datetime
) -> None:
    """Rewrite the messages of the bulletin that this one corrects, where the platform can: they name the right one.

    The correction itself goes out beside, for nobody is told of a message that changes.
    """
    lang = cast(Lang, right.lang)
    say, path = texts(lang), f"/ban-tin/{right.id}"
    page = Button(id=f"bulletin:{right.id}", title=say("bulletin.button.page"), url=renderings.public_url + path)
    words = Section(lines=(say("bulletin.corrected", title=right.title),))
    reply = Reply(kind="bulletin", sections=(words,), buttons=(page,), path=path)
    told = set()
    for channel, chat, message_id, platform in await _sent(session, renderings, wrong):
        first = (channel, chat) not in told
        told.add((channel, chat))
        to = Update(key="", chat=chat, sender=chat, at=now, what="other", group=True)
        changed = platform.editing(message_id, platform.render(reply, to, say)[0]) if first else None
        if changed := changed or (None if first else platform.withdrawing(message_id)):
            session.add(_queued(channel, chat, changed.body, now))


async def _sent(session: AsyncSession, renderings: Renderings, id_: int) -> list[tuple[str, str, str, Rewritable]]:
    """The messages of a bulletin that can be changed or taken back, in the order in which they were sent."""
    sent = select(Delivery.channel, Delivery.chat, Delivery.message_id).where(
        Delivery.bulletin == id_, Delivery.state == "sent", Delivery.message_id.is_not(None)
    )
    found: list[tuple[str, str, str, Rewritable]] = []
    for channel, chat, message_id in (await session.execute(sent.order_by(Delivery.id))).all():
        platform = renderings.through(channel) if channel != BY_HAND and renderings.is_on(channel) else None
        if isinstance(platform, Changing):
            found.append((channel, chat, message_id, cast(Rewritable, platform)))
    return found


async def _withdraw(session: AsyncSession, renderings: Renderings, row: BulletinRow, now: dt.datetime) -> None:
    """The wrong words themselves; a platform that refuses, as Telegram does after two days, leaves them."""
    for channel, chat, message_id, platform in await _sent(session, renderings, row.id):
        if away := platform.withdrawing(message_id):
            session.add(_queued(channel, chat, away.body, now))


async def _tell(session: AsyncSession, renderings: Renderings, row: BulletinRow, now: dt.datetime) -> None:
    lang = cast(Lang, row.lang)
    say = texts(lang)
    words = say("bulletin.taken_back", title=row.title, name=renderings.whose(lang))
    reply = Reply(kind="bulletin", sections=(Section(lines=(words,)),), path=f"/ban-tin/{row.id}")
    person = func.max(case((Body.person.is_(True), 1), else_=0))
    got = await session.execute(
        select(Delivery.channel, Delivery.chat, person)
        .outerjoin(Body, Body.id == Delivery.shared)
        .where(Delivery.bulletin == row.id, Delivery.state.in_(("sent", "unknown", "sending")))
        .group_by(Delivery.channel, Delivery.chat)
    )
    for channel, chat, is_person in got.all():
        if channel == BY_HAND or not renderings.is_on(channel):
            continue
        to = Update(key="", chat=chat, sender=chat, at=now, what="other", group=not is_person)
        for bubble in renderings.through(channel).render(reply, to, say):
            session.add(_queued(channel, chat, bubble.body, now))


def _queued(channel: str, chat: str, body: Mapping[str, object], now: dt.datetime) -> Delivery:
    return Delivery(
        channel=channel, chat=chat, lane=BULLETIN, body=dict(body), state="queued", tries=0, not_before=now,
        expires=now + KEPT, at=now, reason="",
    )  # fmt: skip
