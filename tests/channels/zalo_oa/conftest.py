"""A rig for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.channels.zalo_oa.rig import Rig, rig


@pytest.fixture
async def oa(tmp_path: Path) -> AsyncIterator[Rig]:
    """A channel that is not connected yet, and its platform."""
    async with rig(tmp_path) as built:
        yield built
