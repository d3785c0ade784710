"""What holds for every amount."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from app.rules.reward import Calculation, Facts, Policies, calculate
from app.rules.reward_types import ANONYMOUS_REWARDS, ANSWERS, CAP_MODES, KINDS, MODES

POLICIES = Policies.load()
GOOD = Facts(
    registered_on=date(2026, 11, 23),
    kind="violation",
    insider=True,
    verified="yes",
    first_reporter="yes",
    mode="named",
    answers={"not_known": "yes", "staff": "no", "third_party": "no", "known": "no", "unverifiable": "no"},
)
CAP = 300_000 * 100
FINES = st.integers(1, 10**12)
UPLIFTS = st.none() | st.decimals("0.01", "1", places=2)
MAYBE = st.sampled_from(sorted(ANSWERS))


def anything() -> st.SearchStrategy[Facts]:
    return st.builds(
        Facts,
        registered_on=st.dates(date(2017, 1, 1), date(2028, 1, 1)),
        kind=st.sampled_from(sorted(KINDS)),
        fine_fen=st.none() | st.integers(0, 10**12),
        deaths=st.none() | st.integers(0, 200),
        serious_injuries=st.integers(0, 200),
        loss_fen=st.integers(0, 10**12),
        accident_class=st.sampled_from(["", "一般", "较大", "重大", "特别重大"]),
        insider=st.booleans(),
        contract_proof=MAYBE,
        verified=MAYBE,
        first_reporter=MAYBE,
        mode=st.sampled_from(sorted(MODES)),
        answers=st.dictionaries(st.sampled_from(sorted(POLICIES.question_ids())), MAYBE),
        sector=st.sampled_from(["", "special_equipment", "noncoal_mine", "gas"]),
        tier=st.sampled_from(["", "一级", "九级"]),
    )


def amount(found: Calculation) -> int:
    assert found.fen is not None
    return found.fen


@given(
    anything(),
    UPLIFTS,
    st.none() | st.sampled_from(sorted(CAP_MODES)),
    st.none() | st.sampled_from(sorted(ANONYMOUS_REWARDS)),
)
def test_every_calculation_is_whole_and_bounded(
    facts: Facts, uplift: Decimal | None, mode: str | None, anonymous: str | None
) -> None:
    """If it fails, some facts give a fraction of a yuan, more than the cap, or an outcome without its reason."""
    found = calculate(facts, POLICIES, uplift, mode, anonymous)
    most = CAP * (1 + (uplift or 0)) if mode == "cap_times_uplift" else CAP
    for fen in (found.fen, found.if_eligible_fen):
        assert fen is None or (type(fen) is int and fen % 100 == 0 and 0 < fen <= most)
    assert (found.fen is not None) == (found.outcome == "amount")
    assert found.outcome != "not_eligible" or found.reasons
    assert found.outcome != "not_determined" or found.reasons or found.missing


@given(FINES, FINES, UPLIFTS, st.sampled_from(sorted(CAP_MODES)))
def test_a_higher_fine_never_gives_less(one: int, other: int, uplift: Decimal | None, mode: str) -> None:
    """If it fails, a harsher penalty costs the reporter money."""
    low, high = sorted((one, other))
    less = amount(calculate(replace(GOOD, fine_fen=low), POLICIES, uplift, mode))
    assert 3000 * 100 <= less <= amount(calculate(replace(GOOD, fine_fen=high), POLICIES, uplift, mode))


@given(st.integers(1, 100), st.integers(0, 100))
def test_more_concealed_dead_never_give_less(deaths: int, more: int) -> None:
    """If it fails, a graver concealment pays less."""
    low = calculate(replace(GOOD, kind="concealment", deaths=deaths), POLICIES)
    high = calculate(replace(GOOD, kind="concealment", deaths=deaths + more), POLICIES)
    assert amount(low) <= amount(high) <= CAP


@given(FINES, st.decimals("0.01", "1", places=2))
def test_an_uplift_never_lowers(fine: int, uplift: Decimal) -> None:
    """If it fails, being an insider costs money."""
    facts = replace(GOOD, fine_fen=fine)
    base = amount(calculate(facts, POLICIES))
    keep = amount(calculate(facts, POLICIES, uplift, "keep_cap"))
    lift = amount(calculate(facts, POLICIES, uplift, "cap_times_uplift"))
    assert base <= keep <= lift
