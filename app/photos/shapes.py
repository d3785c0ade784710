"""Standard shapes: how a photo of any size becomes one of a few dozen, with a random margin cut away.

Odd sizes tell which phone took a picture, and its sensor's noise can be matched pixel by pixel. So 1–3 % of each side
is cut at random (which shifts and rescales the noise), and the rest is put on a canvas of a common ratio.
"""

import secrets
from dataclasses import dataclass

Size = tuple[int, int]
Box = tuple[float, float, float, float]

GRID = 16
"""Pixels: the blocks of a 4:2:0 JPEG, so that no half block tells the true edge."""

LONG_SIDES = (320, 640, 1024, 1280, 1600)
RATIOS = ((1, 1), (4, 3), (3, 2), (16, 9), (2, 1), (3, 1))
LEAST_CUT, MOST_CUT = 0.01, 0.03
FILL_CUT = 0.04
"""Share of one side that may be cut besides to fill the canvas; above it the picture is padded, never cut."""

NARROW = 320
"""A strip narrower than this (pixels) is not cut to the grid: it would lose a visible part of itself."""


@dataclass(frozen=True)
class Plan:
    """Take `box` of the picture, shrink it to `content`, put it at `corner` of a white canvas of size `canvas`."""

    box: Box
    content: Size
    corner: Size
    canvas: Size


def on_grid(pixels: float) -> int:
    """The nearest multiple of 16 pixels, at least 16."""
    return max(GRID, round(pixels / GRID) * GRID)


def canvases(long_side: int) -> list[Size]:
    """All standard canvases with this long side (pixels), lying and standing."""
    lying = [(long_side, on_grid(long_side * short / long)) for long, short in RATIOS]
    return lying + [(height, width) for width, height in lying if width != height]


def plan(size: Size, long_side: int) -> Plan:
    """Choose, anew at each call, what to cut of a picture of `size` pixels and which standard canvas to put it on.

    `long_side` (pixels) is the most the canvas may have; a small picture gets the next smaller standard canvas.
    """
    kept = _keep(size[0]), _keep(size[1])
    target = _long_side(max(kept), long_side)
    content, canvas = min(
        ((_content(kept, canvas), canvas) for canvas in canvases(target)),
        key=lambda pair: 1 - pair[0][0] * pair[0][1] / (pair[1][0] * pair[1][1]),
    )
    corner = _centre(canvas[0] - content[0]), _centre(canvas[1] - content[1])
    return Plan(_box(size, kept, content), content, corner, canvas)


def thumbnail_plan(size: Size, long_side: int) -> Plan:
    """How a clean copy of `size` becomes a thumbnail: the same shape, nothing cut but what the grid asks for."""
    scale = long_side / max(size)
    canvas = on_grid(size[0] * scale), on_grid(size[1] * scale)
    whole = float(size[0]), float(size[1])
    width, height = _to_ratio(whole, canvas)
    left, top = (size[0] - width) / 2, (size[1] - height) / 2
    return Plan((left, top, left + width, top + height), canvas, (0, 0), canvas)


def _keep(pixels: int) -> float:
    return max(1.0, pixels * (1 - LEAST_CUT - _random(MOST_CUT - LEAST_CUT)))


def _random(below: float) -> float:
    # the system's generator: a forked child must not repeat its sibling's choice
    return below * secrets.randbits(32) / 2**32


def _long_side(pixels: float, most: int) -> int:
    allowed = [side for side in LONG_SIDES if side <= most]
    return next((side for side in allowed if side >= pixels), allowed[-1])


def _content(kept: tuple[float, float], canvas: Size) -> Size:
    scale = min(canvas[0] / kept[0], canvas[1] / kept[1])
    return _side(kept[0] * scale, canvas[0]), _side(kept[1] * scale, canvas[1])


def _side(pixels: float, room: int) -> int:
    if pixels >= room * (1 - FILL_CUT):
        return room
    return on_grid(pixels) if pixels >= NARROW else max(1, round(pixels))


def _centre(room: int) -> int:
    return room // 2 // GRID * GRID


def _to_ratio(kept: tuple[float, float], ratio: Size) -> tuple[float, float]:
    wanted = ratio[0] / ratio[1]
    width, height = kept
    return (height * wanted, height) if width > height * wanted else (width, width / wanted)


def _box(size: Size, kept: tuple[float, float], content: Size) -> Box:
    width, height = _to_ratio(kept, content)
    left, top = _random(size[0] - width), _random(size[1] - height)
    return left, top, min(left + width, size[0]), min(top + height, size[1])
