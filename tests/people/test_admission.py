"""Admission: invitations serve once, removed members open nothing new, posts that must be apart stay apart."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import delete, event, func, select

from app.ledger.models import LedgerEntry
from app.people.admission import (
    APART,
    Newcomer,
    NotAdmitted,
    NotTogether,
    Welcome,
    accept,
    admit,
    check_apart,
    remove,
    seat,
)
from app.people.codes import STEP_SECONDS, code_at
from app.people.desks import NoLivingKey, desk_recipient, desks_with_keys
from app.people.grants import NoKey, Subject, open_key, seal_grant
from app.people.holder import Holder
from app.people.invitations import BadInvitation, invite, open_invitation
from app.people.models import DeskKey, Invitation, Member
from app.people.signin import read_session, sign_in
from app.sealing.fields import new_key
from app.sealing.secrets import stretch
from tests.makers import Town, add_member

DESK = "anjian"


def offer(town: Town, username: str = "newcomer", days: int = 14) -> str:
    keys = [keys for at, keys in sorted(town.holder(DESK).epochs.items()) if at[0] == DESK]
    with town.tools.database.work(write=True) as session:
        return invite(session, keys, username, "新来的", town.now.today() + timedelta(days=days))


def join(town: Town, code: str, username: str = "newcomer") -> Welcome:
    return accept(town.tools.database, town.tools.keyring, username, code, town.now.today())


def first_session(town: Town, welcome: Welcome) -> Holder:
    it = town.tools
    code = code_at(welcome.otp_secret, int(town.now.instant().timestamp()) // STEP_SECONDS)
    made = sign_in(
        it.database, it.keyring, it.memory, welcome.username, welcome.passphrase, code, town.now.instant()
    )
    assert made is not None
    with it.database.work() as session:
        holder = read_session(session, it.keyring, it.memory, made.cookie)
    assert holder is not None
    return holder


def sealed_now(town: Town, desk: str = DESK) -> tuple[Subject, bytes]:
    """Something new, sealed to the desk as it is at this moment."""
    subject, key = Subject("case", new_key().hex()[:32]), new_key()
    with town.tools.database.work(write=True) as session:
        to = desk_recipient(session, town.tools.keyring, desk)
        session.add(seal_grant(town.tools.keyring, subject, key, to, "2026-11"))
    return subject, key


def opened(town: Town, holder: Holder, subject: Subject) -> bytes:
    with town.tools.database.work() as session:
        return open_key(session, town.tools.keyring, holder, subject)


def test_an_invited_member_signs_in_and_opens_the_desk_s_cases(town: Town) -> None:
    """An invitation would lead nowhere, or to another desk."""
    before = sealed_now(town)
    holder = first_session(town, join(town, offer(town)))
    assert holder.desks == (DESK,)
    assert opened(town, holder, before[0]) == before[1]


def test_an_invitation_serves_once(town: Town) -> None:
    """Who finds the paper later could make a member of their own."""
    code = offer(town)
    join(town, code)
    with pytest.raises(BadInvitation):
        join(town, code)
    with town.tools.database.work() as session:
        assert session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_an_invitation_serves_one_of_two_at_once(town: Town) -> None:
    """Two could join with one paper at the same moment."""
    code, gate = offer(town), Barrier(2)

    def one(_n: int) -> bool:
        gate.wait()
        try:
            join(town, code)
        except BadInvitation:
            return False
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, range(2))) == [False, True]


def test_an_invitation_ends(small_town: Town) -> None:
    """A paper lost for months would still open a desk."""
    code = offer(small_town, days=14)
    small_town.now.pass_days(14)
    with small_town.tools.database.work() as session:
        open_invitation(session, code, "newcomer", small_town.now.today())
    small_town.now.pass_days(1)
    with pytest.raises(BadInvitation):
        join(small_town, code)


def test_a_wrong_code_or_name_opens_no_invitation(small_town: Town) -> None:
    """Somebody without the paper could join a desk, or a mistyped space would shut the invited out."""
    code = offer(small_town)
    wrong = ("A" if code[0] != "A" else "B") + code[1:]
    for name, typed in (("newcomer", wrong), ("other", code), ("newcomer", ""), ("newcomer", code[:-1])):
        with pytest.raises(BadInvitation):
            join(small_town, typed, name)
    spaced = " ".join(code[at : at + 4] for at in range(0, len(code), 4)).lower()
    assert join(small_town, spaced).username == "newcomer"


def test_an_invitation_cannot_take_somebody_s_name(small_town: Town) -> None:
    """An invited person could become the approver by choosing that name."""
    with pytest.raises(BadInvitation):
        join(small_town, offer(small_town, "approver"), "approver")


def test_the_invitation_s_row_gives_nothing_away(small_town: Town) -> None:
    """The database alone would hold the desk's secret."""
    code = offer(small_town)
    secrets = [keys.secret for keys in small_town.holder(DESK).epochs.values()]
    with small_town.tools.database.work() as session:
        (row,) = session.scalars(select(Invitation)).all()
    assert all(secret not in row.sealed_secret for secret in secrets)
    assert code not in repr(vars(row))


