"""Identities sealed on a phone: opened by two as any other, and at rest never to be told from the server's."""

import dataclasses
import itertools
import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, inspect, select

from app.casework.identities import WrongIdentity
from app.casework.needs import Unmet
from app.casework.opening import KEEPERS, RESERVED_KEEPERS
from app.intake.identity import keeper_pairs
from app.intake.sent import Sent
from app.intake.take import take
from app.people.admission import remove
from app.people.grants import Subject, open_key
from app.people.models import Grant
from app.sealing.framing import to_text
from app.sealing.keys import generate
from app.sealing.split import join
from app.tips.content import Report
from app.tips.identity import NOBODY, Person, open_person
from app.tips.models import Identity, Tip
from app.tips.sealed import SealedIdentity, key_print, read_sealed
from app.vault.calls import number_to_call, take_call
from app.vault.opening import read_identity
from app.vault.requests import ask_call, ask_identity, release
from tests.intake.phone import parcel, sealed_by_phone, sealed_text
from tests.intake.test_take import GAS, sent
from tests.makers import Town, add_member
from tests.vault.test_vault import WHO, desktop, number

NAMED = dataclasses.replace(GAS, mode="named")
OFFICIAL = Report(what="镇安全办的人收厂里的钱", where="园区", about_official=True, mode="named")
BY_TEXT = Report(what="安监站的人收了老板的钱，检查前给他通风报信", where="园区", mode="named")


def from_phone(town: Town, report: Report = NAMED, person: Person = WHO) -> Sent:
    return sent(report, sealed=sealed_by_phone(town, person, report.mode))


def tips(town: Town) -> int:
    with town.tools.database.work() as session:
        return session.scalar(select(func.count()).select_from(Tip)) or 0


def test_two_release_and_who_asked_reads_what_the_phone_sealed(town: Town) -> None:
    """A name that no server ever saw could not be opened by those who must."""
    taken = take(town.tools, from_phone(town))
    asked = ask_identity(town.tools, desktop(town, taken), number(taken), "核实")
    for keeper in KEEPERS:
        release(town.tools, town.holder(keeper), asked)
    assert read_identity(town.tools, town.holder("chengjian"), asked, desktop(town, taken)) == WHO


def test_a_number_left_for_a_call_is_called(small_town: Town) -> None:
    """A call-back number sealed on a phone could never be called."""
    report = dataclasses.replace(GAS, mode="callback")
    taken = take(small_town.tools, from_phone(small_town, report, Person("", WHO.phone)))
    asked = ask_call(small_town.tools, desktop(small_town, taken), number(taken), "在哪？")
    take_call(small_town.tools, small_town.holder("custodian"), asked)
    release(small_town.tools, small_town.holder("approver"), asked)
    assert number_to_call(small_town.tools, small_town.holder("custodian"), asked)[1] == WHO.phone


@pytest.mark.parametrize("report", [OFFICIAL, BY_TEXT])
def test_of_a_report_on_an_official_only_disciplines_keepers_get_shares(
    small_town: Town, report: Report
) -> None:
    """The ordinary keepers, who may be the accused, would hold the key of a name that discipline alone may open; also
    where only the text tells that an official is meant, which the phone cannot know.
    """
    taken = take(small_town.tools, from_phone(small_town, report))
    assert taken.decision.matters[0].reserved
    with small_town.tools.database.work() as session:
        identity = session.scalars(select(Identity).where(Identity.tip_id == taken.tip_id)).one()
        subject = Subject("identity", identity.id)
        rows = (
            session.execute(select(Grant.recipient_id).where(Grant.subject_id == identity.id)).scalars().all()
        )
        assert sorted(rows) == sorted(RESERVED_KEEPERS)
        first, second = (
            open_key(session, small_town.tools.keyring, small_town.holder(name), subject, part)
            for name, part in zip(RESERVED_KEEPERS, ("first", "second"), strict=True)
        )
    assert open_person(identity.id, join(first, second), identity.blob) == WHO


def look_of(town: Town, tip_id: str) -> list[list[object]]:
    """All that a thief sees of a tip, its identity and its grants: lengths of what is sealed, else what stands there,
    random ids and numbers by their form.
    """
    with town.tools.database.work() as session:
        tip = session.get_one(Tip, tip_id)
        identity = session.scalars(select(Identity).where(Identity.tip_id == tip_id)).one()
        subjects = (tip_id, identity.id)
        grants = session.scalars(select(Grant).where(Grant.subject_id.in_(subjects))).all()
        hidden = {tip.number, *subjects}
        rows = [form_of(one, hidden) for one in (tip, identity, *grants)]
    return sorted(rows, key=str)


def form_of(row: object, hidden: set[str]) -> list[object]:
    found: list[object] = [type(row).__name__]
    for column in inspect(row).mapper.columns:
        value = getattr(row, column.key)
        if column.key in ("public_key", "once_digest"):
            value = len(value)
        elif isinstance(value, bytes):
            value = (len(value), value[:1])  # the suite byte leads
        elif value in hidden:
            value = (len(value), value.isalnum() and value == value.lower())
        found.append((column.key, value))
    return found


@pytest.mark.parametrize("ticks", [{}, {"about_official": True}])
def test_at_rest_nobody_can_tell_who_sealed_or_whether_anybody_is_named(
    small_town: Town, ticks: dict[str, bool]
) -> None:
    """A thief of the database could pick the tips with a name in them, or those that came from a good phone."""
    report = dataclasses.replace(GAS, **ticks)  # type: ignore[arg-type]  # names of check boxes
    named, called = (dataclasses.replace(report, mode=mode) for mode in ("named", "callback"))
    long = Person("欧阳" * 20, "1" * 20)
    forms = [
        sent(report),
        sent(named, person=WHO),
        sent(named, person=long),
        from_phone(small_town, named),
        from_phone(small_town, named, long),
        from_phone(small_town, called, Person("", WHO.phone)),
    ]
    looks = [look_of(small_town, take(small_town.tools, form).tip_id) for form in forms]
    for one, other in itertools.pairwise(looks):
        assert one == other


