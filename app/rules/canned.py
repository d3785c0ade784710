"""Ready sentences (常用语) for what a desk says to a reporter, as data; in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from app.rules.duties import DATA, Entry, read_yaml

STEPS = ("ask", "message", "answer", "decline")


@lru_cache(maxsize=4)
def load_canned(folder: Path = DATA) -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """Sentences by step; each a mapping from language (zh, en) to words. Raises RuleError."""
    whole = read_yaml(folder / "canned.yaml").only(STEPS)
    return {step: tuple(_sentence(entry) for _, entry in whole.children(step)) for step in STEPS}


def _sentence(entry: Entry) -> Mapping[str, str]:
    entry.only(("zh", "en"))
    return {"zh": entry.text("zh"), "en": entry.text("en")}
