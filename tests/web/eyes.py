"""What every page must be to everybody's eyes: told by a real browser and by axe."""

from __future__ import annotations

import os
from pathlib import Path

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

SHOTS = os.environ.get("SCREENSHOTS")
SMALLEST = 17  # px of text anywhere
SMALL_TEXT = """least => [...document.querySelectorAll('body *')].filter(e =>
    [...e.childNodes].some(n => n.nodeType === 3 && n.textContent.trim()) && e.checkVisibility()
    && parseFloat(getComputedStyle(e).fontSize) < least).map(e => e.outerHTML.slice(0, 80))"""
SMALL_TARGET = """() => [...document.querySelectorAll('button, .button, .dial, .samples a')].filter(e => e.checkVisibility()
    && e.getBoundingClientRect().height < 44).map(e => e.outerHTML.slice(0, 80))"""


async def readable(page: Page, name: str, *, whole: bool = True) -> None:
    """No sideways scrolling, nothing small, nothing that axe finds grave; and its picture, where one is wanted."""
    wide = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert wide == 0, "the page scrolls sideways"
    assert await page.evaluate(SMALL_TEXT, SMALLEST) == []
    assert await page.evaluate(SMALL_TARGET) == []
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        found = await Axe().run(page)
        grave = [v for v in found.response["violations"] if v["impact"] in ("serious", "critical")]
        assert grave == [], scheme
    await page.emulate_media(color_scheme="light")
    if SHOTS:
        shown = await page.evaluate("innerWidth")
        await page.screenshot(path=Path(SHOTS) / f"{name}-{shown}.png", full_page=whole)
