"""What the tests of the room for printed codes share: officers at their pages, lists, and a shop that prints."""

from __future__ import annotations

import asyncio

import aiohttp

from bot.app import House
from bot.office.codes import Issued
from bot.storage.audit import SHELL
from bot.storage.codes import Wanted
from tests.web.console.rig import Seen, Visitor, invited

ROOM = "/can-bo/ma-qr"
LIST = "ref,group,unit,label\nH1,5,phuong-1,Số 12\nH2,5,phuong-1,Số 14\nH3,6,phuong-1,Số 3\n"


async def editor(house: House, visitor: Visitor, *units: str, name: str = "lan", role: str = "editor") -> Visitor:
    """An officer of these units, signed in."""
    await visitor.accept(await invited(house, name, [role], units or ("all",)))
    return visitor


async def made(house: House, target: str = "menu", n: int = 1, **words: str) -> list[Issued]:
    """Codes that were printed."""
    wanted = [Wanted(target=target, **{"ref": f"R{i}"} | words) for i in range(n)]  # type: ignore[arg-type]
    return await house.office.codes.issue_all(wanted, by=SHELL)


async def handed_in(visitor: Visitor, csv: str | bytes | None, **fields: str) -> Seen:
    """The form of an order, with a list where there is one."""
    page = await visitor.get(f"{ROOM}/in?target={fields.get('target', 'menu')}")
    data = aiohttp.FormData()
    known = {"csrf": page.hidden("csrf"), "order": page.hidden("order"), "target": "menu", "kind": "household-card"}
    for name, value in (known | fields).items():
        data.add_field(name, value)
    if csv is not None:
        data.add_field(
            "csv", csv.encode() if isinstance(csv, str) else csv, filename="ho.csv", content_type="text/csv"
        )
    async with visitor.session.post(
        f"{ROOM}/in", data=data, allow_redirects=False, headers={"Origin": visitor.address}
    ) as response:
        visitor.last = Seen(response.status, await response.text(), dict(response.headers))
    return visitor.last


async def finished(visitor: Visitor, order: str) -> str:
    """The state in which an order ends."""
    async with asyncio.timeout(300):
        while True:
            async with visitor.session.get(f"{order}/tien-do") as response:
                state = str((await response.json())["state"])
            if state not in {"waiting", "running"}:
                return state
            await asyncio.sleep(0.2)


async def fetched(visitor: Visitor, path: str) -> tuple[int, bytes, str]:
    """A file: its status, its bytes and its type."""
    async with visitor.session.get(path, allow_redirects=False) as response:
        return response.status, await response.read(), response.content_type
