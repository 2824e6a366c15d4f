"""What officers can ask of the house: one field a service, put together in `bot/app.py`."""

from __future__ import annotations

from dataclasses import dataclass

from bot.office.access import Access
from bot.office.allowances import Allowances
from bot.office.bulletin_page import BulletinPages
from bot.office.bulletin_preview import Previews
from bot.office.bulletin_search import BulletinSearch
from bot.office.bulletins import Bulletins
from bot.office.code_views import CodeViews
from bot.office.codes import Codes
from bot.office.connections import Connections
from bot.office.contents import Contents
from bot.office.corrections import Corrections
from bot.office.groups import Groups
from bot.office.handover_desk import HandoverDesk
from bot.office.kit import PostingKit
from bot.office.lists import Lists
from bot.office.logins import Logins
from bot.office.meter import DutyMeter
from bot.office.preview import Preview
from bot.office.print_shop import PrintShop
from bot.office.printing import Printing
from bot.office.proofs import Proofs
from bot.office.questions import Questions
from bot.office.records import Records
from bot.office.report import Reports
from bot.office.resting import Resting
from bot.office.sheets import Sheets
from bot.office.showings import Showings
from bot.office.target_search import TargetSearch
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
    code_views: CodeViews  # and how the console shows it
    corrections: Corrections  # facts laid over the pack
    contents: Contents  # what is known, with its past
    preview: Preview  # a correction, tried before it is public
    questions: Questions  # what nobody could answer
    sheets: Sheets  # on paper
    proofs: Proofs  # looked at first
    printing: Printing  # ordered in the console
    targets: TargetSearch  # what codes can open, by name
    print_shop: PrintShop  # and made
    visits: Visits  # and what came of the round
    lists: Lists  # who gets bulletins
    bulletins: Bulletins  # what is sent to them
    bulletin_search: BulletinSearch  # which there are
    bulletin_pages: BulletinPages  # what became of each
    previews: Previews  # how one will look
    kit: PostingKit  # what is forwarded by hand
    groups: Groups  # where it is forwarded to
    showings: Showings  # the films of the cafés
    handover: HandoverDesk  # talks handed over to them
    meter: DutyMeter  # whether each list gets its bulletins
    reports: Reports  # the month, added up
    allowances: Allowances  # what the platforms still let us send
    connections: Connections  # the platforms
    resting: Resting  # the off switch