def refused(town: Town, sealed: SealedIdentity, report: Report = NAMED) -> str:
    before = tips(town)
    with pytest.raises(WrongIdentity) as caught:
        take(town.tools, sent(report, sealed=sealed))
    assert tips(town) == before
    return caught.value.why


def test_an_epoch_that_has_passed_is_refused(small_town: Town) -> None:
    """A keeper who was removed would keep the share of a name that came in afterwards."""
    old = sealed_by_phone(small_town, WHO)
    keyring, holder = small_town.tools.keyring, small_town.holder("custodian")
    add_member(small_town, "leaving", [holder.epochs[at] for at in sorted(holder.epochs)])
    with small_town.tools.database.work(write=True) as session:
        leaving = small_town.members["leaving"].id
        remove(session, keyring, holder, "custodian", leaving, small_town.now.today())
    assert refused(small_town, old) == "stale"


def test_what_was_sealed_elsewhere_is_refused(small_town: Town) -> None:
    """A name sealed to another installation's keepers, of the same desks and epochs, would be taken and never open."""
    foreign = [
        tuple(dataclasses.replace(one, public=generate().public) for one in pair)
        for pair in keeper_pairs(small_town.tools)
    ]
    text = json.dumps(parcel(foreign, WHO))  # type: ignore[arg-type]  # pairs of two
    assert refused(small_town, read_sealed(text)) == "stale"


def test_a_pair_or_half_that_is_missing_is_refused(small_town: Town) -> None:
    """A tip would be taken whose identity one keeper could not release."""
    ordinary, reserved = keeper_pairs(small_town.tools)
    whole = parcel([ordinary], WHO)
    assert refused(small_town, read_sealed(json.dumps(parcel([reserved], WHO)))) == "stale"
    assert refused(small_town, read_sealed(json.dumps(whole)), OFFICIAL) == "stale"
    assert refused(small_town, read_sealed(json.dumps(whole | {"shares": whole["shares"][:1]}))) == "stale"
    wrong_print = [share | {"print": key_print(b"")} for share in whole["shares"]]
    assert refused(small_town, read_sealed(json.dumps(whole | {"shares": wrong_print}))) == "stale"


def test_an_identity_serves_once(town: Town) -> None:
    """Somebody who saw a sealed name pass could hang it on a report of their own."""
    sealed = sealed_by_phone(town, WHO)
    form = sent(NAMED, sealed=sealed)
    first = take(town.tools, form)
    assert take(town.tools, form).receipt == first.receipt  # the same form sent twice is one tip
    assert refused(town, sealed) == "used"
    assert tips(town) == 1


def test_two_forms_at_once_with_one_identity_are_one_tip(small_town: Town) -> None:
    """Two workers at once would both take it, or one of them answer with an error page."""
    sealed = sealed_by_phone(small_town, WHO)

    def one(_: int) -> str:
        try:
            return take(small_town.tools, sent(NAMED, sealed=sealed)).tip_id
        except WrongIdentity as wrong:
            return wrong.why

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(one, range(4)))
    assert found.count("used") == 3
    assert tips(small_town) == 1


def test_another_seal_is_another_form() -> None:
    """A corrected name sent from the same page would be dropped as sent twice."""
    text = (("named", "1" * 32), ("named", "2" * 32))
    made = [SealedIdentity(mode, name, b"", ()) for mode, name in text]
    form = sent(NAMED)
    prints = {dataclasses.replace(form, sealed=one).fingerprint() for one in (None, *made)}
    assert len(prints) == 3


def test_rubbish_of_the_right_size_is_told_to_who_opens_it(small_town: Town) -> None:
    """A forged identity would answer a keeper or a desk with an error page, or with a name that nobody sealed."""
    whole = parcel(keeper_pairs(small_town.tools), WHO)
    blob = to_text(b"\x01" + bytes(1052))
    taken = take(small_town.tools, sent(NAMED, sealed=read_sealed(json.dumps(whole | {"blob": blob}))))
    asked = ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "核实")
    for keeper in KEEPERS:
        release(small_town.tools, small_town.holder(keeper), asked)
    with pytest.raises(Unmet, match="打不开"):
        read_identity(small_town.tools, small_town.holder("chengjian"), asked, desktop(small_town, taken))
    junk = to_text(b"\x01" + bytes(1168))
    shares = [share | {"sealed": junk} for share in whole["shares"]]
    forged = read_sealed(json.dumps(whole | {"id": "f" * 32, "shares": shares}))
    taken = take(small_town.tools, sent(NAMED, sealed=forged))
    asked = ask_identity(small_town.tools, desktop(small_town, taken), number(taken), "核实")
    with pytest.raises(Unmet, match="打不开"):
        release(small_town.tools, small_town.holder("custodian"), asked)


def test_who_sealed_is_told_from_what_was_sent(small_town: Town) -> None:
    """The receipt would say that a name was sealed on the phone when the server had seen it."""
    assert sent(NAMED, person=WHO).sealed_by == "server"
    assert sent(NAMED).sealed_by == ""
    form = from_phone(small_town)
    assert (form.sealed_by, form.person) == ("phone", NOBODY)
    assert WHO.name not in sealed_text(small_town, WHO)
