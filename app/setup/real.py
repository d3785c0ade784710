"""Real set-up: keys made here, invitations printed once; never a default password or key."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.db.engine import Database
from app.people.invitations import invite
from app.people.recovery import INVITATION_DAYS
from app.sealing.epochs import fingerprint
from app.sealing.paper import halves
from app.setup.install import install, write_settings
from config import Settings

PAPERS = {
    "root": "根钥",
    "desks": "岗位恢复密钥",
    "custodians": "保密专员恢复密钥",
    "approvers": "审批人恢复密钥",
    "discipline": "纪检恢复密钥",
    "backups": "备份密钥",
}


def set_up(settings: Settings, day: date) -> Iterator[str]:
    """Install, and print what goes on paper: root and recovery keys in two halves each, an invitation for each desk."""
    installed = install(settings, day)
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
            code = invite(session, [keys], desk_id, desk_id, day + timedelta(days=INVITATION_DAYS))
            yield f"邀请 invitation {desk_id}: {code}"
    database.dispose()
