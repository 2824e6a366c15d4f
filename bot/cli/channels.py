"""`hoiphuong channels …`: what is set up, what works, and what to do about the rest."""

from __future__ import annotations

import asyncio
import csv
import sys
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Literal

import typer

from bot import settings
from bot.app import opened_channels
from bot.channels import NAMES
from bot.channels.channel import Channel
from bot.channels.sms import Sms
from bot.channels.zalo_oa import ZaloOa
from bot.channels.zalo_oa.groups import Group, NotRead
from bot.channels.zalo_oa.oauth import WrongCallback
from bot.cli.desk import at_desk, print_json
from bot.errors import WrongInput
from bot.office.connections import WAIT, looked_at
from bot.storage import audit
from content.texts import texts
from handlers.contract import Texts

Language = Annotated[Literal["vi", "en"], typer.Option(help="Language of the words.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

app = typer.Typer(
    name="channels",
    help="Set up Zalo and Telegram: what works, what is missing, and what to do.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def check(lang: Language = "vi", json: Json = False) -> None:
    """Ask every platform that is set up whether all is right; exit with 1 where one is not. Changes nothing there."""
    found = asyncio.run(_check(texts(lang)))
    if json:
        print_json(found)
    else:
        _print(found, texts(lang))
    raise typer.Exit(any(row["configured"] and not row["ready"] for row in found))


@app.command("set-webhook")
def set_webhook(lang: Language = "vi") -> None:
    """Register our address where a platform lets us; say where it must be pasted by hand. `serve` does the same."""
    say = texts(lang)
    found = asyncio.run(_register(say))
    print("\n".join(line for _, line in found) or say("channels.none"))
    raise typer.Exit(not found or not all(right for right, _ in found))


@app.command("connect-zalo")
def connect_zalo(lang: Language = "vi") -> None:
    """Let an admin of the Official Account consent: print the link, take the address it leads to, keep the tokens."""
    asyncio.run(_connect_zalo(texts(lang)))


@app.command()
def groups(json: Json = False) -> None:
    """List the groups that the Official Account owns, as CSV that `hoiphuong list import` takes. Changes nothing."""
    found = asyncio.run(_groups())
    if json:
        rows = [asdict(group) for group in found]
        print_json(rows)
        return
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(("channel", "address", "title"))
    table.writerows((ZaloOa.name, group.id, group.name) for group in found if group.enabled)


@app.command()
def off(words: Annotated[str, typer.Option(help="What residents are told beside.")] = "") -> None:
    """The off switch: answer nothing by itself any more, anywhere, at once. Danger and “gặp cán bộ” still work."""
    at_desk(lambda desk: desk.resting.off(words, by=audit.SHELL))
    print(texts("vi")("resting.is_off"))


@app.command()
def on() -> None:
    """Answer again."""
    at_desk(lambda desk: desk.resting.on(by=audit.SHELL))
    print(texts("vi")("resting.is_on"))


async def _groups() -> Sequence[Group]:
    say = texts("vi")
    async with opened_channels(settings.load()) as on:
        channel = on.get(ZaloOa.name)
        if not isinstance(channel, ZaloOa):
            raise WrongInput(say("channels.oa_off"))
        try:
            return await channel.groups()
        except NotRead as error:
            raise WrongInput(say("zalo_oa.groups_not_read", why=error)) from error


async def _check(say: Texts) -> list[dict[str, object]]:
    async with opened_channels(settings.load()) as on:
        rows = await asyncio.gather(*(_looked_at(on[name], say) for name in NAMES if name in on))
    known = {row["channel"]: row for row in rows}
    off = {"configured": False, "state": "off", "why": "", "ready": False, "notes": []}
    return [known.get(name, {"channel": name} | off) for name in NAMES]


async def _looked_at(channel: Channel, say: Texts) -> dict[str, object]:
    await _connected(channel, None)
    found = await looked_at(channel)
    notes = [{"text": say(note.key, **note.fields), "wrong": note.wrong} for note in found.notes]
    return {
        "channel": channel.name, "configured": True, "state": found.state, "why": found.why, "ready": found.ready,
        "notes": notes,
    }  # fmt: skip


async def _connected(channel: Channel, webhook: str | None) -> None:
    try:
        async with asyncio.timeout(WAIT):
            await channel.connect(webhook=webhook)
    except TimeoutError:
        channel.health.state, channel.health.why = "unreachable", "no answer"


def _print(found: list[dict[str, object]], say: Texts) -> None:
    for row in found:
        name, notes = row["channel"], row["notes"] if isinstance(row["notes"], list) else []
        if not row["configured"]:
            print(say("channels.off", name=name))
            continue
        if row["state"] == "ready":
            print(say("channels.ready", name=name))
        else:
            why = "" if any(note["wrong"] for note in notes) else row["why"]  # a note says it better
            print(say("channels.not_ready", name=name, state=say(f"channels.state.{row['state']}"), why=why).rstrip())
        for note in notes:
            print(f"  {'!' if note['wrong'] else '-'} {note['text']}")


async def _register(say: Texts) -> list[tuple[bool, str]]:
    chosen = settings.load()
    polls = {"telegram": chosen.telegram_mode == "polling", "zalo-bot": chosen.zalo_bot_mode == "polling"}
    lines = []
    async with opened_channels(chosen) as on:
        for name, channel in on.items():
            url = f"{chosen.public_url.rstrip('/')}/webhook/{name}"
            if isinstance(channel, Sms):  # nothing comes in by it
                continue
            if polls.get(name):
                lines.append((True, say("channels.polls", name=name)))
            elif isinstance(channel, ZaloOa):  # no call for it: a person must paste it
                lines.append((True, f"{name}: " + say("zalo_oa.webhook", url=url)))
            else:
                await _connected(channel, url)
                lines.append(_told(channel, url, say))
    return lines


def _told(channel: Channel, url: str, say: Texts) -> tuple[bool, str]:
    if channel.health.state == "ready":
        return True, say("channels.set", name=channel.name, url=url)
    state = say(f"channels.state.{channel.health.state}")
    return False, say("channels.not_ready", name=channel.name, state=state, why=channel.health.why)


async def _connect_zalo(say: Texts) -> None:
    async with opened_channels(settings.load()) as on:
        channel = on.get("zalo-oa")
        if not isinstance(channel, ZaloOa):
            raise WrongInput(say("channels.oa_off"))
        consent = channel.consent()
        shown = {"callback": consent.callback, "challenge": consent.challenge, "link": consent.link}
        print(say("zalo_oa.consent.steps", **shown), flush=True)
        address = await asyncio.to_thread(sys.stdin.readline)
        try:
            oa_id = await channel.consented(consent, address)
        except WrongCallback as wrong:
            raise WrongInput(say(wrong.key, **wrong.fields)) from wrong
        print(say("zalo_oa.consent.done", oa_id=oa_id))
