"""The page that the leader signs from, and the office reads."""

import pytest
from sqlalchemy import select

from app.casework.needs import Unmet
from app.casework.signing import sign_record, waiting_for_signature
from app.intake.take import take
from app.notices.write import waiting
from app.people.models import Grant
from tests.casework.test_way import FOUND, desktop, reinspected, sign_all, step, verified
from tests.intake.test_take import sent
from tests.makers import Town
from tests.web.door import app_of, signed_in


def test_what_waits_is_there_whatever_month_is_shown(small_town: Town) -> None:
    """A year's records would bury the one that waits, or a record of last month could not be found again."""
    taken = verified(small_town)
    number = desktop(small_town, taken.case_id).now.number
    small_town.now.pass_days(40)
    other = verified(small_town)
    step(small_town, other, "rectify", measures="换软管", person="店主", limit="2027-02-01")
    client, _ = signed_in(app_of(small_town), small_town, "signer")

    def shown(query: str = "") -> tuple[int, int]:
        page = client.get(f"/desk/signing{query}").text
        return page.count("待签批</summary>"), page.count("已签批</summary>")

    assert shown() == (1, 1)
    assert shown("?month=2026-11") == (1, 1)
    assert shown("?month=2020-01") == (1, 0)
    assert shown(f"?number={number}") == (0, 1)
    assert shown("?number=0") == (0, 0)


def test_what_was_typed_on_the_page_stays(small_town: Town) -> None:
    """A leader's long instruction, or the office's document number, would be gone with the first mistake."""
    taken = verified(small_town)
    site = desktop(small_town, taken.case_id).records[0].id
    small_town.now.pass_days(1)
    limit = small_town.now.today().isoformat()
    step(small_town, taken, "rectify", measures="换软管", person="店主", limit=limit)
    (waiting,) = waiting_for_signature(small_town.tools, small_town.holder("signer"))
    leader, secret = signed_in(app_of(small_town), small_town, "signer")
    long = "请复查。" * 126
    answer = leader.post(f"/desk/signing/{waiting.id}", data={"csrf": secret, "instruction": long})
    assert answer.status_code == 422
    assert f'value="{long}"' in answer.text
    office, secret = signed_in(app_of(small_town), small_town, "office")
    typed = {"csrf": secret, "document": "津蓟罚〔2026〕1号", "fine": "两万", "date": "2026-11-20"}
    answer = office.post(f"/desk/signing/{site}/decision", data=typed)
    assert answer.status_code == 422
    for value in ("津蓟罚〔2026〕1号", "两万", "2026-11-20"):
        assert f'value="{value}"' in answer.text


def news(town: Town, desk: str) -> set[str]:
    with town.tools.database.work() as session:
        return set(waiting(session, (desk,)))


def test_the_leader_hears_that_something_waits(small_town: Town) -> None:
    """A record would wait for a signature until the leader happens to look."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    assert "signing" not in news(small_town, "signer")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general")
    assert "signing" in news(small_town, "signer")
    client, _ = signed_in(app_of(small_town), small_town, "signer")
    client.get("/desk/signing")
    assert "signing" not in news(small_town, "signer")


def test_the_leader_sends_a_record_back_and_the_desk_writes_another(small_town: Town) -> None:
    """A leader who does not agree could only let it lie; or what was sent back would still be signed."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found="看了看", level="general")
    (record,) = waiting_for_signature(small_town.tools, small_town.holder("signer"))
    client, secret = signed_in(app_of(small_town), small_town, "signer")
    typed = {"csrf": secret, "return": "1", "instruction": ""}
    assert client.post(f"/desk/signing/{record.id}", data=typed).status_code == 422
    typed["instruction"] = "没写软管有多长的裂口，重新量。"
    assert client.post(f"/desk/signing/{record.id}", data=typed).status_code == 303
    assert client.post(f"/desk/signing/{record.id}", data=typed).status_code == 422
    assert "returned" in news(small_town, "chengjian")
    assert waiting_for_signature(small_town.tools, small_town.holder("signer")) == []
    with pytest.raises(Unmet, match="退回"):
        sign_record(small_town.tools, small_town.holder("signer"), record.id, "")
    desk, _ = signed_in(app_of(small_town), small_town, "chengjian")
    assert typed["instruction"] in desk.get(f"/desk/cases/{taken.case_id}").text
    assert "returned" not in news(small_town, "chengjian")
    with pytest.raises(Unmet, match="签批"):
        step(small_town, taken, "conclude", conclusion="true")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general")
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="true")


