"""The words of a talk that was handed over: what the resident is told, and what officers are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Final

from bot.channels.channel import Channel, Say
from bot.office.handover_duty import Reached
from bot.storage.handovers import DOUBT, Line, Talk
from bot.storage.moments import utc
from content.hours import HERE
from content.pack import Pack
from content.texts import Texts, day, texts
from handlers.contract import Button, Lang, Reply, Section

WEB: Final = "web"
SHOWN: Final = 10  # lines of a thread in one message


class Words:
    """Puts them together; every sentence stands in the catalogue `handover`."""

    def __init__(self, pack: Pack, channels: Mapping[str, Channel]) -> None:
        self._pack = pack
        self._channels = channels

    def to_resident(self, talk: Talk, *keys: str, back: bool = False, see: bool = False, **fields: object) -> Say:
        """One paragraph a key; `back`: with the way back to the machine, where it can be a button; `see`: on the web,
        with the way to the answer that will come."""
        say = texts(lang_of(talk))
        sections = tuple(Section(lines=(say(key, **fields),)) for key in keys)
        buttons = (
            self.ways(talk.channel, say) if back else self.ways(WEB, say)[:1] if see and talk.channel == WEB else ()
        )
        return self.reply(talk, Reply(kind="handover", sections=sections, buttons=buttons))

    def reply(self, talk: Talk, reply: Reply) -> Say:
        """Anything else that the resident is told."""
        return Say(channel=talk.channel, chat=talk.chat, reply=reply, lang=lang_of(talk))

    def ways(self, channel: str, say: Texts) -> tuple[Button, ...]:
        """See the answer, on the web; back to the machine, but where it would be numbered: a typed 1 is a word."""
        back = Button(id="talk:bot", title=say("handover.button.bot"))
        if channel == WEB:
            return (Button(id="talk:see", title=say("handover.button.see")), back)
        return (back,) if channel in self._channels and self._channels[channel].limits.buttons else ()

    def officer_says(self, talk: Talk, name: str, words: str) -> list[Say]:
        """An officer's own words, under his name; the web reads them from the talk."""
        if talk.channel == WEB:
            return []
        say = texts(lang_of(talk))
        lines = (say("handover.officer_says", name=name), *words.splitlines())
        return [self.reply(talk, Reply(kind="handover", sections=(Section(lines=lines),)))]

    def to_officer(
        self,
        one: Reached,
        key: str,
        talk: Talk,
        *,
        deeds: Sequence[str] = (),
        more: Sequence[str] = (),
        **fields: object,
    ) -> Say:
        """A sentence on a talk, with `deeds` as buttons, and `more` lines under it."""
        say = texts("vi")
        sections = [Section(lines=(say(key, id=talk.id, unit=self.unit(talk.unit, "vi"), **fields),))]
        sections += [Section(lines=tuple(more))] if more else []
        buttons = tuple(Button(id=f"talk:{deed}:{talk.id}", title=say(f"handover.deed.{deed}")) for deed in deeds)
        return Say(
            channel=one.channel,
            chat=one.chat,
            reply=Reply(kind="handover", sections=tuple(sections), buttons=buttons),
        )  # fmt: skip

    def plain(
        self, one: Reached, key: str, fields: Mapping[str, object] | None = None, *, more: Sequence[str] = ()
    ) -> Say:
        """A sentence to an officer that is on no single talk."""
        sections = [
            Section(lines=(texts("vi")(key, **(fields or {})),)),
            *([Section(lines=tuple(more))] if more else []),
        ]
        return Say(channel=one.channel, chat=one.chat, reply=Reply(kind="handover", sections=tuple(sections)))

    def choice_of_units(self, one: Reached, talk: Talk, units: Sequence[str]) -> Say:
        """Whom a talk can be passed on to."""
        say = texts("vi")
        buttons = tuple(Button(id=f"talk:pass:{talk.id}:{unit}", title=self.unit(unit, "vi")) for unit in units)
        sections = (Section(lines=(say("handover.desk.pass_to", id=talk.id),)),)
        return Say(
            channel=one.channel, chat=one.chat, reply=Reply(kind="handover", sections=sections, buttons=buttons)
        )

    def news(self, one: Reached, talk: Talk, lines: Sequence[Line]) -> Say:
        """A talk that waits for whoever takes it first, with what was said so far."""
        if talk.kind == DOUBT and talk.proposed:
            more = [*self.thread(lines), texts("vi")("handover.desk.proposed", words=talk.proposed["text"])]
            return self.to_officer(one, "handover.desk.doubt", talk, deeds=("send", "edit", "drop"), more=more)
        key = "handover.desk.word" if talk.state == "word_left" else "handover.desk.new"
        more = [*self._about(talk), *self.thread(lines), texts("vi")("handover.desk.how", id=talk.id)]
        return self.to_officer(one, key, talk, deeds=("take", "pass", "done"), more=more)

    def taken(self, one: Reached, talk: Talk, lines: Sequence[Line]) -> Say:
        """To whoever took it."""
        deeds = ("number", "pass", "done") if talk.callback else ("pass", "done")
        more = [*self._about(talk), *self.thread(lines)]
        return self.to_officer(one, "handover.desk.taken", talk, deeds=deeds, more=more)

    def entry(self, talk: Talk) -> str:
        """One line of a list."""
        say = texts("vi")
        at = utc(talk.opened_at).astimezone(HERE)
        state = say(f"handover.state.{talk.state}")
        return say(
            "handover.desk.entry", id=talk.id, unit=self.unit(talk.unit, "vi"), state=state, at=f"{at:%H:%M %d/%m}"
        )

    def thread(self, lines: Sequence[Line]) -> list[str]:
        """What was said, the last lines of it."""
        say = texts("vi")
        return [
            say("handover.desk.line.officer", name=line.officer or "…", words=line.words)
            if line.who == "officer"
            else say(f"handover.desk.line.{line.who}", words=line.words)
            for line in lines[-SHOWN:]
        ]

    def _about(self, talk: Talk) -> list[str]:
        say = texts("vi")
        item = self._pack.item(talk.item) if talk.item else None
        about = [say("handover.desk.about", name=item.own_names()[0])] if item and item.own_names() else []
        return about + ([say("handover.desk.callback")] if talk.callback else [])

    def unit(self, unit: str | None, lang: Lang) -> str:
        """What a unit is called; the locality where none was named."""
        known = self._pack.units.get(unit or "")
        return (known.name if known else self._pack.locality.name).in_(lang)


def lang_of(talk: Talk) -> Lang:
    """The language that the resident is spoken to in."""
    return "en" if talk.lang == "en" else "vi"


def when(local: dt.datetime, now: dt.datetime, say: Texts) -> str:
    """When somebody is there again: `07:00`, today, tomorrow or on a day by its date."""
    time, days = f"{local:%H:%M}", (local.date() - now.astimezone(HERE).date()).days
    if days == 0:
        return say("handover.when.today", time=time)
    if days == 1:
        return say("handover.when.tomorrow", time=time)
    return say(
        "handover.when.day", time=time, weekday=say(f"handover.weekday.{local.weekday()}"), day=day(local.date())
    )
