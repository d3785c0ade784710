"""A rule set as one text: duty list and written examples, as the committee office edits, tries and keeps them.

The text is canonical JSON of what the two files hold, read by the same strict loader. What is wrong is said in one
sentence that names the entry; a set that is not wholly right is no set.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml

from app.rules.duties import DATA, MAX_CHARS, Duties, Entry, RuleError, parse_yaml, read_duties, read_yaml
from app.rules.routing import Rules, make_rules, read_examples

Body = dict[str, Any]
DUTIES, EXAMPLES = "duties", "examples"
FILES = {DUTIES: "duties.yaml", EXAMPLES: "examples.yaml"}
MOST_HINTS, LONGEST_HINT = 120, 20  # of a sector; characters
MOST_EXAMPLES, SHORTEST_EXAMPLE, LONGEST_EXAMPLE = 300, 4, 200
LONGEST_NAME, MOST_ENTRIES = 40, 80
_SAID = (  # what the loader says → what the page says of it
    (r"unknown key '(.+)'", "多了一项“{0}”"),
    (r"'(.+)' is missing", "少了“{0}”"),
    (r"no department '(.*)'", "没有“{0}”这个部门"),
    (r"no town desk '(.*)'", "没有“{0}”这个镇内岗位"),
    (r"no sector '(.*)'", "没有“{0}”这个行业领域"),
    (r"'(.+)' stands twice", "“{0}”写了两次"),
    (r"src '?(.*?)'? is none of", "来源“{0}”不在可选的几种里"),
    (r"'?(\w+)'? must be a list of texts", "“{0}”要是一条一条的文字"),
    (r"'?(\w+)'? must be a text", "“{0}”要是文字"),
    (r"a mapping is expected", "写法不对，应当是一项一项的名称和内容"),
    (r"line (\d+) refers to another place", "第 {0} 行引用了别处的内容（& 和 *），不接受"),
    (r"(?:longer than|too deep or too much)", "太长、太多或者层数太深"),
)


@dataclass(frozen=True)
class Parts:
    """A set that was read: the duty list, and (sector, text) pairs to learn from."""

    duties: Duties
    examples: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def file_text() -> str:
    """The set of the data folder, version 0."""
    return as_text({part: read_yaml(DATA / name).value for part, name in FILES.items()})


def as_text(body: Body) -> str:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def as_body(text: str) -> Body:
    """Raises RuleError where the kept text is damaged."""
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise RuleError(f"rule set: cannot be read: {error}") from error
    return Entry("rule set", body).only((DUTIES, EXAMPLES)).value


def read_set(text: str) -> Parts:
    """Read and check a whole set. Raises RuleError, which names the entry."""
    if len(text) > 2 * MAX_CHARS:
        raise RuleError(f"rule set: longer than {2 * MAX_CHARS} characters")
    body = as_body(text)
    duties = read_duties(Entry(FILES[DUTIES], body[DUTIES]))
    written = Entry(FILES[EXAMPLES], body[EXAMPLES])
    parts = Parts(duties, tuple(read_examples(duties, written)))
    _bounded(parts.duties, Entry(f"{written.where}: sectors", written.value["sectors"]))
    return parts


@lru_cache(maxsize=4)
def rules_of(text: str, version: int) -> Rules:
    """Rules that learned from a set; kept, because learning takes seconds. Raises RuleError."""
    parts = read_set(text)
    return make_rules(parts.duties, parts.examples, version=version)


def import_part(text: str, typed: str) -> str:
    """The set with one of its two files replaced by YAML that somebody hands in. Raises RuleError."""
    entry = parse_yaml("导入的文件", typed)
    part = DUTIES if "departments" in entry.value else EXAMPLES
    body = as_body(text)
    try:
        body[part] = json.loads(json.dumps(entry.value))
    except (ValueError, TypeError) as error:
        raise RuleError(f"{FILES[part]}: cannot be read: {error}") from error
    return as_text(body)


def export_part(text: str, part: str) -> str:
    """One of the two files as YAML."""
    return yaml.safe_dump(as_body(text)[part], allow_unicode=True, sort_keys=False, width=1000)


def check_draft(text: str, before: Duties, keyed: Collection[str], known: Collection[str]) -> Parts:
    """What a set must hold beyond being readable, to be put in force after `before`. Raises RuleError.

    No sector may be lost: cases stand under it. Where deaths and accusations go is law and stays. Each sector's desk
    has a living key (`keyed`), each bureau's desk is there (`known`).
    """
    parts = read_set(text)
    file = FILES[DUTIES]
    for name, sector in before.sectors.items():
        if name not in parts.duties.sectors:
            raise RuleError(
                f"{file}: sectors.{name}: 少了行业领域“{sector.name}”，已有事项在它名下，不能去掉"
            )
        if parts.duties.sectors[name].escalate != sector.escalate:
            raise RuleError(f"{file}: sectors.{name}: 涉及死亡和监管人员的去向是法定的，不能改")
    for sector in parts.duties.sectors.values():
        if sector.town_desk not in keyed:
            desk = parts.duties.town_desks[sector.town_desk].name
            raise RuleError(
                f"{file}: sectors.{sector.id}: “{sector.name}”的岗位“{desk}”没有有效密钥，不能转给它"
            )
    for department in parts.duties.departments.values():
        if department.desk not in known:
            raise RuleError(f"{file}: departments.{department.id}: 没有“{department.desk}”这个岗位")
    for desk in before.town_desks:
        if desk not in parts.duties.town_desks:
            raise RuleError(f"{file}: town_desks.{desk}: 岗位不能从这里去掉")
    return parts


def said(error: RuleError) -> str:
    """The sentence for the page: which entry, and what is wrong with it."""
    message = str(error).replace(": cannot be read: ", ": ")
    for pattern, words in _SAID:
        if found := re.search(pattern, message):
            return f"{_entry(message[: found.start()])}{words.format(*found.groups())}。"
    where, _, what = message.rpartition(": ")
    return f"{_entry(where)}{what}。"


def _entry(where: str) -> str:
    place = where.strip(" :")
    return f"“{place}”这一条：" if place else ""


def _bounded(duties: Duties, written: Entry) -> None:
    """Learning must stay a matter of seconds, and pages readable. Raises RuleError."""
    file = FILES[DUTIES]
    for kind in ("sectors", "departments", "town_desks", "places", "lead_rules"):
        if len(getattr(duties, kind)) > MOST_ENTRIES:
            raise RuleError(f"{file}: {kind}: 太多了，最多 {MOST_ENTRIES} 条")
    for where, text in _names(duties):
        _plain(f"{file}: {where}", text, LONGEST_NAME)
    for sector in duties.sectors.values():
        where = f"{file}: sectors.{sector.id}"
        if len(sector.hints) > MOST_HINTS:
            raise RuleError(f"{where}: 提示词太多，最多 {MOST_HINTS} 个")
        for hint in sector.hints:
            _plain(f"{where}: hints", hint, LONGEST_HINT)
    for sector_id in written.value:
        texts, where = written.texts(sector_id), f"{written.where}.{sector_id}"
        if len(texts) > MOST_EXAMPLES:
            raise RuleError(f"{where}: 例句太多，最多 {MOST_EXAMPLES} 句")
        if len(set(texts)) != len(texts):
            raise RuleError(f"{where}: 有一句写了两遍")
        for text in texts:
            _plain(where, text, LONGEST_EXAMPLE)


def _names(duties: Duties) -> Iterator[tuple[str, str]]:
    groups: Mapping[str, Mapping[str, Any]] = {
        "sectors": duties.sectors,
        "departments": duties.departments,
        "town_desks": duties.town_desks,
        "places_outside": duties.places,
    }
    for group, entries in groups.items():
        yield from ((f"{group}.{name}", entry.name) for name, entry in entries.items())
    for place in duties.places.values():
        yield from ((f"places_outside.{place.id}: words", word) for word in place.words)


def _plain(where: str, text: str, longest: int) -> None:
    if len(text) > longest:
        raise RuleError(f"{where}: 有一条太长，最多 {longest} 个字")
    if any(
        unicodedata.category(letter) in ("Cc", "Cf", "Cs", "Zl", "Zp")
        for letter in text
        if letter != "\u200d"
    ):
        raise RuleError(f"{where}: 有看不见的控制字符")
