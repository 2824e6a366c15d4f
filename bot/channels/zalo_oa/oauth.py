"""OAuth v4 of an Official Account: the link to consent, the code for the first pair, the renewal of a pair.

A refresh token works once, and its use ends the old access token too. Only an answer that holds both new tokens is a
success: errors come with HTTP 200, and sometimes without a number.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qs, urlencode, urlsplit

import aiohttp
import orjson

TIMEOUT: Final = aiohttp.ClientTimeout(total=20, sock_connect=8)
CALLBACK: Final = "/can-bo/zalo"  # below PUBLIC_URL; to be saved in the app's settings as it stands
DEFAULT_LIFE: Final = 24 * 3600  # seconds, where an answer does not say
LONGEST_LIFE: Final = 7 * 24 * 3600
BODY: Final = 64 * 1024


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Pair:
    """Two tokens, and how long the first lives."""

    access: str
    refresh: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """An answer without two tokens."""

    code: int | None
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """No answer that can be read. `perhaps`: the call may have reached them, and used the token up."""

    perhaps: bool
    why: str


class WrongCallback(Exception):
    """The address that was handed in is not a consent to this account; words by key."""

    def __init__(self, key: str, **fields: object) -> None:
        super().__init__(key)
        self.key = key
        self.fields = fields


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Consent:
    """One try to get an admin's consent: kept by whoever began it until the callback comes."""

    link: str
    state: str
    verifier: str
    challenge: str
    callback: str  # the address that must be saved in the app's settings, to the letter

    def code(self, address: str, *, oa_id: str | None) -> tuple[str, str]:
        """The code and the account's id in the address that the consent led to.

        The state may be missing, for some links are made in Zalo's console; a wrong one is another's.
        """
        query = {name: values[0].strip() for name, values in parse_qs(urlsplit(address.strip()).query).items()}
        code, oa = query.get("code", ""), query.get("oa_id", "")
        if not code or not oa:
            raise WrongCallback("zalo_oa.consent.incomplete")
        if "state" in query and not hmac.compare_digest(query["state"].encode(), self.state.encode()):
            raise WrongCallback("zalo_oa.consent.state")
        if oa_id and oa != oa_id:
            raise WrongCallback("zalo_oa.consent.other_oa", given=oa, wanted=oa_id)
        return code, oa


class OAuth:
    """Zalo's address for tokens, and what our app is called there."""

    def __init__(self, root: str, app_id: str, app_secret: str, key: bytes) -> None:
        self._root = root.rstrip("/")
        self._app_id = app_id
        self._secret = app_secret
        # One source says that link, callback and challenge are fixed in Zalo's console, others that each login makes
        # its own pair. A verifier that is secret and always the same serves both.
        digest = hmac.new(key, f"zalo-oa verifier:{app_id}".encode(), hashlib.sha256).digest()
        self._verifier = _base64url(digest)

    def consent(self, public_url: str, state: str | None = None) -> Consent:
        """What an admin of the account must open; `state` comes back with him, by default a fresh one."""
        state = state or secrets.token_urlsafe(24)
        callback = public_url.rstrip("/") + CALLBACK
        challenge = challenge_of(self._verifier)
        query = {"app_id": self._app_id, "redirect_uri": callback, "code_challenge": challenge, "state": state}
        link = f"{self._root}/v4/oa/permission?{urlencode(query)}"
        return Consent(link=link, state=state, verifier=self._verifier, challenge=challenge, callback=callback)

    async def exchange(self, code: str, verifier: str) -> Pair | Refused | Lost:
        """The first pair, for a code that lives ten minutes and works once."""
        return await self._ask({"code": code, "grant_type": "authorization_code", "code_verifier": verifier})

    async def refresh(self, token: str) -> Pair | Refused | Lost:
        """The next pair; nothing is repeated here."""
        return await self._ask({"refresh_token": token, "grant_type": "refresh_token"})

    async def _ask(self, form: Mapping[str, str]) -> Pair | Refused | Lost:
        try:
            async with (
                aiohttp.ClientSession(timeout=TIMEOUT) as session,
                session.post(
                    f"{self._root}/v4/oa/access_token",
                    data={**form, "app_id": self._app_id},
                    headers={"secret_key": self._secret},
                    allow_redirects=False,
                ) as response,
            ):
                return understood(response.status, await response.content.read(BODY))
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            return Lost(perhaps=False, why=type(error).__name__)
        except (aiohttp.ClientError, TimeoutError) as error:
            return Lost(perhaps=True, why=type(error).__name__)


def understood(status: int, body: bytes) -> Pair | Refused | Lost:
    """What an answer of the token address comes to."""
    try:
        data: Any = orjson.loads(body)
    except orjson.JSONDecodeError:
        data = None
    if not isinstance(data, dict):
        return Lost(perhaps=True, why=f"HTTP {status} without JSON")
    access, refresh = data.get("access_token"), data.get("refresh_token")
    if isinstance(access, str) and access and isinstance(refresh, str) and refresh:
        return Pair(access=access, refresh=refresh, seconds=_life(data.get("expires_in")))
    if status >= 500:
        return Lost(perhaps=True, why=f"HTTP {status}")
    code = data.get("error")
    code = code if isinstance(code, int) and not isinstance(code, bool) else None
    name = data.get("error_name") or data.get("message") or "an answer without two tokens"
    return Refused(code=code, why=f"{code if code is not None else 'no code'}: {str(name)[:100]}")


def challenge_of(verifier: str) -> str:
    """PKCE: base64url(SHA-256(verifier)) without padding."""
    return _base64url(hashlib.sha256(verifier.encode()).digest())


def _life(value: object) -> int:
    try:
        seconds = int(str(value))
    except ValueError:
        return DEFAULT_LIFE
    return min(seconds, LONGEST_LIFE) if seconds > 0 else DEFAULT_LIFE


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
