"""The contract of a channel: one file turns a platform's updates into `Update`s, and a `Reply` into what it sends.

A channel keeps no state of its own: what came in and what goes out are rows (`storage/queues.py`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Final, Literal, Protocol, runtime_checkable

from content.texts import Texts
from handlers.contract import Lang, Reply

State = Literal["off", "connecting", "ready", "unreachable", "not connected", "refused"]
Happening = Literal["message", "interacted", "joined", "left", "moved", "revoked", "staff", "other"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the platform allows; each channel's table names the page it was read on, and when."""

    text: int  # characters of one bubble, as the platform counts them
    bubbles: int  # of one answer
    buttons: int  # 0: choices are numbered lines
    button_title: int  # characters
    per_second: float  # of the whole account
    burst: int
    in_a_second: int | None = None  # of the whole account, within any one second, bursts too
    per_chat_second: float = 1.0
    per_group_minute: float = 20.0
    group_ids: str | None = None  # what the ids of groups begin with, where they can be told from people's
    per_month: int | None = None  # messages, both directions; delivery counts them where this is set
    people: int | None = None  # who may ever have written to the account


@dataclass(frozen=True, slots=True, kw_only=True)
class Update:
    """What came in, once, whoever sent it."""

    key: str  # the platform's own id of it; the same key is the same update
    chat: str  # where it was said, and where the answer goes: a person or a group
    sender: str  # who said it; in a private chat the same as `chat`
    at: dt.datetime  # UTC, as the platform says
    what: Happening = "message"
    text: str = ""
    press: str | None = None  # the id of a pressed button
    start: str | None = None  # what a deep link carried
    location: tuple[float, float] | None = None
    lang: Lang | None = None  # as the platform knows the person's; a choice made here counts more
    group: bool = False
    thread: str | None = None  # the topic of a group that has topics
    moved_to: str | None = None  # for `moved`: the new id of the chat
    title: str | None = None  # for groups: its name
    name: str | None = None  # for groups of platforms that cannot quote: whom the answer addresses
    about: int | None = None  # the number of a talk, where it replies to a message of ours on it that begins "#12"


# An answer looks the same for everybody who wrote words in a chat of his own: so many are rendered once.
SHOWN: Final = 1024
ANYBODY: Final = Update(key="", chat="", sender="", at=dt.datetime.fromtimestamp(0, dt.UTC))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """One bubble, in the platform's own words, ready to be sent by any process at any time."""

    body: Mapping[str, object]  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Say:
    """What is to be said in one chat of one channel, the channel's way."""

    channel: str
    chat: str
    reply: Reply
    lang: Lang = "vi"


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """An update that somebody before the dialogue took care of."""

    says: tuple[Say, ...] = ()


class Outcome(Enum):
    """What became of a bubble. The value is how it stands in the database."""

    SENT = "sent"
    REPEAT = "repeat"  # not sent; the platform wants us to wait
    UNKNOWN = "unknown"  # no answer was seen: perhaps it was sent
    WINDOW = "window"  # the person wrote too long ago; the platform allows no free message
    QUOTA = "quota"  # the day's or month's messages are used up
    GONE = "gone"  # blocked, left, deleted: nobody to send to
    MOVED = "moved"  # the chat has another id now
    REFUSED = "refused"  # this bubble will never be taken: too long, bad form
    ACCOUNT = "account"  # our account is at fault: token, package, rights. The channel pauses


@dataclass(frozen=True, slots=True, kw_only=True)
class SendResult:
    """What the platform said, as one value; nobody decides by its text."""

    outcome: Outcome
    message_id: str | None = None
    wait: float | None = None  # seconds, for REPEAT
    times: int | None = None  # for REPEAT: so many tries in all, where more would not help
    everyone: bool = False  # the whole account waits for `wait` seconds, not this chat alone
    moved_to: str | None = None
    reason: str = ""  # the platform's code and words, without a token or a person's text
    left: int | None = None  # for SENT: the free replies that this person may still get, as the platform counts
    per_second: float | None = None  # the whole account may send no more than this from now on
    instead: tuple[Outgoing, ...] = ()  # for REFUSED: the same words in plainer bubbles, to be sent once