def test_what_was_demanded_is_demanded_anew_only_if_sent_back(small_town: Town) -> None:
    """A demand that the leader refused would block the end; or a limit be moved without anybody's word."""
    taken = verified(small_town)
    step(small_town, taken, "answer", reply="属实。")
    asked = {"measures": "换软管", "person": "店主", "limit": "2026-12-10"}
    step(small_town, taken, "rectify", "chengjian", 1, **asked)
    with pytest.raises(Unmet, match="已经提出"):
        step(small_town, taken, "rectify", "chengjian", 1, **asked)
    (order,) = waiting_for_signature(small_town.tools, small_town.holder("signer"))
    client, secret = signed_in(app_of(small_town), small_town, "signer")
    typed = {"csrf": secret, "return": "1", "instruction": "期限太长。"}
    assert client.post(f"/desk/signing/{order.id}", data=typed).status_code == 303
    step(small_town, taken, "rectify", "chengjian", 1, **{**asked, "limit": "2026-12-01"})
    reinspected(small_town, taken)
    sign_all(small_town)
    step(small_town, taken, "strike_off")
    assert desktop(small_town, taken.case_id).now.state == "closed"


def test_what_was_looked_at_opens_fast_and_all_of_it_still(town: Town) -> None:
    """The page would take a second more each year, or lose what it kept under another key."""
    verified(town)
    verified(town)
    forms = select(Grant.form).where(Grant.subject_kind == "record", Grant.recipient_id == "signer")
    with town.tools.database.work() as session:
        assert set(session.scalars(forms)) == {"hpke"}
    client, _ = signed_in(app_of(town), town, "signer")
    before, after = (client.get("/desk/signing").text.count(FOUND) for _ in range(2))
    assert before == after == 2
    with town.tools.database.work() as session:
        assert set(session.scalars(forms)) == {"wrap"}


def test_what_nobody_signs_is_read_too(small_town: Town) -> None:
    """Leader and office would never see what a desk found that went first, or what the enterprise says; or the page
    would ask for a signature that is refused.
    """
    disputed = take(small_town.tools, sent())
    step(small_town, disputed, "hand_back", reason="不归我们")
    step(small_town, disputed, "act_first", found="关了总阀，拉了警戒线")
    taken = verified(small_town)
    step(small_town, taken, "rectify", measures="换软管", person="店主", limit="2027-02-01")
    sign_all(small_town)
    step(small_town, taken, "report_done", found="店主说换过了")
    for who in ("signer", "office"):
        page = signed_in(app_of(small_town), small_town, who)[0].get("/desk/signing").text
        assert "关了总阀，拉了警戒线" in page
        assert "<dt>单位说的</dt><dd>店主说换过了</dd>" in page
        assert "待签批" not in page
        assert "签批同意" not in page


def test_the_leader_reads_which_enterprise_and_what_was_demanded(small_town: Town) -> None:
    """A leader would sign that something was mended, or may take longer, by the number of a case alone."""
    taken = verified(small_town)
    step(small_town, taken, "rectify", measures="换软管", person="店主", limit="2027-02-01")
    sign_all(small_town)
    reinspected(small_town, taken)
    small_town.now.pass_days(40)
    client, _ = signed_in(app_of(small_town), small_town, "signer")
    waits = client.get("/desk/signing?month=2020-01").text
    assert "<dt>单位</dt><dd>某饭店</dd>" in waits
    assert "<dt>措施</dt><dd>换软管</dd>" in waits


def test_a_visit_for_several_cases_is_found_by_each_number(small_town: Town) -> None:
    """The leader would sign for one case, not knowing of the other, and not find the record by that one's number."""
    one, two = take(small_town.tools, sent()), take(small_town.tools, sent())
    for each in (one, two):
        step(small_town, each, "accept")
    numbers = [desktop(small_town, each.case_id).now.number for each in (one, two)]
    site = {"enterprise": "某饭店", "found": FOUND, "level": "general", "also": numbers[1]}
    step(small_town, one, "verify", photos=1, **site)
    client, _ = signed_in(app_of(small_town), small_town, "signer")
    both = "、".join(f"{number[:4]} {number[4:]}" for number in numbers)
    for number in numbers:
        page = client.get(f"/desk/signing?number={number}").text
        assert page.count("待签批</summary>") == 1
        assert f"<dt>事项编号</dt><dd>{both}</dd>" in page
