"""The channel itself: verify, receive, render, connect, send, poll."""

from __future__ import annotations

import asyncio
import datetime as dt
import hmac
import html
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

import orjson
import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.channel import (
    ANYBODY,
    SHOWN,
    Health,
    Ignored,
    Limits,
    Malformed,
    Note,
    Outcome,
    Outgoing,
    SendResult,
    Update,
    uncounted,
)
from bot.channels.telegram import changing, commands, errors, incoming, rendering
from bot.channels.telegram.client import Client
from bot.channels.telegram.incoming import KINDS, Me
from content.texts import Texts
from handlers.contract import Reply

log = structlog.get_logger()
HEADER: Final = "X-Telegram-Bot-Api-Secret-Token"
LIMITS: Final = Limits(  # https://core.telegram.org/bots/api, https://core.telegram.org/bots/faq, as of 2026-11
    text=4096,  # UTF-16 units, after the HTML is parsed
    bubbles=3,
    buttons=100,
    button_title=64,  # our own: an app shows no more of one
    per_second=30.0,  # free; answers to presses name no chat and do not count
    burst=10,  # so few go out together that an answer never waits long for the next second
    in_a_second=30,
    per_chat_second=1.0,
    per_group_minute=20.0,
    group_ids="-",
)
AT_ONCE: Final = 20  # webhook calls that Telegram makes at the same time
LONG_POLL: Final = 25  # seconds
BATCH: Final = 100
PATIENCE: Final = 3.0  # seconds that connecting waits where Telegram says "too many requests": many processes start
ANNOUNCING: Final = 3.0  # seconds that the menus may take; a slow menu does not hold the connection up
LOST: Final = 3  # calls in a row without an answer: the platform is out of reach
LONGEST_WAIT: Final = 30.0  # seconds between two polls that fail
FRESH: Final = dt.timedelta(minutes=10)  # how long what Telegram says of our webhook stays news


