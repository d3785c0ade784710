"""Each page that opens a case or a reward makes an entry before it shows anything."""

from sqlalchemy import func, select

from app.ledger.models import LedgerEntry
from tests.makers import Town
from tests.rewards.test_way import offered
from tests.web.door import app_of, signed_in

READ = ("read", "listed")


def readings(town: Town) -> int:
    with town.tools.database.work() as session:
        wanted = LedgerEntry.kind.in_(READ), LedgerEntry.day == town.now.today()
        return session.scalar(select(func.count()).select_from(LedgerEntry).where(*wanted)) or 0


def test_no_page_opens_a_case_or_a_reward_without_an_entry(small_town: Town) -> None:
    """A clerk could read an amount, a report or who is asked for, and nobody could show it afterwards."""
    taken, made = offered(small_town)
    app, ids = app_of(small_town), {"case_id": taken.case_id, "reward_id": made}
    pages = [
        rule
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.arguments and rule.arguments <= ids.keys()
    ]
    assert {rule.endpoint for rule in pages} >= {
        "staff.letter",
        "staff.suggest",
        "staff.ask_for",
        "staff.case",
    }
    for rule in pages:
        small_town.now.pass_days(1)
        client, _ = signed_in(app, small_town, "chengjian")
        path = app.url_map.bind("localhost").build(rule.endpoint, {n: ids[n] for n in rule.arguments})
        assert client.get(path).status_code == 200, path
        assert readings(small_town) >= 1, path  # a page that also looks through the list makes one more
