"""Ready sentences: there for each step that speaks to a reporter, in both languages, promising no money."""

from app.casework.flow import TABLE
from app.rules.canned import STEPS, load_canned
from app.rules.criteria import load_criteria

PROMISES = ("一定", "保证", "奖金", "奖励", "马上发", "guarantee", "reward")


def test_each_step_that_speaks_has_ready_sentences() -> None:
    """A tired inspector would write the same words each time, each time otherwise."""
    found = load_canned()
    assert set(found) == set(STEPS) <= set(TABLE)
    for sentences in found.values():
        assert len(sentences) >= 2
        for one in sentences:
            assert one["zh"] != one["en"]
            assert not [word for word in PROMISES if word in one["zh"] or word in one["en"].lower()]


def test_the_criteria_are_published_ones() -> None:
    """A verifier would hold a hazard against a rule that nobody found."""
    assert len(load_criteria()) >= 10
    assert all("（" in name for name in load_criteria().values())
