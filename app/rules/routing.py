"""Where a report goes, and why (design §7): accusation, death, what was chosen, the text.

Pure: (report, rules, desks that hold a key) → decision. The reason is told in words and never quotes the report,
because it is read by people who may not read the report itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from app.rules.duties import (
    DATA,
    Department,
    Duties,
    Entry,
    RuleError,
    Sector,
    TownDesk,
    load_duties,
    read_yaml,
)
from app.rules.grave import GraveModel, train_grave
from app.rules.matters import MatterWords, Signs, load_matters
from app.rules.public import DeskDuties, load_lines
from app.rules.questions import Questions, load_questions
from app.rules.report import Decision, Guess, Matter, Report
from app.rules.text_model import TextModel

__all__ = ["Decision", "Guess", "Matter", "Report", "RuleError", "Rules", "route", "route_lines"]

SURE = 0.4  # share of the best guess from which it is followed without further rules
LIKELY = 0.2  # share of the best guess from which the lead rules look at it
THERE = 0.15  # share below which a guess says nothing
GRAVE_SHARE = 0.6  # of a text that tells of a death or accuses an official, what goes to that
UNKNOWN = "unknown"
JIWEI = "qu_jiwei"
HOTLINE_DISCIPLINE, HOTLINE_SAFETY = "12388", "12350"


@dataclass(frozen=True)
class Rules:
    """Duty list, text models and patterns, ready to use.

    ``version`` is 0 for the files, else the number under which the committee office put it in force. ``refused`` is the
    number of a set in force that could not be read, in whose place this one stays; 0: none.
    """

    duties: Duties
    model: TextModel
    words: MatterWords
    grave: GraveModel
    questions: Questions
    lines: tuple[DeskDuties, ...] = ()
    version: int = 0
    refused: int = 0

    @classmethod
    def load(cls, folder: Path = DATA) -> Rules:
        """Read, check and learn; kept for the life of the process. :class:`RuleError` when data is bad."""
        return _load(folder)

    @property
    def sectors(self) -> Mapping[str, Sector]:
        """Sectors by id, in the order of the duty list."""
        return self.duties.sectors

    @property
    def departments(self) -> Mapping[str, Department]:
        """Bureaus by id."""
        return self.duties.departments

    @property
    def town_desks(self) -> Mapping[str, TownDesk]:
        """Inside desks by id."""
        return self.duties.town_desks

    def guesses(self, report: Report) -> tuple[Guess, ...]:
        """All sectors, the likeliest first, by the text alone: neither a chosen sector nor a box counts.

        A death and an accusation are found by their own patterns and model, which know better than letters in common:
        said, they come first, else last. The hazards share what is left among themselves.
        """
        text = "\n".join((report.what, report.enterprise, report.where))
        signs = self.words.read(text)
        kinds: tuple[Literal["official", "death"], ...] = ("official", "death")
        said = [kind for kind in kinds if getattr(signs, kind) or self.grave.says(kind, text)]
        share = GRAVE_SHARE if said else 0.0
        first = [Guess(self.escalated(kind).id, share / len(said), ()) for kind in said]
        last = [Guess(self.escalated(kind).id, 0.0, ()) for kind in kinds if kind not in said]
        told = self.words.sober("\n".join((text, report.hints) if report.hints else (text,)))
        hazards = (Guess(one.label, one.score * (1 - share), one.words) for one in self.model.score(told))
        return (*first, *hazards, *last)

    def names_desk(self, desk: str, words: str) -> bool:
        """Whether ``words`` name an inside desk by its id, name or one of its other names."""
        known = self.town_desks.get(desk)
        names = (desk, known.name, *known.aliases) if known else ()
        return any(name in words for name in names)

    def bureaus(self, sector: str) -> tuple[str, ...]:
        """Desks of the bureaus in charge of ``sector``, the leading one first."""
        entry = self.sectors[sector]
        ids = [one for one in (entry.lead, *entry.assist) if one is not None]
        return tuple(self.departments[one].desk for one in ids)

    def escalated(self, kind: Literal["death", "official"]) -> Sector:
        """The one sector for deaths (瞒报) or for accusations (保护伞)."""
        return next(one for one in self.sectors.values() if one.escalate == kind)


@lru_cache(maxsize=4)
def _load(folder: Path) -> Rules:
    duties = load_duties(folder)
    return make_rules(duties, list(written_examples(duties, folder)), folder)


def make_rules(
    duties: Duties, examples: Sequence[tuple[str, str]], folder: Path = DATA, version: int = 0
) -> Rules:
    """Learn from (sector, text) pairs: about 2.5 s of a processor. :class:`RuleError` where what stands beside the duty
    list in ``folder`` (questions, public words) does not fit it.
    """
    words, questions = load_matters(folder), load_questions(duties, folder)
    lines = load_lines(duties, folder)
    grave = train_grave(iter(examples), duties, words, folder)
    return Rules(duties, train_hazards(examples, duties), words, grave, questions, lines, version)


def train_hazards(examples: Iterable[tuple[str, str]], duties: Duties) -> TextModel:
    """The text model of hazards: deaths and accusations have a model of their own, and words in common with all."""
    return TextModel.train(one for one in examples if not duties.sectors[one[0]].escalate)


def written_examples(duties: Duties, folder: Path = DATA) -> Iterator[tuple[str, str]]:
    """What the text model learns from: (sector, text) pairs, names and hints first."""
    yield from read_examples(duties, read_yaml(folder / "examples.yaml"))


def read_examples(duties: Duties, written: Entry) -> Iterator[tuple[str, str]]:
    """The same of examples that are already read; :class:`RuleError` names the entry that is wrong."""
    written.only(("src", "sectors"))
    texts = Entry(f"{written.where}: sectors", written.value["sectors"]).only((), duties.sectors)
    for sector in duties.sectors.values():
        yield from ((sector.id, hint) for hint in (sector.name, *sector.hints))
        yield from ((sector.id, text) for text in texts.texts(sector.id))


def route(
    report: Report, rules: Rules, *, desks_with_keys: frozenset[str], shut: frozenset[str] = frozenset()
) -> Decision:
    """Say which desk gets the report, which matters it holds, and why.

    A desk without a key is never named, nor one in ``shut``: somebody sits there who must not know.
    :class:`RuleError` when a chosen sector does not exist.
    """
    return _Router(report, rules, desks_with_keys - shut, shut).decide()


class _Router:
    """One decision in the making."""

    def __init__(self, report: Report, rules: Rules, keys: frozenset[str], shut: frozenset[str]) -> None:
        for chosen in (report.sector, report.poster_sector):
            if chosen and chosen not in rules.sectors:
                raise RuleError(f"report: no sector {chosen!r}")
        self.report, self.rules, self.keys, self.shut = report, rules, keys, shut
        self.text = "\n".join((report.what, report.enterprise, report.where))
        self.signs: Signs = rules.words.read(self.text)
        self.guesses = rules.guesses(report)
        self.hazards = _among(one for one in self.guesses if not rules.sectors[one.sector].escalate)

    def decide(self) -> Decision:
        accused, died = self._says("official"), self._says("death")
        if accused:
            return self._accusation(accused, died)
        if died:
            matters = (self._death(), *self._remaining(bool(self.signs.still)))
            return self._decision(matters, "death", f"{died},由县级以上政府组织核查", HOTLINE_SAFETY)
        desk, sector, rule, why = self._ordinary()
        return self._decision((Matter("hazard", sector, desk),), rule, why, HOTLINE_SAFETY)

    def _says(self, kind: Literal["death", "official"]) -> str:
        """Why this report tells of a death or accuses an official; empty when it does not."""
        box, found, told = {
            "death": (self.report.deaths, self.signs.death, "涉及人员死亡"),
            "official": (self.report.about_official, self.signs.official, "涉及监管人员"),
        }[kind]
        if box:
            return f"登记时勾选{told}"
        if found:
            return found[0]
        for chosen in (self.report.sector, self.report.poster_sector):
            if chosen and self.rules.sectors[chosen].escalate == kind:
                return f"选定的行业领域{told}"
        return f"文字内容接近{told}的举报" if self.rules.grave.says(kind, self.text) else ""

    def _accusation(self, why: str, died: str) -> Decision:
        desk = self._discipline()
        likely = self.hazards[0].sector != UNKNOWN and self.hazards[0].score >= THERE
        matters = (
            Matter("official", self.rules.escalated("official").id, desk, reserved=True),
            *((self._death(),) if died else ()),
            *self._remaining(likely or bool(self.signs.still)),
        )
        whither = "整件交纪检,其他岗位不知" if desk else f"本镇无可受理的岗位,请拨{HOTLINE_DISCIPLINE}"
        return self._decision(matters, "conflict", f"{why},{whither}", HOTLINE_DISCIPLINE)

    def _discipline(self) -> str:
        """镇纪委 for village and ordinary staff; 区纪委监委 for leaders, discipline itself and district staff."""
        unwanted = self.rules.words.read(self.report.not_these)
        by_box = self.signs.upper_named if not self.signs.official else ()
        upper = bool(
            self.signs.upper
            or by_box
            or unwanted.upper_named
            or "jijian" in self.shut
            or self._named("jijian", self.report.not_these)
        )
        if not upper and "jijian" in self.keys:
            return "jijian"
        return JIWEI if JIWEI in self.keys else ""

    def _death(self) -> Matter:
        desk = "office" if "office" in self.keys and not self._named("office", self.report.not_these) else ""
        sector = self.rules.escalated("death").id
        return Matter("death", sector, desk or self._dispatch(self.report.not_these))

    def _remaining(self, there: bool) -> tuple[Matter, ...]:
        """The hazard that is still there, for an inside desk that the report does not name."""
        if not (there or self.report.still_dangerous or self.report.danger_now):
            return ()
        desk, sector, _, _ = self._ordinary()
        words = f"{self.text}\n{self.report.not_these}"
        if desk and self._named(desk, words):
            desk = self._dispatch(words) or self._dispatch(self.report.not_these)
        return (Matter("hazard", sector, desk),)

    def _ordinary(self) -> tuple[str, str, str, str]:
        """Desk, sector, rule and reason for a hazard."""
        sector, desk, rule, why = self._by_sector()
        if self.report.not_these:
            return (
                self._dispatch(self.report.not_these),
                sector,
                "not_these",
                "举报人要求有人回避,不直接交承办岗位",
            )
        if outside := self._outside():
            return self._dispatch(""), sector, "outside", f"地点在镇外名单里的“{outside}”,由分派岗办移送"
        if desk in self.keys:
            return desk, sector, rule, why
        return self._dispatch(""), sector, "no_key", f"{why};该岗位尚无有效密钥,转分派岗"

    def _outside(self) -> str:
        """The name of the place outside the town that the report is about, as it says where; empty: in the town."""
        places = self.rules.duties.places.values()
        return next((one.name for one in places if any(word in self.report.where for word in one.words)), "")

    def _by_sector(self) -> tuple[str, str, str, str]:
        """Sector, desk, rule and reason: chosen, poster, text, the three lead rules (三个牵头), dispatch desk."""
        for chosen, rule, who in (
            (self.report.sector, "chosen", "登记时选定"),
            (self.report.poster_sector, "poster", "海报所属"),
        ):
            if chosen and chosen != UNKNOWN and not self.rules.sectors[chosen].escalate:
                return chosen, self._desk(chosen), rule, f"{who}行业领域“{self._name(chosen)}”"
        best = self.hazards[0]
        if best.sector != UNKNOWN and best.score >= SURE:
            return best.sector, self._desk(best.sector), "text", f"文字内容接近“{self._name(best.sector)}”"
        for rule, sector in (
            ("zhuguan", self._in_charge()),
            ("weizhu", self._mainly()),
            ("kaojin", self._nearest()),
        ):
            if sector:
                text = next(one.text for one in self.rules.duties.lead_rules if one.id == rule)
                return sector, self._desk(sector), rule, f"文字把握不足,按“{text}”暂定“{self._name(sector)}”"
        guessed = best.sector if best.score >= THERE else UNKNOWN
        return guessed, "dispatch", "dispatch", "文字看不出归哪个行业领域,由分派岗指定"

    def _in_charge(self) -> str:
        """谁主管: all likely sectors lie with one desk."""
        best = self.hazards[0]
        likely = [one for one in self.hazards if one.score >= best.score / 2]
        agreed = len({self._desk(one.sector) for one in likely}) == 1
        return best.sector if agreed and best.score >= LIKELY and best.sector != UNKNOWN else ""

    def _mainly(self) -> str:
        """谁为主: one desk carries more than half of the evidence."""
        shares: dict[str, float] = {}
        for one in self.hazards:
            shares[self._desk(one.sector)] = shares.get(self._desk(one.sector), 0.0) + one.score
        desk = max(shares, key=lambda name: (shares[name], name))
        best = next(one for one in self.hazards if self._desk(one.sector) == desk)
        enough = shares[desk] > sum(shares.values()) / 2 and best.score >= THERE and best.sector != UNKNOWN
        return best.sector if enough else ""

    def _nearest(self) -> str:
        """谁靠近: the place or enterprise bears the name of just one sector's things."""
        near = [one.id for one in self.rules.sectors.values() if any(self._at(hint) for hint in one.hints)]
        return near[0] if len(near) == 1 and not self.rules.sectors[near[0]].escalate else ""

    def _at(self, hint: str) -> bool:
        """A single character counts at the end of a name only: 西大寺 is a temple, 双塔街 is a street."""
        places = (self.report.enterprise, self.report.where)
        return any(hint in place if len(hint) > 1 else place.endswith(hint) for place in places)

    def _desk(self, sector: str) -> str:
        return self.rules.sectors[sector].town_desk

    def _name(self, sector: str) -> str:
        return self.rules.sectors[sector].name

    def _named(self, desk: str, words: str) -> bool:
        return self.rules.names_desk(desk, words)

    def _dispatch(self, words: str) -> str:
        """The dispatch desk, or the committee office where ``words`` name it; empty when neither may take it."""
        free = (desk for desk in ("dispatch", "office") if desk in self.keys and not self._named(desk, words))
        return next(free, "")

    def _decision(self, matters: tuple[Matter, ...], rule: str, why: str, hotline: str) -> Decision:
        first = matters[0]
        assist = (
            ()
            if rule in ("conflict", "not_these", "dispatch", "outside")
            else self.rules.bureaus(first.sector)
        )
        refer = "" if first.desk else hotline
        version = self.rules.version
        return Decision(matters, first.desk, first.sector, self.guesses, assist, rule, why, refer, version)


