"""The judge of templates is itself judged: it must find each kind of fault, and none in the app."""

import subprocess
import sys

import pytest

from tests.web.catalogue import ROOT, app_environment, judge, judge_style


def test_no_template_of_the_app_is_at_fault() -> None:
    """A page would show untranslatable words, or be broken by its own content security policy."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.web.catalogue"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)


@pytest.mark.parametrize(
    ("source", "line", "word"),
    [
        ("<p>\n看到了</p>", 2, "Chinese"),
        ('{{ _("好") }}\n{{ show("坏") }}', 2, "Chinese"),
        ('{{ _(pick("好")) }}{{ "坏" }}', 1, "Chinese"),
        ("{% if x %}\n<p style='color:red'>{% endif %}", 2, "style="),
        ("<p\n{% if x %} onclick='x()'{% endif %}>", 1, "onclick="),
        ("{{ field(form.what, onclick='x()') }}", 1, "onclick="),
        ("{{ typed|safe }}", 1, "|safe"),
        ("{{ typed | safe }}", 1, "|safe"),
        ("{% autoescape false %}{{ typed }}{% endautoescape %}", 1, "autoescape"),
        ("<a href='https://example.org/'>", 1, "third party"),
        ("<img\nsrc='//example.org/x.png'>", 1, "third party"),
        ("<script>x()</script>", 1, "inline script"),
        ("<style>p{}</style>", 1, "nonce"),
        ("{% if %}", 1, "compile"),
        ("{{ day|no_such_filter }}", 1, "compile"),
    ],
)
def test_a_fault_is_found_with_its_line(source: str, line: int, word: str) -> None:
    """A faulty template would pass `make check`."""
    assert any(found == line and word in text for found, text in judge(app_environment(), source))


def test_a_clean_template_passes() -> None:
    """The judge would cry wolf, and be switched off."""
    source = (
        "{# 说明 #}<!-- 说明 --><form action='/report'>{{ _('看到%(x)s', x=_('隐患')) }}"
        "{% set one = 1 %}<a href='tel:12350'>{{ names|join('、') }}</a><style nonce='{{ csp_nonce }}'></style>"
    )
    assert judge(app_environment(), source) == []


def test_a_style_sheet_fetches_nothing_from_elsewhere() -> None:
    """A font from elsewhere would tell a third party who reads which page."""
    assert judge_style("p{}\n@font-face{src:url('https://example.org/f')}") == [
        (2, "style from a third party")
    ]
    assert judge_style("p{background:url(data:image/png;base64,AA)}") == []
