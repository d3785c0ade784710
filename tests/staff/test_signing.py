"""The page that the leader signs from, and the office reads."""

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
