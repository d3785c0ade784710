"""Every format a phone sends comes out upright, flat and in its true colours."""

import functools
import io

import pytest
from PIL import Image

from app.photos.pool import Cleaner
from app.photos.shapes import canvases
from tests.photos import pictures

Pixel = tuple[int, int, int]


def opened(jpeg: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(jpeg))
    picture.load()
    assert picture.mode == "RGB"
    return picture


def near(seen: object, wanted: Pixel, off: int = 40) -> bool:
    assert isinstance(seen, tuple)
    return all(abs(a - b) <= off for a, b in zip(seen, wanted, strict=True))


def corners(jpeg: bytes) -> tuple[object, object]:
    picture = opened(jpeg)
    width, height = picture.size
    return picture.getpixel((width // 10, height // 10)), picture.getpixel(
        (width * 9 // 10, height * 9 // 10)
    )


@functools.cache
def files() -> dict[str, bytes]:
    scene = pictures.scene()
    second = Image.new("RGB", scene.size, pictures.GREEN)
    return {
        "jpeg": pictures.tagged_jpeg(),
        "progressive": pictures.saved(scene, "JPEG", progressive=True),
        "mpo": pictures.saved(scene, "MPO", save_all=True, append_images=[second]),
        "png": pictures.tagged_png(),
        "palette": pictures.saved(scene.quantize(64), "PNG"),
        "webp": pictures.saved(scene, "WEBP", quality=90, exif=pictures.exif()),
        "gif": pictures.saved(scene, "GIF", save_all=True, append_images=[second], duration=100),
        "heic": pictures.heif(),
        "avif": pictures.saved(scene, "AVIF", quality=80, exif=pictures.exif()),
        "cmyk": pictures.saved(scene.convert("CMYK"), "JPEG", quality=95),
    }


@pytest.mark.parametrize("kind", files())
def test_format_is_taken(cleaner: Cleaner, kind: str) -> None:
    """A phone's photo of a promised format would be refused, or its colours or first frame lost."""
    cleaned = cleaner.clean(files()[kind])
    first, last = corners(cleaned.jpeg)
    assert near(first, pictures.RED)
    assert near(last, pictures.BLUE)
    assert (cleaned.width, cleaned.height) == opened(cleaned.jpeg).size == (1024, 768)
    assert opened(cleaned.thumbnail).size == (320, 240)


def turned(orientation: int) -> Image.Image:
    """The scene as a camera held otherwise would store it."""
    back = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    scene = pictures.scene()
    return scene if back is None else scene.transpose(back)


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF"])
def test_photo_stands_upright(cleaner: Cleaner, kind: str, orientation: int) -> None:
    """A photo taken with the phone held sideways would lie on its side, or be mirrored."""
    data = pictures.saved(turned(orientation), kind, exif=pictures.exif(orientation))
    cleaned = cleaner.clean(data)
    first, last = corners(cleaned.jpeg)
    assert (cleaned.width, cleaned.height) == (1024, 768)
    assert near(first, pictures.RED)
    assert near(last, pictures.BLUE)


@pytest.mark.parametrize("orientation", [2, 3, 6, 8])
def test_heic_orientation_is_applied_once(cleaner: Cleaner, orientation: int) -> None:
    """A HEIC would be turned twice: by its decoder and by its tag."""
    first, last = corners(cleaner.clean(pictures.heif(turned(orientation), orientation)).jpeg)
    assert near(first, pictures.RED)
    assert near(last, pictures.BLUE)


@pytest.mark.parametrize("level", [0, 300, 20_000, 32_896, 65_535])
def test_deep_grey_is_scaled(cleaner: Cleaner, level: int) -> None:
    """A 16-bit grey scan would come out white, because levels above 255 are clipped."""
    seen = opened(cleaner.clean(pictures.deep_grey_png(level)).jpeg).getpixel((160, 160))
    assert near(seen, (round(level / 257),) * 3, off=3)


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_transparency_becomes_white(cleaner: Cleaner, kind: str) -> None:
    """A see-through picture would show black, or colours hidden under full transparency."""
    glass = Image.new("RGBA", (400, 300), (200, 0, 0, 0))
    glass.paste((0, 0, 200, 255), (200, 0, 400, 300))
    picture = opened(cleaner.clean(pictures.saved(glass, kind, lossless=True)).jpeg)
    assert near(picture.getpixel((picture.width // 4, picture.height // 2)), (255, 255, 255), off=6)
    assert near(picture.getpixel((picture.width * 3 // 4, picture.height // 2)), (0, 0, 200), off=20)


def test_long_side_on_request(cleaner: Cleaner) -> None:
    """A smaller copy could not be asked for, or a nonsense size would be taken as a new fingerprint."""
    data = pictures.tagged_jpeg(size=(3000, 2000))
    assert cleaner.clean(data).width == 1600
    assert cleaner.clean(data, long_side=1024).width == 1024
    with pytest.raises(ValueError, match="long side"):
        cleaner.clean(data, long_side=1500)


@pytest.mark.parametrize(
    "size", [(1, 1), (3, 900), (900, 3), (1080, 2400), (1279, 959), (1000, 1000), (641, 333)]
)
def test_every_size_becomes_a_standard_one(cleaner: Cleaner, size: tuple[int, int]) -> None:
    """An odd size would survive cleaning and tell which phone or which programme made the picture."""
    cleaned = cleaner.clean(pictures.saved(Image.new("RGB", size, pictures.GREEN), "PNG"))
    shape = cleaned.width, cleaned.height
    assert shape in canvases(max(shape))
    thumbnail = opened(cleaned.thumbnail).size
    assert max(thumbnail) == 320
    assert thumbnail[0] % 16 == thumbnail[1] % 16 == 0
