"""How papers, messages and texts for other systems say a day, and whether what was typed is one."""

from datetime import date


def chinese_day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def day_in(text: str) -> str:
    """An ISO day in words; empty stays empty."""
    return chinese_day(date.fromisoformat(text)) if text else ""


def is_day(text: str) -> bool:
    """Whether the calendar has this ISO day: 2026-02-31 has the form of one."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
