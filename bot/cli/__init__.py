"""The command line: `hoiphuong`. The list of commands stands below, written by hand."""

from __future__ import annotations

import sys

import typer

from bot.cli.ask import ask
from bot.cli.bulletins import app as bulletin
from bot.cli.channels import app as channels
from bot.cli.content import app as content
from bot.cli.content import check_content
from bot.cli.lists import app as lists
from bot.cli.officer import app as officer
from bot.cli.qr_sheet import app as qr
from bot.cli.serve import serve, worker
from bot.errors import HoiPhuongError
from content.loader import BrokenPack

app = typer.Typer(
    name="hoiphuong",
    help="Answer what residents ask of their ward: on the web, in the terminal, on Zalo and on Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command()(serve)
app.command()(worker)
app.command()(ask)
app.command("check-content")(check_content)
app.add_typer(content)
app.add_typer(channels)
app.add_typer(bulletin)
app.add_typer(officer)
app.add_typer(lists)
app.add_typer(qr)


@app.callback()
def _root() -> None:
    """Keep the commands' names even while there is one."""


def main() -> None:
    """Run; a fault that a person can mend is one line on stderr and exit code 1."""
    try:
        app()
    except HoiPhuongError as error:
        print(f"hoiphuong: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPack as error:
        print(error, file=sys.stderr)
        sys.exit(1)
