"""What comes of cleaning a photo: a clean copy, or a refusal with advice. Both sides of the pipe speak these words."""

from dataclasses import dataclass
from enum import StrEnum

MAX_BYTES = 25_000_000
"""Largest photo taken, in bytes."""

LOOK_BYTES = 8
"""Bytes of a perceptual hash."""

LONG_SIDE = 1600
"""Long side of a clean copy, in pixels, when nothing else is asked for."""


def _(text: str) -> str:
    """Mark a sentence for the translation catalogue; this room is pure, so the door that shows it translates."""
    return text


class Why(StrEnum):
    """Why a photo was refused. The order is part of the pipe's protocol: new reasons go last."""

    NOT_A_PHOTO = "not_a_photo"
    TOO_LARGE = "too_large"
    TOO_MANY_PIXELS = "too_many_pixels"
    TRUNCATED = "truncated"
    UNSUPPORTED = "unsupported"
    TOOK_TOO_LONG = "took_too_long"
    BUSY = "busy"


ADVICE: dict[Why, str] = {
    Why.NOT_A_PHOTO: _("这个文件不是照片。请拍一张照片再传，其他内容都还在。"),
    Why.TOO_LARGE: _("这张照片超过 25 兆，太大了。请用普通模式重新拍一张再传，其他内容都还在。"),
    Why.TOO_MANY_PIXELS: _("这张照片的尺寸太大，我们处理不了。请用普通模式重新拍一张再传，其他内容都还在。"),
    Why.TRUNCATED: _("这张照片打不开，可能没传完。请重新拍一张再传，其他内容都还在。"),
    Why.UNSUPPORTED: _("这种格式我们打不开。请用手机相机拍一张，或者截一张屏再传，其他内容都还在。"),
    Why.TOOK_TOO_LONG: _("这张照片处理得太久，没有成功。请重新拍一张再传，其他内容都还在。"),
    Why.BUSY: _("现在传照片的人多，这张还没有收下。请过几分钟再传一次，其他内容都还在。"),
}


class Refused(Exception):
    """This photo is not taken; what came with it is. `reason` is a code, `advice` a Chinese sentence to show."""

    def __init__(self, reason: Why) -> None:
        super().__init__(reason.value)
        self.reason = reason

    @property
    def advice(self) -> str:
        """What the reporter can do now, as an untranslated Chinese sentence (a gettext msgid)."""
        return ADVICE[self.reason]


@dataclass(frozen=True)
class Cleaned:
    """A newly made picture: JPEG without any tag. `width` and `height` (pixels) are those of `jpeg`."""

    jpeg: bytes
    thumbnail: bytes
    width: int
    height: int
    look: bytes = b""  # LOOK_BYTES that say what it looks like: two photos of one thing differ in few bits
