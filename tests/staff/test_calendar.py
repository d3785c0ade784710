"""The calendar's page: days with their source, and only the numbers that somebody may know."""

import re
from datetime import date

from app.casework.access import due_days
from app.casework.reporting import say
from app.intake.take import take
from app.tips.receipts import look_up
from tests.casework.test_way import desktop, step, verified
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

DUE = re.compile(r'class="due[^"]*">(\d+)件')


def counted(town: Town, who: str) -> dict[date, int]:
    with town.tools.database.work() as session:
        return due_days(session, town.holder(who), date(2026, 1, 1), date(2027, 12, 31))


def shown(town: Town, who: str, year: int) -> list[int]:
    client, _ = signed_in(app_of(town), town, who)
    return [int(one) for one in DUE.findall(client.get(f"/desk/calendar?year={year}").text)]


def test_each_desk_sees_what_it_may_know(town: Town) -> None:
    """A number on a day would tell another desk, or the office, of an accusation or of a case that is not theirs."""
    taken = [take(town.tools, sent()) for _ in range(2)]
    step(town, taken[0], "accept")
    take(town.tools, sent(OFFICIAL))
    due = {desktop(town, one.case_id).case.next_due: 1 for one in taken}
    assert len(due) == 2
    assert counted(town, "chengjian") == due
    assert counted(town, "office") == due  # as its overview shows
    (reserved,) = counted(town, "jijian").values()
    assert reserved == 1
    for who in ("anjian", "dispatch", "duty", "admin", "signer", "custodian", "clerk"):
        assert counted(town, who) == {}
    assert shown(town, "chengjian", 2026) == shown(town, "chengjian", 2027) == [1]
    assert shown(town, "admin", 2026) == []


def test_an_objection_shows_to_the_desk_alone(small_town: Town) -> None:
    """The office would see that a closed case is due again: somebody reported, and objected."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    step(small_town, taken, "close")
    assert counted(small_town, "chengjian") == {}
    assert taken.receipt is not None
    say(small_town.tools, look_up(small_town.tools, taken.receipt), "objection", "没看后院")
    assert sum(counted(small_town, "chengjian").values()) == 1
    assert counted(small_town, "office") == {}


def test_the_page_says_where_its_days_come_from(small_town: Town) -> None:
    """Guessed days would look like announced ones."""
    client, _ = signed_in(app_of(small_town), small_town, "clerk")
    page = client.get("/desk/calendar").text
    assert "国办发明电〔2025〕7号" in page
    assert page.count("<b>班</b>") == 6
    assert "暂按周末推算" not in page
    page = client.get("/desk/calendar?year=2027").text
    assert "暂按周末推算" in page
    assert "<b>休</b>" not in page
    assert page.count(">推算<") == 12
    for nonsense in ("1999", "x", "2028", ""):
        assert "2026 年日历" in client.get(f"/desk/calendar?year={nonsense}").text
