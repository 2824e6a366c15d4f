"""Plays the transcripts beside this file: what people write, and what they must get. They are documents first.

The first line, `# …`, says what the transcript documents. Then, turn by turn:

`dân: lệ phí bao nhiêu`               what a resident writes; `hàng xóm:` is somebody else, who writes in between
`dân: [bấm Lệ phí]`                   the resident presses the button of the last answer with that title, or id
`dân: [vị trí 10.2939, 105.7683]`     the resident shares a place
`bot: [kind id aspect] words … words` the kind, id and aspect of the answer, then words that it holds, in that order
`dòng đầu: words`                     words of the first line, what a person in danger reads
`bot không: words … words`            words that are nowhere in the answer nor on its buttons
`nút: Lệ phí · Gặp cán bộ`            buttons that are offered, by title or id

An answer is written on as many such lines as it takes. `# ngày 2027-03-01` and `# tiếng en` set the day that is asked
about and the language, from there on; without them it is `DAY`, in the language of the words.

What officers did before: `# danh sách phuong-1 an-ninh` opens a list, `# bản tin phuong-1 an-ninh: title | words` is a
bulletin that went out to it, each newer than the one before. `# kênh telegram` says where the talk is: on a platform
where bulletins can be sent to.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import pytest

from bot.app import House
from bot.dialogue.answer import Message
from handlers.contract import Button, Lang, Reply
from tests.publishing import NOW, a_bulletin, a_list

SCRIPTS: Final = sorted(Path(__file__).parent.glob("*.txt"))
DAY: Final = dt.date(2026, 11, 25)
SPEAKERS: Final = ("dân", "hàng xóm")
CONDITIONS: Final = ("bot", "dòng đầu", "bot không", "nút")
LANGS: Final[dict[str, Lang]] = {"vi": "vi", "en": "en"}
HEAD: Final = re.compile(r"\[([^\]]*)\]\s*(.*)")
PRESS: Final = re.compile(r"\[bấm (.+)\]")
PLACE: Final = re.compile(r"\[vị trí (-?[\d.]+), *(-?[\d.]+)\]")
LIST: Final = re.compile(r"# danh sách (\S+) (\S+)", re.MULTILINE)
BULLETIN: Final = re.compile(r"# bản tin (\S+) (\S+): (.+?) \| (.+)")
CHANNEL: Final = re.compile(r"# kênh (\S+)", re.MULTILINE)
SAYS: Final = re.compile(r"# \S.{14,}")


@dataclass(kw_only=True)
class Turn:
    """What somebody writes, on which day, and the conditions on the answer."""

    who: str
    said: str
    day: dt.date
    lang: Lang | None
    wanted: list[tuple[str, str]] = field(default_factory=list)


def turns(script: Path) -> Iterator[Turn]:
    """The turns of a transcript, one after the other."""
    day, lang, turn = DAY, None, None
    for line in script.read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(":")
        if line.startswith("# ngày "):
            day = dt.date.fromisoformat(line.split()[2])
        elif line.startswith("# tiếng "):
            lang = LANGS[line.split()[2]]
        elif word in SPEAKERS:
            if turn:
                yield turn
            turn = Turn(who=word, said=rest.strip(), day=day, lang=lang)
        elif line and not line.startswith("#"):
            assert turn is not None, f"{script.name}: nobody has said anything before {line!r}"
            assert word in CONDITIONS, f"{script.name}: unknown line {line!r}"
            turn.wanted.append((word, rest.strip()))
    if turn:
        yield turn


def button(name: str, offered: Sequence[Button]) -> Button:
    """The button with this title, or this id."""
    found = [one for one in offered if name in (one.title, one.id)]
    assert found, f"no button {name!r} among: {' · '.join(one.title for one in offered)}"
    return found[0]


def setting(script: Path) -> str:
    """What stands before the first turn, and elsewhere, as comments."""
    return "\n".join(line for line in script.read_text(encoding="utf-8").splitlines() if line.startswith("#"))


async def officers_did(script: str, house: House) -> None:
    """The lists and bulletins that the transcript begins with."""
    async with house.database.unit_of_work() as session:
        lists = {
            (unit, topic): await a_list(session, f"{unit} {topic}", unit, topic)
            for unit, topic in LIST.findall(script)
        }
        for number, (unit, topic, title, words) in enumerate(BULLETIN.findall(script)):
            at = NOW - dt.timedelta(days=5) + dt.timedelta(hours=number)
            await a_bulletin(session, title, words, lists=[lists[unit, topic]], at=at)


def message(turn: Turn, offered: Sequence[Button], house: House, channel: str | None = None) -> Message:
    """What comes in when this is said."""
    said = _message(turn, offered, house)
    return replace(said, chat=(channel, turn.who)) if channel else said


def _message(turn: Turn, offered: Sequence[Button], house: House) -> Message:
    sender = house.dialogue.sender("test", turn.who)
    if pressed := PRESS.fullmatch(turn.said):
        press = button(pressed[1], offered).id
        return Message(press=press, sender=sender, at=turn.day, lang=turn.lang)
    if place := PLACE.fullmatch(turn.said):
        here = (float(place[1]), float(place[2]))
        return Message(location=here, sender=sender, at=turn.day, lang=turn.lang)
    return Message(text=turn.said, sender=sender, at=turn.day, lang=turn.lang)


def parts(words: str) -> list[str]:
    """The pieces of words between the dots."""
    return [part for part in (piece.strip() for piece in words.split("…")) if part]


def check(condition: str, wanted: str, reply: Reply) -> None:
    """One condition on an answer."""
    if condition == "nút":
        for name in wanted.split(" · "):
            button(name.strip(), reply.buttons)
    elif condition == "bot không":
        seen = "\n".join((reply.text, *(f"{one.title} {one.url or ''} {one.dial or ''}" for one in reply.buttons)))
        for part in parts(wanted):
            assert part not in seen, f"{part!r} stands in:\n{seen}"
    elif condition == "dòng đầu":
        assert wanted in reply.text.partition("\n")[0], f"{wanted!r} is not on the first line of:\n{reply.text}"
    else:
        _holds(wanted, reply)


def _holds(wanted: str, reply: Reply) -> None:
    if head := HEAD.match(wanted):
        got = [part for part in (reply.kind, reply.id, reply.aspect) if part]
        asked = head[1].split()
        assert got[: len(asked)] == asked, f"wanted [{head[1]}], got [{' '.join(got)}]:\n{reply.text}"
        wanted = head[2]
    rest = reply.text
    for part in parts(wanted):
        assert part in rest, f"lacks {part!r}, or not in this order:\n{reply.text}"
        rest = rest[rest.index(part) + len(part) :]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
async def test_the_conversation_goes_as_written(sa_dec: House, script: Path) -> None:
    offered: dict[str, Sequence[Button]] = {}
    before = setting(script)
    await officers_did(before, sa_dec)
    channel = found[1] if (found := CHANNEL.search(before)) else None
    for turn in turns(script):
        reply = await sa_dec.dialogue.answer(message(turn, offered.get(turn.who, ()), sa_dec, channel))
        offered[turn.who] = reply.buttons
        for condition, wanted in turn.wanted:
            try:
                check(condition, wanted, reply)
            except AssertionError as error:
                error.add_note(f"{script.name}: {turn.who}: {turn.said}")
                raise


def test_sixty_conversations_document_the_behaviour() -> None:
    assert len(SCRIPTS) >= 60


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_a_transcript_says_what_it_documents_and_has_turns(script: Path) -> None:
    first = script.read_text(encoding="utf-8").partition("\n")[0]
    assert SAYS.fullmatch(first), f"{script.name}: the first line says what it documents: {first!r}"
    played = list(turns(script))
    assert len(played) >= 2
    assert all(turn.wanted for turn in played), f"{script.name}: every turn has an answer"
