"""The officers' console under `/can-bo/`: the list of its pages, written by hand."""

from __future__ import annotations

from aiohttp import web

from bot.web.console import account, entry, home, officers, records
from bot.web.console.guard import field, form, signed, signed_in
from bot.web.console.looks import OFFICE, console_page, said, see, when
from bot.web.console.menu import ENTER, HOME, OWN

__all__ = ["OFFICE", "console_page", "field", "form", "routes", "said", "see", "signed", "signed_in", "when"]


def routes() -> list[web.RouteDef]:
    """Every page of the console."""
    return [
        web.get(HOME, home.home),
        web.get(ENTER, entry.door),
        web.post(ENTER, entry.by_password),
        web.post(ENTER + "/ma", entry.send_code),
        web.post(ENTER + "/nhap-ma", entry.by_code),
        web.get(HOME + "/moi/{link}", entry.invitation),
        web.post(HOME + "/moi/{link}", entry.accept),
        web.post(HOME + "/moi/{link}/noi-may", entry.bind),
        web.post(HOME + "/ra", entry.leave),
        web.get(OWN, account.account),
        web.get(OWN + "/mat-khau", account.password),
        web.post(OWN + "/mat-khau", account.change_password),
        web.post(OWN + "/noi-may", account.bind),
        web.post(OWN + "/go-may", account.unbind),
        web.get(HOME + "/can-bo", officers.officers),
        web.post(HOME + "/can-bo", officers.invite),
        web.post(HOME + "/can-bo/khoa", officers.disable),
        web.post(HOME + "/can-bo/lam-lai", officers.reset),
        web.get(HOME + "/nhat-ky", records.records),
    ]
