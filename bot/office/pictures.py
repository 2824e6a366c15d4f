"""A picture that an officer hands in: known by its content, drawn anew, so that nothing of the camera stays in it."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageOps, UnidentifiedImageError

from bot.errors import Refused

LARGEST: Final = 10 * 1024 * 1024  # bytes handed in
PIXELS: Final = 50_000_000  # of a picture that is opened at all: a small file can unfold to fill the memory
SIDE: Final = 1600  # px of the longer side that is kept
KEPT: Final = 950_000  # bytes: Zalo takes a picture of 1 MB at most
QUALITIES: Final = (85, 75, 65, 50)
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF")


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """A picture that may be kept."""

    jpeg: bytes
    width: int
    height: int


def redrawn(raw: bytes) -> Shot:
    """The picture as a JPEG of our own, upright, without metadata; `Refused` where it is too large or none."""
    if len(raw) > LARGEST:
        raise Refused("bulletin.picture.large", most=LARGEST // 1024 // 1024)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=FORMATS) as opened:
                if opened.width * opened.height > PIXELS:
                    raise Refused("bulletin.picture.pixels", most=PIXELS // 1_000_000)
                opened.draft("RGB", (SIDE, SIDE))  # a large JPEG is read smaller at once
                picture = ImageOps.exif_transpose(opened)
                picture.thumbnail((SIDE, SIDE))
                return _kept(_on_white(picture))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise Refused("bulletin.picture.pixels", most=PIXELS // 1_000_000) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError) as error:
        raise Refused("bulletin.picture.none") from error


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in {"RGBA", "LA", "PA"} or "transparency" in picture.info:
        clear = picture.convert("RGBA")
        paper = Image.new("RGBA", clear.size, "white")
        return Image.alpha_composite(paper, clear).convert("RGB")
    return picture.convert("RGB")


def _kept(picture: Image.Image) -> Shot:
    """As good as fits: `picture` is bare, so no metadata goes along."""
    bare = Image.new("RGB", picture.size)
    bare.paste(picture)
    while True:
        for quality in QUALITIES:
            out = io.BytesIO()
            bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
            if out.tell() <= KEPT:
                return Shot(jpeg=out.getvalue(), width=bare.width, height=bare.height)
        bare = bare.resize((bare.width * 3 // 4, bare.height * 3 // 4))
