"""One or more processes on one fresh database, of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from bot.dialogue.answer import Dialogue
from bot.storage.database import Database
from bot.understanding import Understanding
from content.pack import Pack
from tests.conftest import KEY
from tests.delivery.fake import Post, Pretend


@pytest.fixture
async def open_post(
    database_url: str, pack: Pack, understanding: Understanding
) -> AsyncIterator[Callable[..., Post]]:
    """Another process each time it is called."""
    opened: list[Post] = []

    def another(channel: Pretend | None = None, **more: Any) -> Post:
        database = Database(database_url)
        dialogue = Dialogue(pack, understanding, database, KEY.encode())
        post = Post(database, dialogue, channel or Pretend(), **more)
        post.start()
        opened.append(post)
        return post

    first = Database(database_url)
    await first.migrate()
    await first.close()
    yield another
    for post in opened:
        await post.end()
        await post.database.close()


@pytest.fixture
async def post(open_post: Callable[..., Post]) -> Post:
    """The only process."""
    return open_post()
