"""One call to the OA's API: its token, its one query parameter, its answer as a value, its pace.

Failures come with HTTP 200; only `error` 0 is a success. No retry is hidden here but the one with a renewed token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, Final, Literal

import aiohttp
import orjson

from bot.channels.zalo_oa.access import Access
from bot.channels.zalo_oa.codes import TOKEN

TIMEOUT: Final = aiohttp.ClientTimeout(total=20, sock_connect=8)
BODY: Final = 1024 * 1024
SHARE: Final = 0.8  # of what the rate headers allow
MEGABYTE: Final = 1024 * 1024

# Gone after 7 days (-100); 5,000 uploads a month. developers.zalo.me, "Tải lên", as of 2024-10.
Upload = Literal["image", "gif", "file"]
UPLOADS: Final[dict[Upload, tuple[int, frozenset[str]]]] = {
    "image": (MEGABYTE, frozenset({".jpg", ".jpeg", ".png"})),
    "gif": (5 * MEGABYTE, frozenset({".gif"})),
    "file": (5 * MEGABYTE, frozenset({".pdf", ".doc", ".docx"})),
}


class Silent(Exception):
    """No answer came. `perhaps`: the call may have reached them."""

    def __init__(self, *, perhaps: bool, why: str) -> None:
        super().__init__(why)
        self.perhaps = perhaps
        self.why = why


class Unfit(Exception):
    """A file that Zalo does not take; its message is the kind and the limit, or Zalo's code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the platform said. `code` is None where it said nothing that can be understood."""

    status: int
    code: int | None
    message: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    items: Sequence[Mapping[str, Any]] = ()  # where the data is a list
    limit: int | None = None  # calls a clock minute
    remain: int | None = None

    @property
    def per_second(self) -> float | None:
        """The pace that the header allows."""
        return self.limit * SHARE / 60 if self.limit else None


class Api:
    """The calls; one connection pool for as long as the process lives."""

    def __init__(self, root: str, access: Access) -> None:
        self._root = root.rstrip("/")
        self._access = access
        self._session: aiohttp.ClientSession | None = None

    async def get(self, path: str, **data: object) -> Answer:
        """A reading call: its parameters are one, `data`, which holds JSON."""
        query = {"data": orjson.dumps(data).decode()} if data else None
        return await self._call("GET", path, params=query)

    async def get_of_groups(self, path: str, **query: str | int) -> Answer:
        """A reading call about groups: its parameters are plain ones."""
        return await self._call("GET", path, params={name: str(value) for name, value in query.items()})

    async def post(self, path: str, body: Mapping[str, object]) -> Answer:
        """A call with a JSON body."""
        return await self._call("POST", path, data=orjson.dumps(body), headers={"Content-Type": "application/json"})

    async def upload(self, kind: Upload, name: str, content: bytes) -> str:
        """Upload a picture or a file; its `attachment_id` (image, gif) or `token` (file). `Unfit`, `Silent`."""
        most, endings = UPLOADS[kind]
        if PurePath(name).suffix.lower() not in endings or not 0 < len(content) <= most:
            raise Unfit(f"{kind}: {', '.join(sorted(endings))}, at most {most // MEGABYTE} MB")

        def form() -> aiohttp.FormData:
            made = aiohttp.FormData()
            made.add_field("file", content, filename=PurePath(name).name)
            return made

        answer = await self._call("POST", f"/v2.0/oa/upload/{kind}", form=form)
        found = answer.data.get("token" if kind == "file" else "attachment_id")
        if answer.code != 0 or not isinstance(found, str):
            raise Unfit(f"{kind}: not taken, {answer.code}")
        return found

    async def close(self) -> None:
        """Let go of the connections."""
        if self._session:
            await self._session.close()

    async def _call(self, method: str, path: str, **how: Any) -> Answer:
        """With the token in use; where that is taken no more, once with another."""
        grant = await self._access.token()
        answer = await self._once(method, path, grant.access, **how)
        if answer.code in TOKEN:
            grant = await self._access.rejected(grant.version)
            answer = await self._once(method, path, grant.access, **how)
        return answer

    async def _once(self, method: str, path: str, token: str, form: Any = None, **how: Any) -> Answer:
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(timeout=TIMEOUT, cookie_jar=aiohttp.DummyCookieJar())
        headers = {**how.pop("headers", {}), "access_token": token}
        if form:
            how["data"] = form()
        try:
            async with self._session.request(
                method, self._root + path, headers=headers, allow_redirects=False, **how
            ) as response:
                return understood(response.status, response.headers, await response.content.read(BODY))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Silent(perhaps=False, why=type(error).__name__) from None
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Silent(perhaps=True, why=type(error).__name__) from None


def understood(status: int, headers: Mapping[str, str], body: bytes) -> Answer:
    """An answer, whatever it is."""
    try:
        parsed: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        parsed = None
    said: Mapping[str, Any] = parsed if isinstance(parsed, dict) else {}
    code, data = said.get("error"), said.get("data")
    return Answer(
        status=status,
        code=code if isinstance(code, int) and not isinstance(code, bool) else None,
        message=str(said.get("message", ""))[:200],
        data=data if isinstance(data, dict) else {},
        items=tuple(item for item in data if isinstance(item, dict)) if isinstance(data, list) else (),
        limit=_number(headers.get("X-RateLimit-Limit")),
        remain=_number(headers.get("X-RateLimit-Remain")),
    )


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isascii() and value.isdigit() and len(value) < 10 else None
