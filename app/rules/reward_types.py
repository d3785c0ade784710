"""What goes into a reward calculation (奖励测算建议表) and what comes out. Money is whole fen here, yuan on paper."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

KINDS = {
    "hazard": "重大事故隐患",
    "violation": "安全生产违法行为",
    "concealment": "瞒报谎报事故",
    "general": "一般事故隐患",
}
MODES = {"anonymous": "匿名", "callback": "只留联系方式", "named": "实名"}
ANSWERS = {"yes": "是", "no": "否", "unknown": "未答"}
CAP_MODES = {"keep_cap": "上限不变", "cap_times_uplift": "上限随上浮提高"}
ANONYMOUS_REWARDS = {
    "allowed_by_code": "凭领奖码可领",
    "contact_required": "留有联系方式的可领",
    "not_allowed": "只奖励实名举报",
}
CLASSES = ("一般", "较大", "重大", "特别重大")  # of accidents, lowest first
FEN = 100


class RewardError(ValueError):
    """Facts or policy data that cannot be calculated with; the message says what and where, in Chinese for facts."""


@dataclass(frozen=True)
class Facts:
    """What is known of a reported matter, as far as a reward asks. Raises RewardError for what contradicts itself.

    `fine_fen`: the penalty (行政处罚金额), None while not decided; `no_fine`: decided without one. `deaths`, injuries
    and loss are the accident's as finally confirmed, `concealed_deaths` those that were concealed (None: all).
    `insider`: an employee reporting the own unit; `contract_proof`: whether shown. `answers`: yes, no or unknown to
    each question of the policy by its id; what is absent is unknown. `tier`: the grade of a graded policy (一级 …).
    """

    registered_on: date
    kind: str
    fine_fen: int | None = None
    no_fine: bool = False
    deaths: int | None = None
    concealed_deaths: int | None = None
    serious_injuries: int = 0
    loss_fen: int = 0
    accident_class: str = ""  # as finally confirmed; empty: by the thresholds
    insider: bool = False
    contract_proof: str = "unknown"
    verified: str = "unknown"
    first_reporter: str = "unknown"
    mode: str = "anonymous"
    answers: Mapping[str, str] = field(default_factory=dict)
    sector: str = ""
    tier: str = ""

    def __post_init__(self) -> None:
        one_of("事项种类", self.kind, KINDS)
        one_of("身份方式", self.mode, MODES)
        one_of("事故等级", self.accident_class, ("", *CLASSES))
        for answer in (self.verified, self.first_reporter, self.contract_proof, *self.answers.values()):
            one_of("回答", answer, ANSWERS)
        counts = (self.fine_fen, self.deaths, self.concealed_deaths, self.serious_injuries, self.loss_fen)
        if any(count < 0 for count in counts if count is not None):
            raise RewardError("金额和人数不能小于 0")
        if self.no_fine and self.fine_fen:
            raise RewardError("既填了罚款，又说没有罚款")
        if self.concealed_deaths is not None and self.concealed_deaths > (self.deaths or 0):
            raise RewardError("瞒报的死亡人数比事故的死亡人数还多")

    def answer(self, question: str) -> str:
        """yes, no or unknown; two questions have their own field."""
        own = {"verified": self.verified, "first_reporter": self.first_reporter}
        return own.get(question) or self.answers.get(question, "unknown")


@dataclass(frozen=True)
class Step:
    """One line of the calculation. `verified`: its source was read, so that it may be shown as a rule."""

    text: str
    formula: str
    citation: str
    verified: bool


@dataclass(frozen=True)
class Missing:
    """What must be answered before the calculation is settled: a field or question id, and the question in words."""

    id: str
    question: str


@dataclass(frozen=True)
class Calculation:
    """A proposed amount with its reasons (测算建议), never a decision.

    `outcome`: amount, not_eligible or not_determined. `fen` only with `amount`; where that has something `missing`,
    it is the part already settled (an insider's uplift that nobody has set comes on top). `if_eligible_fen`: what
    the arithmetic alone gives, while questions of eligibility are open. `reasons` say why there is no amount.
    """

    outcome: str
    fen: int | None
    if_eligible_fen: int | None
    steps: tuple[Step, ...]
    policy: str
    version: int
    stacked: tuple[tuple[str, int], ...]  # id and version of each policy that stands on top
    missing: tuple[Missing, ...]
    reasons: tuple[str, ...]
    notes: tuple[str, ...]


def one_of(what: str, value: object, known: Collection[str]) -> None:
    """Raises RewardError unless `value` is one of the known words."""
    if not isinstance(value, str) or value not in known:
        raise RewardError(f"{what}只能是 {'、'.join(filter(None, known))}，不是 {str(value)[:40]!r}")


def whole_yuan(fen: Decimal) -> int:
    """Fen rounded half up to a whole yuan (元以下四舍五入), in fen."""
    return int((fen / FEN).quantize(Decimal(1), ROUND_HALF_UP)) * FEN


def yuan(fen: int) -> str:
    """An amount as people read it: 12,000 元, or 12,000.50 元."""
    return f"{fen // FEN:,} 元" if fen % FEN == 0 else f"{Decimal(fen) / FEN:,.2f} 元"


def percent(rate: Decimal) -> str:
    return f"{(rate * 100).normalize():f}%"
