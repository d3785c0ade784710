"""Due minutes (限时): by when somebody must have signed for a danger to life. They lie in memory that does not persist;
once they are met or missed only "in time" or "late" remains.
"""

from datetime import datetime, timedelta

from app.people.tools import Tools

DUTY = "duty"  # the duty desk (值班席)
KEPT_SECONDS = 24 * 3600  # after a due minute: the alarm is raised within a minute of it


def remember(tools: Tools, name: str, due: datetime) -> None:
    """Keep a due minute under `name`; a job raises the alarm when it has passed."""
    seconds = int((due - tools.now.instant()).total_seconds())
    tools.memory.set(name, str(due.timestamp()).encode(), seconds + KEPT_SECONDS)


def watch_life(tools: Tools, case_id: str) -> None:
    """Somebody of the leading desk must sign for this case within minutes: life is in danger now.

    A minute that already runs is left to run: a second word of danger gives nobody more time.
    """
    if tools.memory.get(life_name(case_id)) is None:
        remember(
            tools, life_name(case_id), tools.now.instant() + timedelta(minutes=tools.limits.sign_life.value)
        )


def seen_life(tools: Tools, case_id: str) -> None:
    """The leading desk has the case open, danger and all: nobody waits any more."""
    tools.memory.delete(life_name(case_id))


def life_name(case_id: str) -> str:
    return f"due:{case_id}"
