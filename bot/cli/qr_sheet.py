"""`hoiphuong qr sheet`, `visits`, `visited`: codes on paper, and the round that hands them out."""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

from bot import settings
from bot.cli.desk import at_desk, print_json
from bot.cli.qr import Campaign, Json, Unit, app
from bot.errors import WrongInput
from bot.office.codes import today
from bot.office.sheets import Order, Printed, Wrong
from bot.office.visits import Kind as Round
from bot.storage.audit import SHELL
from content.texts import texts
from qr.codes import is_test
from qr.kinds import DEFAULT_LABELS, LABELS, Kind
from qr.visited import Done, day_of

if TYPE_CHECKING:
    from rich.progress import Progress

__all__ = ["app"]

T = TypeVar("T")
TOLD = 50  # bad rows that are told one by one


@app.command()
def sheet(
    kind: Annotated[Kind, typer.Option(help="What is printed.")],
    target: Annotated[
        str, typer.Option(help="What every code opens, as in `qr one`; bulletin:<number> for a poster of it.")
    ],
    csv: Annotated[
        Path,
        typer.Option(
            help="List with the columns ref, group, unit, label; a row a card. UTF-8, UTF-16 or Windows-1258."
        ),
    ],
    out: Annotated[Path, typer.Option(help="Write the PDF here, once every square was found readable.")],
    unit: Unit = None,
    campaign: Campaign = None,
    labels: Annotated[
        str, typer.Option(help=f"Label sheets for stickers: {', '.join(LABELS)}.", show_default=True)
    ] = DEFAULT_LABELS,
    only: Annotated[str | None, typer.Option(metavar="REF", help="Print the card of this ref again, alone.")] = None,
    caption: Annotated[str, typer.Option(help="Print these words instead of the name of what the codes open.")] = "",
    lang: Annotated[Literal["vi", "en"], typer.Option(help="Language of the words on the cards.")] = "vi",
    json: Json = False,
) -> None:
    """Print a sheet from a list: each row gets a code of its own, and keeps it when the list is printed again.

    Bad rows are told with their line, good ones are printed; exit with 1 where a row was bad. The column `ref` is the
    ward's own and is printed nowhere; `label` is printed, so write no names of residents into it. A phone number is
    printed only where an officer has confirmed it; a phone-board without one is refused.
    """
    url = settings.load().public_url
    if is_test(url):
        bar = "!" * 78
        print(f"{bar}\n{_words('qr.said.test', url=url)}\n{bar}", file=sys.stderr)
    order = Order(
        kind=kind, target=target, csv=csv, unit=unit or "", campaign=campaign or "", labels=labels, only=only,
        caption=caption, lang=lang,
    )  # fmt: skip
    with _bar() as bar_:
        task = bar_.add_task(out.name, total=None)

        def told(done: int, total: int) -> None:
            bar_.update(task, completed=done, total=total)

        printed = at_desk(lambda desk: desk.sheets.write(order, out, by=SHELL, progress=told))
    _told(printed, out)
    if json:
        print_json(_shown(printed, out, order))
    raise typer.Exit(bool(printed.wrong_count))


@app.command()
def visits(
    unit: Annotated[str, typer.Option(help="Id of the unit, as phuong-1.")],
    out: Annotated[Path, typer.Option(help="Write the PDF here.")],
    group: Annotated[str | None, typer.Option(help="Only this tổ, as in the list.")] = None,
    campaign: Campaign = None,
    json: Json = False,
) -> None:
    """Print the list for a round: a row a card, with room for a tick, a day and a remark. It has no names."""
    count = at_desk(lambda desk: desk.visits.sheet(out, unit=unit, group=group, campaign=campaign))
    _say("qr.said.visits", file=out, cards=count)
    if json:
        print_json({"file": str(out), "cards": count})


