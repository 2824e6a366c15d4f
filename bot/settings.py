"""Every setting, once: environment or `.env`, prefix HOIPHUONG_. A wrong one stops the start with its name."""

from __future__ import annotations

import re
import secrets
from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import WrongSetting
from content import hours

PREFIX = "HOIPHUONG_"
DRIVERS = {"sqlite+aiosqlite", "postgresql+asyncpg"}


DIGITS_AND_TEXT: Final = r"^\d+:\S+$"  # the form of a bot's token; more of it is not checked
ROOT: Final = r"^https?://[^\s/]+(/.*)?$"
Mode = Literal["webhook", "polling"]


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

    unknown_sends: Annotated[
        Literal["leave", "retry"],
        Field(description="Messages in flight when a process died: leave them, or send them again (perhaps twice)."),
    ] = "leave"
    quiet_hours: Annotated[
        str,
        Field(
            pattern=r"^(|([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-3]):[0-5]\d)$",
            description="When no bulletin goes out, in Asia/Ho_Chi_Minh; empty: none.",
        ),
    ] = "21:00-06:00"
    pace: Annotated[
        float,
        Field(
            ge=0, le=1000, description="Pace of sending, as a multiple of each platform's limit; 0: no pace at all."
        ),
    ] = 1.0
    duty_hours: Annotated[
        str,
        Field(
            description="When officers answer handed-over talks, in Asia/Ho_Chi_Minh, where a unit set no hours "
            "of its own; empty: at all times."
        ),
    ] = "t2-t6 07:00-11:30 13:30-17:00"
    talk_hours: Annotated[
        float,
        Field(gt=0, le=168, description="Hours without a line after which a handed-over talk closes by itself."),
    ] = 2.0
    hold_doubtful: Annotated[
        float,
        Field(ge=0, le=1, description="Answers with less confidence than this wait for an officer's yes; 0: none."),
    ] = 0.0
    hold_minutes: Annotated[
        float, Field(gt=0, le=120, description="Minutes that such an answer waits; then the resident is asked back.")
    ] = 10.0
    telegram_bot_token: Annotated[
        str | None, Field(pattern=DIGITS_AND_TEXT, description="Token from BotFather; turns Telegram on.")
    ] = None
    telegram_mode: Annotated[Mode, Field(description="How Telegram's updates come in.")] = "webhook"
    telegram_api_url: Annotated[
        str, Field(pattern=ROOT, description="Root of the Bot API; /bot<token> is appended.")
    ] = "https://api.telegram.org"
    telegram_secret: Annotated[
        str | None,
        Field(pattern=r"^[A-Za-z0-9_-]{8,256}$", description="What Telegram repeats to us with each call."),
    ] = None
    telegram_proxy: Annotated[
        str | None,
        Field(
            pattern=r"^(https?|socks5h?)://[^\s/]+/?$",
            description="Proxy to reach Telegram through, as http://host:port or socks5://host:port.",
        ),
    ] = None
    zalo_bot_token: Annotated[
        str | None, Field(pattern=DIGITS_AND_TEXT, description="Token from Zalo Bot Creator; turns the Zalo Bot on.")
    ] = None
    zalo_bot_mode: Annotated[Mode, Field(description="How Zalo Bot's updates come in; polling is for trials.")] = (
        "webhook"
    )
    zalo_bot_api_url: Annotated[
        str, Field(pattern=ROOT, description="Root of the Zalo Bot API; /bot<token>/<method> is appended.")
    ] = "https://bot-api.zaloplatforms.com"
    zalo_bot_secret: Annotated[
        str | None, Field(min_length=8, max_length=256, description="What Zalo Bot repeats to us with each call.")
    ] = None
    zalo_bot_name: Annotated[
        str | None, Field(max_length=100, description="Name that groups show (Bot Sa Đéc); taken out of questions.")
    ] = None
    zalo_oa_id: Annotated[str | None, Field(description="Id of the Official Account; learnt when connected.")] = None
    zalo_oa_verify: Annotated[
        str | None, Field(pattern=r"^[A-Za-z0-9_-]{1,80}$", description="Code by which Zalo verifies our domain.")
    ] = None
    zalo_oa_app_id: Annotated[str | None, Field(description="Id of the app at developers.zalo.me.")] = None
    zalo_oa_app_secret: Annotated[str | None, Field(description="Secret of that app.")] = None
    zalo_oa_secret_key: Annotated[
        str | None, Field(description="OA secret key from the app's webhook page; checks what comes in.")
    ] = None
    zalo_oa_refresh_token: Annotated[
        str | None, Field(description="The first refresh token; later ones live in the database.")
    ] = None
    zalo_oa_per_second: Annotated[
        float, Field(gt=0, le=100, description="Calls a second to the OA's API; Zalo's own limit lowers it.")
    ] = 1.0
    zalo_oa_template: Annotated[
        str, Field(pattern=r"^[a-z_]{0,20}$", description="template_type of buttons; empty: none is sent.")
    ] = "button"
    zalo_oa_api_url: Annotated[
        str, Field(pattern=ROOT, description="Root of the OA's API; /v3.0/oa/… is appended.")
    ] = "https://openapi.zalo.me"
    zalo_oauth_url: Annotated[
        str, Field(pattern=ROOT, description="Root of Zalo's consent and tokens; /v4/oa/… is appended.")
    ] = "https://oauth.zaloapp.com"
    sms_url: Annotated[
        str | None,
        Field(pattern=ROOT, description="Address of the SMS gateway; turns SMS on. May hold the places of SMS_BODY."),
    ] = None
    sms_method: Annotated[
        Literal["POST", "GET"], Field(description="How it is called; with GET, SMS_BODY is the query.")
    ] = "POST"
    sms_body: Annotated[
        str | None,
        Field(
            description="What is sent, as JSON, XML or a form, with the places {to} (84…), {local} (0…), {text}, "
            "{sender} and {unicode} (1 where the text needs it, else 0)."
        ),
    ] = None
    sms_headers: Annotated[
        dict[str, str], Field(description='More headers as JSON, such as {"Authorization": "Bearer …"}.')
    ] = {}
    sms_success: Annotated[
        str | None,
        Field(description="Regular expression that is in the answer when the message was taken; (?P<id>…): its id."),
    ] = None
    sms_failure: Annotated[
        str | None, Field(description="Regular expression of an answer by which this message will never be taken.")
    ] = None
    sms_stop: Annotated[
        str | None,
        Field(
            description="Regular expression of an answer by which none is taken: no money, no rights. Sending pauses."
        ),
    ] = None
    sms_sender: Annotated[str, Field(max_length=20, description="Registered name that people see (brandname).")] = ""
    sms_unaccented: Annotated[
        bool, Field(description="Send without diacritics: 160 letters a segment instead of 70.")
    ] = False
    sms_segments: Annotated[
        int, Field(ge=1, le=20, description="Paid segments that one message may take; what is longer is cut.")
    ] = 5
    sms_price: Annotated[int, Field(ge=0, description="Price of a segment in đồng, for previews; 0: not known.")] = 0
    sms_per_second: Annotated[
        float, Field(gt=0, le=1000, description="Messages a second that the gateway takes.")
    ] = 5.0
    metrics_token: Annotated[
        str | None,
        Field(min_length=16, description="Lets /metrics be read from elsewhere, as `Authorization: Bearer …`."),
    ] = None

    @field_validator("duty_hours")
    @classmethod
    def _readable_hours(cls, written: str) -> str:
        hours.parse(written)
        return written

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

    @field_validator("sms_success", "sms_failure", "sms_stop")
    @classmethod
    def _readable_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"no regular expression: {error}") from error
        return pattern or None

    @model_validator(mode="after")
    def _whole_sms(self) -> Self:
        needed = {"SMS_URL": self.sms_url, "SMS_BODY": self.sms_body, "SMS_SUCCESS": self.sms_success}
        if any(needed.values()) and not all(needed.values()):
            missing = ", ".join(PREFIX + name for name, value in needed.items() if not value)
            raise ValueError(f"SMS is half set up: {missing} is missing")
        where = f"{self.sms_url or ''} {self.sms_body or ''}"
        if self.sms_url and ("{text}" not in where or not ("{to}" in where or "{local}" in where)):
            raise ValueError(f"{PREFIX}SMS_BODY must hold {{text}}, and {{to}} or {{local}}")
        if "{sender}" in where and not self.sms_sender:
            raise ValueError(f"{PREFIX}SMS_SENDER is missing: SMS_BODY has a place for it")
        return self

    @model_validator(mode="after")
    def _whole_channels(self) -> Self:
        oa = {
            "ZALO_OA_APP_ID": self.zalo_oa_app_id,
            "ZALO_OA_APP_SECRET": self.zalo_oa_app_secret,
            "ZALO_OA_SECRET_KEY": self.zalo_oa_secret_key,
        }
        if any(oa.values()) and not all(oa.values()):
            missing = ", ".join(PREFIX + name for name, value in oa.items() if not value)
            raise ValueError(f"the Official Account is half set up: {missing} is missing")
        for token, mode, secret, name in (
            (self.telegram_bot_token, self.telegram_mode, self.telegram_secret, "TELEGRAM"),
            (self.zalo_bot_token, self.zalo_bot_mode, self.zalo_bot_secret, "ZALO_BOT"),
        ):
            if token and mode == "webhook" and not secret:
                raise ValueError(
                    f"{PREFIX}{name}_SECRET is required with a webhook: any 8 to 256 letters and digits that nobody "
                    f"can guess. Or set {PREFIX}{name}_MODE=polling"
                )
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
