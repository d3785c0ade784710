"""Judge of all templates: `python -m tests.web.catalogue` prints file:line of what is wrong and then fails.

Every template compiles with the app's own filters; no Chinese stands outside `_()`; all of the reporter's side has its
English (`tests.web.english`); nothing that the content security
policy would block or that would let a reporter's words become markup; no address of a third party.
"""

import itertools
import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

from app import create_app
from app.web.headers import INLINE
from config import load
from tests.web import english

ROOT = Path(__file__).parents[2]
CHINESE = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
FOREIGN = re.compile(r"^\s*(?:https?:|ftp:|wss?:)?//", re.IGNORECASE)
FOREIGN_IN_STYLE = re.compile(r"@import|url\(\s*['\"]?\s*(?:https?:)?//", re.IGNORECASE)
HANDLER = re.compile(r"^(?:style|on[a-z]{3,})$")  # no event is shorter than oncut
ADDRESSES = ("href", "src", "action", "formaction", "srcset", "poster", "data")

INLINE_SCRIPTS = re.compile(
    re.escape(f'<script>{{% include "{INLINE}" %}}</script>')
    + "|"
    + re.escape("<script>{{ leave_script }}</script>")
)  # the policy names their hashes

Problem = tuple[int, str]
Token = tuple[int, str, str]


def app_environment() -> Environment:
    """The environment of the real app: its filters, tests and gettext."""
    return create_app(load({}), serving=False).jinja_env


def judge(environment: Environment, source: str) -> list[Problem]:
    """(line, what is wrong) of one template."""
    try:
        environment.compile(source)
    except TemplateSyntaxError as error:
        return [(error.lineno, f"does not compile: {error.message}")]
    tokens = list(environment.lex(INLINE_SCRIPTS.sub("", source)))
    html = "".join(blank(kind, value) for _, kind, value in tokens)
    return sorted({*words(tokens), *Tags.read(html), *untranslated(tokens)})


def blank(kind: str, value: str) -> str:
    """What is not markup becomes empty lines, so that line numbers stay."""
    return value if kind == "data" else "\n" * value.count("\n")


def untranslated(tokens: list[Token]) -> Iterator[Problem]:
    """Chinese outside `_()` and comments."""
    depth, opened, before = 0, list[int](), ""
    for line, kind, value in tokens:
        if kind == "operator" and value in "([{":
            depth += 1
            if value == "(" and before in ("_", "gettext", "ngettext"):
                opened.append(depth)
        elif kind == "operator" and value in ")]}":
            if opened and opened[-1] == depth:
                opened.pop()
            depth -= 1
        elif kind == "string" and not opened and CHINESE.search(value):
            yield line, f"Chinese outside _(): {value}"
        elif kind == "data":
            yield from untranslated_data(line, value)
        if kind != "whitespace":
            before = value


def untranslated_data(line: int, text: str) -> Iterator[Problem]:
    for offset, row in enumerate(re.sub(r"<!--.*?-->", keep_lines, text, flags=re.DOTALL).split("\n")):
        if CHINESE.search(row):
            yield line + offset, f"Chinese outside _(): {row.strip()[:40]}"


def keep_lines(found: re.Match[str]) -> str:
    return "\n" * found.group().count("\n")


def words(tokens: list[Token]) -> Iterator[Problem]:
    """Filters and keywords that would let unsafe markup through."""
    plain = [token for token in tokens if token[1] != "whitespace"]
    for one, two in itertools.pairwise(plain):
        if one[2] == "|" and two[2] in ("safe", "forceescape"):
            yield two[0], "|safe lets markup through"
        if one[1] == "name" and HANDLER.match(one[2]) and two[2] == "=":
            yield one[0], f"attribute {one[2]}= is blocked by the content security policy"
        if one[2] == "autoescape" and two[2] == "false":
            yield one[0], "autoescape must stay on"


class Tags(HTMLParser):
    """Reads the markup between the template's own parts."""

    def __init__(self) -> None:
        super().__init__()
        self.problems: list[Problem] = []

    @classmethod
    def read(cls, html: str) -> list[Problem]:
        reader = cls()
        reader.feed(html)
        reader.close()
        return reader.problems

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        line = self.getpos()[0]
        named = dict(attrs)
        for name, value in attrs:
            if HANDLER.match(name):
                self.problems.append((line, f"attribute {name}= is blocked by the content security policy"))
            if name in ADDRESSES and FOREIGN.match(value or ""):
                self.problems.append((line, f"address of a third party: {value}"))
        if tag == "script" and "src" not in named:
            self.problems.append((line, "inline script is blocked by the content security policy"))
        if tag == "style" and "nonce" not in named:
            self.problems.append((line, "inline style without a nonce"))


def judge_style(source: str) -> list[Problem]:
    """(line, what is wrong) of one style sheet: nothing is fetched from elsewhere."""
    rows = enumerate(source.split("\n"), start=1)
    return [(number, "style from a third party") for number, row in rows if FOREIGN_IN_STYLE.search(row)]


def judge_all(root: Path = ROOT) -> list[str]:
    """`file:line: what` for every template and style sheet of the app."""
    environment, found = app_environment(), list[str]()
    templates = [path for path in sorted((root / "app").glob("**/templates/**/*")) if path.is_file()]
    styles = sorted((root / "app").glob("**/*.css"))
    for path in templates:
        if path.suffix != ".css":
            found += lines_of(path.relative_to(root), judge(environment, path.read_text("utf-8")))
    for path in styles:
        found += lines_of(path.relative_to(root), judge_style(path.read_text("utf-8")))
    return found


def lines_of(path: Path, problems: list[Problem]) -> list[str]:
    return [f"{path}:{line}: {text}" for line, text in problems]


def main() -> int:
    problems = [*judge_all(), *english.problems()]
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
