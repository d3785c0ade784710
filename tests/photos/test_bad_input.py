"""Whatever is not a good photo is refused with a reason and advice, and never breaks the next one."""

import functools

import pytest
from PIL import Image

from app.photos.answers import ADVICE
from app.photos.pool import MAX_BYTES, Cleaner, Refused, Why
from tests.photos import pictures

HEIC_HEAD = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"


@functools.cache
def bad_files() -> dict[str, tuple[bytes, Why]]:
    whole = pictures.tagged_jpeg()
    heic = pictures.heif()
    png = pictures.saved(pictures.scene(), "PNG")
    return {
        "empty": (b"", Why.TRUNCATED),
        "garbage": (bytes(range(256)) * 40, Why.NOT_A_PHOTO),
        "text": ("这不是照片".encode() * 100, Why.NOT_A_PHOTO),
        "pdf": (b"%PDF-1.7\n" + b"x" * 500, Why.NOT_A_PHOTO),
        "svg": (b'<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>', Why.NOT_A_PHOTO),
        "zip": (b"PK\x03\x04" + bytes(400), Why.NOT_A_PHOTO),
        "tiff": (pictures.saved(pictures.scene(), "TIFF"), Why.UNSUPPORTED),
        "bmp": (pictures.saved(pictures.scene(), "BMP"), Why.UNSUPPORTED),
        "video": (b"\0\0\0\x20ftypisom" + bytes(400), Why.UNSUPPORTED),
        "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\nshowpage\n", Why.NOT_A_PHOTO),
        "half a jpeg": (whole[: len(whole) // 2], Why.TRUNCATED),
        "head of a jpeg": (whole[:30], Why.TRUNCATED),
        "half a png": (png[: len(png) // 2], Why.TRUNCATED),
        "half a heic": (heic[: len(heic) // 2], Why.TRUNCATED),
        "head of a heic": (HEIC_HEAD, Why.TRUNCATED),
        "lying png": (pictures.lying_png(), Why.TRUNCATED),
        "wide bomb": (pictures.saved(Image.new("1", (65_000, 65_000 // 16)), "PNG"), Why.TOO_MANY_PIXELS),
        "too many bytes": (bytes(MAX_BYTES + 1), Why.TOO_LARGE),
    }


@pytest.mark.parametrize("name", bad_files())
def test_bad_file_is_refused(cleaner: Cleaner, name: str) -> None:
    """A broken or foreign file would be taken, crash the page, or be refused with the wrong advice."""
    data, reason = bad_files()[name]
    with pytest.raises(Refused) as refused:
        cleaner.clean(data)
    assert refused.value.reason is reason
    assert "其他内容都还在" in refused.value.advice


def test_bomb_is_refused(cleaner: Cleaner) -> None:
    """A picture of 900 million pixels in one small file would eat the machine."""
    bomb = pictures.png_bomb()
    assert len(bomb) < 2_000_000
    with pytest.raises(Refused) as refused:
        cleaner.clean(bomb)
    assert refused.value.reason is Why.TOO_MANY_PIXELS


@pytest.mark.parametrize("tail", [b"PK\x03\x04" + bytes(200), b"<script>alert(1)</script>", b"%PDF-1.7"])
def test_polyglot_loses_its_second_face(cleaner: Cleaner, tail: bytes) -> None:
    """A file that is a photo and something else would keep its second nature."""
    cleaned = cleaner.clean(pictures.saved(pictures.scene(), "JPEG", comment=tail) + tail)
    assert tail[:8] not in cleaned.jpeg


def test_broken_tags_do_not_refuse_a_photo(cleaner: Cleaner) -> None:
    """A good picture would be refused because its tags are damaged."""
    for broken in (b"Exif\0\0MM\0*\xff\xff\xff\xff", b"Exif\0\0II*\0\x08\0\0\0\xff\xff\x12\x01", b"Exif\0\0"):
        assert cleaner.clean(pictures.saved(pictures.scene(), "JPEG", exif=broken)).width == 1024


def test_every_reason_has_advice() -> None:
    """A refusal would have nothing to tell the reporter."""
    assert set(ADVICE) == set(Why)
    assert all(len(advice) < 60 and advice.endswith("。") for advice in ADVICE.values())
