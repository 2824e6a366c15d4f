"""How a command reaches the officers' desk, and how it prints data."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from typing import Final, TypeVar

import orjson

from bot import settings
from bot.app import office
from bot.office.office import Office

T = TypeVar("T")
OPEN: Final = orjson.OPT_INDENT_2


def at_desk(work: Callable[[Office], Awaitable[T]]) -> T:
    """Do something at the desk of the house that the settings name."""

    async def run() -> T:
        async with office(settings.load()) as desk:
            return await work(desk)

    return asyncio.run(run())


def print_json(data: object, *, option: int = OPEN) -> None:
    """Data, on stdout."""
    sys.stdout.buffer.write(orjson.dumps(data, option=option) + b"\n")
