"""A penalty that the office hears of: recorded without a key to the case, read by the desk as the case's own."""

import pytest

from app.casework.decisions import record_by_office
from app.casework.edges import take_edge
from app.casework.needs import Unmet
from app.casework.records import Opened, read_records
from app.intake.take import take
from app.ledger.verify import verify
from app.notices.write import waiting
from app.people.grants import NoKey
from app.staff.rewards import fines_of
from tests.casework.test_reserved import FINDING, accused, second
from tests.casework.test_way import FOUND, desktop, sign_all, step, verified
from tests.intake.test_take import sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

FINED = {"document": "演示罚〔2026〕1号", "fine": "24000", "date": "2026-11-24"}


def site_records(town: Town, who: str = "office") -> list[Opened]:
    with town.tools.database.work() as session:
        found = read_records(session, town.tools, town.holder(who))
    return [one for one in found if one.kind == "site"]


def test_the_office_records_a_penalty_without_the_case_s_key(town: Town) -> None:
    """The bureau's decision comes to the office, which could tell nobody: no reward would follow from it."""
    taken = verified(town)
    (record,) = site_records(town)
    record_by_office(town.tools, town.holder("office"), record.id, FINED)
    with pytest.raises(NoKey):
        desktop(town, taken.case_id, "office")
    (decision,) = desktop(town, taken.case_id).recorded("decision")
    assert {name: decision.value[name] for name in FINED} == FINED
    assert decision.value["author"] == "office"
    with pytest.raises(Unmet, match="已经登记过"):
        record_by_office(town.tools, town.holder("office"), record.id, FINED)
    step(town, taken, "answer", reply="属实。")
    step(town, taken, "message", text="已经处罚。")
    assert len(desktop(town, taken.case_id).recorded("decision")) == 1
    with town.tools.database.work() as session:
        assert verify(session) == []


def test_the_desk_is_told(town: Town) -> None:
    """A penalty lay on the record, and the desk that owes a second reward heard of it by chance."""
    taken = verified(town)
    (record,) = site_records(town)
    with town.tools.database.work() as session:
        assert "reward" not in waiting(session, ("chengjian",))
    record_by_office(town.tools, town.holder("office"), record.id, FINED)
    client, _ = signed_in(app_of(town), town, "chengjian")
    assert "新登记了处罚决定" in client.get("/desk/").text
    client.get("/desk/rewards")
    with town.tools.database.work() as session:
        assert "reward" not in waiting(session, ("chengjian",))
    assert desktop(town, taken.case_id).recorded("decision")


def test_a_visit_to_several_cases_takes_it_once_any_is_concluded(small_town: Town) -> None:
    """The office could not record the penalty for one case because another of the same visit is not done."""
    one, other = take(small_town.tools, sent()), take(small_town.tools, sent())
    for taken in (one, other):
        step(small_town, taken, "accept")
    number = desktop(small_town, other.case_id).now.number
    step(small_town, one, "verify", enterprise="某饭店", found=FOUND, level="general", also=number)
    sign_all(small_town)
    (record,) = site_records(small_town)
    step(small_town, other, "conclude", conclusion="true")
    record_by_office(small_town.tools, small_town.holder("office"), record.id, FINED)
    assert desktop(small_town, other.case_id).recorded("decision")
    with small_town.tools.database.work() as session:
        assert waiting(session, ("chengjian",))["reward"] == 1


def test_it_goes_with_the_case(small_town: Town) -> None:
    """A desk that is given the case later would calculate the reward without the penalty."""
    taken = verified(small_town)
    record_by_office(small_town.tools, small_town.holder("office"), site_records(small_town)[0].id, FINED)
    signed = desktop(small_town, taken.case_id).recorded("site")[0].value
    assert (signed["found"], signed["signed_by"]) == (FOUND, "signer")
    page, _ = signed_in(app_of(small_town), small_town, "chengjian")
    assert FINED["document"] in page.get(f"/desk/cases/{taken.case_id}").text


@pytest.mark.parametrize(
    "changed",
    [{"fine": "一万"}, {"date": "昨天"}, {"date": "2026-02-31"}, {"document": ""}, {"document": "举报"}],
    ids=str,
)
def test_what_nobody_can_reckon_with_is_refused(small_town: Town, changed: dict[str, str]) -> None:
    """A reward would fail months later on an amount or a day that cannot be read."""
    verified(small_town)
    (record,) = site_records(small_town)
    with pytest.raises(Unmet):
        record_by_office(small_town.tools, small_town.holder("office"), record.id, {**FINED, **changed})


def test_nobody_else_and_nothing_unfinished(small_town: Town) -> None:
    """The leader could set a fine; or a penalty stand beside a case that nobody has concluded."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general")
    sign_all(small_town)
    (record,) = site_records(small_town)
    with pytest.raises(Unmet, match="查清"):
        record_by_office(small_town.tools, small_town.holder("office"), record.id, FINED)
    step(small_town, taken, "conclude", conclusion="true")
    for who in ("signer", "chengjian"):
        with pytest.raises(Unmet):
            record_by_office(small_town.tools, small_town.holder(who), record.id, FINED)
    second(small_town)
    official = accused(small_town)
    take_edge(small_town.tools, small_town.holder("jijian"), official.case_id, "verify", FINDING)
    hidden = desktop(small_town, official.case_id, "jijian").records[0]
    with pytest.raises(NoKey):
        record_by_office(small_town.tools, small_town.holder("office"), hidden.id, FINED)


def test_the_page_of_records_takes_it(small_town: Town) -> None:
    """The office would have the right and no form for it; or see it beside a case that is not concluded."""
    app = app_of(small_town)
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general")
    sign_all(small_town)
    client, secret = signed_in(app, small_town, "office")
    assert "登记处罚决定" not in client.get("/desk/signing").text
    step(small_town, taken, "conclude", conclusion="true")
    page = client.get("/desk/signing").text
    address = f"/desk/signing/{site_records(small_town)[0].id}/decision"
    assert address in page
    assert client.post(address, data={**FINED, "csrf": secret, "fine": "x"}).status_code == 422
    assert client.post(address, data={**FINED, "csrf": secret}).status_code == 303
    assert FINED["document"] in client.get("/desk/signing").text
    leader, secret = signed_in(app, small_town, "signer")
    assert address not in leader.get("/desk/signing").text
    assert leader.post(address, data={**FINED, "csrf": secret}).status_code == 403


@pytest.mark.parametrize("document", ["演示罚[2026]1号", "演示罚（２０２６）1号", " 演示罚 〔2026〕 1 号"])
def test_one_decision_is_one_however_its_number_is_written(small_town: Town, document: str) -> None:
    """The office's and the desk's entry of one fine would both count, and the reward be reckoned from twice of it."""
    taken = verified(small_town)
    (record,) = site_records(small_town)
    record_by_office(small_town.tools, small_town.holder("office"), record.id, FINED)
    with pytest.raises(Unmet, match="已经登记过"):
        record_by_office(
            small_town.tools, small_town.holder("office"), record.id, {**FINED, "document": document}
        )
    step(small_town, taken, "record_decision", document=document, fine="24000", date="2026-11-24")
    now = desktop(small_town, taken.case_id)
    assert len(now.recorded("decision")) == 2
    assert fines_of(now) == 24000
