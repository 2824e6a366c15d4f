"""The command line: `hoiphuong`. The list of commands stands below, written by hand."""

from __future__ import annotations

import gc
import sys
from typing import Final

import typer

from bot.cli.later import Later
from bot.errors import HoiPhuongError
from content.problems import BrokenPack

COMMANDS: Final = {  # name: where it stands, and the first sentence of its help
    "serve": (
        "bot.cli.serve:serve",
        "Serve everything: the web chat on /, public pages, webhooks, delivery, health.",
    ),
    "worker": ("bot.cli.serve:worker", "Answer and deliver what `hoiphuong serve --no-worker` has received."),
    "ask": ("bot.cli.ask:ask", "Ask a question in the terminal."),
    "check-content": ("bot.cli.content:check_content", "Check a content pack."),
    "content": ("bot.cli.content:app", "Correct facts over the pack."),
    "channels": ("bot.cli.channels:app", "Set up Zalo and Telegram."),
    "bulletin": ("bot.cli.bulletins:app", "Write bulletins, have them approved, send them."),
    "officer": ("bot.cli.officer:app", "Invite officers, see who they are, and take their access away."),
    "list": ("bot.cli.lists:app", "Make lists of groups and people, fill them from a CSV file."),
    "qr": ("bot.cli.qr_sheet:app", "Print codes that stay good: what a code opens can change, the paper stays."),
}


class Commands(Later):
    """The commands of the list."""

    table = COMMANDS


app = typer.Typer(
    name="hoiphuong",
    cls=Commands,
    help="Answer what residents ask of their ward: on the web, in the terminal, on Zalo and on Telegram.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


@app.callback()
def _root() -> None:
    """Make it a group: its commands are in the list above."""


def main() -> None:
    """Run; a fault that a person can mend is one line on stderr and exit code 1."""
    gc.set_threshold(50_000)  # what is imported stays: looking through it again and again is a fifth of a start
    try:
        app()
    except HoiPhuongError as error:
        print(f"hoiphuong: {error}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPack as error:
        print(error, file=sys.stderr)
        sys.exit(1)
