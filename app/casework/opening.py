"""Opening a case (登记): for a tip, a patrol, a superior, a department, a village, or split off another case.

Everything is sealed before the transaction; the caller adds the rows and appends the ledger entry.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from app.casework.facts import Facts, Situation, clear_columns, hidden_of, seal_facts
from app.casework.identities import identity_rows
from app.casework.models import Case
from app.clock.dues import Event
from app.db.base import Base, month_of, new_id
from app.ledger.write import New
from app.people.desks import NoLivingKey, Recipient, reporter_recipient
from app.people.grants import Subject, seal_grant, seal_split
from app.people.models import Grant
from app.people.subjects import new_subject_key
from app.people.tools import Tools
from app.sealing.fields import derive_key, new_key, seal_json
from app.sealing.keys import generate
from app.sealing.once import once_digest, seal_receipt
from app.sealing.receipt import Receipt, lock_receipt, new_number, new_password
from app.tips.content import Content, seal_content, seal_thread, sequence_place
from app.tips.identity import NOBODY, Person
from app.tips.models import Tip
from app.tips.receipts import tip_ledger_key
from app.tips.sealed import SealedIdentity

KEEPERS = ("custodian", "approver")
RESERVED_KEEPERS = ("jijian_keeper1", "jijian_keeper2")  # discipline's own two keepers


@dataclass(frozen=True)
class NewCase:
    """A sealed case, ready to be added in one short transaction."""

    case: Case
    rows: tuple[Base, ...]
    key: bytes = field(repr=False)
    ledger_key: bytes = field(repr=False)
    history: bytes = field(repr=False)  # opens what the ledger says of it


@dataclass(frozen=True)
class NewTip:
    """A sealed tip with its identity and grants. A case that no report stands behind has one too (空件): nobody holds
    its receipt, and only who opens it learns that it came from a visit.
    """

    tip: Tip
    rows: tuple[Base, ...]
    receipt: Receipt
    key: bytes = field(repr=False)
    ledger_key: bytes = field(repr=False)


def keepers_of(reserved: bool) -> tuple[str, str]:
    """The two desks that hold the shares of the second way and of identities."""
    return RESERVED_KEEPERS if reserved else KEEPERS


def recipient_for(known: Mapping[str, Recipient], desk_id: str) -> Recipient:
    """The verified key of a desk among those read before. Raises NoLivingKey."""
    try:
        return known[desk_id]
    except KeyError:
        raise NoLivingKey(desk_id) from None


def grants_for(
    tools: Tools,
    known: Mapping[str, Recipient],
    subject: Subject,
    key: bytes,
    holders: Sequence[str],
    reserved: bool,
    month: str,
) -> list[Grant]:
    """Grants of one content key: to each desk in `holders`, and split in two for the second way."""
    first, second = (recipient_for(known, name) for name in keepers_of(reserved))
    whole = [seal_grant(tools.keyring, subject, key, recipient_for(known, name), month) for name in holders]
    return whole + seal_split(tools.keyring, subject, key, first, second, month)


def just_registered(
    case_id: str, reserved: bool, desk: str, sector: str, facts: Facts, day: date
) -> Situation:
    """A case that came in today, under a new number."""
    return Situation(
        case_id=case_id,
        reserved=reserved,
        number=new_number(),
        desk=desk,
        sector=sector,
        state="received",
        asked=False,
        objected=False,
        events=(Event("register", day, "official" if facts.split_due else ""),),
        facts=facts,
        version=1,
        day=day,
    )


def prepare_case(
    tools: Tools,
    known: Mapping[str, Recipient],
    *,
    desk: str,
    sector: str,
    facts: Facts,
    day: date,
    reserved: bool = False,
    case_id: str | None = None,
) -> NewCase:
    """A new case in state `received`, its key granted to `desk` and split between the keepers.

    Raises NoLivingKey when one of them has no living key: the case is not half sealed.
    """
    case_id, month, key, history = case_id or new_id(), month_of(day), new_key(), new_key()
    ledger_key, sealed_ledger_key = new_subject_key(tools.keyring, "cases", case_id, month)
    if reserved:
        ledger_key = reserved_ledger_key(history)
    facts = replace(facts, history=history.hex())
    now = just_registered(case_id, reserved, desk, sector, facts, day)
    case = Case(
        id=case_id,
        reserved=reserved,
        day=day,
        month=month,
        number=None if reserved else now.number,
        ledger_key=sealed_ledger_key,
        facts=seal_facts(case_id, key, facts, hidden_of(now)),
        version=1,
        **clear_columns(tools, now),
    )
    grants = grants_for(tools, known, Subject("case", case_id), key, [desk], reserved, month)
    return NewCase(case, tuple(grants), key, ledger_key, history)


def prepare_tip(
    tools: Tools,
    known: Mapping[str, Recipient],
    tip_id: str,
    key: bytes,
    content: Content,
    *,
    desk: str,
    reserved: bool,
    day: date,
    once: bytes,
    digest: bytes,
    person: Person = NOBODY,
    sealed: SealedIdentity | None = None,
    phrase: str = "",
) -> NewTip:
    """Seal a tip under `key` to `desk`, to its own receipt and to the keepers. `sequence` is set once the ledger gave
    it a place. Where the phone `sealed` who sent it, that is kept; a caller's `phrase` is the first password. Raises
    NoLivingKey, WrongIdentity, Busy.
    """
    month, pair, receipt = month_of(day), generate(), Receipt(new_number(), phrase or new_password())
    subject = Subject("tip", tip_id)
    grants = grants_for(tools, known, subject, key, [desk], reserved, month)
    grants.append(seal_grant(tools.keyring, subject, key, reporter_recipient(tip_id, pair.public), month))
    first, second = (recipient_for(known, name) for name in keepers_of(reserved))
    identity, shares = identity_rows(tools, sealed or person, (first, second), tip_id, month)
    tip = Tip(
        id=tip_id,
        number=receipt.number,
        day=day,
        month=month,
        state="open",
        public_key=pair.public,
        locked_private=lock_receipt(pair.private, receipt, tools.keyring.pepper, tools.keyring.taking_in),
        content=seal_content(tip_id, key, content),
        sequence=seal_json(key, 0, sequence_place(tip_id)),
        thread=seal_thread(tip_id, key, []),
        once_digest=digest,
        once_receipt=seal_receipt(once, receipt),
        version=1,
    )
    return NewTip(tip, (identity, *grants, *shares), receipt, key, tip_ledger_key(pair.private))


def prepare_blank(
    tools: Tools, known: Mapping[str, Recipient], tip_id: str, key: bytes, content: Content, **to: Any
) -> NewTip:
    """The tip of a case that is split off another: there is no form that could be sent twice."""
    once = new_key()
    return prepare_tip(tools, known, tip_id, key, content, once=once, digest=once_digest(once, b""), **to)


def reserved_ledger_key(history: bytes) -> bytes:
    """A reserved case's ledger key: the server alone cannot tell which entries are about it."""
    return derive_key(history, "ledger-key")


def registered(new: NewCase, tip: NewTip, day: date, detail: Mapping[str, str]) -> list[New]:
    """The two entries of every registration, of one form whether a report stands behind it or not: one for the tip, one
    for the case, each by an actor that is never seen again. Of the tip's subject the server has no key.
    """
    return [
        New(day, "registered", new_key(), tip.ledger_key, {}, new_key()),
        New(
            day,
            "registered",
            new_key(),
            new.ledger_key,
            {"edge": "register", "to": "received", **detail},
            new.history,
        ),
    ]
