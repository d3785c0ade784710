"""What others read of a case is newly written: no paper or record quotes a report, or says that there is one."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from app.casework.context import Desktop, OpenTip
from app.casework.needs import Unmet

QUOTE = 8  # characters in common with the reporter's own words
SHORTEST = 4  # a report of fewer characters says nothing that could tell who wrote it
PLACES = ("enterprise", "place")  # fields that name where it is
CUT = "\n"  # never in squeezed text
FIRM = re.compile(r".{1,8}(?:公司|合作社)")  # a registered name is nobody's own words
SOMEBODY = re.compile("[我俺咱]")  # whoever tells of a place so tells of themselves


def refuse_quotes(now: Desktop, written: Mapping[str, str]) -> None:
    """Raises Unmet where something written for others (by the field's name) has words of a reporter of the case in it,
    spaces and punctuation left aside, or says 举报.

    Names of places and firms are nobody's words: the town, the enterprise as reported, what a site record or the
    place's own field calls it.
    """
    names = [now.tools.town, *(one.content.report.enterprise for one in now.reports)]
    names += [str(record.value.get("enterprise", "")) for record in now.recorded("site")]
    wheres = [one.content.report.where for one in now.reports]
    for field in sorted(
        written, key=lambda one: one not in PLACES
    ):  # where it is first: the rest may name it
        text = squeeze(written[field])
        if "举报" in text:
            raise Unmet("别的岗位会读到这一份：请不要写“举报”，只写事情本身。")
        check_words(now, text, [*names, *wheres] if field in PLACES else names)
        if field in PLACES:
            names.append(written[field])


def check_words(now: Desktop, text: str, names: Iterable[str]) -> None:
    known = [name for name in map(squeeze, names) if len(name) >= SHORTEST and not SOMEBODY.search(name)]
    for one in now.reports:
        for piece in pieces(own_words(one), known):
            if piece in text:
                raise Unmet(f"“{piece}”是举报原话。请换自己的话写，免得别人认出举报人。")


def own_words(one: OpenTip) -> Iterator[str]:
    """All that a reporter wrote or told the custodian on the telephone."""
    report = one.content.report
    yield from (report.what, report.where, report.when)
    yield from (line.text for line in one.thread if line.by in ("reporter", "custodian"))


def pieces(words: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """What must not be found again: each run of QUOTE characters, or the whole where it is shorter."""
    for said in map(squeeze, words):
        if SHORTEST <= len(said) < QUOTE and said not in names:
            yield said
        for name in names:
            said = said.replace(name, CUT)
        said = FIRM.sub(CUT, said)
        runs = (said[at : at + QUOTE] for at in range(len(said) - QUOTE + 1))
        yield from (run for run in runs if CUT not in run)


def squeeze(text: str) -> str:
    """Letters and digits alone, in one form: a space or a comma makes no other words of them."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).lower() if letter.isalnum())
