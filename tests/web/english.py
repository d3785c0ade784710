"""Judge of the English catalogue: all that the reporter's side says is translated, and nothing stands there besides.

Said is what stands in `_()` of the reporter's templates and modules; and what rooms without a page say to a reporter in
Chinese, which the pages translate when they show it (`app.web.language.told`).
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po

from app.casework.flow import DECLINE_REASONS, DECLINE_TOLD, EDGES, STATE_NAMES, WAITS_FOR_DISTRICT
from app.photos.answers import ADVICE
from app.rules.routing import Rules
from app.rules.selfcheck import SelfCheck
from app.web.language import CATALOGUE, STORED

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(
    r"[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef]"
)  # with punctuation
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")
DOORS = ("app/reporter", "app/web")
STAFF = {"base_staff.html", "navigation.py"}  # in app/web, and never shown to a reporter
SAID_IN = {  # rooms without a page: what is said in them to a reporter is assigned or given to one of these names
    "app/casework/handing.py": {"told"},
    "app/casework/steps.py": {"told"},
    "app/rewards/holding.py": {"text"},
    "app/rewards/payment.py": {"text"},
    "app/vault/calls.py": {"text"},
    "app/vault/handing_on.py": {"TAKEN_OVER"},
    "app/vault/opening.py": {"told"},
}
ALL_SAID_IN = "app/casework/reporting.py"  # where every sentence is for the reporter
FILLED = "\0"  # stands where something is filled in
AS_THEY_ARE = {"中文"}


def problems() -> list[str]:
    """`file:line: what` of each message that is missing, too much, or translated with other words to fill in."""
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="en")
    place = CATALOGUE.relative_to(ROOT)
    return [f"{place}:{line}: {text}" for line, text in (*amiss(catalogue), *unequal(catalogue))]


def amiss(catalogue: Catalog) -> Iterator[tuple[int, str]]:
    """What each message lacks in itself."""
    for one in catalogue:
        said, english = str(one.id), str(one.string)
        if not said:
            continue
        if not english.strip() or one.fuzzy:
            yield one.lineno or 0, f"not translated: {said}"
        if set(PLACEHOLDER.findall(said)) != set(PLACEHOLDER.findall(english)):
            yield one.lineno or 0, f"other words to fill in: {english}"
        if CHINESE.search(english) and english not in AS_THEY_ARE:
            yield one.lineno or 0, f"Chinese in the English: {english}"
    for one in catalogue.obsolete.values():
        yield one.lineno or 0, f"no longer said: {one.id}"


def unequal(catalogue: Catalog) -> Iterator[tuple[int, str]]:
    """What is said and not translated, or translated and not said."""
    known = {str(one.id): one.lineno or 0 for one in catalogue if one.id}
    stored = {str(one.id) for one in catalogue if STORED in one.auto_comments}
    patterns = list(sentences())
    said = {*on_pages(), *in_data(), *(one for one in known if any(pat.fullmatch(one) for pat in patterns))}
    for text in sorted(said - known.keys()):
        yield 0, f"missing: {text}"
    for pattern in patterns:
        if not any(pattern.fullmatch(one) for one in known):
            yield 0, f"missing: {pattern.pattern}"
    for text in sorted(known.keys() - said):
        yield known[text], f"no longer said: {text}"
    for text in sorted(stored & set(on_pages())):
        yield known[text], f"not stored, but on a page: {text}"


def on_pages() -> Iterator[str]:
    """What stands in `_()` and `_l()` of the reporter's doors."""
    for door in DOORS:
        for path in sorted((ROOT / door).rglob("*")):
            if path.suffix in (".py", ".html") and path.name not in STAFF:
                way = "python" if path.suffix == ".py" else "jinja2"
                found = extract_from_file(way, path, keywords={"_": None, "_l": None})
                yield from (str(message) for _, message, _, _ in found if message)


def in_data() -> Iterator[str]:
    """What data and tables say to a reporter, or name in what they are told."""
    rules = Rules.load()
    yield from (one.name for one in rules.sectors.values() if one.id != "unknown")
    yield from (one.name for one in rules.town_desks.values())
    yield from (one.name for one in rules.departments.values())
    yield from (one.say for one in rules.questions.calls.values())
    for question in rules.questions.by_name.values():
        yield question.ask
        yield from (answer.text for answer in question.answers.values())
    yield from (one.reason for one in SelfCheck.load().kinds.values())
    yield from (*STATE_NAMES.values(), WAITS_FOR_DISTRICT, *DECLINE_TOLD.values(), *ADVICE.values())
    yield from (edge.told for edge in EDGES if edge.told)
    yield from (f"{reason}。%(reply)s" for reason in DECLINE_REASONS.values())


def sentences() -> Iterator[re.Pattern[str]]:
    """What rooms without a page say to a reporter, as patterns: anything may stand where something is filled in."""
    yield re.compile("办理中")  # reporting.py: the state of a case on an official
    yield from (pattern_of(one) for one in texts(parsed(ALL_SAID_IN)) if plain(one).endswith("。"))
    for path, names in SAID_IN.items():
        for node in ast.walk(parsed(path)):
            if isinstance(node, ast.Assign | ast.keyword) and named(node) & names:
                yield from (pattern_of(one) for one in texts(node.value))


def named(node: ast.Assign | ast.keyword) -> set[str]:
    return {ast.unparse(one) for one in node.targets} if isinstance(node, ast.Assign) else {node.arg or ""}


def texts(node: ast.AST) -> Iterator[ast.expr]:
    """The Chinese texts below a node, those with something filled in whole; no docstrings and no lone punctuation."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return
    if isinstance(node, ast.JoinedStr | ast.Constant):
        if CHINESE.search(re.sub("[。，：]", "", plain(node))):
            yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from texts(child)


def plain(node: ast.expr) -> str:
    if isinstance(node, ast.JoinedStr):
        return "".join(plain(one) if isinstance(one, ast.Constant) else FILLED for one in node.values)
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def pattern_of(node: ast.expr) -> re.Pattern[str]:
    text = re.sub(f"{FILLED}年{FILLED}月{FILLED}日", FILLED, plain(node))
    return re.compile(re.escape(text).replace(FILLED, ".*"), re.DOTALL)


def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text("utf-8"))
