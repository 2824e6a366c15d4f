"""Words for people by key, in Vietnamese and English: Babel catalogues under `locale/`, compiled by `make setup`."""

from __future__ import annotations

import datetime as dt
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # errors and `--help` come this way, and need neither the schema nor Babel
    from babel.support import NullTranslations

    from content.schema import Lang

LOCALE: Final = Path(__file__).parent / "locale"
DOMAINS: Final = (  # one a feature
    "hoiphuong", "web", "bulletins", "handover", "qr",
    "console", "console_bulletins", "console_groups", "console_content", "console_codes", "console_desk",
)  # fmt: skip


class MissingWords(Exception):
    """The catalogues are not compiled, or a key has no words in this language."""


class Texts:
    """Words by key in one language: `texts("hotline.call", number="113")`."""

    def __init__(self, lang: Lang) -> None:
        self._catalogues = [_load(domain, lang) for domain in DOMAINS]
        self.lang = lang

    def __call__(self, key: str, /, **values: object) -> str:
        for catalogue in self._catalogues:
            words = catalogue.gettext(key)
            if words != key:
                return words.format(**values) if values else words
        raise MissingWords(f"no words for '{key}' in '{self.lang}'. Compile the catalogues: make setup")


@cache
def texts(lang: Lang) -> Texts:
    """The words in `lang`, read once."""
    return Texts(lang)


def _load(domain: str, lang: Lang) -> NullTranslations:
    from babel.support import Translations

    return Translations.load(str(LOCALE), [lang], domain)


def money(amount: int) -> str:
    """An amount of đồng as people write it here: 10.000 đồng."""
    return f"{amount:,}".replace(",", ".") + " đồng"


def day(date: dt.date) -> str:
    """A date as people write it here: 31/12/2026."""
    return f"{date:%d/%m/%Y}"


def as_of(words: str) -> str:
    """The date of a source, which may be a day, a month or a year, as people write it: 18/07/2026, 04/2021."""
    return "/".join(reversed(words.split("-")))
