"""The office sees that everything is handled in time, and presses, without a word of content."""

from datetime import timedelta

from sqlalchemy import select

from app.casework.copies import wording
from app.casework.models import Case
from app.casework.papers import DUTY_STEPS, paper_at
from app.casework.pressing import press, watched
from app.intake.take import take
from app.notices.write import waiting
from app.tips.content import Report
from tests.casework.test_papers import words_of
from tests.casework.test_way import desktop, step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

OFFICIAL = Report(what="安监科老赵收了钱", about_official=True)
TELLING = {
    "ask",
    "reply",
    "answer",
    "message",
    "object",
    "uphold",
    "withdraw",
    "plan_visit",
    "decline",
    "shown",
}


def lights(town: Town, **asked: str) -> dict[str, tuple[str, str]]:
    with town.tools.database.work() as session:
        return {one.case.id: (one.light, one.waits_with) for one in watched(session, town.tools, **asked)}


def test_a_light_says_how_late_and_with_whom(small_town: Town) -> None:
    """The office would press the town for what the firm has to do, or not see what is late."""
    old = verified(small_town)
    step(small_town, old, "answer", reply="属实。")
    limit = (small_town.now.today() + timedelta(days=2)).isoformat()
    step(small_town, old, "rectify", measures="换软管", person="店主", limit=limit)
    small_town.now.pass_days(6)
    fresh = take(small_town.tools, sent())
    assert lights(small_town)[old.case_id] == ("red", "enterprise")
    assert lights(small_town)[fresh.case_id] == ("yellow", "us")
    assert set(lights(small_town, light="red")) == {old.case_id}
    assert set(lights(small_town, waits_with="enterprise")) == {old.case_id}
    assert set(lights(small_town, waits_with="us", desk="chengjian")) == {fresh.case_id}
    assert lights(small_town, desk="anjian") == {}


def test_a_filter_shows_its_own_light(small_town: Town) -> None:
    """Among what is red the office would find what only has to be asked for again, and not among what is yellow."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "hand_up", bureau="qu_chengguan", title="餐饮用气", text="四个钢瓶，请查处。")
    for days, light in ((70, "yellow"), (20, "red")):
        small_town.now.pass_days(days)
        assert lights(small_town) == {taken.case_id: (light, "district")}
        for other in ("red", "yellow", "green"):
            assert lights(small_town, light=other) == (lights(small_town) if other == light else {})


def test_a_case_on_an_official_is_never_there(small_town: Town) -> None:
    """The office would see that somebody was accused, and could press discipline."""
    taken = take(small_town.tools, sent(OFFICIAL))
    assert taken.case_id not in lights(small_town)
    assert press(small_town.tools, small_town.holder("office"), [taken.case_id, "nonsense"]) == 0


def test_pressing_is_entered_once_a_day_and_told_to_the_desk(small_town: Town) -> None:
    """The desk would not hear of it, or the file not show that the office did its duty."""
    taken = take(small_town.tools, sent())
    office = small_town.holder("office")
    assert [press(small_town.tools, office, [taken.case_id]) for _ in range(2)] == [1, 0]
    with small_town.tools.database.work() as session:
        assert waiting(session, ("chengjian",))["due_soon"] == 1
    now = desktop(small_town, taken.case_id)
    found = paper_at(now, "duty", "case")
    assert found is not None
    words = words_of(found.form.build(now, None, wording(now, found.place, "x")))
    assert f"催办　{office.name}" in words
    small_town.now.pass_days(1)
    assert press(small_town.tools, office, [taken.case_id]) == 1


def test_only_the_office_presses(small_town: Town) -> None:
    """Any desk could send reminders about cases that it may not even know."""
    taken = take(small_town.tools, sent())
    for who in ("anjian", "signer", "admin"):
        client, csrf = signed_in(app_of(small_town), small_town, who)
        assert (
            client.post("/desk/overview/press", data={"csrf": csrf, "case": taken.case_id}).status_code == 403
        )
    client, csrf = signed_in(app_of(small_town), small_town, "office")
    assert client.post("/desk/overview/press", data={"csrf": csrf, "case": taken.case_id}).status_code == 303
    page = client.get("/desk/overview?light=&waits_with=us&desk=chengjian").text
    with small_town.tools.database.work() as session:
        number = session.scalar(select(Case.number).where(Case.id == taken.case_id)) or ""
    assert number[:4] in page
    assert GAS.what not in page


def test_the_record_of_duty_tells_of_no_report() -> None:
    """The paper that protects an inspector would give a reporter away."""
    assert not TELLING & set(DUTY_STEPS)
