"""What a code can open, found by the words of people instead of ids."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from bot.dialogue.targets import SHELVES, pack_target
from bot.office.landing import Landing
from bot.storage.database import Database
from bot.storage.published import search
from content.pack import Pack
from content.schema import Lang
from content.values import fold

MOST: Final = 12
FIRST: Final = (
    "menu",
    "homestay:list",
    "/thu-tuc",
    "/duong-day-nong",
    "/mo-hinh",
)  # offered before anything is typed
BULLETINS: Final = 6  # of the newest


@dataclass(frozen=True, slots=True, kw_only=True)
class Aim:
    """One that can be chosen."""

    target: str
    title: str
    kind: str  # `console.codes.aim.<kind>` says what it is


class TargetSearch:
    """The targets of one house by their names."""

    def __init__(self, database: Database, pack: Pack, landing: Landing) -> None:
        self._database = database
        self._pack = pack
        self._landing = landing

    def title(self, target: str, lang: Lang) -> str:
        """What a target is, in the words of people."""
        return self._landing.title_of(target, lang)

    async def found(self, words: str, lang: Lang) -> Sequence[Aim]:
        """The best first; without words those that most codes open."""
        wanted = fold(words)
        if not wanted:
            return [self._aim(target, lang) for target in FIRST] + await self._bulletins("")
        among = [(names, target) for target, names in self._every(lang)]
        by_target = {target: names for names, target in among}
        exact = [target for names, target in among if wanted in names]
        holding = [target for names, target in among if any(_holds(name, wanted) for name in names)]
        whole = set(wanted.split())
        holding.sort(key=lambda target: not any(whole <= set(name.split()) for name in by_target[target]))
        near = difflib.get_close_matches(
            wanted, {name: None for names, _ in among for name in names}, n=4, cutoff=0.7
        )
        alike = [target for names, target in among if any(name in near for name in names)]
        best = list(dict.fromkeys((*exact, *holding, *alike)))[:MOST]
        return [self._aim(target, lang) for target in best] + await self._bulletins(wanted)

    async def _bulletins(self, wanted: str) -> list[Aim]:
        async with self._database.reading() as session:
            found = await search(session, words=wanted, unit=None, topic=None, first=0, most=BULLETINS)
        return [Aim(target=f"bulletin:{one.id}", title=one.title, kind="bulletin") for one in found.bulletins]

    def _aim(self, target: str, lang: Lang) -> Aim:
        head = target.partition(":")[0]
        kind = "page" if target.startswith("/") or head == "menu" else head
        return Aim(target=target, title=self.title(target, lang), kind=kind)

    def _every(self, lang: Lang) -> Iterator[tuple[str, list[str]]]:
        for target in ("menu", "homestay:list", *SHELVES):
            yield target, [fold(self.title(target, lang)), fold(target)]
        for id_, item in self._pack.items():
            if not id_.startswith("club:"):
                target = pack_target(id_, self._pack)
                yield target, [fold(name) for name in (*item.names, self.title(target, lang))]
        for unit in self._pack.units:
            target = f"bulletins:{unit}"
            yield target, [fold(self.title(target, lang))]


def _holds(name: str, wanted: str) -> bool:
    """Whether every word that was typed begins one of the name."""
    words = name.split()
    return all(any(word.startswith(part) for word in words) for part in wanted.split())
