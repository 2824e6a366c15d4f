"""Whether a code or an address is ours: the page by which a real sheet is told from a fake one."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from aiohttp import web

from bot.office.codes import Looked
from bot.web.house import HOUSE, House
from bot.web.language import language
from bot.web.paths import CHECK
from bot.web.scan import host_of, light
from content.corrections import VIETNAM
from content.schema import Lang
from content.texts import day


async def verify(request: web.Request) -> web.Response:
    """`GET /kiem-tra?ma=…`: whether a code or an address is ours, what it opens, who issued it and when."""
    house, lang = request.app[HOUSE], language(request)
    typed = request.query.get("ma", "")[:300].strip()
    host = host_of(house)
    said: dict[str, object] = {"said": "", "lines": [], "tone": "check", "open": None}
    if typed and _is_foreign(typed, host):
        lines = [house.text(lang, "qr.check.foreign.next", host=host)]
        said |= {"said": house.text(lang, "qr.check.foreign"), "lines": lines, "tone": "danger"}
    elif typed and _is_page(typed):
        said |= {"said": house.text(lang, "qr.check.page"), "tone": "confirm"}
    elif typed:
        said |= _told(house, await house.codes.look(typed), lang)
    return light(
        request,
        "verify.html",
        said
        | {
            "typed": typed,
            "host": host,
            "scheme": house.public_url.partition(":")[0],
            "here": house.public_url + CHECK,
        },
    )


def _told(house: House, looked: Looked, lang: Lang) -> dict[str, object]:
    """What the verify page says of a code."""
    issued = looked.issued
    if issued is None or looked.state == "revoked":
        fields = {"name": house.name} if looked.state == "unknown" else {}
        return {
            "said": house.text(lang, f"qr.wrong.{looked.state}", **fields),
            "lines": [house.text(lang, f"qr.wrong.{looked.state}.next")],
            "tone": "danger" if looked.state == "unknown" else "check",
        }
    unit = house.facts.pack.units.get(issued.unit)
    who, made = unit.name.in_(lang) if unit else house.name, day(issued.created_at.astimezone(VIETNAM).date())
    lines = [house.text(lang, "qr.check.opens", title=house.landing.title_of(issued.target, lang))]
    if looked.state == "early" and issued.valid_from:
        lines.append(house.text(lang, "qr.wrong.early", date=day(issued.valid_from)))
    elif looked.state == "expired" and issued.valid_until:
        lines.append(house.text(lang, "qr.wrong.expired", date=day(issued.valid_until)))
    elif issued.valid_until:
        lines.append(house.text(lang, "qr.check.until", date=day(issued.valid_until)))
    return {
        "said": house.text(lang, "qr.check.good", unit=who, date=made),
        "lines": lines,
        "tone": "confirm" if looked.state == "good" else "check",
        "open": f"/q/{issued.code}" if looked.state == "good" else None,
    }


def _is_foreign(typed: str, host: str) -> bool:
    """Whether this is an address, and not under ours."""
    if "/" not in typed and not re.search(r"\.[a-z]{2,}$", typed, re.IGNORECASE):
        return False
    try:
        address = urlsplit(typed if "://" in typed else f"https://{typed}")
    except ValueError:
        return True
    return f"{address.netloc}{address.path}/".lower().startswith(f"{host.lower()}/") is False


def _is_page(typed: str) -> bool:
    return ("/" in typed or "." in typed) and "/q/" not in typed.lower()
