"""Who is looking at a case now (谁也在看), so that two do not do one thing twice; in memory that does not persist."""

from app.people.holder import Holder
from app.people.tools import Tools

SECONDS = 120


def look(tools: Tools, holder: Holder, case_id: str) -> list[str]:
    """Names of the others who opened the case within two minutes; notes that the holder has."""
    prefix = f"look:{case_id}:"
    own = prefix + holder.member_id
    others = (tools.memory.get(name) for name in tools.memory.keys(prefix) if name != own)
    tools.memory.set(own, holder.name.encode(), SECONDS)
    return sorted(name.decode() for name in others if name)
