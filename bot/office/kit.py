"""The posting kit: what an officer forwards by hand into the ordinary groups, and what is still to be forwarded."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import NotAllowed, Refused
from bot.storage import audit, bulletins, kit, officers
from bot.storage.bulletins import BulletinPicture, BulletinRow
from bot.storage.database import Database
from bot.storage.kit import GOES, Post
from bot.storage.moments import utc
from bot.storage.officers import Officer

PATH: Final = "/can-bo/chuyen-tin"  # of the page; reminders lead there
MINE, ALL = "mine", "all"  # whose groups are shown; else an officer's short name


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """A bulletin with groups to post."""

    id: int
    title: str
    since: dt.datetime
    left: int
    total: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Kit:
    """All that is needed to forward one bulletin by hand."""

    id: int
    title: str
    text: str  # ready to be pasted, the public address at its end
    link: str
    picture: str  # what it shows, in words; empty where there is none
    has_picture: bool
    paused: bool
    groups: Sequence[Post]  # what is to be done first
    whose: str  # `MINE`, `ALL` or an officer's short name
    officers: Sequence[str]  # whom it can be narrowed to
    units: Sequence[str]
    names: dict[int, str]  # of officers, by number

    @property
    def open(self) -> list[Post]:
        """What is still to be posted."""
        return [post for post in self.groups if not post.done]

    @property
    def done(self) -> list[Post]:
        """What is posted, the latest first."""
        return sorted(
            (post for post in self.groups if post.done),
            key=lambda post: utc(post.at or dt.datetime.min),
            reverse=True,
        )


class PostingKit:
    """The kits of one house."""

    def __init__(self, database: Database, public_url: str) -> None:
        self._database = database
        self._public_url = public_url.rstrip("/")

    async def unfinished(self, by: Officer) -> Sequence[Unfinished]:
        """The bulletins that still have a group of his to post, the newest first."""
        async with self._database.reading() as session:
            return await unfinished(session, by)

    async def kit(self, id_: int, *, by: Officer, whose: str = "", unit: str = "") -> Kit:
        """The kit of a bulletin; `Refused` where nothing is to be forwarded, `NotAllowed` where none of it is his."""
        async with self._database.reading() as session:
            row = await _going(session, id_)
            everyone = await officers.everyone(session)
            posts = (await kit.posts(session, [id_], everyone)).get(id_, [])
            text = await kit.text(session, row)
            picture = await session.get(BulletinPicture, id_)
        mine = [post for post in posts if post.is_open_to(by)]
        if not posts:
            raise Refused("kit.none", id=id_)
        if not mine:
            raise NotAllowed("kit.not_yours")
        names = {officer.id: officer.name for officer in everyone}
        shown, chosen = _whose(mine, by, whose, names)
        link = f"{self._public_url}/ban-tin/{id_}"
        return Kit(
            id=id_, title=row.title, text=text if link in text else f"{text}\n\n{link}", link=link,
            picture=picture.alt if picture else "", has_picture=picture is not None, paused=row.state == "paused",
            groups=sorted((post for post in shown if not unit or unit in post.units), key=_order), whose=chosen,
            officers=sorted({names[id_] for post in mine for id_ in post.officers}), names=names,
            units=sorted({unit for post in mine for unit in post.units}),
        )  # fmt: skip

    async def tick(self, id_: int, address: str, *, by: Officer, done: bool = True) -> bool:
        """He posted it into this group, or not after all; said twice it is one deed: then False."""
        now = dt.datetime.now(dt.UTC)
        async with self._database.unit_of_work(urgent=True) as session:
            row = await bulletins.held(session, id_)
            if row is None or row.state not in GOES:
                raise Refused("kit.not_now")
            posts = (await kit.posts(session, [id_], await officers.everyone(session))).get(id_, [])
            post = next((post for post in posts if post.address == address), None)
            if post is None:
                raise Refused("kit.no_group")
            if not post.is_open_to(by):
                raise NotAllowed("kit.not_yours")
            if not await kit.settle(session, row, address, done=done, by=by.name, now=now):
                return False
            detail = {"group": address, "done": done}
            audit.log(session, by=by.name, action="bulletin.by_hand", subject=f"bulletin:{id_}", detail=detail)
            return True


async def unfinished(session: AsyncSession, by: Officer) -> list[Unfinished]:
    """The bulletins that still have a group of this officer to post, the newest first."""
    rows = await kit.unfinished(session)
    found = await kit.posts(session, [row.id for row in rows], await officers.everyone(session)) if rows else {}
    shown = []
    for row in rows:
        posts, _ = _whose(found.get(row.id, ()), by, "")
        if left := sum(not post.done for post in posts):
            since = utc(row.queued_at or row.changed_at)
            shown.append(Unfinished(id=row.id, title=row.title, since=since, left=left, total=len(posts)))
    return shown


async def _going(session: AsyncSession, id_: int) -> BulletinRow:
    row = await session.get(BulletinRow, id_)
    if row is None or row.state not in GOES:
        raise Refused("kit.not_now")
    return row


def _whose(
    posts: Sequence[Post], by: Officer, whose: str, names: dict[int, str] | None = None
) -> tuple[list[Post], str]:
    """Those asked for; unasked his own, and where he has none of his own all that he may stand in for."""
    known = names or {}
    seen = [post for post in posts if post.is_open_to(by)]
    own = [post for post in seen if post.is_his(by)]
    if whose not in (MINE, ALL, *known.values()):
        whose = MINE if own else ALL
    if whose == MINE:
        return own, whose
    if whose == ALL:
        return seen, whose
    return [post for post in seen if whose in {known[id_] for id_ in post.officers}], whose


def _order(post: Post) -> tuple[list[str], list[tuple[int, str]]]:
    """By unit, and within it as people count: the second group before the tenth."""
    parts = re.findall(r"\d+|\D+", post.title.casefold())
    return sorted(post.units), [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]
