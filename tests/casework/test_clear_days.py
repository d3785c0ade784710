"""What stands in clear of a case tells no report from a patrol, at any step that both can take."""

from datetime import timedelta

from app.casework.models import Case
from app.intake.sent import Taken
from app.intake.take import take
from app.intake.visits import open_visit
from tests.casework.test_way import FOUND, sign_all, step
from tests.intake.test_take import sent
from tests.makers import Town

COLUMNS = ("day", "next_due", "conclude_due", "accept_due", "accepted_on", "desk_id", "sector", "state")


def clear(town: Town, taken: Taken) -> list[object]:
    with town.tools.database.work() as session:
        row = session.get_one(Case, taken.case_id)
        return [getattr(row, name) for name in COLUMNS]


def test_the_same_steps_leave_the_same_days(small_town: Town) -> None:
    """Office or leader would tell by the day to answer, beside a limit that they read, that somebody reported."""
    report = take(small_town.tools, sent())
    visit = open_visit(
        small_town.tools, small_town.holder("chengjian"), origin="patrol", sector="gas", place="大集",
        enterprise="某饭店", text="软管老化", uploads=[], once=bytes(32),
    )  # fmt: skip
    limit = (small_town.now.today() + timedelta(days=20)).isoformat()

    def both(edge: str, photos: int = 0, **values: str) -> None:
        for taken in (report, visit):
            step(small_town, taken, edge, "chengjian", photos, **values)
        assert clear(small_town, report) == clear(small_town, visit), edge

    both("accept")
    both("verify", 1, enterprise="某饭店", found=FOUND, level="general")
    sign_all(small_town)
    both("conclude", conclusion="true")
    both("rectify", measures="换管", person="店主", limit=limit)
    both("report_done", 1, found="换好了")
    both("not_fixed", found="接头还漏", limit=limit)
    both("reinspect", 1, found="接头换了", person="李工、赵工")
