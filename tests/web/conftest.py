"""A fake house, served for real."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from playwright.async_api import Browser, async_playwright

from tests import browser
from tests.web.fake import FakeHouse, served


@pytest.fixture
def house() -> FakeHouse:
    """A house of one's own."""
    return FakeHouse()


@pytest.fixture
async def address(house: FakeHouse) -> AsyncIterator[str]:
    """Where the fake house is served."""
    async with served(house) as address:
        yield address


@pytest.fixture
async def client(address: str) -> AsyncIterator[aiohttp.ClientSession]:
    """A visitor without cookies or language."""
    async with aiohttp.ClientSession(
        address, cookie_jar=aiohttp.DummyCookieJar(), headers={"Accept-Encoding": "identity"}
    ) as session:
        yield session


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chromium() -> AsyncIterator[Browser]:
    """One browser for all tests of a file."""
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(**browser.options())
        yield opened
        await opened.close()
