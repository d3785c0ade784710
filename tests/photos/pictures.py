"""Photos made for the tests: honest ones, odd ones and hostile ones. Nothing here comes from a camera."""

import io
import struct
import zlib

import pillow_heif
from PIL import Image, ImageCms, ImageDraw, PngImagePlugin

CANARY = "CANARY-7f3a9c"
RED, GREEN, BLUE = (220, 30, 30), (30, 180, 60), (40, 60, 220)


def scene(size: tuple[int, int] = (800, 600)) -> Image.Image:
    """Soft noise, a red block at the top left and a blue one at the bottom right: up and left can be told."""
    picture = Image.effect_noise(size, 30).convert("RGB")
    draw = ImageDraw.Draw(picture)
    width, height = size
    draw.rectangle((0, 0, width // 4, height // 4), fill=RED)
    draw.rectangle((width - width // 4, height - height // 4, width, height), fill=BLUE)
    return picture


def exif(orientation: int = 1) -> Image.Exif:
    """Tags as a phone writes them: make, time, GPS, a note, each with the canary where text fits."""
    tags = Image.Exif()
    tags[0x0112] = orientation
    tags[0x010F] = CANARY
    tags[0x0110] = CANARY
    tags[0x0132] = "2024:06:12 14:22:33"
    tags.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + CANARY.encode()
    gps = tags.get_ifd(0x8825)
    gps[1], gps[2], gps[3], gps[4] = "N", (31.0, 14.0, 15.0), "E", (121.0, 28.0, 9.0)
    gps[29] = "2024:06:12"
    return tags


def icc() -> bytes:
    """A colour profile."""
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def xmp() -> bytes:
    """An XMP packet that carries the canary."""
    return (
        f'<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">{CANARY}</x:xmpmeta>'
    ).encode()


def saved(picture: Image.Image, kind: str, **options: object) -> bytes:
    """The picture as a file of this kind, as Pillow names it."""
    out = io.BytesIO()
    picture.save(out, kind, **options)
    return out.getvalue()


def tagged_jpeg(orientation: int = 1, size: tuple[int, int] = (800, 600)) -> bytes:
    """A JPEG full of tags: EXIF with GPS, XMP, ICC, comment, and bytes after its end."""
    tags = {"exif": exif(orientation), "xmp": xmp(), "icc_profile": icc(), "comment": CANARY}
    return saved(scene(size), "JPEG", quality=90, dpi=(300, 300), **tags) + CANARY.encode()


def tagged_png() -> bytes:
    """A PNG with text chunks, EXIF, XMP and a colour profile."""
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", CANARY)
    text.add_itxt("XML:com.adobe.xmp", xmp().decode())
    return saved(scene(), "PNG", pnginfo=text, exif=exif(), icc_profile=icc())


def heif(picture: Image.Image | None = None, orientation: int = 1) -> bytes:
    """A HEIC as an iPhone or a newer Android phone sends it: turned by the container, with a tag that says so again."""
    pillow_heif.register_heif_opener()
    stored = scene() if picture is None else picture.copy()
    stored.info["exif"] = exif(orientation).tobytes()
    return saved(stored, "HEIF", quality=80, xmp=xmp(), icc_profile=icc())


def deep_grey_png(level: int) -> bytes:
    """A 16-bit grey PNG of one level (0 to 65535), written by hand."""
    rows = (b"\0" + struct.pack(">H", level) * 64) * 64
    return _png(64, 64, 16, 0, zlib.compress(rows))


def png_bomb(width: int = 30_000, height: int = 30_000) -> bytes:
    """A small PNG file that unpacks to width × height black pixels."""
    packer = zlib.compressobj(6)
    row = b"\0" + bytes(-(-width // 8))
    packed = b"".join(packer.compress(row) for _ in range(height)) + packer.flush()
    return _png(width, height, 1, 0, packed)


def lying_png() -> bytes:
    """A PNG whose header promises 60 million colour pixels and whose data ends at once."""
    return _png(10_000, 6_000, 8, 6, zlib.compress(b"\0"))


def _png(width: int, height: int, bits: int, colour: int, packed: bytes) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", head) + _chunk(b"IDAT", packed) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
