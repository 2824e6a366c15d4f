"""The bulletins that officers published: the newest, or the one that a button leads to."""

from __future__ import annotations

from typing import Final

from content.texts import day
from handlers.contract import Bulletin, Button, Desk, Query, Reply, Section
from handlers.parts import menu_button
from handlers.people import no_bulletin

PREFIX: Final = "bulletin:"
FIRST_WORDS: Final = 600  # characters of the text that an answer shows; the page shows all


async def bulletin(query: Query, desk: Desk) -> Reply:
    """The bulletin asked for; else the newest for the person's unit, or at all; else an honest "none yet"."""
    number = (query.understood.id or "").removeprefix(PREFIX)
    found = await desk.bulletins.one(int(number)) if number.isdecimal() else await _newest(query, desk)
    if found is None:
        return await no_bulletin(query, desk)
    return _shown(found, desk)


async def _newest(query: Query, desk: Desk) -> Bulletin | None:
    pack = desk.facts.pack
    unit = pack.units.get(query.unit or "")
    own = await desk.bulletins.newest({unit.id, pack.serving(unit).id}) if unit else None
    return own or await desk.bulletins.newest()


def _shown(found: Bulletin, desk: Desk) -> Reply:
    path = path_of(found.id)
    if found.recalled:
        sections = (Section(lines=(desk.text("bulletin.recalled"),), tone="check"),)
    else:
        sections = (Section(lines=(opening(found.text),)),)
    buttons = [Button(id=f"{PREFIX}page", title=desk.text("bulletin.button.page"), url=desk.public_url + path)]
    if found.corrected_by:
        correction = Button(id=f"{PREFIX}{found.corrected_by}", title=desk.text("bulletin.button.correction"))
        buttons.insert(0, correction)
    subscribe = Button(id="subscribe", title=desk.text("bulletin.button.subscribe"))
    return Reply(
        kind="bulletin",
        id=f"{PREFIX}{found.id}",
        title=found.title,
        sections=sections,
        buttons=(*buttons, subscribe, menu_button(desk)),
        source=desk.text("bulletin.source", where=whose(found, desk), date=day(found.day)),
        path=path,
    )


def whose(found: Bulletin, desk: Desk) -> str:
    """The units that a bulletin is for, by name; the whole locality where it is for none in particular."""
    units = [desk.facts.pack.units[unit] for unit in found.units if unit in desk.facts.pack.units]
    names = [unit.name.in_(desk.lang) for unit in units]
    return ", ".join(names) or desk.facts.pack.locality.name.in_(desk.lang)


def opening(text: str) -> str:
    """The first words of a text, cut between lines or words, with "…" where more follows."""
    if len(text) <= FIRST_WORDS:
        return text
    cut = text[:FIRST_WORDS]
    line, word = cut.rfind("\n"), cut.rfind(" ")
    end = line if line > FIRST_WORDS // 2 else word if word > 0 else FIRST_WORDS
    return cut[:end].rstrip() + " …"


def path_of(id_: int) -> str:
    """Where the whole bulletin stands."""
    return f"/ban-tin/{id_}"
