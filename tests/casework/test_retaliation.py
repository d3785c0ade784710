"""Revenge on who reported (打击报复), and the revisits that ask after it: heard at once, shown first."""

from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.casework.reporting import read_follow, say
from app.casework.revisits import revisit_due
from app.intake.sent import Taken
from app.intake.take import take
from app.jobs.work import remind
from app.notices.write import REPLY_KEPT, waiting
from app.sealing.once import new_once
from tests.casework.test_flow import rectified
from tests.casework.test_reporting import visit_of
from tests.casework.test_visiting import INSIDER
from tests.casework.test_way import sign_all, step, verified
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.reporter.test_follow import SECRET
from tests.web.door import app_of, followed, signed_in

SAID = "说我不用来上班了"
FIRST = "举报人说受到打击报复"


def phone(town: Town, taken: Taken) -> FlaskClient:
    assert taken.receipt is not None
    return followed(app_of(town), taken.receipt.number, taken.receipt.password)


def tell(client: FlaskClient, kind: str, **fields: Any) -> Any:
    secret = SECRET.findall(client.get("/follow").text)[0]
    return client.post("/follow", data={"kind": kind, "secret": secret, "once": new_once(), **fields})


def news(town: Town, desk: str = "chengjian") -> dict[str, int]:
    with town.tools.database.work() as session:
        return waiting(session, (desk,))


def closed(town: Town) -> Taken:
    taken = verified(town)
    step(town, taken, "answer", reply="属实。")
    visit_of(town, taken)
    step(town, taken, "close")
    return taken


def asked(town: Town, taken: Taken) -> int:
    seen = read_follow(town.tools, visit_of(town, taken))
    return revisit_due(town.tools.limits, seen, town.now.today())


def test_revenge_is_an_alarm_that_ends_when_it_is_read(town: Town) -> None:
    """Somebody thrown out for reporting would wait among the ordinary messages."""
    taken = take(town.tools, sent(INSIDER))
    desk, _ = signed_in(app_of(town), town, "chengjian")
    desk.get(f"/desk/cases/{taken.case_id}", follow_redirects=True)
    assert "retaliation" not in news(town)
    say(town.tools, visit_of(town, taken), "retaliation", SAID)
    assert (news(town)["retaliation"], news(town)["reply"]) == (1, 1)
    assert "有举报人说受到打击报复" in desk.get("/desk/").text
    page = desk.get(f"/desk/cases/{taken.case_id}").text
    assert page.index(FIRST) < page.index(SAID) < page.index("检查时不要露出来") < page.index(GAS.what)
    assert "retaliation" not in news(town)
    assert "alarm" not in news(town)


def test_no_other_desk_hears_of_it(small_town: Town) -> None:
    """Office or duty desk would learn that a report stands behind a matter, and that its author is in trouble."""
    say(small_town.tools, visit_of(small_town, take(small_town.tools, sent(INSIDER))), "retaliation", SAID)
    accused = take(small_town.tools, sent(OFFICIAL))
    say(small_town.tools, visit_of(small_town, accused), "retaliation", SAID)
    heard = [name for name in small_town.members if "retaliation" in news(small_town, name)]
    assert sorted(heard) == ["chengjian", "jijian"]
    assert [name for name in small_town.members if "alarm" in news(small_town, name)] == []


def test_an_alarm_that_nobody_can_end_ends_by_itself(small_town: Town) -> None:
    """A report that was handed on unread would leave its old desk with an alarm for ever."""
    say(small_town.tools, visit_of(small_town, take(small_town.tools, sent(INSIDER))), "retaliation", SAID)
    small_town.now.day += REPLY_KEPT + timedelta(days=1)
    remind(small_town.tools)
    assert "retaliation" not in news(small_town)


def test_an_insider_reads_what_the_law_gives_and_others_are_not_asked(small_town: Town) -> None:
    """Whoever is threatened would find no way to say so; or every villager read of revenge below a blocked stair."""
    client = phone(small_town, take(small_town.tools, sent(INSIDER)))
    page = client.get("/follow").text
    assert "受到打击报复？" in page
    assert "依据：安全生产法第五十四条" in page
    assert tell(client, "retaliation", message=SAID).status_code == 303
    page = client.get("/follow").text
    assert f"打击报复</span>\n<p>{SAID}</p>" in page
    assert "受到打击报复？" not in phone(small_town, take(small_town.tools, sent())).get("/follow").text


