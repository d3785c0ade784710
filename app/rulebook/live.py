"""Which rule set is in force. One that cannot be read never replaces one that can: the last good one stays, and the
office, the administrator and the log are told.
"""

import logging
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.engine import Database
from app.notices.write import notify
from app.people.models import Desk
from app.people.tools import Now, Tools
from app.rulebook.models import RuleSet
from app.rules.drafts import rules_of
from app.rules.duties import RuleError
from app.rules.routing import Rules

log = logging.getLogger("anshao")
LIVE_NUMBER = select(RuleSet.number).where(RuleSet.state == "live")
ALARMED = ("office", "admin")  # roles of the desks that are told


def live_number(session: Session) -> int:
    """The version in force; 0: the files. One integer is read: cheap enough for every worker, often."""
    return session.scalar(LIVE_NUMBER) or 0


def load_live(database: Database, now: Now, kept: Rules | None = None) -> Rules:
    """The set in force. Where it cannot be read: `kept`, or at a start the newest before it that can be read, at last
    the files; then `refused` names it and everybody is alarmed.
    """
    with database.work() as session:
        wanted = live_number(session)
        bodies = earlier(session, wanted if wanted and kept is None else 0)
        body = session.scalar(select(RuleSet.body).where(RuleSet.number == wanted))
    if not wanted:
        return Rules.load()
    try:
        return rules_of(body or "", wanted)
    except Exception as error:  # whatever is wrong with it: a town without rules takes no reports
        log.error(
            "rule set %d cannot be read: %s", wanted, error if isinstance(error, RuleError) else type(error)
        )
    alarm(database, now)
    return replace(kept or last_good(bodies), refused=wanted)


def earlier(session: Session, number: int) -> list[tuple[int, str]]:
    rows = session.execute(
        select(RuleSet.number, RuleSet.body)
        .where(RuleSet.state == "old", RuleSet.number < number)
        .order_by(RuleSet.number.desc())
    )
    return [(row[0], row[1]) for row in rows]


def last_good(bodies: list[tuple[int, str]]) -> Rules:
    for number, body in bodies:
        try:
            return rules_of(body, number)
        except Exception as error:
            log.error("rule set %d cannot be read: %s", number, type(error).__name__)
    return Rules.load()


def alarm(database: Database, now: Now) -> None:
    with database.work(write=True) as session:
        for desk_id in session.scalars(select(Desk.id).where(Desk.role.in_(ALARMED))).all():
            notify(session, desk_id, "rules", now.today())


def renewed(tools: Tools) -> Tools:
    """The same tools with the rules now in force. A set that was refused once is not tried again by this process."""
    with tools.database.work() as session:
        wanted = live_number(session)
    if wanted == (tools.rules.refused or tools.rules.version):
        return tools
    return replace(tools, rules=load_live(tools.database, tools.now, tools.rules))
