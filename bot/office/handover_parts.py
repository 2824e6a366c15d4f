"""The parts of handing talks over, put together once: for the inbox, the clock, the web and pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

from bot.channels.channel import Channel
from bot.dialogue.answer import Dialogue, keyed
from bot.office.doubts import Doubts
from bot.office.handover import Handover
from bot.office.handover_chat import HandoverInChat
from bot.office.handover_clock import HandoverClock
from bot.office.handover_desk import HandoverDesk
from bot.office.handover_officer import OfficersSide
from bot.office.handover_resident import ResidentsSide
from bot.office.handover_web import HandoverOnWeb
from bot.settings import Settings
from bot.storage.database import Database
from content.pack import Pack


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverParts:
    """One house's."""

    chat: HandoverInChat
    clock: HandoverClock
    web: HandoverOnWeb


def handover_parts(
    settings: Settings, database: Database, dialogue: Dialogue, channels: Mapping[str, Channel]
) -> HandoverParts:
    """All of them, by the settings."""
    core = _core(settings, dialogue.pack, channels)
    doubts = _doubts(settings, core)
    chat = HandoverInChat(core, OfficersSide(core, doubts), ResidentsSide(core, doubts, dialogue))
    return HandoverParts(
        chat=chat,
        clock=HandoverClock(database, core, doubts, channels, talk_hours=settings.talk_hours),
        web=HandoverOnWeb(database, dialogue, core, chat, channels),
    )


def handover_desk(
    settings: Settings,
    database: Database,
    pack: Pack,
    channels: Mapping[str, Channel],
    rang: Callable[[], None] = lambda: None,
) -> HandoverDesk:
    """What pages and the shell need of them, where nobody answers questions; `rang`: there is something to send."""
    core = _core(settings, pack, channels)
    return HandoverDesk(database, pack, core, _doubts(settings, core), channels, rang)


def _core(settings: Settings, pack: Pack, channels: Mapping[str, Channel]) -> Handover:
    key = settings.key()
    return Handover(pack, channels, key=key, duty_hours=settings.duty_hours, sender=partial(keyed, key))


def _doubts(settings: Settings, core: Handover) -> Doubts:
    return Doubts(core, below=settings.hold_doubtful, minutes=settings.hold_minutes)
