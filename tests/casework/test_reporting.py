"""What a reporter says: each thing once, nothing lost, no photo left behind by what was not written."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from sqlalchemy import select

from app.casework.needs import Unmet
from app.casework.reporting import read_follow, say
from app.intake.sent import PhotosGone
from app.intake.take import take
from app.people.tools import Tools
from app.photos.pool import Cleaned, Cleaner
from app.tips.models import StoredObject
from app.tips.objects import drop, stage
from app.tips.receipts import Visit, look_up
from tests.casework.test_flow import fill_in
from tests.casework.test_way import desktop, picture, step, verified
from tests.intake.test_take import sent
from tests.makers import Town


def visit_of(town: Town, taken: Any) -> Visit:
    assert taken.receipt is not None
    return look_up(town.tools, taken.receipt)


def said(town: Town, visit: Visit) -> list[tuple[str, str]]:
    lines = read_follow(town.tools, visit).lines
    return [(line.kind, line.text) for line in lines if line.by == "reporter"]


def staged(town: Town) -> list[str]:
    """Rows of staging, and files that no row knows."""
    with town.tools.database.work() as session:
        rows = {row.id: row.state for row in session.scalars(select(StoredObject))}
    return [name for name in {*rows, *town.tools.store.names()} if rows.get(name) != "kept"]


def test_other_words_from_the_same_page_are_not_lost(town: Town) -> None:
    """An objection sent after going back from a message would be dropped without a word."""
    taken = verified(town)
    step(town, taken, "answer", reply="属实。")
    visit = visit_of(town, taken)
    for _ in range(2):
        for kind, text in (("message", "谢谢"), ("objection", "谢谢"), ("message", "还有一处")):
            say(town.tools, visit, kind, text, once="a")
    assert said(town, visit) == [("message", "谢谢"), ("objection", "谢谢"), ("message", "还有一处")]
    assert desktop(town, taken.case_id).now.objected


def test_another_photo_under_the_same_words_is_not_lost(small_town: Town) -> None:
    """A photo added after going back would be thrown away, or the same one stand there twice."""
    visit = visit_of(small_town, take(small_town.tools, sent()))
    first, second = picture(), picture()
    for uploads in ((first,), (first,), (second,), (first, second)):
        say(small_town.tools, visit, "message", "看照片", uploads, "a")
    lines = read_follow(small_town.tools, visit).lines
    assert [len(line.photos) for line in lines if line.by == "reporter"] == [1, 1, 2]
    assert staged(small_town) == []


def test_a_refused_or_repeated_message_leaves_no_photo(town: Town) -> None:
    """Anybody with a receipt could fill the disk with photos of messages that nobody gets."""
    visit = visit_of(town, take(town.tools, sent()))
    for kind in ("reply", "objection"):
        with pytest.raises(Unmet):
            say(town.tools, visit, kind, "字", [picture()])
    photo = picture()
    for _ in range(2):
        say(town.tools, visit, "message", "字", [photo], "a")
    assert staged(town) == []


@dataclass
class Meanwhile:
    """The town's cleaner, that lets something else happen while it cleans."""

    cleaner: Cleaner
    happens: Any

    def clean(self, data: bytes, **how: Any) -> Cleaned:
        cleaned = self.cleaner.clean(data, **how)
        happens, self.happens = self.happens, lambda: None
        happens()
        return cleaned


def meanwhile(town: Town, happens: Any) -> Tools:
    return replace(town.tools, cleaner=Meanwhile(town.tools.cleaner, happens))  # type: ignore[arg-type]


def test_a_message_that_comes_too_late_leaves_no_photo(town: Town) -> None:
    """What is withdrawn or sent on another phone while a photo is cleaned would leave that photo behind."""
    visit, photo = visit_of(town, take(town.tools, sent())), picture()
    again = meanwhile(town, lambda: say(town.tools, visit, "message", "字", [photo], "a"))
    say(again, visit, "message", "字", [photo], "a")
    assert said(town, visit) == [("message", "字")]
    withdrawn = meanwhile(town, lambda: say(town.tools, visit, "withdrawal", ""))
    with pytest.raises(Unmet):
        say(withdrawn, visit, "message", "等等", [picture()])
    assert staged(town) == []


def test_a_report_that_was_not_written_leaves_no_photo(town: Town) -> None:
    """Each form that a bad line sends twice, or whose held photo is gone, would leave its photos behind."""
    tools, form = town.tools, sent(photos=(picture(),))
    again = meanwhile(town, lambda: take(tools, form))
    assert take(again, form).again
    assert staged(town) == []
    cleaned = [tools.cleaner.clean(picture()) for _ in range(2)]
    held = stage(tools.database, tools.store, tools.worker, cleaned, town.now.today())
    drop(tools.database, tools.store, held[:1])
    with pytest.raises(PhotosGone):
        take(tools, sent(photos=(picture(),), held=held))
    assert sorted(staged(town)) == sorted((held[1].id, held[1].thumb))


def test_a_step_that_was_refused_leaves_no_photo(town: Town) -> None:
    """Each record that has to be worded anew would leave its photos behind."""
    taken = take(town.tools, sent())
    fill_in(town, taken, "accept", {})
    with pytest.raises(Unmet):
        step(town, taken, "verify", photos=1, enterprise="某饭店", found="和举报的一样", level="general")
    assert staged(town) == []
