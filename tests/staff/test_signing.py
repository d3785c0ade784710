"""The page that the leader signs from, and the office reads."""

from app.casework.signing import waiting_for_signature
from tests.casework.test_way import desktop, step, verified
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
