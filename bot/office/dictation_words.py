"""What an officer sees of the bulletin that he dictates; every sentence stands in the catalogue `bulletins`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from bot.storage.bulletins import BulletinRow
from bot.storage.dictation import Dictation, Reach
from bot.storage.lists import ListRow
from content.texts import texts
from handlers.contract import Button, Reply, Section

NAME: Final = 40  # characters of a title in a button
NEWEST: Final = "bulletin"  # the button that residents have, too


def screen(key: str, /, **fields: object) -> str:
    """A sentence; officers are spoken to in Vietnamese."""
    shown = {name: reached(value) if isinstance(value, Reach) else value for name, value in fields.items()}
    return texts("vi")(key, **shown)


def told(*words: str, buttons: Sequence[Button] = ()) -> Reply:
    """These sentences."""
    sections = tuple(Section(lines=(line,)) for line in words if line)
    return Reply(kind="smalltalk", sections=sections, buttons=tuple(buttons))


def newest() -> Button:
    """Leads to what residents see."""
    return _button(NEWEST, "newest")


def halves(words: str) -> tuple[str, str]:
    """The title, which is the first line, and the text."""
    title, _, text = words.strip().partition("\n")
    return " ".join(title.split()), text.strip()


def reached(reach: Reach) -> str:
    """How many, in words."""
    parts = (("groups", reach.groups), ("people", reach.people), ("by_hand", reach.by_hand))
    counted = [screen(f"dictation.reach.{name}", n=n) for name, n in parts if n]
    return ", ".join(counted) or screen("dictation.reach.nobody")


def preview(title: str, text: str, above: Sequence[str], below: Sequence[str], buttons: Sequence[Button]) -> Reply:
    """The bulletin as it will read, between what is said of it."""
    paragraphs = [part.strip() for part in text.split("\n\n") if part.strip()]
    sections = [Section(lines=(line,)) for line in above if line]
    sections.append(Section(heading=title, lines=tuple(paragraphs[0].split("\n")) if paragraphs else ()))
    sections += [Section(lines=tuple(part.split("\n"))) for part in paragraphs[1:]]
    sections += [Section(lines=(line,), tone="check") for line in below if line]
    return Reply(kind="smalltalk", sections=tuple(sections), buttons=tuple(buttons))


def review_button(row: BulletinRow) -> Button:
    """Leads to a bulletin that waits for a word."""
    title = row.title if len(row.title) <= NAME else row.title[: NAME - 1] + "…"
    return Button(id=f"review:{row.id}:show", title=screen("dictation.button.show", id=row.id, title=title))


class Draft:
    """The screens of one dictation."""

    def __init__(self, row: Dictation) -> None:
        self._row = row

    def asking(self, waiting: Sequence[BulletinRow]) -> Reply:
        """The first: write it here. Others that wait for his word are one tap away."""
        return told(screen("dictation.ask"), buttons=[*map(review_button, waiting), self._key("drop"), newest()])

    def noted(self, why: str) -> Reply:
        """What was typed is kept; more may follow."""
        return told(why, buttons=[self._key("done"), self._key("drop")])

    def choosing(self, lists: Sequence[ListRow], why: str = "") -> Reply:
        """Who gets it: each list is a button that chooses it or leaves it out; tapped twice, it does the same."""
        chosen = set(self._row.lists)
        names = ", ".join(each.name for each in lists if each.id in chosen)
        lines = [why, screen("dictation.choose"), screen("dictation.chosen", names=names) if names else ""]
        keys = [
            Button(
                id=f"dictate:{self._row.serial}:{'out' if each.id in chosen else 'add'}:{each.id}",
                title=screen("dictation.button.out" if each.id in chosen else "dictation.button.add", name=each.name),
            )
            for each in lists
        ]
        return told(*lines, buttons=[*keys, self._key("next"), self._key("drop")])

    def ready(self, lists: Sequence[ListRow], reach: Reach, why: str = "", *, alone: bool) -> Reply:
        """The whole of it, and what can be done with it now. `alone`: nobody else could approve it."""
        title, text = halves(self._row.words)
        names = ", ".join(each.name for each in lists)
        deeds = ("send", "submit") if alone else ("submit",)
        below = [
            screen("dictation.to", names=names, reach=reach),
            screen("dictation.alone" if alone else "dictation.look"),
        ]
        keys = [self._key(deed) for deed in (*deeds, "words", "lists", "drop")]
        return preview(title, text, [why], below, keys)

    def sure(self, reach: Reach) -> Reply:
        """The last question."""
        words = screen("dictation.sure", title=halves(self._row.words)[0], reach=reach)
        return told(words, buttons=[self._key("yes"), self._key("ready")])

    def _key(self, deed: str) -> Button:
        return _button(f"dictate:{self._row.serial}:{deed}", deed)


def _button(id_: str, name: str) -> Button:
    return Button(id=id_, title=screen(f"dictation.button.{name}"))
