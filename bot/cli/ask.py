"""`hoiphuong ask`: one question, a chat, or one JSON object a line."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Annotated

import orjson
import typer

from bot import settings
from bot.app import House, house
from bot.dialogue.answer import Message
from bot.dialogue.wire import LONGEST, answer_json, day_of, message_of, sender_of
from bot.errors import WrongInput
from handlers.contract import Reply

CHANNEL = "terminal"


def ask(
    text: Annotated[str | None, typer.Argument(help="The question. Without it, a chat begins.")] = None,
    at: Annotated[str | None, typer.Option(help="Answer by what is in force on this day, as 2027-03-01.")] = None,
    jsonl: Annotated[bool, typer.Option(help="Read one JSON object a line from stdin, write one a line.")] = False,
) -> None:
    """Ask a question in the terminal."""
    asyncio.run(_ask(text, at, jsonl))


async def _ask(text: str | None, at: str | None, jsonl: bool) -> None:
    day = day_of(at)
    async with house(settings.load()) as opened:
        if jsonl:
            await _lines(opened)
        elif text is not None:
            _show(await opened.dialogue.answer(Message(text=text[:LONGEST], at=day)))
        else:
            await _chat(opened, Message(at=day, sender=opened.dialogue.sender(CHANNEL, "chat")))


async def _chat(opened: House, empty: Message) -> None:
    print(opened.text("vi", "terminal.hello", name=opened.name), file=sys.stderr)
    buttons: list[str] = []
    while line := (await asyncio.to_thread(sys.stdin.readline)).strip():
        chosen = int(line[1:]) - 1 if line.startswith("#") and line[1:].isdigit() else None
        if chosen is not None and 0 <= chosen < len(buttons):
            reply = await opened.dialogue.answer(replace(empty, press=buttons[chosen]))
        else:
            reply = await opened.dialogue.answer(replace(empty, text=line[:LONGEST]))
        buttons = [button.id for button in reply.buttons]
        _show(reply)


async def _lines(opened: House) -> None:
    for number, line in enumerate(sys.stdin.buffer, 1):
        if not line.strip():
            continue
        try:
            asked = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise WrongInput(f"line {number} of stdin is not JSON: {error}") from error
        if not isinstance(asked, dict):
            raise WrongInput(f'line {number} of stdin is not an object like {{"q": "…"}}')
        sender = opened.dialogue.sender(CHANNEL, sender_of(asked))
        reply = await opened.dialogue.answer(replace(message_of(asked), sender=sender))
        sys.stdout.buffer.write(orjson.dumps(answer_json(asked.get("q"), reply)) + b"\n")
        sys.stdout.buffer.flush()


def _show(reply: Reply) -> None:
    print(reply.text)
    for number, button in enumerate(reply.buttons, 1):
        address = button.url or (f"tel:{button.dial}" if button.dial else "")
        print(f"  [#{number}] {button.title} {address}".rstrip(), file=sys.stderr)
    print(file=sys.stderr)
