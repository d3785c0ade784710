"""Decode a photo and make a new picture of it. Runs only in the cleaner's child: it meets whatever strangers send.

decode → cut and shrink → flatten → turn upright → paste into a new image → encode. Nothing of the file is carried over
but what the eye sees: no EXIF, GPS, XMP, ICC, comment, thumbnail, second frame, appended data or encoder's habits.
"""

import io
import warnings

import pillow_heif
import pillow_heif.options
from PIL import AvifImagePlugin, Image

from app.photos import shapes
from app.photos.answers import LOOK_BYTES, Cleaned, Refused, Why

FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "HEIF", "AVIF")  # JPEG covers MPO; naming MPO too is a KeyError

MAX_PIXELS_JPEG = 220_000_000
"""Pixels; a phone's 200 MP mode. JPEG alone is decoded at a fraction of its size."""

MAX_PIXELS = 80_000_000
"""Pixels of any other format, which has to be decoded whole (4 to 9 bytes a pixel)."""

THUMBNAIL_SIDE = 320
WHITE = (255, 255, 255)

# The tables of ISO/IEC 10918-1, annex K, at quality 82, written out so that no version of a library changes them.
LUMINANCE = [
    *(
        6,
        4,
        4,
        6,
        9,
        14,
        18,
        22,
        4,
        4,
        5,
        7,
        9,
        21,
        22,
        20,
        5,
        5,
        6,
        9,
        14,
        21,
        25,
        20,
        5,
        6,
        8,
        10,
        18,
        31,
        29,
        22,
    ),
    *(6, 8, 13, 20, 24, 39, 37, 28, 9, 13, 20, 23, 29, 37, 41, 33, 18, 23, 28, 31, 37, 44, 43, 36),
    *(26, 33, 34, 35, 40, 36, 37, 36),
]
CHROMINANCE = [
    *(6, 6, 9, 17, 36, 36, 36, 36, 6, 8, 9, 24, 36, 36, 36, 36, 9, 9, 20, 36, 36, 36, 36, 36, 17, 24),
    *([36] * 38),
]

_ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_HEIF_BRANDS = (
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"mif1",
    b"mif2",
    b"msf1",
    b"avif",
    b"avis",
)
_OTHER_PICTURES = (
    b"II*\0",
    b"MM\0*",
    b"BM",
    b"8BPS",
    b"\xff\x0a",
    b"\0\0\0\x0cJXL ",
    b"\0\0\0\x0cjP  ",
    b"FUJIFILM",
)


def prepare() -> None:
    """Load every decoder wanted and set the limits. To be called once, before the first photo and before any fork."""
    warnings.simplefilter("ignore")
    # Pillow only warns between once and twice its limit
    warnings.simplefilter("error", Image.DecompressionBombWarning)
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS_JPEG
    Image.init()
    # An embedded thumbnail need not show what the photo shows; threads have no place in a child that may not start any.
    pillow_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1


def clean(data: bytes, long_side: int) -> Cleaned:
    """A new picture of the photo in `data`, its canvas at most `long_side` pixels. Refused says why there is none."""
    image = _open(data)
    turn = _orientation(image)
    try:
        small, plan = _shrink(image, turn, long_side)
    except MemoryError:
        raise Refused(Why.TOO_MANY_PIXELS) from None
    except Exception:
        # decoders raise OSError, SyntaxError, EOFError, ValueError, struct.error and more for a damaged file
        raise Refused(Why.TRUNCATED) from None
    upright = small.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else small
    picture = _new_image(upright, plan)
    small_one = _thumbnail(picture)
    return Cleaned(_encode(picture), _encode(small_one), picture.width, picture.height, _look(upright))


