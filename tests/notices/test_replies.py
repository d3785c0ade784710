"""The notice that a reporter wrote: it lasts until that very report is looked at, and tells nobody else which it is."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select

from app.casework.reading import end_news
from app.casework.reporting import say
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import remind
from app.ledger.models import LedgerEntry
from app.notices.models import Notice
from app.notices.write import REPLY_KEPT, waiting
from app.tips.models import Tip
from app.tips.receipts import look_up
from tests.casework.test_way import desktop
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

DESK = "chengjian"


def wrote(town: Town, taken: Taken, text: str) -> None:
    assert taken.receipt is not None
    say(town.tools, look_up(town.tools, taken.receipt), "message", text)


def replies(town: Town) -> int:
    with town.tools.database.work() as session:
        return waiting(session, (DESK,)).get("reply", 0)


def test_news_of_a_reply_end_where_that_case_is_opened(town: Town) -> None:
    """Opening any new case would take away the word that somebody answered on another, or nothing ever would."""
    first, second = take(town.tools, sent()), take(town.tools, sent(replace(GAS, what="烟道也漏")))
    client, _ = signed_in(app_of(town), town, DESK)
    client.get(f"/desk/cases/{first.case_id}", follow_redirects=True)
    wrote(town, first, "还在漏")
    wrote(town, first, "又漏了")
    assert replies(town) == 1
    client.get(f"/desk/cases/{second.case_id}", follow_redirects=True)
    assert replies(town) == 1
    assert "有举报人的新消息" in client.get("/desk/").text
    client.get(f"/desk/cases/{first.case_id}")
    assert replies(town) == 0
    with town.tools.database.work() as session:
        assert "reply" not in session.scalars(select(Notice.kind)).all()
    wrote(town, first, "第三回")
    assert replies(town) == 1


def test_what_came_in_meanwhile_is_still_news(town: Town) -> None:
    """Who wrote while the page was being opened would not be read."""
    taken = take(town.tools, sent())
    wrote(town, taken, "还在漏")
    now = desktop(town, taken.case_id)
    wrote(town, taken, "又漏了")
    end_news(town.tools, now)
    assert replies(town) == 1
    end_news(town.tools, desktop(town, taken.case_id))
    assert replies(town) == 0


def test_a_notice_names_no_report(small_town: Town) -> None:
    """A thief of the database would see which case has a reporter behind it, or that it is the same as yesterday."""
    taken = take(small_town.tools, sent())
    wrote(small_town, taken, "还在漏")
    small_town.now.pass_days(1)
    wrote(small_town, taken, "又漏了")
    with small_town.tools.database.work() as session:
        marks = session.scalars(select(Notice.mark).where(Notice.kind == "reply")).all()
        tip = session.scalars(select(Tip)).one()
        entries = session.scalars(select(LedgerEntry)).all()
    assert len({*marks}) == 2
    known = {
        tip.public_key,
        tip.once_digest,
        *(one.subject for one in entries),
        *(one.actor for one in entries),
    }
    assert not known & {*marks}


def test_news_that_nobody_can_end_end_by_themselves(small_town: Town) -> None:
    """A report that was handed on unread would leave its old desk with news for ever."""
    wrote(small_town, take(small_town.tools, sent()), "还在漏")
    small_town.now.day += REPLY_KEPT
    remind(small_town.tools)
    assert replies(small_town) == 1
    small_town.now.day += timedelta(days=1)
    remind(small_town.tools)
    assert replies(small_town) == 0
