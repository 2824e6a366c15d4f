"""From the platform's answer to a `SendResult`: by class of its code, never by its words."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Final

from bot.channels.channel import Outcome, SendResult
from bot.channels.zalo_oa import codes, rendering
from bot.channels.zalo_oa.api import Answer
from content.hours import HERE

MORNING: Final = dt.time(6, 5)
TRIES: Final = 3  # of a message whose sending failed: the first and two more
PROCESSED: Final = 120.0  # seconds that an article takes


def result(answer: Answer, body: Mapping[str, object], now: float) -> SendResult:
    """What became of a bubble; the pace that the headers allow goes along. `now`: seconds since 1970."""
    outcome, reason = _meaning(answer)
    wait: float | None = None
    match outcome:
        case Outcome.SENT if answer.remain == 0:
            wait = next_minute(now)
        case Outcome.REPEAT if answer.code == codes.RATE or answer.status == 429:
            wait = next_minute(now)
        case Outcome.REPEAT if answer.code == codes.NIGHT:
            wait = until_morning(now)
        case Outcome.REPEAT if answer.code == codes.PROCESSED:
            wait = PROCESSED
    return SendResult(
        outcome=outcome,
        message_id=text_of(answer.data.get("message_id")) if outcome is Outcome.SENT else None,
        left=_left(answer) if outcome is Outcome.SENT else None,
        wait=wait,
        everyone=outcome is Outcome.SENT or answer.code == codes.RATE or answer.status == 429,
        times=TRIES if answer.code == codes.SEND_FAILED else None,
        reason=reason,
        per_second=answer.per_second,
        instead=rendering.plainer(body) if answer.code in codes.PLAINER else (),
    )


def _meaning(answer: Answer) -> tuple[Outcome, str]:
    if answer.status == 404 and answer.code is None:  # "empty or invalid API": a wrong root, nothing was sent
        return Outcome.ACCOUNT, "404: no such API: is HOIPHUONG_ZALO_OA_API_URL right?"
    if answer.status == 429:  # not documented, and plain enough
        return Outcome.REPEAT, "429: too many calls"
    outcome, why = codes.meaning(answer.code, answer.message)
    if outcome is Outcome.SENT:
        return outcome, ""
    return outcome, f"{answer.code if answer.code is not None else f'HTTP {answer.status}'}: {why}"


def _left(answer: Answer) -> int | None:
    """The free replies that the person may still get; Zalo writes numbers as text, and a paid message names none."""
    quota = answer.data.get("quota")
    if not isinstance(quota, dict) or quota.get("quota_type") != "reply":
        return None
    remain = str(quota.get("remain"))
    return int(remain) if remain.isascii() and remain.isdigit() and len(remain) < 7 else None


def next_minute(now: float) -> float:
    """Seconds until the platform counts anew, and a little more, so that not all calls come at once."""
    return 60 - now % 60 + random.uniform(0, 5)  # noqa: S311 - spreads calls, keeps no secret


def until_morning(now: float) -> float:
    """Seconds until five past six here, and a little more."""
    here = dt.datetime.fromtimestamp(now, HERE)
    morning = dt.datetime.combine(here.date(), MORNING, HERE)
    morning += dt.timedelta(days=1) if morning <= here else dt.timedelta()
    return (morning - here).total_seconds() + random.uniform(0, 300)  # noqa: S311


def text_of(value: object) -> str | None:
    """An id as text, whatever it came as."""
    return str(value)[:120] if isinstance(value, str | int) and not isinstance(value, bool) and value else None
