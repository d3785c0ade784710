"""Search lines: they open under the desk's epoch and the month's key together, in their own place, and hide lengths."""

import pytest

from app.sealing.errors import SealError
from app.sealing.fields import OVERHEAD, Place, new_key
from app.sealing.lines import STEP, LineKey

MONTH, EPOCH = new_key(), new_key()
HERE = Place("grants", "case:1", "line:gas")
LINE = LineKey(MONTH, EPOCH).seal("大集北口 煤气罐", HERE)


def test_a_line_comes_back() -> None:
    """Search would find nothing."""
    assert LineKey(MONTH, EPOCH).open(LINE, HERE) == "大集北口 煤气罐"


@pytest.mark.parametrize(
    "key",
    [LineKey(new_key(), EPOCH), LineKey(MONTH, new_key()), LineKey(EPOCH, MONTH)],
    ids=["another month", "another epoch", "turned round"],
)
def test_both_keys_are_needed(key: LineKey) -> None:
    """A thief of the epoch's key alone, or of the month's alone, would read what a case says."""
    with pytest.raises(SealError):
        key.open(LINE, HERE)


def test_a_line_stays_in_its_place() -> None:
    """Whoever writes the database could put one case's words under another's number."""
    for place in (Place("grants", "case:2", "line:gas"), Place("grants", "case:1", "line:other")):
        with pytest.raises(SealError):
            LineKey(MONTH, EPOCH).open(LINE, place)


def test_a_changed_line_does_not_open() -> None:
    """A changed byte would be taken for words, or break a whole search with another error."""
    for at in range(0, len(LINE), 7):
        changed = LINE[:at] + bytes([LINE[at] ^ 1]) + LINE[at + 1 :]
        with pytest.raises(SealError):
            LineKey(MONTH, EPOCH).open(changed, HERE)
    for cut in (b"", LINE[:1], LINE[:20], LINE[:-1]):
        with pytest.raises(SealError):
            LineKey(MONTH, EPOCH).open(cut, HERE)


def test_lengths_are_in_steps() -> None:
    """The length of a line would tell a long report from a patrol's few words."""
    sizes = {len(LineKey(MONTH, EPOCH).seal("字" * n, HERE)) for n in (0, 1, 60, 160)}
    assert sizes == {STEP + OVERHEAD}
