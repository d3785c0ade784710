"""The leader signs (呈签 → 批示): on the record itself, and never what they wrote themselves (安全生产法 §73).

A case on an official is not the leader's to see: there discipline signs by two, see the edge `countersign`.
"""

from app.casework.models import Record
from app.casework.needs import Unmet
from app.casework.records import SIGNABLE, Opened, open_record, read_records, rewrite_record, signature
from app.ledger.write import append
from app.people.grants import Subject, open_key
from app.people.holder import Holder
from app.people.subjects import open_subject_key
from app.people.tools import Tools


def waiting_for_signature(tools: Tools, holder: Holder) -> list[Opened]:
    """Records the holder may sign that nobody has signed yet, oldest first."""
    with tools.database.work() as session:
        found = read_records(session, tools, holder)
    return [one for one in found if one.kind in SIGNABLE and not one.value.get("signed_by")]


def sign_record(tools: Tools, holder: Holder, record_id: str, instruction: str) -> None:
    """Sign one record with an instruction (批示). Raises NoKey, Unmet, Outrun."""
    if "signer" not in holder.roles:
        raise Unmet("签批由签批人来办。")
    with tools.database.work(write=True) as session:
        key = open_key(session, tools.keyring, holder, Subject("record", record_id))
        opened = open_record(session.get_one(Record, record_id), key)
        if opened.value.get("signed_by"):
            raise Unmet("已经签过了。")
        if opened.value.get("author_id") == holder.member_id:
            raise Unmet("自己写的不能自己签。")
        day = tools.now.today()
        rewrite_record(session, opened, **signature(holder, day, instruction))
        row = opened.row
        append(
            session,
            day=day,
            kind="signed",
            actor=holder.ledger_key,
            subject=open_subject_key(tools.keyring, "records", row.id, row.month, row.ledger_key),
            detail={"by": holder.name},
            opening=key,
        )
