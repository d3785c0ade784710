"""Setting an installation up: keys, schema, desks. Never a default password or key."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.db.schema import upgrade
from app.people.admission import found_desk
from app.people.keyring import Keyring, make_keyring
from app.people.models import Desk, Installation
from app.people.recovery import found_recovery
from app.rules.posters import PosterRules
from app.rules.routing import JIWEI, Rules
from app.sealing.epochs import EpochKeys, RootKeys, fingerprint, new_root
from app.sealing.keys import KeyPair
from config import Settings

POSTS = (  # desks that every installation has beside those of the duty list
    ("custodian", "保密专员", "custodian"),
    ("approver", "启封审批人", "approver"),
    ("jijian_keeper1", "镇纪委保管员甲", "keeper"),
    ("jijian_keeper2", "镇纪委保管员乙", "keeper"),
    ("signer", "签批人", "signer"),
    ("cashier", "奖金发放岗", "cashier"),
    ("clerk", "登记岗", "clerk"),
    ("admin", "管理员", "admin"),
)
ONE_FOR_ALL = "村居填报岗"  # where no village was named: all of them share one list
SPECIAL = {"dispatch": "dispatch", "duty": "duty", "jijian": "discipline", "office": "office"}


class NoVillage(ValueError):
    """Not a village's or a community's full name (村居全名), or one that has a post already."""


@dataclass(frozen=True)
class Installed:
    """A new installation: its root, each desk's epoch 0 and the recovery keys, to be put on paper."""

    root: RootKeys
    desks: dict[str, EpochKeys]
    recovery: dict[str, KeyPair]


def install(
    settings: Settings, day: date, *, district_discipline: bool = False, villages: Sequence[str] = ()
) -> Installed:
    """Make keys, schema and desks in an empty data folder; a post for each of `villages` (村居全名), or one for all;
    with `district_discipline` also a desk of 区纪委监委, which works on paper else. Raises KeyringBroken where keys
    exist already, NoVillage.
    """
    posts = village_posts(villages) if villages else [village_post("village", ONE_FOR_ALL)]
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    make_keyring(settings.keys)
    root = new_root()
    database = Database(settings.database)
    upgrade(database)
    keyring = Keyring(settings.keys, fingerprint(root.public))
    with database.work(write=True) as session:
        session.add(Installation(id=1, pepper_check=keyring.pepper_check(), root_public=root.public))
        keys = {
            desk.id: found_desk(session, keyring, root.private, desk, day)
            for desk in (*inside_desks(), *posts)
        }
        session.add_all(outside_desks())
        session.flush()
        if district_discipline:
            keys[JIWEI] = seat_district_discipline(session, keyring, root.private, day)
        recovery = found_recovery(session, root.private)
    database.dispose()
    return Installed(root, keys, recovery)


def seat_district_discipline(session: Session, keyring: Keyring, root_private: bytes, day: date) -> EpochKeys:
    """区纪委监委 gets a desk with a key here: what accuses a town leader, 镇纪委 itself or district staff goes to it
    whole. Without one such a report is not taken, and the page gives 12388. Returns epoch 0, for an invitation.
    """
    desk = session.get_one(Desk, JIWEI)
    desk.kind, desk.role = "inside", "discipline"
    return found_desk(session, keyring, root_private, desk, day)


def is_installed(settings: Settings) -> bool:
    """Whether the data folder holds an installation already."""
    if not (settings.keys / "pepper").exists():
        return False
    database = Database(settings.database)
    try:
        with database.work() as session:
            return session.scalar(select(Installation.id)) is not None
    finally:
        database.dispose()


def inside_desks() -> list[Desk]:
    town = [
        (name, desk.name, SPECIAL.get(name, "handling")) for name, desk in Rules.load().town_desks.items()
    ]
    return [
        Desk(id=desk_id, name=name, kind="inside", role=role, active=True)
        for desk_id, name, role in (*town, *POSTS)
    ]


def village_posts(names: Sequence[str], known: Mapping[str, str] | None = None) -> list[Desk]:
    """A post for each village beside the `known` desks (names by id). Raises NoVillage."""
    rules, desks = PosterRules.load(), dict(known or {})
    free = (f"village_{at}" for at in count(1) if f"village_{at}" not in desks)
    found = []
    for name in (one.strip() for one in names):
        if not rules.is_village(name) or name in desks.values():
            raise NoVillage(name)
        found.append(village_post(next(free), name))
        desks[found[-1].id] = name
    return found


def village_post(desk_id: str, name: str) -> Desk:
    return Desk(id=desk_id, name=name, kind="inside", role="village", active=True)


def outside_desks() -> list[Desk]:
    """District bureaus: they work on paper and have no key."""
    return [
        Desk(id=f"qu_{name}", name=department.name, kind="outside", role="bureau", active=True)
        for name, department in Rules.load().departments.items()
    ]


def write_settings(path: Path, values: dict[str, str]) -> None:
    """Write `settings.toml`; what stands there already stays unless named again."""
    known: dict[str, str] = tomllib.loads(path.read_text("utf-8")) if path.exists() else {}
    lines = [f'{name} = "{escape(value)}"' for name, value in sorted({**known, **values}.items())]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    path.chmod(0o600)


def escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
