"""`hoiphuong list …`: the lists that bulletins go to. Whoever has the shell is the administrator; the log says so."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.desk import at_desk, print_json
from bot.errors import WrongInput
from bot.office.lists import TARGET
from bot.storage.audit import SHELL
from content.texts import texts

Name = Annotated[str, typer.Argument(metavar="NAME", help="The list's name.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

app = typer.Typer(
    name="list",
    help="Make lists of groups and people, fill them from a CSV file, see who is in them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def create(
    name: Name,
    unit: Annotated[str, typer.Option(help="Unit of the pack, or all.")],
    topic: Annotated[str, typer.Option(help="What it is about, such as an-ninh.")],
    target: Annotated[int, typer.Option(min=0, max=50, help="Bulletins a week that are due.")] = TARGET,
    closed: Annotated[bool, typer.Option("--closed", help="Residents cannot join by themselves.")] = False,
    json: Json = False,
) -> None:
    """Make a list."""

    id_ = at_desk(
        lambda desk: desk.lists.create(name, unit=unit, topic=topic, target=target, open_=not closed, by=SHELL)
    )
    if json:
        print_json({"id": id_, "name": name})
    else:
        print(texts("vi")("list.created", name=name), file=sys.stderr)


@app.command("import")
def import_(
    name: Name,
    file: Annotated[Path, typer.Option("--csv", metavar="FILE", help="Columns channel, address, title.")],
    json: Json = False,
) -> None:
    """Add the members of a CSV file. Bad rows are told with their lines and left out; then the exit code is 1."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise WrongInput(f"cannot read {file}: {error.strerror}") from error

    done = at_desk(lambda desk: desk.lists.fill(name, raw, by=SHELL))
    for bad in done.bad:
        print(f"{file}:{bad.line}: {bad.why}", file=sys.stderr)
    if json:
        errors = [{"line": bad.line, "message": bad.why} for bad in done.bad]
        print_json({"added": done.added, "known": done.known, "errors": errors})
    else:
        say = texts("vi")("list.imported", added=done.added, known=done.known, bad=len(done.bad))
        print(say, file=sys.stderr)
    raise typer.Exit(bool(done.bad))


@app.command()
def show(name: Name, json: Json = False) -> None:
    """Show a list and its members."""

    shown = at_desk(lambda desk: desk.lists.show(name))
    rows = [
        {
            "channel": m.channel, "address": m.address, "title": m.title, "active": m.active, "reason": m.reason,
            "people": m.people, "last_post": m.last_post.isoformat() if m.last_post else None,
        }
        for m in shown.members
    ]  # fmt: skip
    if json:
        print_json(
            {
                "name": shown.name, "unit": shown.unit, "topic": shown.topic, "target": shown.target,
                "total": len(rows), "active": sum(m.active for m in shown.members), "members": rows,
            }
        )  # fmt: skip
        return
    print(f"{shown.name} · {shown.unit} · {shown.topic} · {len(rows)}")
    for row in rows:
        print("  ".join(str(row[key]) for key in ("channel", "address", "title", "reason") if row[key]))
