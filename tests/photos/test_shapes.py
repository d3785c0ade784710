"""The geometry of cutting and padding, without a picture."""

from hypothesis import given
from hypothesis import strategies as st

from app.photos import shapes

sides = st.integers(min_value=1, max_value=20_000)
photo_sides = st.integers(min_value=400, max_value=9_000)


@given(sides, sides, st.sampled_from(shapes.LONG_SIDES))
def test_plan_stays_inside(width: int, height: int, long_side: int) -> None:
    """A photo of some size would be taken from outside its own edge, or pasted over the canvas's."""
    plan = shapes.plan((width, height), long_side)
    left, top, right, bottom = plan.box
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert plan.canvas in shapes.canvases(max(plan.canvas))
    assert max(plan.canvas) <= long_side
    assert all(1 <= part <= room for part, room in zip(plan.content, plan.canvas, strict=True))
    assert all(
        at >= 0 and at + part <= room
        for at, part, room in zip(plan.corner, plan.content, plan.canvas, strict=True)
    )


@given(photo_sides, photo_sides)
def test_cut_is_small_but_never_nothing(width: int, height: int) -> None:
    """The margin that defeats matching by sensor noise would be missing, or a piece of evidence would be cut away."""
    left, top, right, bottom = shapes.plan((width, height), 1600).box
    if max(width, height) / min(width, height) <= 3:
        assert 0.90 * width <= right - left <= 0.991 * width
        assert 0.90 * height <= bottom - top <= 0.991 * height


@given(photo_sides, photo_sides)
def test_picture_is_not_stretched(width: int, height: int) -> None:
    """Things in a photo would look wider or taller than they are."""
    plan = shapes.plan((width, height), 1600)
    left, top, right, bottom = plan.box
    shown = plan.content[0] / plan.content[1]
    assert abs((right - left) / (bottom - top) / shown - 1) < 0.001


def test_canvases_are_few_and_on_the_grid() -> None:
    """So many shapes would exist that the shape itself told photos apart, or half blocks showed the true edge."""
    every = {canvas for side in shapes.LONG_SIDES for canvas in shapes.canvases(side)}
    assert len(every) == 11 * len(shapes.LONG_SIDES)
    assert all(width % 16 == height % 16 == 0 for width, height in every)