Ignored = Callable[[object], None]  # told the name of each event that asks nothing of us


def uncounted(event: object) -> None:
    """Nobody counts it."""


class Malformed(Exception):
    """A webhook body that is not what the platform sends."""


class NotYet(Exception):
    """Whether an update concerns us cannot be told before the first connection; the platform will send it again."""


@dataclass(slots=True)
class Health:
    """How a channel is doing; `/readyz` and `channels check` show it."""

    state: State = "connecting"
    why: str = ""
    used: str = ""  # how much of the month's messages is used, once it is nearly all
    tried: bool = field(default=False)  # the first connection try has ended


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One thing that whoever sets a channel up should know: words by key, and whether something must be done."""

    key: str
    fields: Mapping[str, object] = field(default_factory=dict)
    wrong: bool = False


class Channel(Protocol):
    """One platform."""

    name: str
    limits: Limits
    health: Health

    def verify(self, headers: Mapping[str, str], raw: bytes) -> bool:
        """Whether this webhook call comes from the platform; compared in constant time, before anything is parsed."""
        ...

    def is_probe(self, raw: bytes) -> bool:
        """Whether this unsigned call only asks if somebody is here; it is answered 200, and nothing is done."""
        ...

    def receive(self, raw: bytes) -> Sequence[Update]:
        """The updates in a verified body; none where it is a probe; `Malformed` where it is nonsense; or `NotYet`."""
        ...

    def render(self, reply: Reply, update: Update, text: Texts) -> Sequence[Outgoing]:
        """The reply as this platform can show it; nothing is dropped silently."""
        ...

    async def connect(self, *, webhook: str | None) -> None:
        """Open the connection, register the webhook if one is given; `health` says how it went, nothing is raised."""
        ...

    async def send(self, chat: str, outgoing: Outgoing) -> SendResult:
        """Send one bubble; whatever happens becomes a `SendResult`."""
        ...

    def poll(self) -> AsyncIterator[Sequence[Update]]:
        """Updates by polling, for ever; each batch is stored before the next is asked for."""
        ...

    async def tend(self) -> None:
        """What must be done now and then while the connection stands; called about every half minute."""
        ...

    async def inspect(self) -> Sequence[Note]:
        """What `channels check` tells beyond `health`; asks the platform, changes nothing, raises nothing."""
        ...

    async def close(self) -> None:
        """Let go of the connection."""
        ...


@runtime_checkable
class Changing(Protocol):
    """A channel that may change or take back what it sent. What these return is sent like any bubble."""

    def editing(self, message_id: str, outgoing: Outgoing) -> Outgoing | None:
        """What makes a sent message say this instead; None where the platform cannot."""
        ...

    def withdrawing(self, message_id: str) -> Outgoing | None:
        """What takes a sent message back; None where the platform cannot."""
        ...


@runtime_checkable
class Recalling(Protocol):
    """A channel whose platform tells afterwards what people wrote, should the webhook have brought nothing."""

    async def missed(self, since: dt.datetime, until: dt.datetime) -> Sequence[Update]:
        """What was written between these and is not answered, under the webhook's own keys; raises nothing."""
        ...


@runtime_checkable
class Linked(Protocol):
    """A channel whose account has an address that opens a talk with it."""

    def address(self, start: str) -> str | None:
        """The address, with what it is to carry where the platform lets it; None while the account is not known."""
        ...


@runtime_checkable
class GroupLinked(Protocol):
    """A channel whose account can be added to a group by an address."""

    def group_address(self, start: str) -> str | None:
        """The address, with what it is to carry; None while the account is not known."""
        ...
