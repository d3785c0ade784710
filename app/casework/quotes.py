"""What others read of a case is newly written: no paper or record quotes a report, or says that there is one."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping

from app.casework.context import Desktop, OpenTip
from app.casework.needs import Unmet

QUOTE = 8  # characters in common with the reporter's own words
SHORTEST = 4  # a report of fewer characters says nothing that could tell who wrote it
LONGEST = 30  # a name of more characters is none: somebody tells of it there
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
    names = [now.tools.town, *(desk.name for desk in now.desks.values())]
    names += [one.content.report.enterprise for one in now.reports]
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
    known = [
        name for name in map(squeeze, names) if SHORTEST <= len(name) <= LONGEST and not SOMEBODY.search(name)
    ]
    bare = without(text, known)
    for one in now.reports:
        said = list(map(squeeze, own_words(one)))
        found = next((piece for piece in pieces(said, known) if piece in text), "")
        found = found or next(
            (run for run in runs(without(words, known) for words in said) if run in bare), ""
        )
        if found:
            raise Unmet(f"“{found}”是举报原话。请换自己的话写，免得别人认出举报人。")


def own_words(one: OpenTip) -> Iterator[str]:
    """All that a reporter wrote or told the custodian on the telephone."""
    report = one.content.report
    yield from (report.what, report.where, report.when, report.danger_note)
    long = (
        (report.not_these, QUOTE),
        (report.enterprise, LONGEST + 1),
    )  # else who it is, or what it is called
    yield from (words for words, least in long if len(squeeze(words)) >= least)
    yield from (line.text for line in one.thread if line.by in ("reporter", "custodian"))


def pieces(words: Iterable[str], names: Iterable[str]) -> Iterator[str]:
    """What must not be found again: each run of QUOTE characters, or the whole where it is shorter."""
    for said in map(squeeze, words):
        if SHORTEST <= len(said) < QUOTE and said not in names:
            yield said
        for name in names:
            said = said.replace(name, CUT)
        yield from runs([said])


def runs(texts: Iterable[str]) -> Iterator[str]:
    """Each QUOTE characters of these that lie side by side, with no cut and no firm in them."""
    for text in (FIRM.sub(CUT, text) for text in texts):
        found = (text[at : at + QUOTE] for at in range(len(text) - QUOTE + 1))
        yield from (run for run in found if CUT not in run)


def without(text: str, names: Iterable[str]) -> str:
    """What is left when the names are taken out: a name in the middle of a sentence makes no other words of it."""
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return text


def squeeze(text: str) -> str:
    """Letters and digits alone, in one form: a space or a comma makes no other words of them."""
    return "".join(letter for letter in unicodedata.normalize("NFKC", text).lower() if letter.isalnum())
