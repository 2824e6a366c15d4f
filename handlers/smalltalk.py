"""Greetings, the menu, language, large letters, and what a person asks us to forget."""

from __future__ import annotations

from typing import get_args

from content.schema import Group, Lang
from handlers import procedures
from handlers.contract import Button, Desk, Query, Reply, Section
from handlers.hotlines import POLICE, ask_unit
from handlers.parts import call_button
from handlers.subscriptions import TOPICS, subscription

GROUPS: tuple[str, ...] = get_args(Group)


async def smalltalk(query: Query, desk: Desk) -> Reply:
    """By topic: some change what is remembered, all end with a way on."""
    topic = query.understood.topic or "greeting"
    if topic.startswith("group:"):
        return procedures.listing(topic.partition(":")[2], desk)
    if topic.partition(":")[0] in TOPICS:
        return await subscription(query, desk)
    if topic == "groups":
        return _groups(desk)
    if topic == "units":
        return ask_unit(desk)
    if topic in {"language:vi", "language:en"}:
        return await _language(query, "en" if topic.endswith("en") else "vi", desk)
    if topic in {"elder", "elder:off"}:
        return await _elder(query, topic == "elder", desk)
    if topic == "erase":
        if query.sender:
            await desk.people.erase(query.sender)
        return _said("erase", desk)
    if topic == "dead":
        return await _dead(query, desk)
    if topic in {"helpful", "unhelpful"}:
        await desk.people.count(query.understood.id or "?", helpful=topic == "helpful")
        return _said(topic, desk)
    return _said(topic if topic in _KNOWN else "greeting", desk)


_KNOWN = {"greeting", "thanks", "goodbye", "who", "start", "help", "menu", "empty", "aloud", "number", "privacy"}


def _said(topic: str, desk: Desk) -> Reply:
    name = desk.facts.pack.locality.name.in_(desk.lang)
    lines = (desk.text(f"smalltalk.{topic}", name=name),)
    return Reply(kind="smalltalk", sections=(Section(lines=lines),), buttons=_menu(desk))


def _menu(desk: Desk) -> tuple[Button, ...]:
    other = "vi" if desk.lang == "en" else "en"
    return (
        Button(id="groups", title=desk.text("button.groups")),
        Button(id="units", title=desk.text("button.units")),
        Button(id="homestay:list", title=desk.text("button.homestays")),
        Button(id="handover", title=desk.text("button.handover")),
        Button(id=f"language:{other}", title=desk.text("button.other_language")),
    )


def _groups(desk: Desk) -> Reply:
    return Reply(
        kind="smalltalk",
        sections=(Section(lines=(desk.text("menu.groups"),)),),
        buttons=tuple(Button(id=f"group:{group}", title=desk.text(f"group.{group}")) for group in GROUPS),
    )


async def _language(query: Query, lang: Lang, desk: Desk) -> Reply:
    if query.sender:
        await desk.people.choose(query.sender, lang=lang)
    return Reply(kind="smalltalk", sections=(Section(lines=(desk.text(f"language.{lang}"),)),), buttons=_menu(desk))


async def _elder(query: Query, on: bool, desk: Desk) -> Reply:
    if query.sender:
        await desk.people.choose(query.sender, elder=on)
    key = "elder.on" if on else "elder.off"
    other = Button(id="elder:off" if on else "elder", title=desk.text("button.elder_off" if on else "button.elder"))
    return Reply(kind="smalltalk", sections=(Section(lines=(desk.text(key),)),), buttons=(other, *_menu(desk)))


async def _dead(query: Query, desk: Desk) -> Reply:
    """A number that nobody answers: counted for the officers, and another way given."""
    await desk.people.count(f"dead:{query.understood.id}", helpful=False)
    police = desk.facts.number(POLICE)
    return Reply(
        kind="smalltalk",
        sections=(
            Section(lines=(desk.text("smalltalk.dead", counter=desk.facts.pack.locality.counter.in_(desk.lang)),)),
        ),
        buttons=(*((call_button(police, desk),) if police else ()), *_menu(desk)),
        numbers=(police,) if police else (),
    )
