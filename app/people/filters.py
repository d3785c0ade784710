"""Saved filters (存下的筛选) of a member: names and the queue's own filters, never a word that was searched for."""

from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.people.holder import Holder
from app.people.models import MemberSettings
from app.people.tools import Tools
from app.sealing.errors import SealError
from app.sealing.fields import Place, open_json, seal_json

MOST = 12


@dataclass(frozen=True)
class SavedFilter:
    """A name and the end of an address."""

    name: str
    query: str


def key_of(tools: Tools) -> bytes:
    return tools.keyring.standing_key("member-settings")


def place_of(holder: Holder) -> Place:
    return Place("member_settings", holder.member_id, "settings")


def saved_filters(session: Session, tools: Tools, holder: Holder) -> list[SavedFilter]:
    row = session.get(MemberSettings, holder.member_id)
    if row is None:
        return []
    try:
        found = open_json(key_of(tools), row.settings, place_of(holder))["filters"]
    except SealError:  # a standing key put in anew: what was set is gone, and nothing else
        return []
    return [SavedFilter(name, query) for name, query in found.items()]


def keep_filter(tools: Tools, holder: Holder, name: str, query: str) -> None:
    """Keep a filter under its name, the newest twelve; without a query the name is forgotten."""
    try:
        put_filter(tools, holder, name, query)
    except IntegrityError:  # the first of two taps made the row meanwhile
        put_filter(tools, holder, name, query)


def put_filter(tools: Tools, holder: Holder, name: str, query: str) -> None:
    with tools.database.work(write=True) as session:
        kept = {one.name: one.query for one in saved_filters(session, tools, holder) if one.name != name}
        if query:
            kept[name] = query
        newest = dict(list(kept.items())[-MOST:])
        sealed = seal_json(key_of(tools), {"filters": newest}, place_of(holder))
        session.merge(MemberSettings(member_id=holder.member_id, settings=sealed))
