"""`hoiphuong bulletin report`: the month on paper, as a workbook, or as text ready to paste."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from bot.cli.desk import at_desk, print_json
from bot.errors import WrongInput
from bot.office.report import first_of
from bot.office.report_figures import Report
from bot.office.report_text import pasted
from content.texts import Texts, texts


def _pdf(report: Report, say: Texts) -> bytes:
    from bot.office.report_pdf import pdf  # what draws is imported where something is drawn

    return pdf(report, say)


def _xlsx(report: Report, say: Texts) -> bytes:
    from bot.office.report_xlsx import xlsx

    return xlsx(report, say)


WRITERS: Final[Mapping[str, Callable[[Report, Texts], bytes]]] = {
    ".pdf": _pdf,
    ".xlsx": _xlsx,
    ".txt": lambda report, say: pasted(report, say).encode(),
}


def report(
    month: Annotated[str, typer.Option(help="The month, such as 2026-11.")],
    out: Annotated[
        Path | None, typer.Option(help="FILE.pdf, FILE.xlsx or FILE.txt; without it the text is printed.")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="Print the figures as JSON on stdout.")] = False,
) -> None:
    """Add up a month: items, groups, reach, failures, by hand or by machine, weeks against the duty."""
    say = texts("vi")
    first_of(month)  # a slip is told before anything is opened
    if out is not None and out.suffix.lower() not in WRITERS:
        raise WrongInput(say("monthly.wrong_ending", name=out))
    made = at_desk(lambda desk: desk.reports.month(month))
    if out is not None:
        _write(out, WRITERS[out.suffix.lower()](made, say), say)
        print(say("monthly.written", month=made.month, name=out), file=sys.stderr)
    if json:
        print_json(figures(made))
    elif out is None:
        print(pasted(made, say), end="")


def figures(made: Report) -> dict[str, Any]:
    """The report as JSON can hold it."""
    kept, weeks = made.weeks
    return asdict(made) | {"month": f"{made.first:%Y-%m}", "weeks_kept": kept, "weeks": weeks}


def _write(path: Path, body: bytes, say: Texts) -> None:
    try:
        path.write_bytes(body)
    except OSError as error:
        raise WrongInput(say("monthly.no_folder", name=path, why=error.strerror or error)) from error
