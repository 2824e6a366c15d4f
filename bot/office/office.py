"""What officers can ask of the house: one field a service, put together in `bot/app.py`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.office.access import Access
from bot.office.bulletins import Bulletins
from bot.office.codes import Codes
from bot.office.corrections import Corrections
from bot.office.handover_desk import HandoverDesk
from bot.office.lists import Lists
from bot.office.logins import Logins
from bot.office.meter import DutyMeter
from bot.office.records import Records
from bot.office.report import Reports
from bot.office.sheets import Sheets
from bot.office.visits import Visits
from bot.office.waiting import Waiting


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """All of them."""

    access: Access  # who is an officer
    logins: Logins  # how they come in
    records: Records  # who did what
    waiting: Waiting  # what is to be done
    codes: Codes  # what is printed
    corrections: Corrections  # facts laid over the pack
    sheets: Sheets  # on paper
    visits: Visits  # and what came of the round
    lists: Lists  # who gets bulletins
    bulletins: Bulletins  # what is sent to them
    handover: HandoverDesk  # talks handed over to them
    meter: DutyMeter  # whether each list gets its bulletins
    reports: Reports  # the month, added up
