"""What the migrations make is what the models say, on both databases."""

from __future__ import annotations

import importlib
import pkgutil
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

import bot.storage
from bot.storage.database import MIGRATIONS, Database, newest
from bot.storage.tables import Base

for _module in pkgutil.iter_modules(bot.storage.__path__, "bot.storage."):
    importlib.import_module(_module.name)  # each subject declares its own tables


async def test_the_migrated_tables_are_those_of_the_models(empty_url: str) -> None:
    database = Database(empty_url)
    await database.migrate()
    async with database.engine.connect() as connection:
        found = await connection.run_sync(_differences)
    await database.close()
    assert found == [], "\n".join(map(str, found))


def _differences(connection: Connection) -> list[Any]:
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    return list(compare_metadata(context, Base.metadata))


def test_the_newest_revision_is_told_without_alembic() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [newest()]
