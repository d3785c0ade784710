"""Debian's Chromium by Playwright, and axe-core as judge of accessibility."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@contextmanager
def chromium(*more: str) -> Iterator[Browser]:
    """A browser, started with `more` arguments. Missing in CI it is a failure, elsewhere a test that says it skips."""
    if not CHROMIUM.exists():
        if os.environ.get("CI") == "true":
            pytest.fail("no Chromium in CI")
        pytest.skip("no Chromium here")
    arguments = [
        "--no-sandbox",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-first-run",
        *more,
    ]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), args=arguments)
        yield browser
        browser.close()


def axe_findings(page: Page) -> list[str]:
    """What axe-core finds at WCAG 2.2 AA, one line each."""
    results = Axe().run(page, options={"runOnly": {"type": "tag", "values": RULES}})
    return [
        f"{page.url}: {one['id']}: {node['html'][:160]}"
        for one in results.response["violations"]
        for node in one["nodes"]
    ]


def small_targets(page: Page) -> list[str]:
    """Controls under 44 px in height, links inside a sentence apart."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('a,button,input:not([type=hidden]),select,textarea,summary')]
        .filter(e => e.offsetParent !== null && !e.closest('p') && !e.classList.contains('skip'))
        .map(e => [e.closest('label') || e, e])
        .filter(([box]) => box.getBoundingClientRect().height < 43.5)
        .map(([box, e]) => e.outerHTML.slice(0, 120) + ' ' + box.getBoundingClientRect().height)"""
    )
    return found


def overflows(page: Page) -> bool:
    """Whether the page must be moved sideways."""
    wide: bool = page.evaluate("() => document.documentElement.scrollWidth > window.innerWidth")
    return wide
