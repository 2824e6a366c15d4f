"""A link to its square beside segno's own, and the page behind a code on a slow phone: its first text, its weight."""

from __future__ import annotations

import asyncio
import statistics
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from playwright.async_api import Browser, async_playwright

from bot.app import office
from bot.settings import Settings
from bot.storage.audit import SHELL
from bot.storage.codes import Wanted
from tests import browser
from tests.benchmarks.scans import SVG_GOAL, TARGETS, served, squares

ROUNDS: Final = 5
GOAL: Final = 1.0  # seconds
LIGHT: Final = 14  # kB of HTML and CSS, packed
WHOLE: Final = 50  # kB of all that is fetched
SLOW: Final = {
    "offline": False, "latency": 150, "downloadThroughput": 1.6e6 / 8, "uploadThroughput": 0.75e6 / 8,
}  # fmt: skip
PAINT: Final = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


@dataclass(frozen=True, slots=True)
class Page:
    """One page as a phone gets it that has nothing kept."""

    first_text: float  # seconds
    light: int  # bytes of HTML and CSS, as they came
    whole: int  # bytes of everything


def table() -> str:
    """Both measurements."""
    ours, theirs = squares()
    rows = [
        "| what | ours | beside | ratio | goal |", "|---|---|---|---|---|",
        f"| link to SVG | {ours * 1000:.2f} ms | {theirs * 1000:.2f} ms segno | {ours / theirs:.2f} | ≤ {SVG_GOAL} |",
        "", "| page behind a code, 1.6 Mbit/s, 150 ms | first text | HTML and CSS | all |", "|---|---|---|---|",
    ]  # fmt: skip
    for target, page in asyncio.run(_pages()).items():
        rows.append(f"| {target} | {page.first_text:.2f} s | {page.light / 1e3:.1f} kB | {page.whole / 1e3:.1f} kB |")
    goals = f"| goal | < {GOAL:.1f} s | ≤ {LIGHT} kB | < {WHOLE} kB |"
    return "\n".join(
        [*rows, goals, "", "Chromium slows the line itself (CDP); sizes are those on the line, headers too."]
    )


async def _pages() -> dict[str, Page]:
    found = {}
    with TemporaryDirectory() as folder:
        settings = Settings(database_url=f"sqlite+aiosqlite:///{folder}/scans.db", secret_key="k" * 32)
        async with office(settings) as desk:
            made = await desk.codes.issue_all([Wanted(target=target) for target in TARGETS], by=SHELL)
        async with served(Path(folder)) as port, async_playwright() as playwright:
            chromium = await playwright.chromium.launch(**browser.options())
            for code in made:
                pages = [await _page(chromium, f"http://127.0.0.1:{port}/q/{code.code}") for _ in range(ROUNDS)]
                middle = statistics.median(page.first_text for page in pages)
                found[code.target] = Page(middle, pages[0].light, pages[0].whole)
            await chromium.close()
    return found


async def _page(chromium: Browser, address: str) -> Page:
    context = await chromium.new_context(locale="vi-VN", viewport={"width": 360, "height": 780})
    page = await context.new_page()
    line = await context.new_cdp_session(page)
    await line.send("Network.enable")
    await line.send("Network.emulateNetworkConditions", SLOW)
    kinds: dict[str, str] = {}
    bytes_: dict[str, float] = {}

    def came(event: dict[str, Any]) -> None:
        kinds[event["requestId"]] = event["type"]

    def ended(event: dict[str, Any]) -> None:
        bytes_[event["requestId"]] = event["encodedDataLength"]

    line.on("Network.responseReceived", came)
    line.on("Network.loadingFinished", ended)
    await page.goto(address, wait_until="networkidle")
    await page.wait_for_function(PAINT)
    first = float(await page.evaluate(PAINT)) / 1000
    await context.close()
    light = sum(n for id_, n in bytes_.items() if kinds.get(id_) in {"Document", "Stylesheet"})
    return Page(first, round(light), round(sum(bytes_.values())))


if __name__ == "__main__":
    print(table())
