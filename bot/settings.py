"""Every setting, once: environment or `.env`, prefix HOIPHUONG_. A wrong one stops the start with its name."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import WrongSetting

PREFIX = "HOIPHUONG_"
DRIVERS = {"sqlite+aiosqlite", "postgresql+asyncpg"}


class Settings(BaseSettings):
    """What the administrator decides."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", hide_input_in_errors=True)

    database_url: Annotated[
        str, Field(description="SQLAlchemy URL with its driver; sqlite+aiosqlite:///FILE or postgresql+asyncpg://…")
    ] = "sqlite+aiosqlite:///data/hoiphuong.db"
    pack: Annotated[str, Field(description="Name or folder of the content pack.")] = "sa-dec"
    public_url: Annotated[
        str, Field(pattern=r"^https?://[^\s/]+(/.*)?$", description="Where people reach the pages; used in links.")
    ] = "http://127.0.0.1:8080"
    secret_key: Annotated[
        str | None,
        Field(min_length=32, description="Keys the hashes of senders. With SQLite made at the first start."),
    ] = None

    @model_validator(mode="after")
    def _known_driver(self) -> Self:
        try:
            driver = make_url(self.database_url).drivername
        except ArgumentError as error:
            raise ValueError(f"{PREFIX}DATABASE_URL is not a database URL: {error}") from error
        if driver not in DRIVERS:
            raise ValueError(f"{PREFIX}DATABASE_URL must begin with one of {', '.join(sorted(DRIVERS))}")
        if driver.startswith("postgresql") and self.secret_key is None:
            raise ValueError(f"{PREFIX}SECRET_KEY is required with PostgreSQL: 32 characters or more")
        return self

    @property
    def sqlite_file(self) -> Path | None:
        """The database file, or None with PostgreSQL or a database in memory."""
        url = make_url(self.database_url)
        is_file = url.drivername.startswith("sqlite") and url.database and url.database != ":memory:"
        return Path(url.database) if is_file and url.database else None

    def key(self) -> bytes:
        """The secret key; with SQLite it is made once and kept beside the database, for its owner only."""
        if self.secret_key:
            return self.secret_key.encode()
        file = self.sqlite_file
        if file is None:
            return secrets.token_bytes(32)  # a database in memory ends with its process, and so may its key
        path = file.with_suffix(".key")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(secrets.token_hex(32))
        except FileExistsError:
            pass  # made by an earlier start, or by another process at this moment
        return path.read_text().encode()


def load() -> Settings:
    """The settings, or `WrongSetting` that names each variable at fault."""
    try:
        return Settings()
    except ValidationError as error:
        lines = []
        for problem in error.errors():
            name = PREFIX + str(problem["loc"][0]).upper() if problem["loc"] else ""
            lines.append(": ".join(part for part in (name, problem["msg"].removeprefix("Value error, ")) if part))
        raise WrongSetting("; ".join(lines)) from error
