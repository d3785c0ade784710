"""Text as people type it: control and direction marks go, everything else stays."""

import unicodedata

KEPT = "\n\t"


def plain_text(value: object) -> str:
    """Trimmed text with `\\n` line ends, without control, format and surrogate characters.

    A right-to-left override would show a desk other words than were sealed; joiners inside emoji stay.
    """
    if not isinstance(value, str):
        return ""
    text = value.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(letter for letter in text if letter in KEPT or not is_control(letter)).strip()


def is_control(letter: str) -> bool:
    if letter == "\u200d":  # the joiner of emoji
        return False
    return unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
