"""Attacks on what was published: whoever tries every table that gives the same release finds no withheld cell."""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.figures.withholding import LEAST, Column, withhold

Table = tuple[tuple[int, ...], ...]


def columns(rows: int, least: int, more: int) -> Iterator[tuple[int, ...]]:
    """All columns of counts up to `more` above the least that is shown: every alternative is among them."""
    return product(range(least + more), repeat=rows)


def attack(
    tables: Iterable[Table], publish: Callable[[Table], tuple[Column, ...]], fewest: int = 2
) -> list[tuple[Hashable, int, int]]:
    """Withheld cells for which somebody who knows the rules finds fewer than `fewest` values: release, column, row."""
    could: dict[tuple[Column, ...], list[Table]] = defaultdict(list)
    for table in tables:
        could[publish(table)].append(table)
    return [
        (release, down, at)
        for release, same in could.items()
        for down, column in enumerate(release)
        for at, cell in enumerate(column.cells)
        if cell is None and len({table[down][at] for table in same}) < fewest
    ]


@pytest.mark.parametrize(
    ("rows", "least", "more"), [(2, 5, 4), (3, 5, 3), (4, 3, 3), (5, 3, 2), (4, 5, 2), (6, 2, 2)]
)
def test_no_single_column_gives_a_cell_back(rows: int, least: int, more: int) -> None:
    """A report would be singled out by subtracting what is shown from the total, or by knowing how rows are chosen."""
    found = attack(
        ((one,) for one in columns(rows, least, more)),
        lambda table: (withhold(table[0], least=least),),
        least,
    )
    assert found == []


@pytest.mark.parametrize(("rows", "least", "more"), [(2, 3, 3), (2, 5, 2), (3, 3, 2), (4, 2, 1)])
def test_no_column_gives_another_s_cell_back(rows: int, least: int, more: int) -> None:
    """So many closed and so many of them true: together they would tell what each alone withholds."""
    tables = (
        (whole, part)
        for whole in columns(rows, least, more)
        for part in product(*(range(value + 1) for value in whole))
    )

    def publish(table: Table) -> tuple[Column, ...]:
        closed = withhold(table[0], least=least)
        return closed, withhold(table[1], part_of=closed, least=least)

    assert attack(tables, publish, least - 1) == []


def test_the_attack_finds_what_is_badly_withheld() -> None:
    """The attack itself would be blind, and the tests above say nothing."""

    def badly(table: Table) -> tuple[Column, ...]:
        cells = tuple(value if value >= LEAST else None for value in table[0])
        return (Column(cells, sum(table[0])),)

    assert attack(((one,) for one in columns(3, LEAST, 3)), badly)


@given(st.lists(st.integers(0, 40), min_size=2, max_size=9), st.data())
def test_nothing_small_is_shown_and_the_rest_is_true(values: list[int], data: st.DataObject) -> None:
    """A small number would stand in the table, a shown one be wrong, or a single gap be the total less the rest."""
    closed = withhold(values)
    part = [data.draw(st.integers(0, value)) for value in values]
    for given_values, column in ((values, closed), (part, withhold(part, part_of=closed))):
        assert all(
            cell is None or (cell == value and cell >= LEAST)
            for cell, value in zip(column.cells, given_values, strict=True)
        )
        assert column.total in (None, sum(given_values))
        assert column.total is None or column.gone != 1
