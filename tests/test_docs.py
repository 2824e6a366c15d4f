"""The documents say what is true now."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.settings_page import PAGE, page

ROOT = Path(__file__).parent.parent
PAGES = sorted(path for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
LINK = re.compile(r"(?:\]\(|src=\")([^)\"#:]+)")
NAMED = re.compile(r"`((?:bot|handlers|content|qr|tests|docs)/[\w./-]+\.\w+)`")


def test_the_page_of_settings_is_made_from_the_settings() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "python -m tests.settings_page"


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_document_leads_nowhere_that_is_not_there(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for target in LINK.findall(text):
        assert (path.parent / target).exists(), target
    for target in NAMED.findall(text):
        assert (ROOT / target).exists(), target
