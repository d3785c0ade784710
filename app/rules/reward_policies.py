"""Reward policies (奖励办法) as dated, versioned data: `data/reward_policy_*.yaml`, with citations and marks.

A policy that is not in force, or of which that is not known, is kept as data and never calculated with. The loader is
strict: a slip in an amount must stop the start and not pay somebody wrongly. All errors are RewardError with the file.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar

import yaml

from app.rules.reward_policy import AccidentClass, Grade, Insider, Item, Policy, Question, Source
from app.rules.reward_types import CAP_MODES, CLASSES, FEN, KINDS, RewardError

DATA = Path(__file__).parent / "data"
MARKS = ("found", "memory", "derived", "choice")
ALWAYS_ASKED = {"verified", "first_reporter"}  # no amount without them, whatever a file leaves out
STATUSES = ("in_force", "undetermined", "not_in_force")
KNOWN_KEYS = frozenset({
    "id", "version", "name", "citation", "src", "status", "from", "to", "note", "priority", "sectors",
    "stacks_on", "items", "no_fine", "named", "eligibility", "exclusions", "joint", "claim",
    "confidentiality", "insider", "special_reward", "informants", "revisit", "finance_review_from",
    "reporter_must_be", "insider_rule",
})  # fmt: skip
Raw = Mapping[str, Any]
T = TypeVar("T")


@dataclass(frozen=True)
class Policies:
    """All policies and the classes of accidents."""

    policies: tuple[Policy, ...]
    classes: tuple[AccidentClass, ...]
    classes_source: Source

    @classmethod
    def load(cls, folder: Path | None = None) -> "Policies":
        """Read and check all policy files of a folder, by default the program's own. Raises RewardError."""
        folder = folder or DATA
        found = tuple(read(path, policy_of) for path in sorted(folder.glob("reward_policy_*.yaml")))
        ids = [policy.id for policy in found]
        if not found or len(set(ids)) != len(ids):
            raise RewardError(f"{folder.name}: no reward policy, or two with one id")
        for policy in found:
            if policy.stacks_on and policy.stacks_on not in ids:
                raise RewardError(f"{policy.id}: stands on {policy.stacks_on}, which is not there")
        classes, source = read(folder / "reward_accident_classes.yaml", classes_of)
        return cls(found, classes, source)

    def classify(self, deaths: int, serious_injuries: int, loss_fen: int) -> str:
        """The class of an accident (国务院令第493号第三条): the highest of which any threshold is reached."""
        reached = (
            one.name
            for one in self.classes
            if deaths >= one.deaths > 0
            or serious_injuries >= one.serious_injuries > 0
            or loss_fen >= one.loss > 0
        )
        return next(reached, self.classes[-1].name)

    def question_ids(self) -> set[str]:
        return {question.id for policy in self.policies for question in policy.questions}


def read(path: Path, build: Callable[[Raw], T]) -> T:
    """What `build` makes of a YAML file. Raises RewardError that names the file."""
    try:
        raw = yaml.safe_load(path.read_text("utf-8"))
        if not isinstance(raw, Mapping):
            raise RewardError("not a mapping")
        return build(raw)
    except RewardError as error:
        raise RewardError(f"{path.name}: {error}") from error
    except (
        OSError,
        KeyError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        yaml.YAMLError,
    ) as error:
        raise RewardError(f"{path.name}: {type(error).__name__}: {error}") from error


def policy_of(raw: Raw) -> Policy:
    if odd := set(raw) - KNOWN_KEYS:
        raise RewardError(f"unknown: {', '.join(sorted(map(str, odd)))}")
    claim, named, no_fine = raw.get("claim", {}), raw.get("named", {}), raw.get("no_fine", {})
    policy = Policy(
        id=text(raw["id"]),
        version=whole(raw["version"]),
        name=text(raw["name"]),
        source=source_of(raw),
        status=word(raw["status"], STATUSES),
        first=day_of(raw["from"]),
        last=day_of(raw["to"]),
        note=raw.get("note", ""),
        priority=whole(raw.get("priority", 0)),
        sectors=tuple(raw.get("sectors", ())),
        stacks_on=raw.get("stacks_on", ""),
        items={word(kind, KINDS): item_of(item) for kind, item in raw.get("items", {}).items()},
        questions=questions_of(raw),
        no_fine=no_fine.get("reason", ""),
        no_fine_source=source_of(no_fine or raw),
        named=named.get("text", ""),
        named_source=source_of(named or raw),
        insider=insider_of(raw["insider"]) if "insider" in raw else None,
        claim_days=whole(claim["days"]) if claim else None,
    )
    if policy.status == "in_force" and policy.first is None:
        raise RewardError("in force, but since when?")
    if policy.status == "in_force" and policy.items and ALWAYS_ASKED - {one.id for one in policy.questions}:
        raise RewardError(f"in force, but does not ask {' and '.join(sorted(ALWAYS_ASKED))}")
    if policy.first and policy.last and policy.last < policy.first:
        raise RewardError("ends before it begins")
    return policy


