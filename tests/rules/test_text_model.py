"""The text model: right often enough, the same every time, and able to say why."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.rules.routing import Report, Rules, written_examples
from app.rules.text_model import TextModel, grams
from tests.rules import accuracy


def test_kept_aside_are_never_learned() -> None:
    """The figures would be those of a pupil who has seen the paper."""
    learned = {text for _, text in written_examples(Rules.load().duties)}
    cases = accuracy.aside()
    assert len(cases) >= 60
    assert not learned & {case.report.what for case in cases}
    runs = {text[i : i + 10] for text in learned if not text.isascii() for i in range(len(text) - 9)}
    for case in cases:
        assert not any(case.text[i : i + 10] in runs for i in range(len(case.text) - 9)), case.text


def test_guesses_on_the_set_kept_aside() -> None:
    """Most reports would go to the dispatch desk or to the wrong one."""
    figures = accuracy.by_rules(accuracy.aside())
    assert figures.first >= 0.86
    assert figures.three >= 0.94


def test_guesses_on_the_samples() -> None:
    """The figures promised for the sample reports would not hold."""
    folder = os.environ.get("ANSHAO_SAMPLES", "")
    if not folder or not (Path(folder) / "tips.json").is_file():
        pytest.skip("ANSHAO_SAMPLES names no folder with tips.json")
    cases = accuracy.read_file(Path(folder) / "tips.json")
    for figures in (accuracy.by_rules(cases), accuracy.crossed(cases)):
        assert figures.first >= 0.80
        assert figures.three >= 0.93
    for kind in ("death", "official"):
        unfound, false = accuracy.missed(cases, kind)
        assert not unfound
        assert len(false) <= 3


def test_every_sector_is_written_about() -> None:
    """A sector nobody wrote examples for would never be guessed."""
    pairs = list(written_examples(Rules.load().duties))
    for sector in Rules.load().sectors.values():
        texts = [
            text
            for label, text in pairs
            if label == sector.id and text != sector.name and text not in sector.hints
        ]
        assert len(texts) >= 40, sector.id
        assert len(set(texts)) == len(texts), sector.id


def test_deaths_and_accusations_are_guessed_by_what_finds_them() -> None:
    """Every second wrong guess was one of these two, because their examples have words in common with all sectors."""
    rules = Rules.load()
    last = {rules.escalated("death").id, rules.escalated("official").id}
    for case in accuracy.aside():
        guesses = [one.sector for one in rules.guesses(case.report)]
        assert len(set(guesses)) == len(rules.sectors)
        if not (case.death or case.official):
            assert set(guesses[-2:]) == last, case.text
        shares = sum(one.score for one in rules.guesses(case.report))
        assert abs(shares - 1) < 1e-9


def test_learning_is_the_same_every_time() -> None:
    """The same report would go to another desk after a restart."""
    pairs = [("gas", "煤气罐漏气"), ("fire", "楼道堆满纸箱"), ("gas", "灶边放罐")]
    first, again = TextModel.train(pairs), TextModel.train(list(pairs))
    assert first.score("罐子漏气堆在楼道") == again.score("罐子漏气堆在楼道")


def test_it_says_which_words_decided() -> None:
    """The desk could not see why a report came to it."""
    best = Rules.load().guesses(Report(what="电梯困人,按铃没人理"))[0]
    assert best.sector == "special_equipment"
    assert any("电梯" in word or "困" in word for word in best.words)
    assert all(word in "电梯困人,按铃没人理" for word in best.words)


@pytest.mark.parametrize("text", ["", "   ", "😀😀", "1234567890", "\u202e\u200f", "ܐܒܓ", "。,!?"])
def test_nonsense_is_guessed_evenly(text: str) -> None:
    """A text without a known word would be sent somewhere by chance, or break the form."""
    scores = TextModel.train([("gas", "煤气"), ("fire", "楼道")]).score(text)
    assert [one.score for one in scores] == [0.5, 0.5]
    assert not any(one.words for one in scores)


def test_grams_fold_width_case_and_digits() -> None:
    """The same words typed in full width or capitals would count as others, and telephone numbers would be learned."""
    assert grams("ＫＴＶ") == grams("ktv")
    assert grams("灶 13700000000 台") == ["灶", "台"]
    assert grams("煤气") == ["煤", "气", "煤气"]
