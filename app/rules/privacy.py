"""The privacy notice (个人信息处理告知, 个人信息保护法 §17) as data, with its version and the consent (单独同意).

Where a name is taken, the form says that leaving it is the consent, and :attr:`PrivacyNotice.stamp` is kept sealed with
the report: it says which words were agreed to.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

from app.rules.duties import DATA, Entry, RuleError, read_yaml
from app.rules.public import plain


@dataclass(frozen=True)
class PrivacyNotice:
    """One version of the notice. `kinds`: (what, whether it is needed); `rights`: (what, how to use it).

    `months`: how long everything received in a month is kept before its key is destroyed; None: not decided.
    """

    version: int
    day: date
    purposes: tuple[str, ...]
    ways: tuple[str, ...]
    kinds: tuple[tuple[str, str], ...]
    rights: tuple[tuple[str, str], ...]
    consent: str
    months: int | None

    @property
    def stamp(self) -> str:
        """What is kept with a name: version and day, as `1/2026-11-24`."""
        return f"{self.version}/{self.day.isoformat()}"

    @property
    def fingerprint(self) -> str:
        """SHA-256 over all words and the day: other words are another version."""
        said = {**asdict(self), "day": self.day.isoformat()}
        return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@lru_cache(maxsize=4)
def privacy_notice(folder: Path = DATA) -> PrivacyNotice:
    """The notice in force. :class:`RuleError` when its file is bad."""
    top = read_yaml(folder / "privacy_notice.yaml")
    top.only(("version", "day", "src", "purposes", "ways", "kinds", "rights", "consent", "months"))
    day, version = top.value["day"], top.number("version")
    if type(day) is not date or version < 1:
        raise RuleError(f"{top.where}: 'version' counts from 1 and 'day' is a day")
    if top.value["months"] is not None and top.number("months") < 1:
        raise RuleError(f"{top.where}: 'months' is empty or a whole number above 0")
    return PrivacyNotice(
        version=version,
        day=day,
        purposes=texts(top, "purposes"),
        ways=texts(top, "ways"),
        kinds=pairs(top, "kinds", "needed"),
        rights=pairs(top, "rights", "how"),
        consent=plain(top, "consent"),
        months=top.value["months"],
    )


def texts(top: Entry, key: str) -> tuple[str, ...]:
    """A list of sentences that must not be empty. Raises RuleError."""
    found = top.texts(key)
    if not found or any("%" in one for one in found):
        raise RuleError(f"{top.where}: {key!r} needs sentences, without a percent sign")
    return found


def pairs(top: Entry, key: str, second: str) -> tuple[tuple[str, str], ...]:
    """A list of (what, `second`) pairs. Raises RuleError."""
    values = top.value[key]
    if not isinstance(values, list) or not values:
        raise RuleError(f"{top.where}: {key!r} must be a list")
    entries = [Entry(f"{top.where}: {key}", one).only(("what", second)) for one in values]
    return tuple((plain(one, "what"), plain(one, second)) for one in entries)