def test_who_was_pressed_to_withdraw_can_still_say_so(small_town: Town) -> None:
    """The foreman makes them withdraw, and with it goes their only way to call for help."""
    taken = take(small_town.tools, sent(INSIDER))
    client = phone(small_town, taken)
    assert tell(client, "withdrawal").status_code == 303
    assert "受到打击报复？" in client.get("/follow").text
    assert tell(client, "message", message="等等").status_code == 422
    assert tell(client, "retaliation", message=SAID).status_code == 303
    assert news(small_town)["retaliation"] == 1


@pytest.mark.parametrize("text", ["", "字" * 5001])
def test_empty_or_endless_words_are_explained(small_town: Town, text: str) -> None:
    """A slip of the finger would raise an alarm without a word, or lose what was written."""
    client = phone(small_town, take(small_town.tools, sent(INSIDER)))
    answer = tell(client, "retaliation", message=text)
    assert answer.status_code == 422
    assert text in answer.text
    assert "retaliation" not in news(small_town)


def test_it_is_asked_at_thirty_and_at_ninety_days_once_each(small_town: Town) -> None:
    """Nobody would ever ask, or ask for ever; a month's silence would count as all being well."""
    taken = closed(small_town)
    ended = small_town.now.today()
    for days, due in ((0, 0), (29, 0), (30, 30), (89, 30), (90, 90), (400, 90)):
        small_town.now.day = ended + timedelta(days=days)
        assert asked(small_town, taken) == due
    for days in (30, 90):
        small_town.now.day = ended + timedelta(days=days)
        client = phone(small_town, taken)
        assert f"过了 {days} 天，还好吗？" in client.get("/follow").text
        assert tell(client, "revisit", retaliation="no", again="no").status_code == 303
        page = client.get("/follow").text
        assert "还好吗？" not in page
        assert page.count("没有受到打击报复。隐患没有再出现。") == days // 30 - days // 90
    assert "retaliation" not in news(small_town)


def test_nothing_is_asked_before_the_end(small_town: Town) -> None:
    """While the hazard is still being put right the page would ask whether it has come back."""
    taken = verified(small_town)
    small_town.now.pass_days(40)
    assert asked(small_town, taken) == 0
    step(small_town, taken, "answer", reply="属实。")
    rectified(small_town, taken)
    small_town.now.pass_days(40)
    assert asked(small_town, taken) == 0
    sign_all(small_town)
    step(small_town, taken, "strike_off")
    assert asked(small_town, taken) == 0
    small_town.now.pass_days(30)
    assert asked(small_town, taken) == 30


def test_revenge_told_at_a_revisit_is_an_alarm_too(small_town: Town) -> None:
    """The very question would be answered into the void: the case is closed and in no queue."""
    taken = closed(small_town)
    small_town.now.pass_days(31)
    client = phone(small_town, taken)
    answer = tell(client, "revisit", retaliation="yes", again="<b>", message=SAID)
    assert answer.status_code == 303
    assert news(small_town)["retaliation"] == 1
    desk, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = desk.get(f"/desk/cases/{taken.case_id}").text
    assert FIRST in page
    assert f"受到了打击报复。{SAID}" in page


def test_a_revisit_without_a_word_or_sent_twice(small_town: Town) -> None:
    """An empty form would count as all is well, or a second tap as an error."""
    taken = closed(small_town)
    small_town.now.pass_days(30)
    client = phone(small_town, taken)
    answer = tell(client, "revisit", retaliation="\x00", again="maybe")
    assert answer.status_code == 422
    assert "请选一样" in answer.text
    once = new_once()
    for _ in range(2):
        assert tell(client, "revisit", again="yes", once=once).status_code == 303
    lines = read_follow(small_town.tools, visit_of(small_town, taken)).lines
    assert [line.text for line in lines if line.kind == "revisit"] == ["隐患又出现了。"]


def test_what_was_ticked_at_a_revisit_stays_when_its_words_are_too_long(small_town: Town) -> None:
    """Who ticked that they are threatened would send the shortened text without it, and no alarm would be raised."""
    taken = closed(small_town)
    small_town.now.pass_days(30)
    answer = tell(phone(small_town, taken), "revisit", retaliation="yes", message="字" * 5001)
    assert answer.status_code == 422
    assert 'id="retaliation-yes" name="retaliation" value="yes" checked' in answer.text
    assert 'id="retaliation-no" name="retaliation" value="no">' in answer.text
    assert 'aria-describedby="revisit-error"' in answer.text