class Telegram:
    """One bot."""

    name = "telegram"
    limits = LIMITS

    def __init__(
        self,
        client: Client,
        *,
        secret: str | None,
        polls: bool = False,
        public_url: str = "http://127.0.0.1:8080",
        ignored: Ignored = uncounted,
    ) -> None:
        self._ignored = ignored
        self.health = Health()
        self._client = client
        self._secret = secret
        self._polls = polls
        self._public_url = public_url.rstrip("/")
        self._me = Me(client.bot_id)
        self._webhook: str | None = None  # as registered by this process
        self._menus_stand = False
        self._lost = 0
        self._connected = asyncio.Event()
        self._shown = lru_cache(SHOWN)(self._show)

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether the secret token is ours; a header's broken letters compare as unequal, they raise nothing."""
        if not self._secret:
            return False
        given = headers.get(HEADER, "").encode(errors="replace")
        return hmac.compare_digest(given, self._secret.encode())

    def is_probe(self, raw: bytes) -> bool:
        """Telegram never probes."""
        return False

    def receive(self, raw: bytes) -> Sequence[Update]:
        """The one update in a body, if it concerns us."""
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError:
            raise Malformed("no JSON") from None
        return self._understood(data)

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        """Text, keyboard, pins, cards."""
        if update.group or update.thread or update.press is not None:
            return self._show(reply, text, update)
        return self._shown(reply, text)

    def address(self, start: str) -> str | None:
        """The bot's link; a tap on "Start" sends us what it carries."""
        return f"https://t.me/{self._me.name}?start={start}" if self._me.name else None

    def group_address(self, start: str) -> str | None:
        """The link that adds the bot to a group; there it is told what it carries."""
        return f"https://t.me/{self._me.name}?startgroup={start}" if self._me.name else None

    def editing(self, message_id: str, outgoing: Outgoing) -> Outgoing | None:
        """Text and pictures can be changed; pins and cards cannot."""
        return changing.edited(message_id, outgoing.body)

    def withdrawing(self, message_id: str) -> Outgoing | None:
        """Within 48 hours; later Telegram refuses."""
        return changing.withdrawn(message_id)

    async def connect(self, *, webhook: str | None) -> None:
        """Ask who we are; register the webhook, or remove it where we poll; set the menus."""
        try:
            who = await self._patiently("getMe")
            self._me = Me(int(who["id"]), str(who["username"]))
            if webhook:
                await self._patiently("setWebhook", self._registration(webhook))
            elif self._polls:
                await self._patiently("deleteWebhook")  # what people wrote meanwhile is kept
        except Exception as error:  # noqa: BLE001 - whatever it is becomes the channel's state
            self._lose(*errors.state(error))
            return
        self._webhook = webhook
        self._lost = 0
        self.health.state, self.health.why = "ready", ""
        self._connected.set()
        if webhook or self._polls:
            await self._announce()

    async def send(self, chat: str, outgoing: Outgoing) -> SendResult:
        """Send one bubble; the press that it answers, if any, is acknowledged beside it.

        That is no bubble of its own: it counts for no pace, and a press too old to be acknowledged is harmless.
        """
        query = outgoing.body.get("query")
        if not query:
            return await self._deliver(chat, outgoing.body)
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._acknowledge(str(query)))
            return await self._deliver(chat, outgoing.body)

    async def poll(self) -> AsyncIterator[Sequence[Update]]:
        """Updates by long polling; Telegram forgets a batch when the next is asked for, that is once it is stored."""
        offset: int | None = None
        failed = 0
        while True:
            await self._connected.wait()
            params: dict[str, object] = {"timeout": LONG_POLL, "limit": BATCH, "allowed_updates": list(KINDS)}
            try:
                batch = await self._client.call(
                    "getUpdates", params if offset is None else params | {"offset": offset}, longer=LONG_POLL
                )
                self._found()
            except Exception as error:  # noqa: BLE001 - polling goes on for ever
                failed += 1
                await asyncio.sleep(await self._poll_failed(error, failed))
                continue
            failed = 0
            if self.health.why:
                self.health.why = ""
            if updates := [update for item in batch for update in self._read(item)]:
                yield updates
            if batch:
                offset = max(incoming.ids(batch), default=0) + 1

    async def tend(self) -> None:
        """See that the webhook is still ours, and what Telegram says of it."""
        if self._webhook is None:
            return
        try:
            info = await self._client.call("getWebhookInfo")
        except Exception as error:  # noqa: BLE001 - counted; after some in a row the channel connects anew
            self._miss(error)
            return
        self._found()
        if info.get("url") != self._webhook:
            self._lose("connecting", "somebody else changed the webhook")
            return
        at = dt.datetime.fromtimestamp(info.get("last_error_date") or 0, dt.UTC)
        fresh = dt.datetime.now(dt.UTC) - at < FRESH
        self.health.why = f"Telegram could not deliver to us: {info.get('last_error_message', '')}" if fresh else ""
        if not self._menus_stand:
            await self._announce()

    async def inspect(self) -> Sequence[Note]:
        """Name, groups, webhook: as Telegram sees them."""
        webhook = f"{self._public_url}/webhook/{self.name}"
        try:
            who = await self._client.call("getMe")
            info = await self._client.call("getWebhookInfo")
        except Exception as error:  # noqa: BLE001 - told in words, never raised
            return [Note(key="telegram.unreachable", fields={"why": errors.state(error)[1]}, wrong=True)]
        notes = [Note(key="telegram.name", fields={"name": who.get("username", "?")})]
        if not who.get("can_join_groups", True):
            notes.append(Note(key="telegram.no_groups"))
        if who.get("can_read_all_group_messages"):
            notes.append(Note(key="telegram.privacy_off", wrong=True))
        registered = str(info.get("url") or "")
        if self._polls:
            notes.append(Note(key="telegram.polling", wrong=bool(registered)))
        elif registered == webhook:
            notes.append(Note(key="telegram.webhook", fields={"url": webhook}))
        else:
            key = "telegram.webhook_other" if registered else "telegram.webhook_missing"
            notes.append(Note(key=key, fields={"url": webhook, "other": registered}, wrong=True))
        if pending := int(info.get("pending_update_count") or 0):
            notes.append(Note(key="telegram.pending", fields={"count": pending}))
        if said := info.get("last_error_message"):
            when = dt.datetime.fromtimestamp(int(info.get("last_error_date") or 0), dt.UTC)
            notes.append(Note(key="telegram.last_error", fields={"why": said, "at": f"{when:%d/%m/%Y %H:%M} UTC"}))
        return notes

    async def close(self) -> None:
        """Let go of every connection."""
        await self._client.close()

    def _show(self, reply: Reply, text: Texts, update: Update = ANYBODY) -> Sequence[Outgoing]:
        return rendering.render(reply, update, text, limits=self.limits, public_url=self._public_url)

    async def _deliver(self, chat: str, body: Mapping[str, Any]) -> SendResult:
        try:
            sent = await self._client.call(str(body["method"]), {"chat_id": chat, **body["params"]})
        except Exception as error:  # noqa: BLE001 - whatever it is becomes a result
            found = errors.result(error)
            if isinstance(error, InvalidToken):
                self._lose("refused", errors.state(error)[1])
            if found.outcome in {Outcome.REPEAT, Outcome.UNKNOWN} and not found.everyone:
                self._miss(error)
            if found.outcome is Outcome.REFUSED and (instead := _instead(error, body)):
                return SendResult(outcome=found.outcome, reason=found.reason, instead=(instead,))
            return replace(found, message_id=_changed(body))
        self._found()
        number = sent.get("message_id") if isinstance(sent, dict) else _changed(body)
        return SendResult(outcome=Outcome.SENT, message_id=None if number is None else str(number))

    async def _acknowledge(self, query: str) -> None:
        try:
            await self._client.call("answerCallbackQuery", {"callback_query_id": query})
        except Exception as error:  # noqa: BLE001 - the answer itself matters; a button may spin
            log.debug("press not acknowledged", channel=self.name, why=errors.meaning(error)[1])

    async def _patiently(self, method: str, params: Mapping[str, object] | None = None) -> Any:
        try:
            return await self._client.call(method, params)
        except RetryAfter as error:
            if errors.seconds(error) > PATIENCE:
                raise
            await asyncio.sleep(errors.seconds(error))
            return await self._client.call(method, params)

    def _registration(self, webhook: str) -> dict[str, object]:
        return {
            "url": webhook, "secret_token": self._secret, "max_connections": AT_ONCE, "allowed_updates": list(KINDS),
        }  # fmt: skip

    async def _announce(self) -> None:
        try:
            async with asyncio.timeout(ANNOUNCING):
                for menu in commands.menus():
                    await self._patiently("setMyCommands", menu)
        except (TelegramError, TimeoutError) as error:
            log.warning("menus not set", channel=self.name, why=errors.meaning(error)[1])
            return
        self._menus_stand = True

    async def _poll_failed(self, error: Exception, failed: int) -> float:
        """Take note; how long to wait before the next try."""
        if isinstance(error, Conflict):
            self.health.why = errors.meaning(error)[1]
            log.error("polling refused", channel=self.name, why=self.health.why)
            try:
                await self._client.call("deleteWebhook")
            except TelegramError as again:
                self._miss(again)
        elif isinstance(error, InvalidToken):
            self._lose(*errors.state(error))
        elif isinstance(error, RetryAfter):
            return errors.seconds(error) + errors.MARGIN
        else:
            self._miss(error)
        return float(min(LONGEST_WAIT, 2.0 ** min(failed - 1, 5)))

    def _read(self, item: object) -> tuple[Update, ...]:
        try:
            return self._understood(item)
        except Malformed as error:  # asked for again it would be no better
            log.warning("polled update malformed", channel=self.name, why=str(error))
            return ()

    def _understood(self, data: object) -> tuple[Update, ...]:
        found = incoming.read(data, self._me)
        if not found:
            self._ignored(incoming.kind_of(data))
        return found

    def _found(self) -> None:
        self._lost = 0

    def _miss(self, error: Exception) -> None:
        self._lost += 1
        if self._lost >= LOST and self.health.state == "ready":
            self._lose("unreachable", errors.meaning(error)[1])

    def _lose(self, *state: Any) -> None:
        self.health.state, self.health.why = state
        self._connected.clear()


def _changed(body: Mapping[str, Any]) -> str | None:
    """The id of the message that a call changes or deletes."""
    return str(body["params"]["message_id"]) if body["method"] in changing.METHODS else None


def _instead(error: Exception, body: Mapping[str, Any]) -> Outgoing | None:
    """The plainer form that cures this refusal, where there is one; each is plainer than the last, so this ends."""
    if errors.is_about(error, errors.OTHER_KIND):
        link = html.escape(rendering.link(body), quote=False) if "media" in body["params"] else ""
        return changing.of_another_kind(body, link)
    if body["method"] == "sendPhoto" and not errors.is_about(error, errors.CURED_OTHERWISE):
        return rendering.plainer(body, without="photo")
    if body["method"] == "sendVenue" and not errors.is_about(error, errors.THREADS):
        return rendering.plainer(body, without="pin")
    for words, part in (
        (errors.MARKUP, "parse_mode"),
        (errors.KEYBOARD, "reply_markup"),
        (errors.THREADS, "message_thread_id"),
    ):
        if errors.is_about(error, words):
            return rendering.plainer(body, without=part)
    return None
