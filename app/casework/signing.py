"""The leader signs (呈签 → 批示): on the record itself, and never what they wrote themselves (安全生产法 §73).

A case on an official is not the leader's to see: there discipline signs by two, see the edge `countersign`.
"""

from app.casework.needs import Unmet
from app.casework.records import (
    Opened,
    is_waiting,
    note_act,
    open_granted,
    read_records,
    rewrite_record,
    signature,
)
from app.notices.write import notify
from app.people.holder import Holder
from app.people.tools import Tools


def waiting_for_signature(tools: Tools, holder: Holder) -> list[Opened]:
    """Records the holder may sign that nobody has signed yet, oldest first."""
    with tools.database.work() as session:
        found = read_records(session, tools, holder)
    return [one for one in found if is_waiting(one)]


def sign_record(tools: Tools, holder: Holder, record_id: str, instruction: str) -> None:
    """Sign one record with an instruction (批示). Raises NoKey, Unmet, Outrun."""
    if "signer" not in holder.roles:
        raise Unmet("签批由签批人来办。")
    with tools.database.work(write=True) as session:
        opened = open_granted(session, tools, holder, record_id)
        if opened.value.get("signed_by"):
            raise Unmet("已经签过了。")
        if opened.value.get("returned_by"):
            raise Unmet("已经退回了，等承办人重新写。")
        if opened.value.get("author_id") == holder.member_id:
            raise Unmet("自己写的不能自己签。")
        rewrite_record(session, opened, **signature(holder, tools.now.today(), instruction))
        note_act(session, tools, holder, opened, "signed")


def return_record(tools: Tools, holder: Holder, record_id: str, reason: str) -> None:
    """退回修改: the leader does not agree and says why; the desk writes another, and this one counts no more. Raises
    NoKey, Unmet, Outrun.
    """
    if "signer" not in holder.roles:
        raise Unmet("签批由签批人来办。")
    if not reason.strip():
        raise Unmet("退回要写清楚要改什么。")
    today = tools.now.today()
    with tools.database.work(write=True) as session:
        opened = open_granted(session, tools, holder, record_id)
        if not is_waiting(opened):
            raise Unmet("已经签过或者退过了。")
        said = {"returned_by": holder.name, "returned_on": today.isoformat(), "returned_for": reason.strip()}
        rewrite_record(session, opened, **said)
        notify(session, str(opened.value["desk"]), "returned", today)
        note_act(session, tools, holder, opened, "returned")
