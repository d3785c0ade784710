"""What is said where an insider (单位职工) reported (`data/insider.yaml`): to them, and to the desk that inspects."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.rules.duties import DATA, Entry, RuleError, read_yaml
from app.rules.public import Claim, claim_of


@dataclass(frozen=True)
class InsiderWords:
    """Claims by id: `identity` for the choice to leave a name, `inspect` for whoever goes there, `retaliation` for who
    reported and is made to pay for it.
    """

    identity: Mapping[str, Claim]
    inspect: Mapping[str, Claim]
    retaliation: Mapping[str, Claim]


@lru_cache(maxsize=4)
def insider_words(folder: Path = DATA) -> InsiderWords:
    """All words for and about insiders. :class:`RuleError` when the file is bad."""
    top = read_yaml(folder / "insider.yaml").only(("identity", "inspect", "retaliation"))
    return InsiderWords(part(top, "identity"), part(top, "inspect"), part(top, "retaliation"))


def part(top: Entry, key: str) -> dict[str, Claim]:
    """Raises RuleError: a page without its words would look as if there was nothing to mind."""
    found = {name: claim_of(one) for name, one in top.children(key)}
    if not found:
        raise RuleError(f"{top.where}: {key!r} is empty")
    return found
