"""Recovery on paper: two halves open an orphaned desk, nothing else does, and it cannot be done unseen."""

import pytest
from sqlalchemy import delete, func, select, update

from app.ledger.models import LedgerEntry
from app.people.admission import accept, remove
from app.people.models import DeskKey, RecoveryKey, RecoverySeal
from app.people.recovery import recover
from app.sealing.epochs import new_root
from app.sealing.errors import SealError
from app.sealing.keys import generate
from app.sealing.paper import halves
from app.sealing.recovery import new_recovery
from tests.makers import Town, add_member
from tests.people.test_admission import DESK, first_session, opened, sealed_now


def recovered(town: Town, kind: str, desk: str = DESK) -> str:
    paper = halves(town.installed.recovery[kind].private)
    with town.tools.database.work(write=True) as session:
        return recover(session, town.tools.keyring, desk, paper, "newcomer", town.now.today())


def test_two_halves_open_an_orphaned_desk(town: Town) -> None:
    """Cases of a desk whose people are all gone would be lost for ever."""
    before = sealed_now(town)
    add_member(town, "leaving", list(town.holder(DESK).epochs.values()))
    with town.tools.database.work(write=True) as session:
        gone = town.members["leaving"].id
        remove(session, town.tools.keyring, town.holder(DESK), DESK, gone, town.now.today())
    after = sealed_now(town)
    with town.tools.database.work(write=True) as session:
        session.execute(delete(DeskKey).where(DeskKey.desk_id == DESK))
    code = recovered(town, "desks")
    welcome = accept(town.tools.database, town.tools.keyring, "newcomer", code, town.now.today())
    holder = first_session(town, welcome)
    for subject, key in (before, after):
        assert opened(town, holder, subject) == key


@pytest.mark.parametrize(
    ("kind", "desk"),
    [
        ("custodians", DESK),
        ("desks", "custodian"),
        ("custodians", "approver"),
        ("backups", DESK),
        ("desks", "jijian"),
        ("desks", "nowhere"),
    ],
)
def test_the_wrong_paper_opens_nothing(small_town: Town, kind: str, desk: str) -> None:
    """Whoever keeps one pair's halves would hold two posts that must be apart."""
    with pytest.raises(SealError):
        recovered(small_town, kind, desk)


def test_one_half_alone_opens_nothing(small_town: Town) -> None:
    """One person alone could take over a desk."""
    first, second = halves(small_town.installed.recovery["desks"].private)
    other = halves(small_town.installed.recovery["desks"].private)[1]
    for pair in ((first, first), (second, second), (first, other), (first, "")):
        with small_town.tools.database.work(write=True) as session, pytest.raises(SealError):
            recover(session, small_town.tools.keyring, DESK, pair, "newcomer", small_town.now.today())


def test_a_recovery_stands_in_the_ledger(small_town: Town) -> None:
    """A desk could be taken over without a trace."""
    recovered(small_town, "desks")
    with small_town.tools.database.work() as session:
        assert session.scalar(select(func.count()).where(LedgerEntry.kind == "desk_recovered")) == 1


@pytest.mark.parametrize("signed", [True, False])
def test_a_recovery_key_put_into_the_database_is_refused(small_town: Town, signed: bool) -> None:
    """Whoever writes the database could have every later epoch sealed to a key of their own."""
    own = new_recovery(new_root().private, "desks")[1]
    values = {"public_key": generate().public}
    if signed:
        values = {"public_key": own.public, "signature": own.signature}
    with small_town.tools.database.work(write=True) as session:
        session.execute(update(RecoveryKey).where(RecoveryKey.kind == "desks").values(**values))
    add_member(small_town, "leaving", list(small_town.holder(DESK).epochs.values()))
    with pytest.raises(SealError), small_town.tools.database.work(write=True) as session:
        gone = small_town.members["leaving"].id
        remove(session, small_town.tools.keyring, small_town.holder(DESK), DESK, gone, small_town.now.today())


def test_every_epoch_that_is_used_has_its_paper(small_town: Town) -> None:
    """A desk could be orphaned with no way back."""
    with small_town.tools.database.work() as session:
        sealed = set(session.execute(select(RecoverySeal.desk_id, RecoverySeal.epoch)).all())
        used = set(session.execute(select(DeskKey.desk_id, DeskKey.epoch)).all())
    assert used
    assert used <= sealed
