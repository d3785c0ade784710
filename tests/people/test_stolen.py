"""A thief has database, server keys and objects, and one desk's password: that desk's cases open, and nothing else."""

import dataclasses
import json
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from app.casework.access import open_case
from app.casework.context import lay_out
from app.casework.edges import take_edge
from app.casework.models import Case, Record
from app.intake.take import take
from app.intake.visits import open_visit
from app.ledger.models import LedgerEntry, LedgerOpening
from app.ledger.write import place_of as ledger_place
from app.people.codes import STEP_SECONDS, code_at
from app.people.grants import NoKey, Subject, context_of, place_of
from app.people.holder import Holder, desk_key_context
from app.people.models import DeskKey, Grant, Member
from app.people.signin import read_session, sign_in
from app.people.subjects import open_subject_key
from app.sealing.errors import SealError
from app.sealing.fields import derive_key, open_field, unwrap_key
from app.sealing.hpke import open_with
from app.sealing.members import unlock_member
from app.sealing.retention import open_monthly
from app.tips.content import Report
from app.tips.identity import Person
from app.tips.models import Identity, Tip
from tests.intake.test_take import GAS, sent
from tests.makers import OTP_SECRET, PASSPHRASE, Town, copy_town

MINE = "chengjian"
REPORTS = (
    (GAS, MINE),
    (Report(what="网吧后门锁着，里头坐满了人", where="街中段", sector="fire"), "paichusuo"),
    (Report(what="电梯往下出溜", where="3号楼", sector="special_equipment"), "shichang"),
    (Report(what="镇安全办的人收厂里的钱", where="园区", about_official=True), "jijian"),
)


@pytest.fixture
def stolen(small_town: Town, tmp_path: Path) -> Iterator[tuple[Town, Holder, dict[str, str]]]:
    """The copy, the thief signed in on it, and which case is whose."""
    cases = {}
    for report, desk in REPORTS:
        named = replace(sent(replace(report, mode="named")), person=Person("王某", "13000000000"))
        taken = take(small_town.tools, named)
        assert taken.decision.desk == desk
        cases[taken.case_id] = desk
    small_town.tools.database.dispose()
    copy = copy_town(small_town, tmp_path / "thief")
    yield copy, thief(copy), cases
    copy.close()


