"""Real set-up: keys made here, invitations printed once; never a default password or key."""

from collections.abc import Iterator
from datetime import date, timedelta

from app.db.engine import Database
from app.people.admission import invite
from app.sealing.epochs import fingerprint
from app.sealing.paper import halves
from app.setup.install import install, write_settings
from config import Settings

INVITATION_DAYS = 14


def set_up(settings: Settings, day: date) -> Iterator[str]:
    """Install, and print what goes on paper: the root in two halves, one invitation for each desk."""
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
    first, second = halves(installed.root.private)
    yield f"根钥指纹 root fingerprint: {fingerprint(installed.root.public)}"
    yield f"根钥上半 (一人保管): {first}"
    yield f"根钥下半 (另一人保管): {second}"
    database = Database(settings.database)
    with database.work(write=True) as session:
        for desk_id, keys in installed.desks.items():
            code = invite(session, [keys], desk_id, desk_id, day + timedelta(days=INVITATION_DAYS))
            yield f"邀请 invitation {desk_id}: {code}"
    database.dispose()
