"""The privacy notice: what somebody agreed to can be told years later."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from app.rules.duties import DATA, RuleError
from app.rules.privacy import privacy_notice

# Every version that was ever in force. Whoever changes a word raises `version` and `day` and adds a line here.
VERSIONS = {1: "bc67a708ce162e59cba56fff12bce95fc67dba53177b67ae9f58ac69694bbdf8"}


def test_other_words_are_another_version() -> None:
    """A record would say that somebody agreed to words they never saw."""
    notice = privacy_notice()
    assert notice.fingerprint == VERSIONS[notice.version], (
        "raise `version` and `day`, then note the fingerprint"
    )
    assert notice.version == max(VERSIONS)


def test_the_stamp_says_version_and_day() -> None:
    """What is kept beside a name would not lead back to the words."""
    notice = privacy_notice()
    assert notice.stamp == f"{notice.version}/{notice.day.isoformat()}"
    assert notice.day <= date.today()  # noqa: DTZ011 - a day in the data file, not an instant


def test_the_consent_is_separate_and_free() -> None:
    """A name would be bought with the threat that nothing is done without it (单独同意)."""
    consent = privacy_notice().consent
    assert "单独同意" in consent
    assert "不同意也能举报" in consent


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("version: 1", "version: 0"),
        ("day: 2026-11-24", "day: soon"),
        ("months: null", "months: 0"),
        ("months: null", "months: many"),
        ("purposes:\n", "purposes: []\nreasons:\n"),
        ("consent: ", "consent: 100% "),
    ],
)
def test_a_broken_notice_stops_the_start(before: str, after: str, tmp_path: Path) -> None:
    """People would be told nothing, or nonsense, before they leave their name."""
    shutil.copy(DATA / "privacy_notice.yaml", tmp_path)
    path = tmp_path / "privacy_notice.yaml"
    text = path.read_text("utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), "utf-8")
    with pytest.raises(RuleError, match=r"privacy_notice\.yaml"):
        privacy_notice(tmp_path)
