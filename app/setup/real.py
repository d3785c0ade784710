"""Real set-up: keys made here, invitations printed once; never a default password or key."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.people.admission import found_desk
from app.people.invitations import invite
from app.people.keyring import Keyring
from app.people.models import Desk, Installation
from app.people.recovery import INVITATION_DAYS
from app.rules.routing import HOTLINE_DISCIPLINE, JIWEI
from app.sealing.epochs import EpochKeys, fingerprint, root_from
from app.sealing.errors import SealError
from app.sealing.paper import from_halves, halves
from app.setup.install import install, seat_district_discipline, village_posts, write_settings
from config import Settings

PAPERS = {
    "root": "根钥",
    "desks": "岗位恢复密钥",
    "custodians": "保密专员恢复密钥",
    "approvers": "审批人恢复密钥",
    "discipline": "纪检恢复密钥",
    "backups": "备份密钥",
}


class HasDesk(Exception):
    """The district's discipline has a desk here already."""


# Makes desks with the root's private half.
Founding = Callable[[Session, Keyring, bytes], dict[str, EpochKeys]]


def with_root(settings: Settings, paper: tuple[str, str], found: Founding, day: date) -> list[str]:
    """Make desks after set-up, with both halves of the root; returns the lines that print their invitations. Raises
    SealError for halves that are not this root's, and what `found` raises.
    """
    root = root_from(from_halves(*paper))
    database, keyring = Database(settings.database), Keyring(settings.keys, settings.root_fingerprint)
    try:
        with database.work(write=True) as session:
            if session.get_one(Installation, 1).root_public != root.public:
                raise SealError("root")
            made = found(session, keyring, root.private)
            return [invitation(session, desk, keys, day) for desk, keys in made.items()]
    finally:
        database.dispose()


def invitation(session: Session, desk: str, keys: EpochKeys, day: date) -> str:
    code = invite(session, [keys], desk, desk, day + timedelta(days=INVITATION_DAYS))
    return f"邀请 invitation {desk}: {code}"


def add_villages(settings: Settings, paper: tuple[str, str], names: Sequence[str], day: date) -> list[str]:
    """Give villages a post of their own after set-up. Raises SealError, NoVillage."""

    def found(session: Session, keyring: Keyring, root_private: bytes) -> dict[str, EpochKeys]:
        posts = village_posts(names, {desk.id: desk.name for desk in session.scalars(select(Desk))})
        return {desk.id: found_desk(session, keyring, root_private, desk, day) for desk in posts}

    return with_root(settings, paper, found, day)


def seat_later(settings: Settings, paper: tuple[str, str], day: date) -> str:
    """Give the district's discipline a desk after set-up, with both halves of the root; returns the line that prints
    its invitation. Raises SealError for halves that are not this root's, HasDesk.
    """

    def found(session: Session, keyring: Keyring, root_private: bytes) -> dict[str, EpochKeys]:
        if session.get_one(Desk, JIWEI).kind == "inside":
            raise HasDesk
        return {JIWEI: seat_district_discipline(session, keyring, root_private, day)}

    return with_root(settings, paper, found, day)[0]


def set_up(
    settings: Settings, day: date, *, district_discipline: bool = False, villages: Sequence[str] = ()
) -> Iterator[str]:
    """Install, and print what goes on paper: root and recovery keys in two halves each, an invitation for each desk."""
    installed = install(settings, day, district_discipline=district_discipline, villages=villages)
    write_settings(
        settings.data / "settings.toml",
        {
            "town": settings.town,
            "district": settings.district,
            "authority": settings.authority,
            "root_fingerprint": fingerprint(installed.root.public),
        },
    )
    yield f"根钥指纹 root fingerprint: {fingerprint(installed.root.public)}"
    secrets = {
        "root": installed.root.private,
        **{kind: pair.private for kind, pair in installed.recovery.items()},
    }
    for name, secret in secrets.items():  # each half to another person, nobody holding halves of two
        for side, half in zip(("上半", "下半"), halves(secret), strict=True):
            yield f"{PAPERS[name]}{side} {name}: {half}"
    database = Database(settings.database)
    with database.work(write=True) as session:
        for desk_id, keys in installed.desks.items():
            yield invitation(session, desk_id, keys, day)
    database.dispose()
    if not district_discipline:
        yield (
            f"区纪委监委在这里没有岗位：牵涉镇领导、镇纪委、区里的人的举报不收，页面请人打 {HOTLINE_DISCIPLINE}。"
            " qu_jiwei has no desk here; flask seat-district-discipline makes one."
        )