@app.command()
def visited(
    codes: Annotated[
        list[str] | None, typer.Argument(metavar="CODE…", help="Cards that were handed over, as printed.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Or a list with the columns code, done_on, remark, place; a row a card.")
    ] = None,
    done_on: Annotated[str | None, typer.Option(help="Day of it, as 2026-11-25; today by default.")] = None,
    remark: Annotated[str, typer.Option(help="Remark; write no names.")] = "",
    place: Annotated[str, typer.Option(help="Where a board hangs; its label by default.")] = "",
    kind: Annotated[
        Round, typer.Option(help="round: a card handed over; board: a board put up; missed: nobody was at home.")
    ] = "round",
    json: Json = False,
) -> None:
    """Write down what a round did. Bad entries are told, good ones kept; exit with 1 where one was bad."""
    if bool(codes) == bool(csv):
        raise typer.BadParameter("name CODEs, or a list with --csv", param_hint="CODE")
    on = day_of(done_on) if done_on else today()
    if on is None:
        raise WrongInput(_words("qr.row.day", day=(done_on or "")[:40]))
    day: dt.date = on
    if csv:
        file = csv
        entered = at_desk(lambda desk: desk.visits.enter_csv(file, kind=kind, done_on=day, by=SHELL))
    else:
        rows = [Done(line=0, code=code, done_on=day, remark=remark, place=place) for code in codes or ()]
        entered = at_desk(lambda desk: desk.visits.enter(rows, kind=kind, by=SHELL))
    _rows(entered.wrong)
    _say("qr.said.visited", done=entered.done, known=entered.known)
    if json:
        print_json({"done": entered.done, "known": entered.known, "wrong": [asdict(row) for row in entered.wrong]})
    raise typer.Exit(bool(entered.wrong))


def _told(printed: Printed, out: Path) -> None:
    if printed.head.missing:
        _say("qr.said.missing", columns=", ".join(printed.head.missing))
    if printed.head.ignored:
        _say("qr.said.ignored", columns=", ".join(printed.head.ignored))
    _rows(printed.wrong[:TOLD])
    if printed.wrong_count > TOLD:
        _say("qr.said.more", count=printed.wrong_count - TOLD)
    if printed.moved:
        _say("qr.said.sheet_moved", count=printed.moved)
    if written := printed.written:
        for level in sorted(written.levels - {"H"}):
            _say("qr.said.level", level=level)
        if written.cut:
            _say("qr.said.sheet_cut", count=written.cut)
        _say("qr.said.sheet", file=out, cards=written.cards, pages=written.pages, checked=printed.checked)
    else:
        _say("qr.said.sheet_nothing")
    if printed.wrong_count and printed.written:
        _say("qr.said.sheet_wrong", count=printed.wrong_count)


def _rows(wrong: Iterable[Wrong]) -> None:
    for row in wrong:
        print(_words("qr.said.row", line=row.line, message=row.message) if row.line else row.message, file=sys.stderr)


def _shown(printed: Printed, out: Path, order: Order) -> dict[str, object]:
    written = printed.written
    return {
        "file": str(out) if written else None,
        "kind": order.kind,
        "target": order.target,
        "campaign": order.campaign,
        "cards": written.cards if written else 0,
        "pages": written.pages if written else 0,
        "levels": sorted(written.levels) if written else [],
        "cut": written.cut if written else 0,
        "checked": printed.checked,
        "moved": printed.moved,
        "test": printed.test,
        "missing": list(printed.head.missing),
        "ignored": list(printed.head.ignored),
        "wrong_count": printed.wrong_count,
        "wrong": [asdict(row) for row in printed.wrong],
    }


def _bar() -> Progress:
    from rich.console import Console  # only where a bar is shown
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns: Sequence[TextColumn | BarColumn | MofNCompleteColumn | TimeRemainingColumn] = (
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
    )  # fmt: skip
    return Progress(*columns, console=Console(stderr=True), transient=False)


def _words(key: str, **fields: object) -> str:
    return texts("vi")(key, **fields)


def _say(key: str, **fields: object) -> None:
    print(_words(key, **fields), file=sys.stderr)
