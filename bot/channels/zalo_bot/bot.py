"""Zalo Bot Platform (token of Zalo Bot Creator): for a pilot, staff, a few groups; the OA is the citizens' channel.

There is no idempotency key and nothing can be looked up: a send whose answer was not seen stays unknown.
"""

from __future__ import annotations

import asyncio
import hmac
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import lru_cache
from typing import Final

import orjson
import structlog

from bot.channels import plain
from bot.channels.channel import (
    ANYBODY,
    SHOWN,
    Health,
    Ignored,
    Malformed,
    Note,
    Outcome,
    Outgoing,
    SendResult,
    State,
    Update,
    uncounted,
)
from bot.channels.zalo_bot.api import UNREACHED, Answer, Api
from bot.channels.zalo_bot.incoming import event_of, updates
from bot.channels.zalo_bot.outgoing import LIMITS, bubble
from bot.settings import Settings
from content.texts import Texts
from handlers.contract import Reply

log = structlog.get_logger()
HEADER: Final = "X-Bot-Api-Secret-Token"
CALL: Final = 15.0  # seconds for a call; setWebhook waits for Zalo's own try at our address
POLL: Final = 30  # seconds that getUpdates waits for something new
POLL_MORE: Final = 10.0  # seconds that we wait longer than that
HASTE: Final = 0.5  # seconds between two polls, where an empty answer came without any wait
LONGEST_PAUSE: Final = 30.0  # seconds between two polls that failed
WAITS: Final = (30.0, 60.0, 120.0)  # seconds after each 429: no `retry_after` is known
PATIENCE: Final = 3  # refusals in a row before a 429 is the month's quota, a 403 an alarm, a chat's 400 a lost chat
TOGETHER: Final = 1.0  # seconds within which failures are one
CHATS: Final = 1000  # refused chats that are remembered


