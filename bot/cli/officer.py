"""`hoiphuong officer …`: who is an officer. Whoever has the shell is the administrator, and the log says so."""

from __future__ import annotations

import sys
from typing import Annotated, TypeVar

import typer

from bot.cli.desk import at_desk, print_json
from bot.office.access import Account, Invited, grants_of
from bot.storage.audit import SHELL
from content.corrections import VIETNAM
from content.texts import texts

T = TypeVar("T")

Name = Annotated[str, typer.Option(help="Short name, as he will type it and as --by names him.")]
Named = Annotated[str | None, typer.Option("--name", help="The same, as an option.")]
Whom = Annotated[str | None, typer.Argument(metavar="NAME", help="The officer's short name.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON on stdout.")]

app = typer.Typer(
    name="officer",
    help="Invite officers, see who they are, and take their access away.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def invite(
    name: Name,
    role: Annotated[list[str], typer.Option(help="editor, approver, duty or admin; may be repeated.")],
    unit: Annotated[list[str], typer.Option(help="Unit of the pack, or all; may be repeated.")],
    json: Json = False,
) -> None:
    """Let somebody in, or give an officer one role more; print a link and a code that work once, within 7 days."""
    _invited(at_desk(lambda desk: desk.access.invite(name=name, roles=role, units=unit, by=SHELL)), json=json)


@app.command("list")
def list_(json: Json = False) -> None:
    """Show every officer, what he may do where, how he comes in, and whether he is disabled."""
    accounts = at_desk(lambda desk: desk.access.everyone())
    if json:
        print_json([_row(account) for account in accounts])
        return
    for account in accounts:
        print(_line(account))
    if not accounts:
        print(texts("vi")("console.officer.none"), file=sys.stderr)


@app.command()
def disable(whom: Whom = None, name: Named = None, json: Json = False) -> None:
    """End an officer's sessions, invitations and chats at once; what he did stays in the log."""
    officer = _one(whom, name)
    at_desk(lambda desk: desk.access.disable(officer, by=SHELL))
    if json:
        print_json({"name": officer, "disabled": True})
    else:
        print(texts("vi")("console.officer.disabled_now", name=officer), file=sys.stderr)


@app.command("reset-totp")
def reset_totp(
    whom: Whom = None,
    name: Named = None,
    chats: Annotated[
        bool, typer.Option("--chats", help="Unbind his chats too: for a phone that is lost or stolen.")
    ] = False,
    json: Json = False,
) -> None:
    """Forget an officer's second factor and end his sessions; print a new link and code that work once."""
    officer = _one(whom, name)
    _invited(at_desk(lambda desk: desk.access.reset(officer, by=SHELL, chats=chats)), json=json)


def _one(whom: str | None, name: str | None) -> str:
    if not (whom or name) or (whom and name):
        raise typer.BadParameter("say once whom you mean", param_hint="NAME")
    return whom or name or ""


def _invited(invited: Invited, *, json: bool) -> None:
    if json:
        print_json(
            {
                "name": invited.name,
                "roles": [{"role": role, "unit": unit} for role, unit in invited.grants],
                "link": invited.link,
                "code": invited.code,
                "start": invited.start,
                "expires_at": invited.expires_at.isoformat(),
            }
        )
        return
    until = f"{invited.expires_at.astimezone(VIETNAM):%H:%M %d/%m/%Y}"
    print(texts("vi")("console.invited", name=invited.name, link=invited.link, code=invited.code, until=until))


def _row(account: Account) -> dict[str, object]:
    officer = account.officer
    return {
        "name": officer.name,
        "roles": [{"role": role, "unit": unit} for role, unit in grants_of(officer)],
        "disabled": officer.disabled,
        "password": account.password,
        "chats": [channel for channel, _ in officer.chats],
        "invited": account.invited,
        "seen_at": account.seen_at.isoformat() if account.seen_at else None,
    }


def _line(account: Account) -> str:
    say, officer = texts("vi"), account.officer
    signs = [
        word
        for word, there in (
            ("console.sign.disabled", officer.disabled),
            ("console.sign.password", account.password),
            ("console.sign.chat", bool(officer.chats)),
            ("console.sign.invited", account.invited),
        )
        if there
    ]
    grants = ", ".join(f"{role}:{unit}" for role, unit in grants_of(officer))
    return f"{officer.name}  {grants}  [{', '.join(say(sign) for sign in signs)}]"
