"""Special committees (专业委员会, town measure 16) and their sectors, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from app.rules.duties import DATA, SOURCES, RuleError, load_duties, read_yaml

OTHER = "other"


@dataclass(frozen=True)
class Committee:
    """One committee and the sectors it answers for."""

    id: str
    name: str
    sectors: tuple[str, ...]


@lru_cache(maxsize=4)
def load_committees(folder: Path = DATA) -> Mapping[str, Committee]:
    """The committees by id, in the order of `committees.yaml`. Raises RuleError: each sector has one at most."""
    known, seen = load_duties(folder).sectors, set[str]()
    found = {}
    for name, entry in read_yaml(folder / "committees.yaml").only(("committees",)).children("committees"):
        entry.only(("name", "src", "sectors"))
        sectors = entry.value["sectors"]
        if not isinstance(sectors, dict) or not set(sectors.values()) <= SOURCES - {"memory"}:
            raise RuleError(f"{entry.where}: each sector needs a source")
        if not set(sectors) <= known.keys() or seen & set(sectors):
            raise RuleError(f"{entry.where}: a sector is unknown, or has two committees")
        seen |= set(sectors)
        found[name] = Committee(name, entry.text("name"), tuple(sectors))
    return found


def committee_of(sector: str) -> str:
    """The id of the committee that answers for a sector; OTHER for none."""
    return next((one.id for one in load_committees().values() if sector in one.sectors), OTHER)