def test_no_transaction_is_open_while_a_passphrase_is_stretched(
    small_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A joining member would hold the database for as long as Argon2 takes."""
    open_now, seen = [0], list[int]()
    for name, by in (("begin", 1), ("commit", -1), ("rollback", -1)):
        event.listen(
            small_town.tools.database.writer,
            name,
            lambda *_, by=by: open_now.__setitem__(0, open_now[0] + by),
        )
    code = offer(small_town)

    def watched(*args: object) -> bytes:
        seen.append(open_now[0])
        return stretch(*args)  # type: ignore[arg-type]  # handed on as given

    monkeypatch.setattr("app.sealing.members.stretch", watched)
    join(small_town, code)
    assert seen == [0]


def test_a_removed_member_opens_nothing_sealed_afterwards(town: Town) -> None:
    """Somebody who left the desk could read what came in since."""
    add_member(town, "leaving", list(town.holder(DESK).epochs.values()))
    before, gone = sealed_now(town), town.holder("leaving")
    with town.tools.database.work(write=True) as session:
        remove(session, town.tools.keyring, town.holder(DESK), DESK, gone.member_id, town.now.today())
    after = sealed_now(town)
    assert opened(town, gone, before[0]) == before[1]  # what they had opened before, they may have copied
    with pytest.raises(NoKey):
        opened(town, gone, after[0])
    with pytest.raises(NoKey):
        opened(town, town.holder("leaving"), before[0])
    for subject, key in (before, after):
        assert opened(town, town.holder(DESK), subject) == key


def test_a_removal_stands_in_the_ledger(small_town: Town) -> None:
    """A desk's keys could change without a trace."""
    add_member(small_town, "leaving", list(small_town.holder(DESK).epochs.values()))
    with small_town.tools.database.work(write=True) as session:
        count = session.scalar(select(func.count()).where(LedgerEntry.kind == "epoch_made"))
        gone = small_town.members["leaving"].id
        remove(session, small_town.tools.keyring, small_town.holder(DESK), DESK, gone, small_town.now.today())
    with small_town.tools.database.work() as session:
        assert (
            session.scalar(select(func.count()).where(LedgerEntry.kind == "epoch_made")) == (count or 0) + 1
        )


def test_a_desk_that_nobody_holds_is_not_routed_to(small_town: Town) -> None:
    """A tip would be sealed to a key that nobody has."""
    with small_town.tools.database.work(write=True) as session:
        assert DESK in desks_with_keys(session)
        session.execute(delete(DeskKey).where(DeskKey.desk_id == DESK))
        assert DESK not in desks_with_keys(session)


def test_the_last_member_of_a_desk_stays(small_town: Town) -> None:
    """One careless click would leave a desk's cases to paper halves."""
    with pytest.raises(NotAdmitted), small_town.tools.database.work(write=True) as session:
        alone = small_town.members[DESK].id
        remove(
            session, small_town.tools.keyring, small_town.holder(DESK), DESK, alone, small_town.now.today()
        )
    with small_town.tools.database.work() as session:
        assert DESK in desks_with_keys(session)


def test_nobody_admits_to_or_removes_from_a_desk_they_do_not_sit_at(small_town: Town) -> None:
    """Any member could make themselves the discipline desk's."""
    for act in (admit_to, remove_from):
        with pytest.raises(NotAdmitted):
            act(small_town, "jijian")


def admit_to(town: Town, desk: str, username: str = "newcomer") -> str:
    with town.tools.database.work(write=True) as session:
        newcomer = Newcomer(username, "新来的")
        return admit(session, town.tools.keyring, town.holder(DESK), desk, newcomer, town.now.today())


def remove_from(town: Town, desk: str) -> None:
    with town.tools.database.work(write=True) as session:
        whom = town.members[desk].id
        remove(session, town.tools.keyring, town.holder(DESK), desk, whom, town.now.today())


def test_a_member_of_another_desk_is_seated_at_once(town: Town) -> None:
    """Somebody who sits at two desks would need two names, or the second desk's cases would stay shut."""
    before = sealed_now(town)
    assert admit_to(town, DESK, "clerk") == ""
    assert opened(town, town.holder("clerk"), before[0]) == before[1]
    with pytest.raises(NotTogether):
        admit_to(town, DESK, "approver")


def test_no_one_holds_both_shares(small_town: Town) -> None:
    """One person at two posts could open a sealed identity, or the second way, alone."""
    for first, second in (
        ("jijian_keeper1", "jijian_keeper2"),
        ("jijian_keeper1", "custodian"),
        ("jijian_keeper2", "approver"),
        ("custodian", "approver"),
        ("jijian_keeper1", "admin"),
        ("approver", "office"),
    ):
        for one, other in ((first, second), (second, first)):
            newcomer = Newcomer(one, one)
            with pytest.raises(NotTogether), small_town.tools.database.work(write=True) as session:
                admit(
                    session,
                    small_town.tools.keyring,
                    small_town.holder(other),
                    other,
                    newcomer,
                    small_town.now.today(),
                )


def test_a_desk_whose_members_are_stopped_is_not_routed_to(small_town: Town) -> None:
    """Reports would pile up at a desk where nobody may sign in."""
    with small_town.tools.database.work(write=True) as session:
        session.get_one(Member, small_town.members[DESK].id).active = False
    with small_town.tools.database.work() as session:
        assert DESK not in desks_with_keys(session)


def test_an_invitation_ends_with_the_next_epoch(small_town: Town) -> None:
    """Who was invited before a removal would join with old keys and read nothing new."""
    code = admit_to(small_town, DESK)
    add_member(small_town, "leaving", list(small_town.holder(DESK).epochs.values()))
    with small_town.tools.database.work(write=True) as session:
        gone = small_town.members["leaving"].id
        remove(session, small_town.tools.keyring, small_town.holder(DESK), DESK, gone, small_town.now.today())
    with pytest.raises(BadInvitation):
        join(small_town, code)


def test_outside_desks_have_no_key(small_town: Town) -> None:
    """Something could be sealed to a bureau that works on paper."""
    with small_town.tools.database.work() as session, pytest.raises(NoLivingKey):
        desk_recipient(session, small_town.tools.keyring, "qu_yingji")


def test_custodian_and_approver_are_never_one_person(town: Town) -> None:
    """One person alone could open who reported."""
    keys = list(town.holder("approver").epochs.values())
    with pytest.raises(NotTogether), town.tools.database.work(write=True) as session:
        seat(session, session.get_one(Member, town.members["custodian"].id), keys, "approver")
    assert town.holder("custodian").desks == ("custodian",)
    for pair in APART:
        with pytest.raises(NotTogether):
            check_apart([*pair, "clerk"])
    check_apart(["clerk", "handling", "office"])