def item_of(raw: Raw) -> Item:
    by = word(raw["by"], ("share", "graded", "per_death", "flat", "silent"))
    grades = {}
    if by == "share":
        grades = {"": grade_of(raw)}
    elif by == "graded":
        grades = {text(tier): grade_of(one) for tier, one in raw["grades"].items()}
    amounts = {word(name, CLASSES): fen(value) for name, value in raw.get("amounts", {}).items()}
    if by in ("per_death", "flat") and set(amounts) != set(CLASSES):
        raise RewardError("an amount for each class of accident is needed")
    if by == "silent":
        text(raw["reason"])
    cap = fen(raw["cap"]) if raw.get("cap") is not None else None
    if cap is not None and any(grade.floor > cap for grade in grades.values()):
        raise RewardError("the floor is above the cap")
    reason = raw.get("reason") or raw.get("none", "")
    return Item(by, source_of(raw), grades, amounts, cap, raw.get("base", ""), reason)


def grade_of(raw: Raw) -> Grade:
    rate = Decimal(text(raw["rate"]))
    if not 0 < rate <= 1:
        raise RewardError(f"a rate of {rate}")
    return Grade(rate, fen(raw["floor"]))


def questions_of(raw: Raw) -> tuple[Question, ...]:
    found = [
        question_of(one, wanted)
        for part, wanted in (("eligibility", "yes"), ("exclusions", "no"))
        for one in raw.get(part, ())
    ]
    if len({question.id for question in found}) != len(found):
        raise RewardError("a question stands twice")
    return tuple(found)


def question_of(raw: Raw, wanted: str) -> Question:
    source = source_of(raw)
    doubtful = bool(raw.get("optional")) or not source.verified
    return Question(text(raw["id"]), text(raw["question"]), wanted, source, doubtful)


def insider_of(raw: Raw) -> Insider:
    uplift, cap_mode = raw["uplift"], raw["cap_mode"]
    return Insider(
        kinds=tuple(word(kind, KINDS) for kind in raw["kinds"]),
        kinds_note=text(raw["kinds_note"]),
        uplift=None if uplift is None else checked_uplift(Decimal(text(uplift))),
        cap_mode=None if cap_mode is None else word(cap_mode, CAP_MODES),
        uplift_source=source_of(raw, "uplift_"),
        elsewhere=text(raw["elsewhere"]),
        real_name=text(raw["real_name"]),
        real_name_source=source_of(raw, "real_name_"),
        proof=text(raw["proof"]),
        proof_source=source_of(raw, "proof_"),
    )


def checked_uplift(uplift: Decimal) -> Decimal:
    """A sensible share. Raises RewardError: 20 instead of 0.2 would multiply a reward."""
    if not uplift.is_finite() or not 0 < uplift <= 1:
        raise RewardError(f"上浮比例要写成 0 到 1 之间的小数（0.2 即 20%），不是 {uplift}")
    return uplift


def classes_of(raw: Raw) -> tuple[tuple[AccidentClass, ...], Source]:
    """Highest first; each threshold must fall from class to class."""
    found = tuple(
        AccidentClass(
            word(one["name"], CLASSES), whole(one["deaths"]), whole(one["serious_injuries"]), fen(one["loss"])
        )
        for one in raw["classes"]
    )
    if tuple(one.name for one in reversed(found)) != CLASSES:
        raise RewardError("classes must stand from 特别重大 down to 一般")
    for higher, lower in pairwise(found):
        if (
            not lower.deaths < higher.deaths
            or not lower.serious_injuries < higher.serious_injuries
            or not lower.loss < higher.loss
        ):
            raise RewardError(f"{lower.name}: a threshold does not lie below that of {higher.name}")
    return found, source_of(raw)


def source_of(raw: Raw, prefix: str = "") -> Source:
    return Source(text(raw[prefix + "citation"]), word(raw[prefix + "src"], MARKS))


def text(value: object) -> str:
    """Text that must not be empty. A number without quotes is refused: YAML would make 0.15 a binary fraction."""
    if not isinstance(value, str) or not value.strip():
        raise RewardError(f"text is needed, not {value!r}")
    return value


def word(value: object, known: Collection[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise RewardError(f"{value!r} is none of {', '.join(known)}")
    return value


def whole(value: object) -> int:
    if type(value) is not int or value < 0:
        raise RewardError(f"a whole number is needed, not {value!r}")
    return value


def fen(value: object) -> int:
    """Whole yuan of the file in fen."""
    return whole(value) * FEN


def day_of(value: object) -> date | None:
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    raise RewardError(f"a day is needed, not {value!r}")
