"""Copies of papers (份): each is marked for its recipient, visibly and in its wording, so that a photograph of a leaked
one says whose it was. Every copy is entered in the ledger before it is shown.

The wording is chosen by a key of the case: who holds it can say which copy a sentence comes from, nobody else.
"""

from dataclasses import dataclass

from app.casework.context import Desktop
from app.ledger.write import append, history
from app.sealing.fields import derive_key

KIND, EDGE = "printed", "print"
LONGEST = 30  # characters of a recipient's name
PAIRS = {
    "above": ("以上情况", "上述情况"),
    "please": ("请于", "请在"),
    "handle": ("依法核查处理", "依法查处"),
    "reply": ("书面回复", "书面反馈"),
    "duty": ("职责范围", "职责权限"),
}


@dataclass(frozen=True)
class Wording:
    """The words of one copy; 32 ways in all."""

    above: str
    please: str
    handle: str
    reply: str
    duty: str

    def __str__(self) -> str:
        return "、".join((self.above, self.please, self.handle, self.reply, self.duty))


@dataclass(frozen=True)
class Copy:
    """One copy that was printed: the how manieth of its paper, for whom, in which words."""

    place: str
    number: int
    title: str
    to: str
    by: str
    words: Wording


def wording(now: Desktop, place: str, to: str) -> Wording:
    """The words of the copy of this paper for this recipient, always the same."""
    chosen = derive_key(now.history, f"copy:{place}:{to}")[0]
    return Wording(**{name: pair[chosen >> at & 1] for at, (name, pair) in enumerate(PAIRS.items())})


def copies_of(now: Desktop) -> list[Copy]:
    """All copies of the case's papers that were printed, in their order."""
    with now.tools.database.work() as session:
        log = history(session, now.ledger_key, now.history)
    found: list[Copy] = []
    for detail in (one.detail for one in log if one.kind == KIND):
        place, to = str(detail.get("place")), str(detail.get("to"))
        if all((known.place, known.to) != (place, to) for known in found):
            number = 1 + sum(known.place == place for known in found)
            words = wording(now, place, to)
            found.append(Copy(place, number, str(detail.get("title")), to, str(detail.get("by")), words))
    return found


def note_copy(now: Desktop, place: str, title: str, to: str) -> Copy:
    """Enter a copy of the paper at `place`, once for each recipient, and return it."""
    known = next((one for one in copies_of(now) if (one.place, one.to) == (place, to)), None)
    if known:
        return known
    with now.tools.database.work(write=True) as session:
        append(
            session,
            day=now.day,
            kind=KIND,
            actor=now.holder.ledger_key,
            subject=now.ledger_key,
            detail={"edge": EDGE, "place": place, "title": title, "to": to, "by": now.holder.name},
            opening=now.history,
        )
    return next(one for one in copies_of(now) if (one.place, one.to) == (place, to))
