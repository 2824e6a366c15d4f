"""An officer's browser without script: it keeps cookies, follows nothing, and sends the forms of the last page."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import aiohttp
import pyotp
from playwright.async_api import Page, expect
from yarl import URL

from bot.app import House
from bot.storage.audit import SHELL

PASSWORD = "hoa kiểng ven sông 7"
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@dataclass
class Seen:
    """A page, or where it sends to."""

    status: int
    text: str
    headers: dict[str, str]

    @property
    def to(self) -> str:
        return self.headers.get("Location", "")

    def hidden(self, name: str) -> str:
        return dict(HIDDEN.findall(self.text)).get(name, "")


@dataclass
class Visitor:
    """One browser."""

    address: str
    session: aiohttp.ClientSession = field(init=False)
    last: Seen = field(default_factory=lambda: Seen(0, "", {}))

    async def __aenter__(self) -> Visitor:
        self.session = aiohttp.ClientSession(
            self.address,
            cookie_jar=aiohttp.CookieJar(unsafe=True),  # cookies of an address without a name
            headers={"Accept-Language": "vi"},
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.session.close()

    async def get(self, path: str, **headers: str) -> Seen:
        async with self.session.get(path, allow_redirects=False, headers=headers) as response:
            return self._seen(response, await response.text())

    async def post(self, path: str, fields: dict[str, str] | None = None, **headers: str) -> Seen:
        """Send a form of the last page: what was hidden in it goes along."""
        data = {"csrf": self.last.hidden("csrf")} | (fields or {})
        sent = {"Origin": self.address} | headers
        async with self.session.post(path, data=data, allow_redirects=False, headers=sent) as response:
            return self._seen(response, await response.text())

    def cookie(self, name: str) -> str | None:
        found = self.session.cookie_jar.filter_cookies(URL(self.address)).get(name)
        return found.value if found else None

    def set_cookie(self, name: str, value: str) -> None:
        self.session.cookie_jar.update_cookies({name: value}, URL(self.address))

    async def accept(self, link: str, password: str = PASSWORD) -> str:
        """Accept an invitation; the secret of the second factor."""
        path = URL(link).path
        page = await self.get(path)
        secret = secret_of(page)
        fields = {
            "password": password,
            "again": password,
            "enrolment": page.hidden("enrolment"),
            "code": code(secret, -30),
        }
        assert (await self.post(path, fields)).to == "/can-bo"
        return secret

    async def enter(self, name: str, secret: str, password: str = PASSWORD, *, later: int = 0) -> Seen:
        await self.get("/can-bo/vao")
        return await self.post("/can-bo/vao", {"name": name, "password": password, "code": code(secret, later)})

    def _seen(self, response: aiohttp.ClientResponse, text: str) -> Seen:
        self.last = Seen(response.status, text, dict(response.headers))
        return self.last


def secret_of(page: Seen) -> str:
    found = re.search(r"<code>([A-Z2-7]{32})</code>", page.text)
    assert found, page.text
    return found[1]


def code(secret: str, later: int = 0) -> str:
    """What the authenticator shows, some seconds from now; a minute has two steps, so each may be used."""
    return pyotp.TOTP(secret).at(dt.datetime.now(dt.UTC) + dt.timedelta(seconds=later))


async def invited(house: House, name: str, roles: Sequence[str] = ("admin",), units: Sequence[str] = ("all",)) -> str:
    """The path of an invitation."""
    found = await house.office.access.invite(name=name, roles=roles, units=units, by=SHELL)
    return URL(found.link).path


async def joined(
    page: Page,
    house: House,
    name: str,
    address: str,
    *,
    roles: Sequence[str] = ("admin",),
    units: Sequence[str] = ("all",),
) -> None:
    """An officer is invited, and comes in through the pages."""
    await page.goto(address + await invited(house, name, roles, units))
    secret = (await page.locator("code").first.text_content() or "").strip()
    await page.get_by_label("Mật khẩu mới", exact=True).fill(PASSWORD)
    await page.get_by_label("Gõ lại mật khẩu mới").fill(PASSWORD)
    await page.get_by_label("Mã 6 số trên điện thoại").fill(code(secret))
    await page.get_by_role("button", name="Xong, cho tôi vào").click()
    await expect(page.locator("h1")).to_have_text(f"Chào {name}")
