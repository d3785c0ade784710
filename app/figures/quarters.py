"""Quarters (季度)."""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date

from app.db.base import month_of

FORM = re.compile(r"(20\d\d)-([1-4])")


class NoQuarter(ValueError):
    """The text names no quarter."""


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of a year."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Quarter:
        return cls(day.year, (day.month - 1) // 3 + 1)

    @classmethod
    def read(cls, text: str) -> Quarter:
        """As in an address, "2026-4". Raises NoQuarter."""
        found = FORM.fullmatch(text)
        if found is None:
            raise NoQuarter(text)
        return cls(int(found[1]), int(found[2]))

    def __str__(self) -> str:
        return f"{self.year}-{self.number}"

    @property
    def first(self) -> date:
        return date(self.year, self.number * 3 - 2, 1)

    @property
    def last(self) -> date:
        month = self.number * 3
        return date(self.year, month, calendar.monthrange(self.year, month)[1])

    @property
    def months(self) -> tuple[str, ...]:
        return tuple(
            month_of(date(self.year, month, 1)) for month in range(self.number * 3 - 2, self.number * 3 + 1)
        )

    @property
    def before(self) -> Quarter:
        return Quarter(self.year - 1, 4) if self.number == 1 else Quarter(self.year, self.number - 1)

    def ended(self, today: date) -> bool:
        return today > self.last


def months_until(day: date, count: int) -> tuple[str, ...]:
    """The last `count` months, that of `day` the last."""
    at = day.year * 12 + day.month - 1
    return tuple(f"{one // 12:04d}-{one % 12 + 1:02d}" for one in range(at - count + 1, at + 1))
