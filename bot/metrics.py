"""What is counted for whoever watches: one registry a house, few labels, no person in any of them.

Each process counts for itself; what stands in the database is read when it is asked for, and is whole.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    ProcessCollector,
    generate_latest,
)

KIND: Final = CONTENT_TYPE_LATEST
NAME: Final = re.compile(r"[A-Za-z_.]{1,60}")
NAMES: Final = 50  # of unknown events that each channel may bring; all others are one
OTHER: Final = "other"
REPLIES: Final = 8  # that a platform lets us send for free; more are one


class Metrics:
    """The counters and gauges of one house."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self._refused = self._counter("webhook_refused", "Calls of a webhook that were refused.", "channel", "reason")
        self._ignored = self._counter("events_ignored", "Events that mean nothing to us.", "channel", "event")
        self._updates = self._counter("updates", "What came in: new, repeated, flood, old.", "channel", "what")
        self._caught_up = self._counter("updates_caught_up", "What no webhook brought and we asked for.", "channel")
        self._answers = self._counter("answers", "Answers, by what was asked for.", "channel", "kind")
        self._deliveries = self._counter("deliveries", "Bubbles that a platform took, or not.", "channel", "outcome")
        self.waiting = self._gauge("waiting", "Rows that wait in the inbox or the outbox.", "queue", "channel")
        self.oldest = self._gauge("oldest_waiting_seconds", "Age of the oldest of them.", "queue", "channel")
        self.heard = self._gauge("last_update_seconds", "Since a channel brought something.", "channel")
        self.month = self._gauge("month_messages", "Messages of this month, both ways, where they count.", "channel")
        self.people = self._gauge("people", "People who ever wrote, where they count.", "channel")
        self.replies = self._gauge(
            "chats_by_replies", "People who wrote within 48 hours, by replies sent since.", "channel", "replies"
        )
        self.ready = self._gauge("channel_ready", "1 where a channel works.", "channel")
        self._events: dict[str, set[str]] = {}

    def refused(self, channel: str, reason: str) -> None:
        """A call of the webhook that was not taken; `reason` is a word of our own."""
        self._refused.labels(channel, reason).inc()

    def ignored(self, channel: str) -> Callable[[object], None]:
        """What a channel calls with the name of an event that means nothing to it; anybody may have made it up."""

        def count(event: object) -> None:
            known = self._events.setdefault(channel, set())
            name = event if isinstance(event, str) and NAME.fullmatch(event) else OTHER
            if name not in known and len(known) >= NAMES:
                name = OTHER
            known.add(name)
            self._ignored.labels(channel, name).inc()

        return count

    def came(self, channel: str, what: str, n: int = 1) -> None:
        """So many updates: `new`, `repeated`, `flood` or `old`."""
        if n:
            self._updates.labels(channel, what).inc(n)

    def caught_up(self, channel: str, n: int) -> None:
        """So many that the webhook had not brought."""
        self._caught_up.labels(channel).inc(n)

    def answered(self, channel: str, kind: str, number: int = 1) -> None:
        """Answers of one kind."""
        self._answers.labels(channel, kind).inc(number)

    def delivered(self, channel: str, outcome: str, number: int = 1) -> None:
        """Bubbles, and what became of them."""
        self._deliveries.labels(channel, outcome).inc(number)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self.registry)

    def _counter(self, name: str, words: str, *labels: str) -> Counter:
        return Counter(f"hoiphuong_{name}", words, labels, registry=self.registry)

    def _gauge(self, name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"hoiphuong_{name}", words, labels, registry=self.registry)
