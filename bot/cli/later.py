"""Commands whose modules are read when they are called: a shell feels every import, and one command needs few."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group


class Later(TyperGroup):
    """A group that knows of each command its name, where it stands (`module:name`) and what its help begins with."""

    table: Mapping[str, tuple[str, str]] = {}

    def __init__(self, **about: Any) -> None:
        super().__init__(**about)
        self.commands = {name: TyperCommand(name, help=says) for name, (_, says) in self.table.items()}

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - as Typer calls it
        """The command itself, with all that it imports."""
        return _read(cmd_name, self.table[cmd_name][0]) if cmd_name in self.table else None

    def format_commands(self, ctx: Any, formatter: Any) -> None:  # noqa: ARG002
        """List the commands, importing none."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, says) for name, (_, says) in self.table.items()])


def _read(name: str, where: str) -> Any:
    module, _, attribute = where.partition(":")
    found: typer.Typer | Callable[..., None] = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return get_group(found)
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name)(found)
    return get_command(alone)
