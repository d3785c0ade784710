"""QR codes (二维码) of posters. The address comes from the settings: a request's Host header is anybody's to forge."""

import io

import segno

from app.tips.models import Poster
from config import Settings

QUIET_ZONE = 4  # modules of white on each side, as ISO/IEC 18004 asks
PNG_MODULE = 24  # pixels: some 1,000 pixels a side, sharp at 10 cm in print
SVG_MODULE = 8


def address_of(settings: Settings, poster: Poster) -> str:
    """What the code says and the strips show. Needs `settings.address`."""
    return f"{settings.address}/q/{poster.slug}"


def draw(address: str) -> segno.QRCode:
    """Level H: a third of it may be torn, faded or pasted over, as happens to what hangs outside."""
    return segno.make(address, error="h", micro=False)


def as_svg(address: str) -> bytes:
    return written(address, "svg", SVG_MODULE)


def as_png(address: str) -> bytes:
    return written(address, "png", PNG_MODULE)


def written(address: str, kind: str, module: int) -> bytes:
    out = io.BytesIO()
    draw(address).save(out, kind=kind, scale=module, border=QUIET_ZONE, dark="#000", light="#fff")
    return out.getvalue()
