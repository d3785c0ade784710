"""Rows of papers and of texts for other systems."""

Rows = tuple[tuple[str, str], ...]


def filled(*rows: tuple[str, object]) -> Rows:
    """Rows that say something."""
    return tuple((label, str(value)) for label, value in rows if value)
