"""`hoiphuong qr …`: printed codes from the shell: made, listed, aimed anew, revoked, counted, read from a picture."""

from __future__ import annotations

import datetime as dt
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeVar

import typer

from bot import settings
from bot.cli.desk import at_desk, print_json
from bot.dialogue.wire import day_of
from bot.errors import WrongInput
from bot.office.codes import Issued, Looked
from bot.office.office import Office
from bot.office.scan_figures import as_csv, figures
from bot.storage.audit import SHELL
from bot.storage.codes import Wanted
from content.texts import day, texts
from qr.codes import is_test, spaced

T = TypeVar("T")
TEST: Final = "TEST"  # the same word in both languages of the house

Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]
Unit = Annotated[str | None, typer.Option(help="Id of the unit, as phuong-1.")]
Campaign = Annotated[str | None, typer.Option(help="Name of the round that hands the codes out.")]
Target = Annotated[
    str,
    typer.Argument(
        help="What it opens: menu, procedure:<id>, hotline:<unit>, homestay:list, homestay:<point>, initiative:<id>, "
        "bulletins:<unit>, bulletin:<number>, or the path of a public page such as /thu-tuc."
    ),
]
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="The code as printed, in any case, or its link.")]

app = typer.Typer(
    name="qr",
    help="Print codes that stay good: what a code opens can change, the paper stays.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def one(
    target: Target,
    out: Annotated[Path, typer.Option(help="Write the square here; a file that is there is replaced.")],
    unit: Unit = None,
    campaign: Campaign = None,
    format: Annotated[
        Literal["svg", "png"] | None,
        typer.Option(help="svg for a printer, png for a screen; as FILE ends by default."),
    ] = None,
    group: Annotated[str, typer.Option(help="Neighbourhood group (tổ) that gets it; scans are counted for it.")] = "",
    label: Annotated[str, typer.Option(help="Words of the ward's own, to know it again; they are not printed.")] = "",
    mark: Annotated[bool, typer.Option("--mark", help="Put the sign of the house into the middle.")] = False,
    valid_from: Annotated[str | None, typer.Option(help="First day on which it works, as 2026-12-01.")] = None,
    valid_until: Annotated[str | None, typer.Option(help="Last day on which it works; for ever by default.")] = None,
    json: Json = False,
) -> None:
    """Make one new code and draw its square: error correction H, quiet zone 4, as ISO/IEC 18004 asks."""
    from qr import square  # what draws is imported where something is drawn

    wanted = Wanted(
        target=target, unit=unit or "", group=group, campaign=campaign or "", label=label,
        valid_from=day_of(valid_from), valid_until=day_of(valid_until),
    )  # fmt: skip
    if not out.parent.is_dir():  # before a code is made for nothing
        raise WrongInput(texts("vi")("sheet.unwritable", file=out, why=f"{out.parent}/ ?"))
    issued = at_desk(lambda desk: desk.codes.issue(wanted, by=SHELL))
    strip = TEST if _warned() else ""
    kind = format or ("png" if out.suffix.lower() == ".png" else "svg")
    drawn = square.draw(issued.link)
    if kind == "png":
        data = square.png(issued.link, mark=mark, strip=strip)
    else:
        data = square.svg(issued.link, mark=mark, strip=strip).encode()
    _write(out, data)
    if drawn.level != "H":
        _say("qr.said.level", level=drawn.level)
    _say("qr.said.written", file=out, link=issued.short, target=issued.target)
    if json:
        print_json(_shown(issued) | {"file": str(out), "format": kind, "level": drawn.level, "test": bool(strip)})


@app.command("list")
def list_(
    unit: Unit = None,
    campaign: Campaign = None,
    group: Annotated[str | None, typer.Option(help="Only those of this tổ.")] = None,
    target: Annotated[str | None, typer.Option(help="Only those that open this.")] = None,
    never_scanned: Annotated[
        bool, typer.Option("--never-scanned", help="Only those that were printed and never scanned.")
    ] = False,
    json: Json = False,
) -> None:
    """List the codes in the order of their making, with what each opens now."""

    async def found(desk: Office) -> list[Issued]:
        aim = await desk.codes.check(target) if target else None
        return await desk.codes.listed(
            unit=unit, campaign=campaign, group=group, target=aim, never_scanned=never_scanned
        )

    rows = at_desk(found)
    if json:
        print_json([_shown(row) for row in rows])
        return
    for row in rows:
        place = " ".join(part for part in (row.campaign, row.unit, row.group, row.label) if part)
        print(f"{spaced(row.code)}  {row.target}  {place}{'  revoked' if row.revoked_at else ''}".rstrip())
    if not rows:
        _say("qr.said.none")


