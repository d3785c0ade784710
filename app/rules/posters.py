"""Posters (二维码海报) as data: kinds of place, examples, and the size below which a poster tells who works where."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.rules.duties import DATA, Entry, RuleError, read_yaml

PEOPLE = re.compile(r"(?:大?约)?(\d{1,6})(?:来|多|余)?(?:个?人|名)?(?:左右|上下)?")


@dataclass(frozen=True)
class PlaceKind:
    """A kind of place (一类场所), such as building sites: all of them in the town, never one."""

    id: str
    name: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class PosterRules:
    """For whom a poster may be made. `least_people`: below this many, making one must be confirmed."""

    least_people: int
    least_people_basis: str
    endings: tuple[str, ...]
    never: tuple[str, ...]
    examples: tuple[str, ...]
    kinds: Mapping[str, PlaceKind]

    @classmethod
    def load(cls, folder: Path = DATA) -> PosterRules:
        """Read and check `posters.yaml`. Raises RuleError."""
        whole = read_yaml(folder / "posters.yaml").only(("least_people", "village", "examples", "kinds"))
        least = Entry(f"{whole.where}: least_people", whole.value["least_people"])
        least.only(("value", "src", "basis"))
        village = Entry(f"{whole.where}: village", whole.value["village"])
        village.only(("src", "basis", "endings", "never"))
        if least.number("value") < 1:
            raise RuleError(f"{least.where}: value must be above 0")
        return cls(
            least.number("value"),
            least.text("basis"),
            village.texts("endings"),
            village.texts("never"),
            whole.texts("examples"),
            kinds_of(whole),
        )

    def is_village(self, name: str) -> bool:
        """Whether this is a village's or a community's full name (村居全名) and not an enterprise's."""
        return name.endswith(self.endings) and not any(word in name for word in self.never)

    def is_small(self, people: int) -> bool:
        """Whether so few people pass or work there that scanning could tell who works where."""
        return people < self.least_people


def kinds_of(whole: Entry) -> dict[str, PlaceKind]:
    found = {}
    for name, entry in whole.children("kinds"):
        entry.only(("name", "src", "examples"))
        found[name] = PlaceKind(name, entry.text("name"), entry.texts("examples"))
    return found


def read_people(text: str) -> int | None:
    """How many people somebody means by "200", "约２００人" or "1,200"; None where it is no number from 1 on."""
    plain = re.sub(r"[\s,]", "", unicodedata.normalize("NFKC", text))
    found = PEOPLE.fullmatch(plain)
    return int(found[1]) or None if found else None