def thief(copy: Town) -> Holder:
    it = copy.tools
    code = code_at(OTP_SECRET, int(copy.now.instant().timestamp()) // STEP_SECONDS)
    made = sign_in(it.database, it.keyring, it.memory, MINE, PASSPHRASE, code, copy.now.instant())
    assert made is not None
    with it.database.work() as session:
        holder = read_session(session, it.keyring, it.memory, made.cookie)
    assert holder is not None
    return holder


Stolen = tuple[Town, Holder, dict[str, str]]


def test_exactly_the_own_cases_open(stolen: Stolen) -> None:
    """One desk's password and a copied disk would open other desks' tips."""
    copy, me, cases = stolen
    with copy.tools.database.work() as session:
        assert sorted(session.scalars(select(Case.id))) == sorted(cases)
        for case_id, desk in cases.items():
            if desk == MINE:
                assert lay_out(session, copy.tools, me, case_id).tips[0].content.report.what == GAS.what
                continue
            with pytest.raises(NoKey):
                open_case(session, copy.tools, me, case_id)


def test_pretending_to_sit_elsewhere_opens_no_more(stolen: Stolen) -> None:
    """The permission would be an `if` and not a key: a thief runs a program without the `if`."""
    copy, me, cases = stolen
    with copy.tools.database.work() as session:
        everywhere = tuple(set(session.scalars(select(Grant.recipient_id))))
        liar = dataclasses.replace(me, desks=everywhere)
        for case_id, desk in cases.items():
            if desk != MINE:
                with pytest.raises(NoKey):
                    open_case(session, copy.tools, liar, case_id)


def test_no_foreign_grant_opens_with_my_keys(stolen: Stolen) -> None:
    """A grant to another desk, a custodian or the reporter could be opened by relabelling it as mine."""
    copy, me, _ = stolen
    month = copy.tools.keyring.month("2026-11")
    with copy.tools.database.work() as session:
        grants = session.scalars(select(Grant).where(Grant.recipient_id != MINE)).all()
    assert {row.recipient_kind for row in grants} == {"desk", "reporter"}
    for row in grants:
        at = (row.subject_kind, row.subject_id, row.part)
        inner = open_monthly(month, row.sealed_key, place_of(*at, row.recipient_kind, row.recipient_id))
        subject = Subject(row.subject_kind, row.subject_id)
        for context in (
            context_of(subject, row.part, row.recipient_kind, row.recipient_id, row.epoch),
            context_of(subject, row.part, "desk", MINE, 1),
        ):
            for private in (me.private, me.epochs[MINE, 1].pair.private):
                with pytest.raises(SealError):
                    open_with(private, inner, context)
        with pytest.raises(SealError):
            unwrap_key(me.symmetric[MINE, 1], inner, place_of(*at, "desk", MINE))


def test_identities_stay_closed(stolen: Stolen) -> None:
    """The desk that may read the tip could read who sent it, or take one share for the whole."""
    copy, me, _ = stolen
    with copy.tools.database.work() as session:
        rows = session.scalars(select(Grant).where(Grant.subject_kind == "identity")).all()
        blobs = session.scalars(select(Identity.blob)).all()
    assert {row.part for row in rows} == {"first", "second"}
    assert not {row.recipient_id for row in rows} & {MINE, me.member_id}
    assert len({len(blob) for blob in blobs}) == 1
    assert all("王某".encode() not in blob and b"13000000000" not in blob for blob in blobs)


def test_other_members_keys_stay_closed(stolen: Stolen) -> None:
    """One member's passphrase or key would open another's."""
    copy, me, _ = stolen
    it = copy.tools
    with it.database.work() as session:
        members = {row.username: row for row in session.scalars(select(Member))}
        keys = session.scalars(select(DeskKey).where(DeskKey.member_id != me.member_id)).all()
    with pytest.raises(SealError):
        unlock_member(members["jijian"].locked, PASSPHRASE, MINE, it.keyring.pepper, it.keyring.staff)
    for key in keys:
        for owner in (key.member_id, me.member_id):
            with pytest.raises(SealError):
                open_with(me.private, key.sealed_secret, desk_key_context(key.desk_id, key.epoch, owner))


def test_no_word_stands_open_in_the_copy(stolen: Stolen) -> None:
    """The disk alone would tell what was reported, by whom, or its password."""
    copy, _, _ = stolen
    needles = [report.what.encode() for report, _ in REPORTS] + ["王某".encode(), b"13000000000", b"13000"]
    for path in copy.settings.data.rglob("*"):
        if path.is_file():
            raw = path.read_bytes()
            assert not [needle for needle in needles if needle in raw], path.name


def test_the_server_s_own_keys_tell_nothing(town: Town) -> None:
    """Whoever holds database and server keys, but no desk's, would learn which report a case came from, what was done
    in a case on an official, or which case is a patrol's.
    """
    it, keys = town.tools, list[bytes]()
    for report, desk in REPORTS:
        taken = take(it, sent(report))
        take_edge(it, town.holder(desk), taken.case_id, "accept", {})
    where: dict[str, Any] = {
        "place": "大集",
        "enterprise": "",
        "text": "软管老化",
        "uploads": [],
        "once": secrets.token_bytes(32),
    }
    open_visit(it, town.holder(MINE), origin="patrol", sector="gas", **where)
    with it.database.work() as session:
        rows: list[Case | Record] = [
            *session.scalars(select(Case)),
            *session.scalars(select(Record)),
        ]
        for one in rows:
            key = open_subject_key(it.keyring, one.__tablename__, one.id, one.month, one.ledger_key)
            keys.append(key)
        said = [
            json.loads(open_field(derive_key(key, "opening"), row.sealed, ledger_place(row.id)))
            for key in keys
            for row in session.scalars(select(LedgerOpening))
            if opens(derive_key(key, "opening"), row)
        ]
        kinds = Counter(session.scalars(select(LedgerEntry.kind)))
        cases = session.scalar(select(func.count()).select_from(Case))
        sizes = {len(row.sealed) for row in session.scalars(select(LedgerOpening))}
        repeated = Counter(session.scalars(select(LedgerEntry.actor).where(LedgerEntry.kind == "registered")))
        lengths = {len(tip.content) for tip in session.scalars(select(Tip))}
    assert len(keys) == len(REPORTS) + 1  # each case's, the patrol's among them; of a tip the server has none
    assert [each["detail"] for each in said] == []
    assert kinds["registered"] == 2 * (cases or 0)
    assert set(repeated.values()) == {1}
    assert len(sizes) == len(lengths) == 1


def test_the_stolen_database_does_not_tell_a_visit_from_a_report(town: Town) -> None:
    """A visit would prove a report: rows that only a report has, counted by desk and day, or longer than a visit's."""
    it = town.tools
    report, desk = REPORTS[0]
    reported = take(it, sent(report)).case_id
    where: dict[str, Any] = {
        "place": "大集",
        "enterprise": "",
        "text": "软管老化",
        "uploads": [],
        "once": secrets.token_bytes(32),
    }
    visited = open_visit(it, town.holder(desk), origin="patrol", sector="gas", **where).case_id
    values = {"desk": desk, "sector": "gas", "place": "大集", "text": "这里的软管要查"}
    take_edge(it, town.holder(desk), reported, "split", values)
    counted = Counter[tuple[str, ...]]()
    with it.database.work() as session:
        for grant in session.scalars(select(Grant)):
            counted[grant.subject_kind, grant.part, grant.recipient_kind, str(len(grant.sealed_key))] += 1
        for table in (Tip, Identity, Case):
            assert session.scalar(select(func.count()).select_from(table)) == 3
        assert session.scalar(select(func.count()).select_from(Record)) == 0
        for case in session.scalars(select(Case)):
            assert len(case.facts) == len(session.get_one(Case, visited).facts)
        sizes = {
            (len(one.content), len(one.thread), len(one.locked_private), len(one.once_receipt or b""))
            for one in session.scalars(select(Tip))
        }
    assert len(sizes) == 1
    assert {number % 3 for number in counted.values()} == {0}


def opens(key: bytes, row: LedgerOpening) -> bool:
    try:
        open_field(key, row.sealed, ledger_place(row.id))
    except SealError:
        return False
    return True
