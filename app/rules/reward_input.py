"""Facts of a trial calculation from JSON (`flask reward try FILE`), amounts in yuan; bad input is a RewardError."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from app.rules.reward_types import CLASSES, FEN, KINDS, MODES, Facts, RewardError

LARGEST_FILE = 1_000_000  # bytes
MOST_YUAN = Decimal(10) ** 12
MOST_PEOPLE = 100_000
HERE = ZoneInfo("Asia/Shanghai")

KIND_WORDS = {name: kind for kind, name in KINDS.items()} | {
    "瞒报": "concealment",
    "谎报": "concealment",
    "瞒报谎报": "concealment",
    "重大隐患": "hazard",
    "违法行为": "violation",
    "一般隐患": "general",
}
MODE_WORDS = {name: mode for mode, name in MODES.items()}
ANSWER_WORDS = {
    "yes": "yes", "no": "no", "unknown": "unknown", "是": "yes", "否": "no", "未答": "unknown", "不清楚": "unknown",
}  # fmt: skip
KEYS = frozenset({
    "registered_on", "kind", "fine", "no_fine", "deaths", "concealed_deaths", "serious_injuries", "loss",
    "accident_class", "insider", "contract_proof", "verified", "first_reporter", "mode", "answers",
    "sector", "tier", "uplift", "cap_mode", "anonymous_reward",
})  # fmt: skip
OTHER_NAMES = {"class": "accident_class", "grade": "tier", "loss_yuan": "loss", "fine_yuan": "fine"}


@dataclass(frozen=True)
class Trial:
    """Facts, and what the authority has set so far."""

    facts: Facts
    uplift: Decimal | None
    cap_mode: str | None
    anonymous_reward: str | None


def read_trial(path: Path, questions: Collection[str]) -> Trial:
    """The trial in a JSON file. `questions`: ids that may be answered, under `answers` or beside the facts."""
    raw = parse(path)
    given = {
        OTHER_NAMES.get(key, key): value for key, value in raw.items() if key not in questions or key in KEYS
    }
    if odd := sorted(set(given) - KEYS):
        raise RewardError(
            f"不认识的字段：{'、'.join(name[:40] for name in odd)}；可用：{'、'.join(sorted(KEYS))}"
        )
    nested = given.get("answers") or {}
    if not isinstance(nested, Mapping):
        raise RewardError("answers 要写成 {问题: 回答}")
    if odd := sorted(set(nested) - set(questions)):
        raise RewardError(
            f"没有这个问题：{'、'.join(name[:40] for name in odd)}；可用：{'、'.join(sorted(questions))}"
        )
    answers = {**{key: raw[key] for key in questions if key in raw}, **nested}
    facts = facts_of(given, {key: answer(value, key) for key, value in answers.items()})
    uplift = given.get("uplift")
    return Trial(
        facts,
        None if uplift is None else number(uplift, "uplift"),
        word(given, "cap_mode") or None,
        word(given, "anonymous_reward") or None,
    )


def parse(path: Path) -> dict[str, Any]:
    """The file as one JSON object, numbers exact, no key twice."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise RewardError("文件太大")
        raw = json.loads(
            path.read_text("utf-8-sig"),
            parse_float=Decimal,
            parse_constant=refuse_constant,
            object_pairs_hook=unique,
        )
    except OSError as error:
        raise RewardError(f"读不了文件 {path.name}：{error.strerror}") from error
    except RewardError:
        raise
    except (ValueError, RecursionError) as error:
        raise RewardError(f"{path.name} 不是 JSON：{error}") from error
    if not isinstance(raw, dict):
        raise RewardError('文件里要有一个 JSON 对象，例如 {"kind": "violation", "fine": 12000}')
    return raw


def refuse_constant(name: str) -> None:
    raise RewardError(f"不是数字：{name}")


def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len({key for key, _ in pairs}) != len(pairs):
        raise RewardError("同一个字段写了两次")
    return dict(pairs)


def facts_of(given: Mapping[str, Any], answers: dict[str, str]) -> Facts:
    own = {key: answers.pop(key) for key in ("verified", "first_reporter") if key in answers}
    return Facts(
        registered_on=day(given.get("registered_on")),
        kind=kind_of(given),
        fine_fen=money(given.get("fine"), "fine"),
        no_fine=flag(given, "no_fine"),
        deaths=people(given.get("deaths"), "deaths"),
        concealed_deaths=people(given.get("concealed_deaths"), "concealed_deaths"),
        serious_injuries=people(given.get("serious_injuries"), "serious_injuries") or 0,
        loss_fen=money(given.get("loss"), "loss") or 0,
        accident_class=accident_class(given),
        insider=flag(given, "insider"),
        contract_proof=answer(given.get("contract_proof"), "contract_proof"),
        mode=MODE_WORDS.get(word(given, "mode"), word(given, "mode")) or "anonymous",
        answers=answers,
        sector=word(given, "sector"),
        tier=word(given, "tier"),
        **own,
    )


def kind_of(given: Mapping[str, Any]) -> str:
    """The kind; a fine without one is that of a violation, which is rewarded like a major hazard."""
    kind = word(given, "kind") or ("violation" if given.get("fine") is not None else "")
    if not kind:
        raise RewardError(f"要写明 kind：{'、'.join(KINDS)}")
    return KIND_WORDS.get(kind, kind)


def accident_class(given: Mapping[str, Any]) -> str:
    name = word(given, "accident_class").removesuffix("事故")
    if name and name not in CLASSES:
        raise RewardError(f"accident_class 只能是 {'、'.join(CLASSES)}")
    return name


def word(given: Mapping[str, Any], key: str) -> str:
    value = given.get(key)
    if value is not None and not isinstance(value, str):
        raise RewardError(f"{key} 要写成文字")
    return (value or "").strip()


def flag(given: Mapping[str, Any], key: str) -> bool:
    return answer(given.get(key), key) == "yes"


def answer(value: object, key: str) -> str:
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str) and value.strip() in ANSWER_WORDS:
        return ANSWER_WORDS[value.strip()]
    raise RewardError(f"{key} 只能回答 yes、no、unknown（或 true、false、null）")


def number(value: object, key: str) -> Decimal:
    """An exact number from a JSON number or a string such as "12,000.50"."""
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal):
        raise RewardError(f"{key} 不是数字")
    text = str(value).strip().replace(",", "").removesuffix("元").strip()
    try:
        found = Decimal(text)
    except InvalidOperation as error:
        raise RewardError(f"{key} 不是数字：{text[:40]}") from error
    if not found.is_finite() or found < 0 or found > MOST_YUAN:
        raise RewardError(f"{key} 不合理：{text[:40]}")
    return found


def money(value: object, key: str) -> int | None:
    """Yuan as fen; at most two decimals."""
    if value is None:
        return None
    fen = number(value, key) * FEN
    if fen != fen.to_integral_value():
        raise RewardError(f"{key} 最多写到分：{str(value)[:40]}")
    return int(fen)


def people(value: object, key: str) -> int | None:
    if value is None:
        return None
    if type(value) is not int or not 0 <= value <= MOST_PEOPLE:
        raise RewardError(f"{key} 要写成不小于 0 的整数（人数）")
    return value


def day(value: object) -> date:
    """The day of registration; without one, today here."""
    if value is None:
        return datetime.now(HERE).date()
    try:
        return date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError as error:
        raise RewardError("registered_on 要写成 2026-11-24 这样的日期") from error
