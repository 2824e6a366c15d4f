"""`hoiphuong check-content`: is a pack right?"""

from __future__ import annotations

from typing import Annotated

import typer

from content import loader


def check_content(
    pack: Annotated[str, typer.Argument(help="Name or folder of the pack.")] = "sa-dec",
) -> None:
    """Check a content pack; print file:line: message for each error and exit with 1 where there is one."""
    try:
        found = loader.load(pack)
    except loader.BrokenPack as error:
        for problem in error.problems:
            print(problem)
        raise typer.Exit(1) from error
    shelves = {
        "procedures": found.procedures, "initiatives": found.initiatives, "hotlines": found.hotlines,
        "units": found.units, "places": found.places, "clubs": found.clubs,
    }  # fmt: skip
    counts = ", ".join(f"{len(shelf)} {name}" for name, shelf in shelves.items())
    typer.echo(f"{found.locality.name.vi}: {counts}. All right.", err=True)
