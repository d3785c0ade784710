"""Settings: small pure functions over a mapping, all checked at start.

`load(environ)` reads the environment and the installation's own `settings.toml` in the data folder (written by
`flask setup`); the environment wins. Any bad value raises `SettingError`, which stops the start.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Literal

AUTHORITIES = ("town", "county")
LETTER_PREFIX = re.compile(r"[\u4e00-\u9fffA-Za-z]{1,12}")
ADDRESS = re.compile(r"(https?)://[a-z0-9](?:[a-z0-9.-]{0,60}[a-z0-9])?(?::([1-9][0-9]{0,4}))?")


DIGESTS_APART = 60  # minutes at least
LONGEST_REPEAT = 30  # minutes


class SettingError(Exception):
    """A setting is missing or makes no sense; the message says which and what to do."""


@dataclass(frozen=True)
class Sending:
    """When and how notices leave the house, in the town's own time."""

    digest_times: tuple[time, ...]  # every desk is told how much waits, also when nothing does
    danger_repeat: int  # minutes between two calls until somebody signs for a danger to life
    danger_command: str  # a program that rings a phone; empty: none
    duty_from: time  # when a day's duty begins; before it the day before still is


@dataclass(frozen=True)
class Settings:
    """What one installation (one town) is told from outside."""

    data: Path  # folder of the database and the sealed files
    keys: Path  # pepper, standing key, monthly retention keys: never in a backup of the database
    database: str  # SQLAlchemy URL
    memory: str  # where what must not persist lies: a tmpfs folder or redis://
    town: str
    district: str
    letter_prefix: str  # of the numbers of letters that leave (发文机关代字): 下仓安移〔2026〕1号
    telephone: str  # landline of the duty desk
    authority: Literal["town", "county"]  # a town proposes, a county decides (安全生产法 §9, §73, §76)
    root_fingerprint: str  # of the key that signs every desk's first epoch; empty before set-up
    demonstration: bool
    demonstration_receipt: str  # of a made-up report with a reward to claim, printed at start
    address: (
        str  # where people reach it, as posters print it; never taken from a request; empty: no posters yet
    )
    counter_open: bool  # L1 payment by number and claim code; off until finance has filed a written rule
    anonymous_reward: bool | None  # whether reports without a name are rewarded; None: not decided
    insider_uplift: Decimal | None  # an employee's share on top, 0.2 for 20 %; None: not decided
    sending: Sending

    def title(self) -> str:
        return f"{self.district}{self.town}"


def load(environ: Mapping[str, str]) -> Settings:
    """Settings from `ANSHAO_*` variables and `<data>/settings.toml`.

    Raises SettingError.
    """
    data = Path(environ.get("ANSHAO_DATA") or Path(__file__).parent / "instance" / "data").resolve()
    written = read_file(data / "settings.toml")
    demonstration = yes_no("demonstration", text(environ, written, "demonstration", "no"))
    return Settings(
        data=data,
        keys=Path(environ.get("ANSHAO_KEYS") or data / "keys").resolve(),
        database=environ.get("ANSHAO_DATABASE") or f"sqlite:///{data / 'anshao.sqlite'}",
        memory=environ.get("ANSHAO_MEMORY") or default_memory(data),
        town=text(environ, written, "town", "下仓镇"),
        district=text(environ, written, "district", "天津市蓟州区"),
        letter_prefix=letter_prefix(
            text(environ, written, "letter_prefix", ""), text(environ, written, "town", "下仓镇")
        ),
        telephone=text(environ, written, "telephone", ""),
        authority=authority(text(environ, written, "authority", "town")),
        root_fingerprint=text(environ, written, "root_fingerprint", ""),
        demonstration=demonstration,
        demonstration_receipt=text(environ, written, "demonstration_receipt", ""),
        address=address(text(environ, written, "address", ""), demonstration=demonstration),
        counter_open=yes_no("counter_open", text(environ, written, "counter_open", "no")),
        anonymous_reward=decided("anonymous_reward", text(environ, written, "anonymous_reward", "")),
        insider_uplift=share("insider_uplift", text(environ, written, "insider_uplift", "")),
        sending=Sending(
            digest_times=digest_times(text(environ, written, "digest_times", "08:30,14:30")),
            danger_repeat=minutes("danger_repeat", text(environ, written, "danger_repeat", "5")),
            danger_command=program("danger_command", text(environ, written, "danger_command", "")),
            duty_from=clock_time("duty_from", text(environ, written, "duty_from", "08:00")),
        ),
    )


