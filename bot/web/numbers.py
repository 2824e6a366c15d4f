"""`/so-lieu`: how the house serves, in figures without people."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from bot.web.house import HOUSE
from bot.web.language import language
from bot.web.paths import NUMBERS
from bot.web.plot import Bar, plot
from bot.web.render import page
from content.texts import day
from content.values import grouped
from handlers.contract import Lang

FEWEST: Final = 10  # thumbs, below which a share would say more than is known


async def numbers(request: web.Request) -> web.Response:
    """The weeks, what is asked, how much of it is solved, and whether it helped."""
    figures = await request.app[HOUSE].published.figures()
    thumbs = figures.helpful + figures.unhelpful
    bars = [Bar(label=f"{week.monday:%d/%m}", value=week.questions) for week in reversed(figures.weeks)]
    return page(
        request,
        "numbers.html",
        figures=figures,
        helped=round(100 * figures.helpful / thumbs) if thumbs >= FEWEST else None,
        thumbs=thumbs,
        plot=plot(bars),
        day=day,
        grouped=lambda n: _grouped(n, language(request)),
        shelf=NUMBERS,
    )


def _grouped(n: int, lang: Lang) -> str:
    return f"{n:,}" if lang == "en" else grouped(n)
