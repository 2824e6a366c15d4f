"""Style, script, fonts and pictures: read once, named by the hash of their content, kept by browsers for a year."""

from __future__ import annotations

import gzip
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from aiohttp import web

FOLDER: Final = Path(__file__).parent / "static"
TYPES: Final = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".txt": "text/plain; charset=utf-8",
}
PACKED: Final = {".css", ".js", ".svg", ".txt"}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file, as it is sent."""

    type: str
    body: bytes
    packed: bytes | None  # gzip, where that is worth it


class Static:
    """All files of the folder. One digest names them together, so that a style sheet finds its fonts beside it."""

    def __init__(self, folder: Path = FOLDER) -> None:
        digest = hashlib.sha256()
        self.assets: dict[str, Asset] = {}
        for path in sorted(folder.rglob("*")):
            if path.suffix not in TYPES:
                continue
            name, body = path.relative_to(folder).as_posix(), path.read_bytes()
            digest.update(name.encode() + b"\0" + body + b"\0")
            packed = gzip.compress(body, mtime=0) if path.suffix in PACKED else None
            self.assets[name] = Asset(TYPES[path.suffix], body, packed)
        self.digest = digest.hexdigest()[:12]

    def href(self, name: str) -> str:
        """The address of a file; KeyError where there is none, so that a slip in a template shows at once."""
        self.assets[name]
        return f"/static/{self.digest}/{name}"

    def serve(self, name: str, digest: str, request: web.Request) -> web.Response:
        """One file. Under the digest of another release it is sent too, but not to be kept."""
        asset = self.assets.get(name)
        if asset is None:
            raise web.HTTPNotFound
        keep = "public, max-age=31536000, immutable" if digest == self.digest else "no-cache"
        headers = {"Content-Type": asset.type, "Cache-Control": keep}
        if asset.packed is not None:
            headers["Vary"] = "Accept-Encoding"
            if "gzip" in request.headers.get("Accept-Encoding", ""):
                return web.Response(body=asset.packed, headers=headers | {"Content-Encoding": "gzip"})
        return web.Response(body=asset.body, headers=headers)


STATIC: web.AppKey[Static] = web.AppKey("static")


async def static_file(request: web.Request) -> web.Response:
    """`/static/<digest>/<name>`."""
    return request.app[STATIC].serve(request.match_info["name"], request.match_info["digest"], request)


async def favicon(request: web.Request) -> web.Response:
    """For browsers that ask for it unbidden."""
    return request.app[STATIC].serve("icon.png", "", request)