class ZaloBot:
    """One bot."""

    name = "zalo-bot"
    limits = LIMITS

    def __init__(self, settings: Settings, token: str, *, ignored: Ignored = uncounted) -> None:
        self._ignored = ignored
        self.health = Health()
        self._secret = settings.zalo_bot_secret
        self._polls = settings.zalo_bot_mode == "polling"
        self._public_url = settings.public_url.rstrip("/")
        self._bot = token.partition(":")[0]
        self._names = {settings.zalo_bot_name} if settings.zalo_bot_name else set()
        self._api = Api(settings.zalo_bot_api_url, token, settings.zalo_bot_secret)
        self._shown = lru_cache(SHOWN)(self._show)
        self._open = asyncio.Event()  # connected: polling may begin
        self._in_a_row: dict[int, tuple[int, float]] = {}  # a code -> how often since the last success, last when
        self._refused: OrderedDict[str, int] = OrderedDict()  # a chat -> its refusals in a row

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """By the secret in a header; without one of our own, as in polling, nothing is let in."""
        sent = headers.get(HEADER, "").encode("utf-8", "surrogatepass")
        return self._secret is not None and hmac.compare_digest(sent, self._secret.encode())

    def is_probe(self, raw: bytes) -> bool:
        """No: Zalo's own try without the secret gets 401, as the safe reading of the reference says."""
        return False

    def receive(self, raw: bytes) -> Sequence[Update]:
        """Flat and wrapped bodies; an empty one is a probe."""
        if not raw.strip():
            return ()
        try:
            data = orjson.loads(raw)
        except orjson.JSONDecodeError as error:
            raise Malformed("not JSON") from error
        return self._read(event_of(data))

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        """Always one bubble. No `sendChatAction`: it may count against the month, and answers come at once."""
        return (self._show(reply, text, update) if update.group else self._shown(reply, text),)

    async def connect(self, *, webhook: str | None) -> None:
        """Ask who we are, then set the webhook, or take away one that would make polling deaf."""
        me = await self._call("getMe")
        if not me.ok:
            return self._fail(me)
        self._names |= {
            name for key in ("display_name", "account_name") if isinstance(name := me.result.get(key), str)
        }
        why = ""
        if webhook:
            taken = await self._call("setWebhook", {"url": webhook, "secret_token": self._secret or ""})
            if taken.outcome in {Outcome.UNKNOWN, Outcome.REPEAT} or taken.code == 401:
                return self._fail(taken)
            why = self._webhook_fault(taken)
        elif self._polls:
            info = await self._call("getWebhookInfo")
            if info.result.get("url"):
                log.warning("webhook taken away for polling", channel=self.name)
                gone = await self._call("deleteWebhook")
                if not gone.ok:
                    return self._fail(gone)
        self._in_a_row.clear()
        self._say("ready", why)
        return None

    async def send(self, chat: str, outgoing: Outgoing) -> SendResult:
        """Text, or a photo by its public address."""
        method = "sendPhoto" if "photo" in outgoing.body else "sendMessage"
        params = {name: value for name, value in outgoing.body.items() if name != "alt" and value != ""}
        answer = await self._call(method, {"chat_id": chat, **params})
        if answer.ok:
            self._in_a_row.clear()
            self._refused.pop(chat, None)
            message_id = answer.result.get("message_id")
            return SendResult(outcome=Outcome.SENT, message_id=message_id if isinstance(message_id, str) else None)
        outcome, wait, times = answer.outcome, None, self._times(answer.code)
        match answer.code:
            case 429 if times > PATIENCE:
                outcome = Outcome.QUOTA
            case 429:
                wait = WAITS[times - 1]
            case 403 if times > PATIENCE:
                outcome = Outcome.ACCOUNT
            case 400 if "photo" in outgoing.body:
                return SendResult(outcome=outcome, reason=answer.reason, instead=_in_words(outgoing))
            case 400 if self._is_lost(chat):
                outcome = Outcome.GONE
        if outcome is Outcome.ACCOUNT:
            self._fail(answer)
        return SendResult(outcome=outcome, wait=wait, everyone=answer.code in {429, UNREACHED}, reason=answer.reason)

    async def poll(self) -> AsyncIterator[Sequence[Update]]:
        """`getUpdates` for ever. Each update is handed out once: whoever takes a batch writes it down first."""
        failures = 0
        while True:
            await self._open.wait()
            began = time.monotonic()
            answer = await self._call("getUpdates", {"timeout": POLL}, wait=POLL + POLL_MORE)
            if answer.ok or answer.code == 408:  # 408, an HTTP 408 and an empty result all say: nothing new
                failures = 0
                if found := self._polled(answer):
                    yield found
                elif time.monotonic() - began < HASTE:
                    await asyncio.sleep(HASTE)
                continue
            failures += 1
            log.warning("polling failed", channel=self.name, reason=answer.reason)
            if answer.outcome is Outcome.ACCOUNT:
                self._fail(answer)
            await asyncio.sleep(min(LONGEST_PAUSE, 2.0**failures))

    async def tend(self) -> None:
        """Nothing ages here: the token lasts until it is reset."""

    async def inspect(self) -> Sequence[Note]:
        """Who the bot is, whether groups can have it, and where its updates go."""
        me, info = await self._call("getMe"), await self._call("getWebhookInfo")
        if not me.ok:
            return (Note(key="zalo_bot.failed", fields={"why": me.reason}, wrong=True),)
        name = me.result.get("display_name") or me.result.get("account_name") or "?"
        groups = "zalo_bot.groups" if me.result.get("can_join_groups") is True else "zalo_bot.no_groups"
        notes = [
            Note(key="zalo_bot.account", fields={"name": name, "plan": me.result.get("account_type") or "?"}),
            Note(key=groups),
        ]
        here, there = f"{self._public_url}/webhook/{self.name}", str(info.result.get("url") or "")
        if self._polls:
            notes.append(Note(key="zalo_bot.in_the_way" if there else "zalo_bot.polling", wrong=bool(there)))
        elif there == here:
            notes.append(Note(key="zalo_bot.webhook", fields={"url": here}))
        else:
            notes.append(Note(key="zalo_bot.other_webhook", fields={"url": here, "set": there or "–"}, wrong=True))
        if not self._polls and not here.startswith("https://"):
            notes.append(Note(key="zalo_bot.not_https", fields={"url": here}, wrong=True))
        return notes

    async def close(self) -> None:
        """Let go of the connections."""
        await self._api.close()

    def _show(self, reply: Reply, text: Texts, update: Update = ANYBODY) -> Outgoing:
        return bubble(reply, update, text, self._public_url)

    async def _call(self, method: str, params: Mapping[str, object] | None = None, *, wait: float = CALL) -> Answer:
        return await self._api.call(method, params or {}, wait=wait)

    def _read(self, event: Mapping[str, object]) -> Sequence[Update]:
        found = updates(event, bot=self._bot, names=self._names)
        if not found and event.get("event_name") is not None:
            self._ignored(event["event_name"])
        return found

    def _polled(self, answer: Answer) -> Sequence[Update]:
        try:
            return self._read(event_of(dict(answer.result)))
        except Malformed as error:
            log.warning("update malformed", channel=self.name, why=str(error))
            return ()

    def _webhook_fault(self, answer: Answer) -> str:
        """What is wrong with the webhook; the bot still answers where Zalo reaches us after all."""
        if not answer.ok:
            return f"the webhook was not taken: {answer.reason}"
        seen = answer.result.get("verification")
        if isinstance(seen, dict) and seen.get("ok") is False:  # the address is kept even so
            return self._api.mask(f"Zalo could not reach the webhook: {str(seen.get('outcome') or '?')[:60]}")
        return ""

    def _times(self, code: int) -> int:
        """How often this code came in a row; what was in flight together counts once."""
        now = time.monotonic()
        times, last = self._in_a_row.get(code, (0, -TOGETHER))
        if now - last >= TOGETHER:
            self._in_a_row[code] = (times + 1, now)
        return self._in_a_row[code][0]

    def _is_lost(self, chat: str) -> bool:
        """Whether a chat refused so often that it is a group that was left, or a person who blocked us."""
        times = self._refused[chat] = self._refused.pop(chat, 0) + 1
        if len(self._refused) > CHATS:
            self._refused.popitem(last=False)
        return times >= PATIENCE

    def _fail(self, answer: Answer) -> None:
        self._say(
            "refused" if answer.outcome is Outcome.ACCOUNT or answer.code == 403 else "unreachable", answer.reason
        )

    def _say(self, state: State, why: str) -> None:
        self.health.state, self.health.why = state, why
        if state == "ready":
            self._open.set()
        else:
            self._open.clear()


def _in_words(photo: Outgoing) -> tuple[Outgoing, ...]:
    """A picture as its caption and address: Zalo refuses some hosts though browsers open them."""
    line = ": ".join(str(part) for part in (photo.body.get("alt"), photo.body["photo"]) if part)
    words = [str(part) for part in (photo.body.get("caption"), line) if part]
    return tuple(Outgoing(body={"text": text}) for text in plain.split(words, LIMITS.text, plain.utf16))
