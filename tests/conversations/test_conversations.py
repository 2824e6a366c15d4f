"""Plays the transcripts beside this file: what people write, and what they must get.

`bot: [kind id aspect] … words … words` : the kind, the id and the aspect of the answer, then words it holds in order.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from bot.app import House
from bot.dialogue.answer import Message

SCRIPTS = sorted(Path(__file__).parent.glob("*.txt"))


@dataclass(frozen=True)
class Turn:
    """One line of a person and the answer it must get."""

    said: str
    wanted: str


def turns(script: Path) -> list[Turn]:
    """The turns of a transcript."""
    lines = [line for line in script.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    pairs = zip(lines[::2], lines[1::2], strict=True)
    return [Turn(said.removeprefix("dân: "), wanted.removeprefix("bot: ")) for said, wanted in pairs]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
async def test_the_conversation_goes_as_written(sa_dec: House, script: Path) -> None:
    sender = sa_dec.dialogue.sender("test", "bà Tư")
    for turn in turns(script):
        reply = await sa_dec.dialogue.answer(Message(text=turn.said, sender=sender))
        head, _, words = turn.wanted.partition("] ")
        got = " ".join(part for part in (reply.kind, reply.id, reply.aspect) if part)
        assert got.startswith(head.strip("[]")), f"{turn.said!r} got {got}"
        rest = reply.text
        for part in (part.strip() for part in words.split("…")):
            assert part in rest, f"{turn.said!r} lacks {part!r} in:\n{reply.text}"
            rest = rest[rest.index(part) + len(part) :]
