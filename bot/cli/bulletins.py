"""`hoiphuong bulletin …`: write, approve and send a bulletin, and see what became of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.desk import at_desk, print_json
from bot.cli.report import report
from bot.errors import WrongInput
from bot.office.bulletins import Bulletins, Status
from bot.office.office import Office
from bot.storage.officers import Officer
from content.hours import HERE
from content.texts import texts

Id = Annotated[int, typer.Argument(metavar="ID", help="The bulletin's number.")]
By = Annotated[str, typer.Option("--by", metavar="OFFICER", help="Short name of the officer who does it.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Deed = Callable[[Bulletins, Officer], Awaitable[None]]

app = typer.Typer(
    name="bulletin",
    help="Write bulletins, have them approved, send them, and see what became of them.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def draft(
    file: Annotated[Path, typer.Argument(metavar="FILE.md", help="A first line '# Title', the rest the text.")],
    lists: Annotated[list[str], typer.Option("--list", metavar="NAME", help="A list; may be repeated.")],
    by: By,
    urgent: Annotated[
        bool, typer.Option("--urgent", help="Ahead of other bulletins; wakes nobody by itself.")
    ] = False,
    long: Annotated[
        Literal["split", "refuse"], typer.Option(help="Where a platform cannot show it in one.")
    ] = "split",
    corrects: Annotated[int | None, typer.Option(metavar="ID", help="The bulletin that this one corrects.")] = None,
    json: Json = False,
) -> None:
    """Keep a new bulletin for these lists; print its number."""
    title, text = _read(file)

    async def kept(desk: Office) -> int:
        officer = await desk.access.acting(by)
        return await desk.bulletins.draft(
            title=title, text=text, names=lists, by=officer, urgent=urgent, long=long, corrects=corrects
        )

    id_ = at_desk(kept)
    if json:
        print_json({"id": id_}, option=0)
    else:
        print(id_)


@app.command()
def submit(id_: Id, by: By, json: Json = False) -> None:
    """Hand it to whoever may approve it."""
    _do(id_, by, lambda desk, officer: desk.submit(id_, by=officer), json=json)


@app.command()
def approve(id_: Id, by: By, json: Json = False) -> None:
    """Approve what another officer wrote; exit with 1 where it is one's own."""
    _do(id_, by, lambda desk, officer: desk.approve(id_, by=officer), json=json)


@app.command("return")
def return_(
    id_: Id,
    by: By,
    comment: Annotated[str, typer.Option(help="What is to be changed.")] = "",
    json: Json = False,
) -> None:
    """Give it back to its author."""
    _do(id_, by, lambda desk, officer: desk.send_back(id_, by=officer, comment=comment), json=json)


@app.command()
def schedule(
    id_: Id,
    by: By,
    at: Annotated[str, typer.Option(help="When, such as 2026-12-01T17:30; Asia/Ho_Chi_Minh without a zone.")],
    json: Json = False,
) -> None:
    """Let it go out by itself at that moment; an hour late, it is held for an officer's word."""
    moment = _moment(at)
    _do(id_, by, lambda desk, officer: desk.schedule(id_, by=officer, at=moment), json=json)


@app.command()
def urgent(id_: Id, by: By, json: Json = False) -> None:
    """Give a second officer's word, so that an urgent bulletin may go out in quiet hours."""
    _do(id_, by, lambda desk, officer: desk.pass_urgent(id_, by=officer), json=json)


@app.command()
def send(id_: Id, by: By, json: Json = False) -> None:
    """Queue it for everybody; `serve` or `worker` delivers. Asked twice, it is sent once."""
    _do(id_, by, lambda desk, officer: desk.send(id_, by=officer), json=json)


@app.command()
def pause(id_: Id, by: By, json: Json = False) -> None:
    """Let what is not on its way wait."""
    _do(id_, by, lambda desk, officer: desk.pause(id_, by=officer), json=json)


@app.command()
def resume(id_: Id, by: By, json: Json = False) -> None:
    """Let what waits go on."""
    _do(id_, by, lambda desk, officer: desk.resume(id_, by=officer), json=json)


@app.command()
def cancel(id_: Id, by: By, json: Json = False) -> None:
    """Send it to nobody else; who has it keeps it."""
    _do(id_, by, lambda desk, officer: desk.cancel(id_, by=officer), json=json)


@app.command()
def recall(id_: Id, by: By, json: Json = False) -> None:
    """Take it back: no more is sent, its page says so, and whoever has it is told."""
    _do(id_, by, lambda desk, officer: desk.recall(id_, by=officer), json=json)


@app.command()
def status(id_: Id, json: Json = False) -> None:
    """Say where it stands, and what became of its recipients."""
    _show(at_desk(lambda desk: desk.bulletins.status(id_)), json=json)


app.command()(report)


def _do(id_: int, by: str, deed: Deed, *, json: bool) -> None:
    async def done(desk: Office) -> Status:
        await deed(desk.bulletins, await desk.access.acting(by))
        return await desk.bulletins.status(id_)

    _show(at_desk(done), json=json)


def _show(status: Status, *, json: bool) -> None:
    if json:
        more: dict[str, object] = ({"why": status.why} if status.why else {}) | (
            {"held": True} if status.held else {}
        )
        print_json({"id": status.id, "state": status.state} | dict(status.counts) | more, option=0)
        return
    say = texts("vi")
    print(f"{status.id}: {say(f'bulletin.state.{status.state}')}")
    if status.held:
        print(say("bulletin.is_held"))
    if status.why:
        print(status.why)
    if status.counts["total"]:
        print("  ".join(f"{name} {n}" for name, n in status.counts.items()))


def _read(file: Path) -> tuple[str, str]:
    try:
        text = file.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise WrongInput(f"cannot read {file}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise WrongInput(f"{file} is not a text in UTF-8") from error
    title, _, rest = text.lstrip().partition("\n")
    if not title.startswith("# "):
        raise WrongInput(texts("vi")("bulletin.no_title", file=file))
    return title[2:], rest


def _moment(words: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(words)
    except ValueError as error:
        raise WrongInput(f'"{words[:40]}" is not a moment like 2026-12-01T17:30') from error
    return moment if moment.tzinfo else moment.replace(tzinfo=HERE)
