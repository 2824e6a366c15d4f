"""A QR square: one link, drawn so that a scratched or stained print still reads."""

from __future__ import annotations

from typing import Final

import qrcode
from qrcode.constants import ERROR_CORRECT_H
from qrcode.image.svg import SvgPathFillImage

LONGEST: Final = 300  # characters; a longer link needs squares too small for an old phone's camera
QUIET: Final = 4  # modules of white around, as ISO/IEC 18004 asks


def svg(link: str) -> str:
    """The square as one `<svg>`: error correction H, quiet zone 4. ValueError for a link too long or empty."""
    if not link:
        raise ValueError("a QR code needs a link")
    if len(link) > LONGEST:
        raise ValueError(f"this link has {len(link)} characters, a square that phones read {LONGEST}: shorten it")
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_H, border=QUIET, image_factory=SvgPathFillImage)
    code.add_data(link)
    code.make(fit=True)
    return code.make_image().to_string(encoding="unicode")
