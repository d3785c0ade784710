"""What must be true after a kill: every receipt opens, nothing is there twice, no orphan stays, the ledger holds."""

import time

from sqlalchemy import func, select

from app.casework.models import Case
from app.sealing.receipt import Receipt, in_fours
from app.tips.content import open_content
from app.tips.models import Identity, StoredObject, Tip
from app.tips.receipts import look_up, tip_of
from tests.drills.armed import OBJECTS_OF_A_PHOTO
from tests.drills.client import Form, Phone
from tests.drills.server import Server, Site

SWEEP_SECONDS = 10.0


Shown = dict[str, tuple[Form, set[Receipt]]]
"""By a form's mark: the form, and every receipt that was ever shown for it."""


def check_receipts(site: Site, server: Server, shown: Shown) -> int:
    """Resend every form: it shows a receipt, and the one shown before if there was one; then follow all of them.

    Returns how many receipts were opened. AssertionError names the form that was lost.
    """
    with Phone(server.port) as phone:
        for form, receipts in shown.values():
            receipts |= {phone.send(form), phone.send(form)}
            assert len({receipt.number for receipt in receipts}) == 1, f"{form.mark} was taken twice"
        return sum(check_follow(site, phone, form, receipts) for form, receipts in shown.values())


def check_follow(site: Site, phone: Phone, form: Form, receipts: set[Receipt]) -> int:
    """The page opens with each receipt, its photos too, and the tip behind it holds what the form said."""
    for receipt in receipts:
        page, photos = phone.follow(receipt)
        assert in_fours(receipt.number) in page
        assert photos == (1 if form.photo else 0), f"{photos} photos behind {form.mark}"
        visit = look_up(site.town.tools, receipt)
        with site.town.tools.database.work() as session:
            content = open_content(*tip_of(session, site.town.tools, visit))
        assert form.mark in content.report.what, f"the receipt of {form.mark} opens another tip"
    return len(receipts)


def check_rows(site: Site, tips: int, photos: int) -> None:
    """One tip, case and identity for each form, and files for exactly the photos that were kept."""
    with site.town.tools.database.work() as session:
        for table in (Tip, Case, Identity):
            found = session.scalar(select(func.count()).select_from(table))
            assert found == tips, f"{found} rows of {table.__tablename__} for {tips} forms"
        states = {row.id: row.state for row in session.execute(select(StoredObject.id, StoredObject.state))}
    files = set(site.town.tools.store.names())
    assert files == set(states), f"{len(files - set(states))} orphans, {len(set(states) - files)} lost"
    assert set(states.values()) <= {"kept"}, "staging stayed"
    assert len(files) == photos * OBJECTS_OF_A_PHOTO


def sweep_clean(site: Site) -> int:
    """Run the sweep until no staging of a dead worker stays; returns how often it had to run.

    PostgreSQL frees a dead worker's lock when it notices that the connection has gone: at once, but not in no time.
    """
    end, rounds = time.monotonic() + SWEEP_SECONDS, 0
    while time.monotonic() < end:
        done = site.command("tests.drills.armed")
        assert done.returncode == 0, done.stderr.decode()
        rounds += 1
        with site.town.tools.database.work() as session:
            if not session.scalar(
                select(func.count()).select_from(StoredObject).where(StoredObject.state == "staged")
            ):
                return rounds
    raise AssertionError("staging of a dead worker stays")


def check_ledger(site: Site) -> None:
    """`flask ledger verify` as an operator runs it."""
    done = site.command("flask", "ledger", "verify")
    assert (done.returncode, done.stdout.decode().strip()) == (0, "ok"), done.stdout.decode()
