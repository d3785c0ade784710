"""Criteria for a major hazard (重大事故隐患判定标准), as data: a lay reporter cannot judge, the verifier does."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.rules.duties import DATA, SOURCES, RuleError, read_yaml


@lru_cache(maxsize=4)
def load_criteria(folder: Path = DATA) -> Mapping[str, str]:
    """Names of the criteria by id, in the order of `criteria.yaml`. Raises RuleError."""
    whole = read_yaml(folder / "criteria.yaml").only(("criteria",))
    found = {}
    for name, entry in whole.children("criteria"):
        entry.only(("name", "src"))
        if entry.text("src") not in SOURCES - {"memory"}:
            raise RuleError(f"{entry.where}: what is unverified is no criterion")
        found[name] = entry.text("name")
    return found
