"""The real house of Sa Đéc, served, and browsers of one's own."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio
import time_machine

from bot.app import House, house_of
from bot.settings import Settings
from bot.storage.audit import SHELL
from bot.understanding import Understanding
from bot.web.server import application
from content.pack import Pack
from tests import databases
from tests.conftest import KEY
from tests.web.console.rig import Visitor
from tests.web.fake import serving

NOON = dt.datetime(2026, 11, 25, 5, 0, 3, tzinfo=dt.UTC)  # early in a step of the second factor


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that goes on from noon, and can be put forward."""
    with time_machine.travel(NOON) as traveller:
        yield traveller


@pytest.fixture
async def console(sa_dec: House) -> AsyncIterator[str]:
    """Where it is served."""
    async with serving(application(sa_dec)) as address:
        yield address


@pytest.fixture
async def stack() -> AsyncIterator[AsyncExitStack]:
    """What is to be closed at the end."""
    async with AsyncExitStack() as opened:
        yield opened


@pytest.fixture
async def visitor(console: str, stack: AsyncExitStack) -> Visitor:
    """Somebody at the door."""
    return await stack.enter_async_context(Visitor(console))


@pytest.fixture
async def other(console: str, stack: AsyncExitStack) -> Visitor:
    """Somebody else, in another browser."""
    return await stack.enter_async_context(Visitor(console))


@pytest.fixture
async def admin(sa_dec: House, visitor: Visitor) -> tuple[Visitor, str]:
    """An administrator, signed in, and the secret of his second factor."""
    invited = await sa_dec.office.access.invite(name="quan.tri", roles=["admin"], units=["all"], by=SHELL)
    return visitor, await visitor.accept(invited.link)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(
    tmp_path_factory: pytest.TempPathFactory, pack: Pack, understanding: Understanding
) -> AsyncIterator[House]:
    """A house for the browser, one for a whole file of tests."""
    file = tmp_path_factory.mktemp("console") / "web.db"
    settings = Settings(database_url=databases.sqlite(file), secret_key=KEY)
    async with house_of(settings, pack, understanding) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def address(house: House) -> AsyncIterator[str]:
    """Where the browser finds it."""
    async with serving(application(house)) as address:
        yield address