@app.command()
def retarget(code: CodeArgument, target: Target, json: Json = False) -> None:
    """Let a printed code open something else from now on; the paper stays as it is, and the history is kept."""
    issued = at_desk(lambda desk: desk.codes.retarget(code, target, by=SHELL))
    _say("qr.said.retargeted", code=spaced(issued.code), target=issued.target)
    if json:
        print_json(_shown(issued))


@app.command()
def revoke(
    codes: Annotated[list[str], typer.Argument(metavar="CODE…", help="Codes as printed, or their links.")],
    json: Json = False,
) -> None:
    """Let codes open nothing any more, for good; whoever scans one reads so, and where to turn."""
    revoked = at_desk(lambda desk: desk.codes.revoke(codes, by=SHELL))
    for issued in revoked:
        _say("qr.said.revoked", code=spaced(issued.code))
    if json:
        print_json([_shown(issued) for issued in revoked])


@app.command()
def stats(
    unit: Unit = None,
    campaign: Campaign = None,
    since: Annotated[str | None, typer.Option(help="First day, as 2026-11-01.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write every figure to this file.")] = None,
    json: Json = False,
) -> None:
    """Show how often codes were scanned: by campaign and day, by unit, by tổ; never by household."""
    first, last = day_of(since), day_of(until)
    rows = at_desk(lambda desk: desk.codes.scanned(unit=unit, campaign=campaign, since=first, until=last))
    if csv:
        _write(csv, as_csv(rows))
        _say("qr.said.exported", count=len(rows), file=csv)
    found = figures(rows)
    if json:
        print_json(asdict(found))
        return
    for line in (*found.by_campaign, *found.by_unit, *found.by_group, *found.by_channel):
        *what, n = (day(value) if isinstance(value, dt.date) else value for value in line.values())
        print(f"{n:>7}  {'  '.join(str(each) for each in what if each) or '-'}")
    if not rows:
        _say("qr.said.no_scans")


@app.command()
def check(
    file: Annotated[Path, typer.Argument(help="Picture or PDF, as the printer gets it.")], json: Json = False
) -> None:
    """Read every square on a picture or PDF and say what each is; exit with 1 where one does not work."""
    from qr import reading  # what reads pictures is imported where one is read

    try:
        found = reading.squares(file)
    except (reading.Unreadable, OSError) as error:
        raise WrongInput(texts("vi")("qr.said.unreadable", file=file)) from error
    root = settings.load().public_url.rstrip("/").lower()

    async def looked(desk: Office) -> list[Looked | None]:
        ours = [each.text if each.text.lower().startswith(f"{root}/q/") else None for each in found]
        return [await desk.codes.look(text) if text else None for text in ours]

    states = at_desk(looked)
    if json:
        print_json([
            {"page": each.page, "text": each.text, "state": state.state if state else "foreign"}
            | (_shown(state.issued) if state and state.issued else {})
            for each, state in zip(found, states, strict=True)
        ])  # fmt: skip
    else:
        for each, state in zip(found, states, strict=True):
            print(f"{each.page}  {_said(each.text, state)}")
    if not found:
        _say("qr.said.no_squares", file=file)
    raise typer.Exit(not found or any(state is None or state.state != "good" for state in states))


def _said(text: str, looked: Looked | None) -> str:
    say = texts("vi")
    if looked is None:
        return say("qr.said.foreign", text=text)
    state = say(f"qr.state.{looked.state}")
    if looked.issued is None:
        return say("qr.said.not_ours", code=text, state=state)
    return say("qr.said.checked", code=spaced(looked.issued.code), state=state, target=looked.issued.target)


def _shown(issued: Issued) -> dict[str, Any]:
    row = asdict(issued)
    row.pop("serial")
    return row


def _warned() -> bool:
    """Whether what is printed now is a trial; says so, loudly."""
    url = settings.load().public_url
    if is_test(url):
        bar = "!" * 78
        print(f"{bar}\n{texts('vi')('qr.said.test', url=url)}\n{bar}", file=sys.stderr)
    return is_test(url)


def _write(file: Path, data: bytes) -> None:
    try:
        file.write_bytes(data)
    except OSError as error:
        raise WrongInput(texts("vi")("sheet.unwritable", file=file, why=error.strerror or error)) from error


def _say(key: str, **fields: object) -> None:
    print(texts("vi")(key, **fields), file=sys.stderr)
