"""What a step leaves behind for those who were not there: the reporter, the leader, a later inspection."""

from datetime import timedelta

import pytest

from app.casework.needs import Unmet
from app.casework.reporting import read_follow
from app.intake.take import take
from app.tips.receipts import look_up
from tests.casework.test_way import FOUND, desktop, reinspected, sign_all, step
from tests.intake.test_take import sent
from tests.makers import Town


def test_the_reporter_is_told_why_it_takes_longer(small_town: Town) -> None:
    """A reporter would wait thirty days more and never hear why (2012 年举报奖励办法 §11(6))."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "request_extension", reason="等房屋鉴定报告")
    sign_all(small_town)
    step(small_town, taken, "extend")
    assert taken.receipt is not None
    lines = read_follow(small_town.tools, look_up(small_town.tools, taken.receipt)).lines
    assert lines[-1].text == "核查延长 30 天。理由：等房屋鉴定报告"


def test_nothing_is_struck_off_without_a_photo_from_before(small_town: Town) -> None:
    """A hazard would be struck off with nothing to compare the photo from after with."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general")
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="true")
    limit = (small_town.now.today() + timedelta(days=7)).isoformat()
    with pytest.raises(Unmet, match="整改前照片"):
        step(small_town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    step(small_town, taken, "rectify", measures="换软管", person="店主", limit=limit, photos=1)
    with pytest.raises(Unmet, match="复查照片"):
        step(small_town, taken, "reinspect", found="换好了", person="李工、赵工")
    reinspected(small_town, taken)
    (record,) = desktop(small_town, taken.case_id).recorded("reinspection")
    assert (len(record.value["before"]), len(record.value["after"])) == (1, 1)
