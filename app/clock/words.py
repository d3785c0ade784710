"""How papers, messages and texts for other systems say a day."""

from datetime import date


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def day_in(text: str) -> str:
    """An ISO day in words; empty stays empty."""
    return chinese_day(date.fromisoformat(text)) if text else ""
