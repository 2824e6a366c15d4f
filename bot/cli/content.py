"""`hoiphuong check-content` and `hoiphuong content …`: is a pack right, and what officers correct over it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final, TypeVar

import typer

from bot.cli.desk import at_desk, print_json
from bot.dialogue.wire import day_of
from bot.errors import WrongInput
from bot.office import export as exports
from bot.office import spreadsheets
from bot.office.rows import Outcome, Wanted
from content import loader, stale
from content.corrections import VIETNAM
from content.problems import BrokenPack
from content.texts import day, texts
from content.values import WrongValue

T = TypeVar("T")
WRITERS: Final = {".csv": exports.as_csv, ".xlsx": exports.as_xlsx}

By = Annotated[str, typer.Option(help="Who corrects; kept with the correction and named in the answer.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Item = Annotated[str, typer.Argument(help="Id of the item, as hotline:phuong-1 or dang-ky-khai-sinh.")]

app = typer.Typer(
    name="content",
    help="Correct facts over the pack; a correction survives an upgrade of the pack and can be taken back.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def check_content(
    pack: Annotated[str, typer.Argument(help="Name or folder of the pack.")] = "sa-dec",
) -> None:
    """Check a content pack; print file:line: message for each error and exit with 1 where there is one."""
    try:
        found = loader.load(pack)
    except BrokenPack as error:
        for problem in error.problems:
            print(problem)
        raise typer.Exit(1) from error
    shelves = {
        "procedures": found.procedures, "initiatives": found.initiatives, "hotlines": found.hotlines,
        "units": found.units, "places": found.places, "clubs": found.clubs,
    }  # fmt: skip
    counts = ", ".join(f"{len(shelf)} {name}" for name, shelf in shelves.items())
    typer.echo(f"{found.locality.name.vi}: {counts}. All right.", err=True)


@app.command("import")
def import_(
    file: Annotated[Path, typer.Argument(help="Spreadsheet, .xlsx or .csv, with the columns id, field, value.")],
    by: By,
    skip_wrong: Annotated[
        bool, typer.Option("--skip-wrong", help="Write the right rows and leave the wrong ones out.")
    ] = False,
    json: Json = False,
) -> None:
    """Read corrections from a spreadsheet. Nothing is changed where one row is wrong, unless with --skip-wrong."""
    rows = spreadsheets.read(file)
    _told(at_desk(lambda desk: desk.corrections.change(rows, by=by, skip_wrong=skip_wrong)), json=json, lines=True)


@app.command()
def export(
    file: Annotated[
        Path | None, typer.Argument(help="Write here, as .xlsx or .csv; a file that is there is replaced.")
    ] = None,
    json: Json = False,
) -> None:
    """Write all that may be corrected to a spreadsheet, to be filled in and imported again."""
    if file is None and not json:
        raise typer.BadParameter("name a FILE.xlsx or FILE.csv, or ask for --json", param_hint="FILE")
    if file and file.suffix.lower() not in WRITERS:
        raise typer.BadParameter(f"{file.name}: the name ends in .xlsx or .csv", param_hint="FILE")
    lines = list(exports.lines(at_desk(lambda desk: desk.corrections.facts())))
    if file:
        _write(file, WRITERS[file.suffix.lower()](lines))
        _say("said.exported", count=len(lines), file=file)
    if json:
        print_json([{name: words or None for name, words in asdict(line).items()} for line in lines])


@app.command("set")
def set_(
    item: Item,
    values: Annotated[
        list[str],
        typer.Argument(metavar="FIELD=VALUE", help="As 'number=0000 000 001'; several are written together."),
    ],
    by: By,
    json: Json = False,
) -> None:
    """Correct fields of one item; answers and pages say the new value from the next question on."""
    pairs = [value.partition("=") for value in values]
    if bare := next((field for field, _, value in pairs if not value.strip()), None):
        wants = f"'{bare}' has no value: write {bare}=VALUE, or take a correction back with `content unset`"
        raise typer.BadParameter(wants, param_hint="FIELD=VALUE")
    rows = [Wanted(line=1, item=item, field=field, value=value) for field, _, value in pairs]
    _told(at_desk(lambda desk: desk.corrections.change(rows, by=by)), json=json)


@app.command()
def unset(
    item: Item,
    fields: Annotated[list[str], typer.Argument(metavar="FIELD", help="As number.")],
    by: By,
    json: Json = False,
) -> None:
    """Take corrections back: what the pack says counts again. The history keeps both."""
    _told(at_desk(lambda desk: desk.corrections.take_back(item, fields, by=by)), json=json)


@app.command()
def history(item: Item, json: Json = False) -> None:
    """Show who corrected an item, what and when, oldest first."""
    try:
        entries = at_desk(lambda desk: desk.corrections.history(item))
    except WrongValue as why:
        raise WrongInput(texts("vi")(why.key, **why.fields)) from why
    if json:
        print_json([{"item": item, "field": e.field, "value": e.value, "by": e.by, "at": e.at} for e in entries])
        return
    for entry in entries:
        at = f"{entry.at.astimezone(VIETNAM):%d/%m/%Y %H:%M}"
        value = texts("vi")("said.taken_back") if entry.value is None else entry.value
        print(f"{at}  {entry.by}  {entry.field}: {_line(value)}")
    if not entries:
        _say("said.no_history", id=item)


@app.command("stale")
def stale_(
    days: Annotated[int, typer.Option(help="Show what must be looked at within so many days.", min=0)] = 60,
    at: Annotated[str | None, typer.Option(help="Count from this day instead of today, as 2027-03-01.")] = None,
    json: Json = False,
) -> None:
    """List what is past or near its review date, and laws that change, by who keeps them true. Changes nothing."""
    on = day_of(at)
    facts = at_desk(lambda desk: desk.corrections.facts(on))
    owners, undated, orphans = stale.by_owner(facts, days), stale.undated(facts), stale.orphans(facts)
    dead = at_desk(lambda desk: desk.corrections.dead_numbers())
    if json:
        lost = [{"id": id_, "field": field} for id_, field in orphans]
        grouped = [asdict(owner) for owner in owners]
        print_json(
            {"at": facts.at, "days": days, "owners": grouped, "undated": undated, "orphans": lost, "dead": dead}
        )
        return
    say = texts("vi")
    for owner in owners:
        print(owner.owner)
        for due in owner.items:
            key = "said.past" if due.days < 0 else "said.near"
            print("  " + say(key, date=day(due.review_by), days=abs(due.days), id=due.id, name=due.name))
        for change in owner.changes:
            key = "said.ahead" if change.days > 0 else "said.unwritten"
            print("  " + say(key, date=day(change.on), id=change.id, what=change.what))
    for id_, count in dead.items():
        print(say("said.dead", id=id_, count=count))
    for id_, field in orphans:
        print(say("said.orphan", id=id_, field=field))
    _say("said.stale", count=sum(len(owner.items) for owner in owners), days=days, undated=undated)


def _told(outcome: Outcome, *, json: bool, lines: bool = False) -> None:
    """What was written to stdout, what is wrong to stderr; exit code 1 where nothing was written for a fault."""
    say = texts("vi")
    for wrong in outcome.wrong:
        print(say("row.line", line=wrong.line, message=wrong.message) if lines else wrong.message, file=sys.stderr)
    if json:
        wrongs = [
            {"line": w.line, "id": w.item, "field": w.field, "error": w.why.key, "message": w.message}
            for w in outcome.wrong
        ]
        changes = [
            {"id": c.item, "field": c.field, "before": c.before or None, "value": c.value}
            for c in outcome.changes if outcome.written
        ]  # fmt: skip
        counts = {"unchanged": outcome.unchanged, "blank": outcome.blank}
        print_json({"written": len(changes), "changes": changes, "wrong": wrongs} | counts)
    elif outcome.written:
        for change in outcome.changes:
            value = say("said.taken_back") if change.value is None else change.value
            print(f"{change.item} {change.field}: {_line(change.before) or '–'} → {_line(value)}")
    if not outcome.written:
        _say("said.nothing", count=len(outcome.wrong))
        raise typer.Exit(1)
    for id_ in outcome.without_rule:
        _say("said.without_rule", id=id_)
    key = "said.written_but" if outcome.wrong else "said.written"
    _say(key, count=len(outcome.changes), unchanged=outcome.unchanged, blank=outcome.blank, wrong=len(outcome.wrong))


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise WrongInput(texts("vi")("sheet.unwritable", file=file, why=error.strerror or error)) from error


def _line(value: str) -> str:
    return value.replace("\n", " / ")


def _say(key: str, **fields: object) -> None:
    print(texts("vi")(key, **fields), file=sys.stderr)