def read_file(path: Path) -> dict[str, str]:
    """The installation's own settings, or nothing before set-up."""
    try:
        raw = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    try:
        values = tomllib.loads(raw)
    except tomllib.TOMLDecodeError as error:
        raise SettingError(f"{path.name} cannot be read: {error}") from error
    for name, value in values.items():
        if not isinstance(value, str):
            raise SettingError(f"{path.name}: {name} must be text in quotes")
    return values


def text(environ: Mapping[str, str], written: Mapping[str, str], name: str, default: str) -> str:
    return environ.get(f"ANSHAO_{name.upper()}") or written.get(name) or default


def letter_prefix(value: str, town: str) -> str:
    """What stands before the year in a letter's number; unset, the town's name and 安移. Raises SettingError."""
    if not value:
        return re.sub("(镇|乡|街道)$", "", town) + "安移"
    if not LETTER_PREFIX.fullmatch(value):
        raise SettingError(
            f"letter_prefix must be 1 to 12 characters without digits or brackets, not {value!r}"
        )
    return value


def authority(value: str) -> Literal["town", "county"]:
    if value == "town":
        return "town"
    if value == "county":
        return "county"
    raise SettingError(f"authority must be one of {', '.join(AUTHORITIES)}, not {value!r}")


def address(value: str, *, demonstration: bool) -> str:
    """The public address without a slash at its end: scheme, host, port if need be. Raises SettingError.

    What is printed stays on walls for years: plain http, which anybody on the way can read and change, is for
    demonstrations only.
    """
    found = ADDRESS.fullmatch(value.removesuffix("/"))
    if not value:
        return ""
    if found is None or int(found[2] or 1) > 65535:
        raise SettingError(
            f"address must look like https://report.example.gov.cn, without a path, not {value!r}"
        )
    if found[1] == "http" and not demonstration:
        raise SettingError("address must begin with https:// (http:// is for demonstrations only)")
    return found[0]


def yes_no(name: str, value: str) -> bool:
    if value not in ("yes", "no"):
        raise SettingError(f"{name} must be yes or no, not {value!r}")
    return value == "yes"


def decided(name: str, value: str) -> bool | None:
    """Yes or no once the district has put it in writing; unset, nobody has decided."""
    return yes_no(name, value) if value else None


def share(name: str, value: str) -> Decimal | None:
    """A percentage as a share: 20 is 0.2. Unset, nobody has decided."""
    if not value:
        return None
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,2})?", value) or not 0 < Decimal(value) <= 100:
        raise SettingError(f"{name} must be a percentage above 0, at most 100, such as 20, not {value!r}")
    return Decimal(value) / 100


def clock_time(name: str, value: str) -> time:
    """A time of day such as 08:30. Raises SettingError."""
    found = re.fullmatch(r"([01][0-9]|2[0-3]):([0-5][0-9])", value.strip())
    if found is None:
        raise SettingError(f"{name} must be times such as 08:30, not {value!r}")
    return time(int(found[1]), int(found[2]))


def digest_times(value: str) -> tuple[time, ...]:
    """One to four times a day, in order, each an hour after the one before at least. Raises SettingError."""
    found = tuple(clock_time("digest_times", one) for one in value.split(","))
    gaps = [b.hour * 60 + b.minute - a.hour * 60 - a.minute for a, b in pairwise(found)]
    if len(found) > 4 or any(gap < DIGESTS_APART for gap in gaps):
        raise SettingError(
            f"digest_times must be at most four times in order, {DIGESTS_APART} minutes apart, not {value!r}"
        )
    return found


def minutes(name: str, value: str) -> int:
    if not re.fullmatch(r"[0-9]{1,2}", value) or not 1 <= int(value) <= LONGEST_REPEAT:
        raise SettingError(f"{name} must be whole minutes from 1 to {LONGEST_REPEAT}, not {value!r}")
    return int(value)


def program(name: str, value: str) -> str:
    """The absolute path of something that can be run, or nothing. Raises SettingError."""
    if value and not (Path(value).is_absolute() and Path(value).is_file() and os.access(value, os.X_OK)):
        raise SettingError(f"{name} must be the absolute path of a program that can be run, not {value!r}")
    return value


def default_memory(data: Path) -> str:
    """A folder in memory of its own for each data folder, so that two installations never meet."""
    return "/dev/shm/anshao-" + data.as_posix().strip("/").replace("/", "-")  # noqa: S108 - tmpfs is the point
