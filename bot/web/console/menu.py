"""The console's rooms, and who sees which. What has no page yet is not shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from bot.storage.officers import Officer, Role

HOME: Final = "/can-bo"
ENTER: Final = "/can-bo/vao"
OWN: Final = "/can-bo/toi"


@dataclass(frozen=True, slots=True)
class Room:
    """One entry: `console.menu.<name>` is its title, `console.menu.<name>.about` says what is done there."""

    name: str
    path: str
    roles: tuple[Role, ...]  # one of them, anywhere; none: every officer


MENU: Final = (
    Room("bulletins", "/can-bo/ban-tin", ("editor", "approver")),
    Room("kit", "/can-bo/chuyen-tin", ()),
    Room("groups", "/can-bo/nhom", ("editor", "approver")),
    Room("talks", "/can-bo/can-gap", ("duty",)),
    Room("content", "/can-bo/noi-dung", ("editor", "approver")),
    Room("questions", "/can-bo/cau-hoi", ("editor", "approver", "duty")),
    Room("codes", "/can-bo/ma-qr", ("editor", "approver")),
    Room("figures", "/can-bo/so-lieu", ()),
    Room("channels", "/can-bo/kenh", ("admin",)),
    Room("officers", "/can-bo/can-bo", ("admin",)),
    Room("records", "/can-bo/nhat-ky", ("admin",)),
)


def rooms(request: web.Request, officer: Officer) -> list[Room]:
    """The rooms that this officer may enter."""
    built = {resource.canonical for resource in request.app.router.resources()}
    return [
        room
        for room in MENU
        if room.path in built and (not room.roles or any(officer.has(role) for role in room.roles))
    ]
