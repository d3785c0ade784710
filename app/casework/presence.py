"""Who is looking at a case now (谁也在看), so that two do not do one thing twice; in memory that does not persist."""

import json

from app.people.holder import Holder
from app.people.tools import Tools

SECONDS = 120


def look(tools: Tools, holder: Holder, case_id: str) -> list[str]:
    """Names of the others who opened the case within two minutes; notes that the holder has.

    One value for each case, found by its name: to look for names would read all that lies in memory, what hotlines
    handed in among it. Of two who open a case at the same moment one may be told only at the next look.
    """
    name, now = f"look:{case_id}", tools.now.instant().timestamp()
    seen = {
        member: one for member, one in json.loads(tools.memory.get(name) or b"{}").items() if one[1] > now
    }
    others = sorted(one[0] for member, one in seen.items() if member != holder.member_id)
    seen[holder.member_id] = (holder.name, now + SECONDS)
    tools.memory.set(name, json.dumps(seen).encode(), SECONDS)
    return others