def _among(guesses: Iterable[Guess]) -> tuple[Guess, ...]:
    """``guesses`` with their shares among themselves."""
    kept = tuple(guesses)
    total = sum(one.score for one in kept) or 1.0
    return tuple(replace(one, score=one.score / total) for one in kept)


_FIELDS = {one.name: type(one.default) for one in fields(Report)}


def route_lines(path: Path) -> Iterator[str]:
    """One JSON line for each report of the JSON list in ``path`` (form field names; others are passed over).

    :class:`RuleError` when the file cannot be read or an entry is no report. Writes nothing. Every inside desk counts
    as having a key, no outside one.
    """
    rules = Rules.load()
    keys = frozenset(rules.town_desks)
    for place, item in enumerate(read_list(path), start=1):
        try:
            decision = route(read_report(item), rules, desks_with_keys=keys)
        except RuleError as error:
            raise RuleError(f"{path.name}: report {place}: {error}") from error
        line: dict[str, object] = {"id": item["id"]} if "id" in item else {}
        line["guesses"] = [one.sector for one in decision.guesses]
        line["desk"] = decision.desk
        line["matters"] = [one.sector for one in decision.matters]
        line["reason"] = decision.reason
        yield json.dumps(line, ensure_ascii=False)


def read_report(item: Mapping[str, Any]) -> Report:
    """A report from form-like data; other keys and nulls are passed over, a wrong type is a :class:`RuleError`."""
    given = {name: item[name] for name in _FIELDS if item.get(name) is not None}
    for name, value in given.items():
        if type(value) is not _FIELDS[name]:
            raise RuleError(f"{name!r} must be {'true or false' if _FIELDS[name] is bool else 'a text'}")
    return Report(**given)


def read_list(path: Path) -> list[dict[str, Any]]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RuleError(f"{path.name}: cannot be read: {error}") from error
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise RuleError(f"{path.name}: a JSON list of reports is expected")
    return value
