"""The leader signs (呈签 → 批示): on the record itself, and never what they wrote themselves (安全生产法 §73).

A case on an official is not the leader's to see: there discipline signs by two, see the edge `countersign`.
"""

from app.casework.needs import Unmet
from app.casework.records import (
    SIGNABLE,
    Opened,
    note_act,
    open_granted,
    read_records,
    rewrite_record,
    signature,
)
from app.people.holder import Holder
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
        opened = open_granted(session, tools, holder, record_id)
        if opened.value.get("signed_by"):
            raise Unmet("已经签过了。")
        if opened.value.get("author_id") == holder.member_id:
            raise Unmet("自己写的不能自己签。")
        rewrite_record(session, opened, **signature(holder, tools.now.today(), instruction))
        note_act(session, tools, holder, opened, "signed")