def _look(image: Image.Image) -> bytes:
    """LOOK_BYTES of a difference hash: for each of 8 × 8 fields, whether it is darker than its right neighbour.

    WeChat's recompression and a cut of a few per cent leave nearly all of them; it is a hint and never a proof.
    """
    grey = image.reduce(max(1, min(image.size) // 64)).convert("L").resize((9, 8), Image.Resampling.BOX)
    level = grey.tobytes()
    bits = (level[row * 9 + at] < level[row * 9 + at + 1] for row in range(8) for at in range(8))
    return sum(bit << at for at, bit in enumerate(bits)).to_bytes(LOOK_BYTES, "big")


def _open(data: bytes) -> Image.Image:
    try:
        image = Image.open(io.BytesIO(data), formats=FORMATS)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError, MemoryError):
        raise Refused(Why.TOO_MANY_PIXELS) from None
    except Exception:
        raise Refused(_why_unopened(data)) from None
    pixels = image.width * image.height
    if pixels > (MAX_PIXELS_JPEG if image.format in ("JPEG", "MPO") else MAX_PIXELS):
        raise Refused(Why.TOO_MANY_PIXELS)
    return image


def _why_unopened(data: bytes) -> Why:
    head = data[:16]
    ours = head.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a"))
    webp = head.startswith(b"RIFF") and head[8:12] == b"WEBP"
    if ours or webp or (head[4:8] == b"ftyp" and head[8:12] in _HEIF_BRANDS):
        return Why.TRUNCATED
    if head[4:8] == b"ftyp" or head.startswith(_OTHER_PICTURES):
        return Why.UNSUPPORTED
    return Why.NOT_A_PHOTO


def _orientation(image: Image.Image) -> int:
    try:
        turn = image.getexif().get(_ORIENTATION, 1)
    except Exception:
        return 1  # broken tags say nothing; a broken picture shows itself when it is decoded
    return turn if isinstance(turn, int) else 1


def _shrink(image: Image.Image, turn: int, long_side: int) -> tuple[Image.Image, shapes.Plan]:
    """Decode, cut and shrink in the file's own orientation (turning the small picture is cheaper), then flatten."""
    if image.format in ("JPEG", "MPO"):
        scale = min(1.0, 1.05 * long_side / max(image.size))
        image.draft(None, (max(1, int(image.width * scale)), max(1, int(image.height * scale))))
    image.load()
    image = _with_even_levels(image)
    turned = turn >= 5 and turn in _UPRIGHT
    plan = shapes.plan(_swapped(image.size) if turned else image.size, long_side)
    left, top, right, bottom = plan.box
    box = (top, left, bottom, right) if turned else plan.box
    content = _swapped(plan.content) if turned else plan.content
    return _flat(image.resize(content, Image.Resampling.LANCZOS, box=box, reducing_gap=3.0)), plan


def _swapped(size: shapes.Size) -> shapes.Size:
    return size[1], size[0]


def _with_even_levels(image: Image.Image) -> Image.Image:
    """A mode that can be shrunk without harm: 8 bits a channel, no palette."""
    if image.mode.startswith(("I", "F")):
        # `convert("L")` alone clips everything above 255 to white
        return image.convert("I").point(lambda level: level * (1 / 257)).convert("L")
    if image.mode in ("RGBA", "LA", "CMYK", "YCbCr"):
        return image
    if image.has_transparency_data:
        return image.convert("RGBA")
    return image if image.mode in ("RGB", "L") else image.convert("RGB")


def _flat(image: Image.Image) -> Image.Image:
    if "A" not in image.getbands():
        return image.convert("RGB")
    white = Image.new("RGB", image.size, WHITE)
    white.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return white


def _new_image(content: Image.Image, plan: shapes.Plan) -> Image.Image:
    picture = Image.new("RGB", plan.canvas, WHITE)
    picture.paste(content, plan.corner)
    return picture


def _thumbnail(picture: Image.Image) -> Image.Image:
    plan = shapes.thumbnail_plan(picture.size, THUMBNAIL_SIDE)
    small = picture.resize(plan.content, Image.Resampling.LANCZOS, box=plan.box, reducing_gap=3.0)
    return _new_image(small, plan)


def _encode(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(
        out, "JPEG", qtables=[LUMINANCE, CHROMINANCE], subsampling="4:2:0", optimize=False, progressive=False
    )
    return out.getvalue()
