"""What people asked and nobody could answer: put together, and decided by an officer in one click."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refused
from bot.office.alike import grouped
from bot.office.reach import TEACHERS, must_change
from bot.storage import audit, verdicts
from bot.storage.database import Database
from bot.storage.officers import Officer
from bot.storage.tables import Unanswered
from bot.storage.verdicts import Kind, Verdict
from bot.understanding import Understanding
from content.corrections import VIETNAM
from content.pack import Pack
from content.texts import texts
from content.values import WrongValue, fold, text

MOST: Final = 1000  # questions that are put together, the newest
TOGETHER: Final = 200  # questions of one group that are decided at once
WORDINGS: Final = 20  # of a group that are learned
LONGEST_NOTE: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Wording:
    """The same words, however often they came."""

    words: str
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Questions that ask the same."""

    wordings: tuple[Wording, ...]  # the commonest first
    count: int
    last: dt.date
    nearest: tuple[str, ...] = ()  # ids of the items that fit best, at most three


@dataclass(frozen=True, slots=True, kw_only=True)
class Missed:
    """A page of groups, and how many there are."""

    groups: tuple[Group, ...]
    every: int  # groups
    questions: int


class Questions:
    """The unanswered questions of one house."""

    def __init__(self, database: Database, pack: Pack, understanding: Callable[[], Understanding]) -> None:
        self._database = database
        self._pack = pack
        self._understanding = understanding
        self._topic = lru_cache(maxsize=4 * MOST)(lambda words: self._understanding().topic(words))

    async def missed(self, start: int = 0, most: int = 20) -> Missed:
        """The groups from `start`, the most asked first; what was decided, or says the same, is left out."""
        async with self._database.reading() as session:
            rows = await verdicts.waiting(session, MOST)
            settled = [row for kind in ("draft", "skip") for row in await verdicts.standing(session, kind)]
        return await asyncio.to_thread(self._put_together, rows, settled, start, most)

    async def teach(self, ids: Sequence[int], item: str, *, by: Officer) -> None:
        """From now on these words ask for this item, in every process; asked twice, it is done once."""
        id_ = self._pack.also.get(item, item)
        if self._pack.item(id_) is None:
            raise Refused("missed.no_item")
        must_change(by, id_, self._pack, TEACHERS)
        async with self._database.unit_of_work() as session:
            rows = await verdicts.held(session, ids[:TOGETHER])
            known = [words for words in _wordings(rows) if self._understanding().teachable(words)]
            if rows and not known:
                raise Refused("missed.not_teachable")
            await self._decide(session, "alias", rows, by, item=id_, wordings=known)

    async def draft(self, ids: Sequence[int], note: str, *, by: Officer) -> None:
        """Whoever writes packs shall write an answer: kept with the officer's note."""
        try:
            words = text(note, most=LONGEST_NOTE, lines=20) if note.strip() else ""
        except WrongValue as why:
            raise Refused(why.key, **why.fields) from why
        async with self._database.unit_of_work() as session:
            rows = await verdicts.held(session, ids[:TOGETHER])
            await self._decide(session, "draft", rows, by, note=words)

    async def skip(self, ids: Sequence[int], *, by: Officer) -> None:
        """Nothing is to be done; the very same words are not shown again."""
        async with self._database.unit_of_work() as session:
            await self._decide(session, "skip", await verdicts.held(session, ids[:TOGETHER]), by)

    async def take_back(self, id_: int, *, by: Officer) -> None:
        """As if it had not been decided: what was learned is forgotten, and the questions wait again."""
        async with self._database.unit_of_work() as session:
            if verdict := await self._end(session, id_, by, "back"):
                await verdicts.reopen(session, verdict.id)

    async def written(self, id_: int, *, by: Officer) -> None:
        """A draft has become an item of the pack."""
        async with self._database.unit_of_work() as session:
            await self._end(session, id_, by, "written")

    async def decided(self, kind: Kind) -> Sequence[Verdict]:
        """The decisions of a kind that hold, the newest first."""
        async with self._database.reading() as session:
            return await verdicts.standing(session, kind)

    async def group(self, ids: Sequence[int]) -> Group | None:
        """These questions, as far as they still wait, whatever they have in common."""
        async with self._database.reading() as session:
            every = {row.id: row for row in await verdicts.waiting(session, MOST)}
        rows = [every[id_] for id_ in ids if id_ in every]
        return self._group(rows) if rows else None

    async def _decide(
        self, session: AsyncSession, kind: Kind, rows: Sequence[Unanswered], by: Officer, *, item: str | None = None,
        note: str = "", wordings: Sequence[str] | None = None,
    ) -> None:  # fmt: skip
        if not rows:  # decided a moment ago, by the first click or by another officer
            return
        kept = (_wordings(rows) if wordings is None else wordings)[:WORDINGS]
        verdict = Verdict(
            kind=kind, item=item, words="\n".join(kept), note=note, asked=len(rows), by=by.name,
            at=dt.datetime.now(dt.UTC),
        )  # fmt: skip
        await verdicts.decide(session, verdict, rows)
        detail = {"item": item, "asked": len(rows)} if item else {"asked": len(rows)}
        subject = f"question:{verdict.id}"
        audit.log(session, by=by.name, action=f"content.{kind}", subject=subject, detail=detail)

    async def _end(self, session: AsyncSession, id_: int, by: Officer, how: str) -> Verdict | None:
        verdict = await verdicts.one(session, id_)
        if verdict is None:
            raise Refused("missed.no_verdict")
        if verdict.ended_at is not None:
            return None
        if verdict.kind == "alias" and verdict.item and self._pack.item(verdict.item):
            must_change(by, verdict.item, self._pack, TEACHERS)
        verdict.ended_by, verdict.ended_at = by.name, dt.datetime.now(dt.UTC)
        action, subject = f"content.{verdict.kind}_{how}", f"question:{verdict.id}"
        audit.log(session, by=by.name, action=action, subject=subject, detail={"item": verdict.item})
        return verdict

    def _put_together(self, rows: Sequence[Unanswered], settled: Sequence[Verdict], start: int, most: int) -> Missed:
        over = {fold(words) for verdict in settled for words in verdict.wordings}
        rows = [row for row in rows if fold(row.words) not in over]
        together = grouped([self._topic(row.words) for row in rows])
        groups = [self._group([rows[number] for number in numbers]) for numbers in together]
        return Missed(
            groups=tuple(self._with_nearest(group) for group in groups[start : start + most]),
            every=len(groups),
            questions=len(rows),
        )

    def _group(self, rows: Sequence[Unanswered]) -> Group:
        ids: dict[str, list[int]] = {}
        for row in rows:
            ids.setdefault(row.words, []).append(row.id)
        wordings = sorted(ids.items(), key=lambda pair: (-len(pair[1]), pair[0].isascii(), pair[0]))
        return Group(
            wordings=tuple(Wording(words=words, ids=tuple(of)) for words, of in wordings),
            count=len(rows),
            last=max(row.asked_on for row in rows),
        )

    def _with_nearest(self, group: Group) -> Group:
        nearest = self._understanding().nearest(group.wordings[0].words)
        return Group(
            wordings=group.wordings, count=group.count, last=group.last, nearest=tuple(one.id for one in nearest)
        )


def _wordings(rows: Sequence[Unanswered]) -> list[str]:
    """The different wordings, the commonest first."""
    return [words for words, _ in Counter(row.words for row in rows).most_common()]


def as_rows(found: Mapping[Kind, Sequence[Verdict]], pack: Pack) -> list[list[str]]:
    """What officers taught and noted, for whoever writes packs: a heading, then a line for each wording."""
    say = texts("vi")
    rows = [[say(f"missed.column.{name}") for name in ("kind", "item", "name", "words", "asked", "note", "by", "at")]]
    for kind, verdicts_ in found.items():
        for verdict in verdicts_:
            item = pack.item(verdict.item) if verdict.item else None
            name = item.own_names()[0] if item else ""
            told = [verdict.note, verdict.by, f"{verdict.made_at.astimezone(VIETNAM):%d/%m/%Y}"]
            rows += [
                [say(f"missed.kind.{kind}"), verdict.item or "", name, words, str(verdict.asked), *told]
                for words in verdict.wordings
            ]
    return rows
