"""What an officer hands in as a bulletin: cleaned, and refused in words where it cannot be one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, cast
from urllib.parse import urlsplit

from sqlalchemy.ext.asyncio import AsyncSession

from bot.errors import Refused
from bot.storage.bulletins import BulletinPicture
from handlers.contract import Lang

if TYPE_CHECKING:  # it opens pictures with PIL, which no other command needs
    from bot.office.pictures import Shot

TITLE, TEXT, ADDRESS, ALT = 200, 20_000, 500, 300  # characters
LANGS: Final = ("vi", "en")
LONG: Final = ("split", "refuse")  # where a platform cannot show it in one


@dataclass(frozen=True, slots=True, kw_only=True)
class Manuscript:
    """A bulletin before anybody has seen it."""

    title: str
    text: str
    names: Sequence[str]  # of lists
    lang: str = "vi"
    link: str = ""
    film: str = ""
    urgent: bool = False
    long: str = "split"
    picture: Shot | None = None  # a new one
    alt: str = ""  # what the picture shows
    bare: bool = False  # a picture kept before is left out from now on

    @property
    def language(self) -> Lang:
        """That it is written in."""
        return cast(Lang, self.lang)


def checked(written: Manuscript) -> Manuscript:
    """The same, clean; `Refused` says what is missing or too long."""
    title, text = " ".join(written.title.split()), written.text.replace("\r\n", "\n").strip()
    if not title or len(title) > TITLE:
        raise Refused("bulletin.wrong_title", most=TITLE)
    if not text or len(text) > TEXT:
        raise Refused("bulletin.wrong_text", most=TEXT)
    if not written.names:
        raise Refused("bulletin.no_list")
    if written.lang not in LANGS or written.long not in LONG:
        raise Refused("bulletin.wrong_choice")
    return replace(
        written, title=title, text=text, names=tuple(dict.fromkeys(written.names)), link=address(written.link),
        film=address(written.film), alt=" ".join(written.alt.split())[:ALT],
    )  # fmt: skip


def address(typed: str) -> str:
    """A web address as it was typed, whole; empty where none was."""
    typed = typed.strip()
    if not typed:
        return ""
    whole = typed if "://" in typed else f"https://{typed}"
    try:
        parts = urlsplit(whole)
        host = parts.hostname or ""
    except ValueError:
        host, parts = "", urlsplit("")
    right = parts.scheme in {"http", "https"} and "." in host and not any(map(str.isspace, whole))
    if not right or len(whole) > ADDRESS:
        raise Refused("bulletin.wrong_link", link=typed[:80])
    return whole


def columns(written: Manuscript) -> dict[str, Any]:
    """The words as they stand in the row of a bulletin."""
    return {
        "title": written.title, "text": written.text, "lang": written.lang, "link": written.link or None,
        "film": written.film or None, "urgent": written.urgent, "long": written.long,
    }  # fmt: skip


def is_same(kept: BulletinPicture | None, written: Manuscript) -> bool:
    """Whether the picture stays as it is."""
    if shot := written.picture:
        return kept is not None and (kept.jpeg, kept.alt) == (shot.jpeg, written.alt)
    return kept is None or not (written.bare or kept.alt != written.alt)


async def keep_picture(session: AsyncSession, id_: int, written: Manuscript) -> None:
    """The new picture, or other words for the one before, or none."""
    kept = await session.get(BulletinPicture, id_)
    if shot := written.picture:
        kept = kept or BulletinPicture(bulletin=id_)
        kept.jpeg, kept.width, kept.height, kept.alt = shot.jpeg, shot.width, shot.height, written.alt
        session.add(kept)
    elif kept and written.bare:
        await session.delete(kept)
    elif kept:
        kept.alt = written.alt
