"""Withholding small numbers (不足5不公布), so that no total, difference or knowledge of these rules gives one back.

Every count below LEAST is withheld, none (0) included, and nothing else is: which other row to withhold would itself
tell something. What gives a small number back is the total, so the total is withheld with it, unless the withheld cells
add up to so much, and to so little, that each of them could still be anything from 0 to LEAST − 1. Where a column is
part of another (属实 of 办结) what that one shows of the same rows counts too.

Who knows these rules and tries all tables that lead to what was published still finds several values for every
withheld cell: tests/figures/test_withholding.py does it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

LEAST = 5


@dataclass(frozen=True)
class Column:
    """A column as published; None: withheld."""

    cells: tuple[int | None, ...]
    total: int | None

    @property
    def gone(self) -> int:
        """How many cells are withheld."""
        return self.cells.count(None)

    @property
    def rest(self) -> int | None:
        """What the withheld cells add up to, for everybody who can subtract."""
        return None if self.total is None else self.total - sum(cell or 0 for cell in self.cells)


def withhold(values: Sequence[int], *, part_of: Column | None = None, least: int = LEAST) -> Column:
    """The column to publish. `part_of`: a published column that bounds this one row by row."""
    cells = tuple(value if value >= least else None for value in values)
    column = Column(cells, sum(values))
    safe = hides(column, least) and (part_of is None or hides_beside(column, part_of, least))
    return column if safe else Column(cells, None)


def hides(column: Column, least: int) -> bool:
    """Whether every withheld cell could be 0 to least − 1, though the total is known."""
    most = least - 1
    return not column.gone or (column.rest is not None and most <= column.rest <= most * (column.gone - 1))


def hides_beside(column: Column, whole: Column, least: int) -> bool:
    """The same where these rows are at most those of `whole`: a row withheld there is withheld here too."""
    if not whole.gone:
        return True
    if whole.rest is None or column.rest is None:
        return False
    most, more = least - 1, column.gone - whole.gone  # rows that are withheld here alone
    bound = min(most * (whole.gone - 1), whole.rest) + most * more
    if more:
        bound = min(bound, min(most * whole.gone, whole.rest) + most * (more - 1))
    return column.rest <= bound
