"""The sealing code in the tree: small enough for a bad line, pinned, and telling nothing of where it was built."""

import gzip
import json
import re

from tests.web.catalogue import ROOT

SCRIPTS = ROOT / "app" / "web" / "scripts"
BUNDLE = ROOT / "app" / "web" / "static" / "seal.js"
MOST_BYTES = 20_000  # gzip
EXACT = re.compile(r"\d+\.\d+\.\d+")


def test_the_bundle_is_small() -> None:
    """Somebody on one bar of signal would wait for it, and leave no number instead."""
    assert len(gzip.compress(BUNDLE.read_bytes(), 9, mtime=0)) <= MOST_BYTES


def test_packages_are_pinned_and_come_from_no_named_place() -> None:
    """A build elsewhere would give other bytes, or ask a registry that only one machine knows."""
    package = json.loads((SCRIPTS / "package.json").read_text("utf-8"))
    assert all(EXACT.fullmatch(version) for version in package["devDependencies"].values())
    lock = (SCRIPTS / "package-lock.json").read_text("utf-8")
    assert "http" not in lock
    assert "resolved" not in lock
    installed = json.loads(lock)["packages"]
    assert all("integrity" in one for name, one in installed.items() if name)


def test_the_bundle_names_no_place() -> None:
    """A phone would ask a third party for something, or the file would show a builder's paths."""
    text = BUNDLE.read_text("utf-8")
    assert not re.search(r"https?://|file:|/tmp/|/home/|sourceMappingURL|eval\(|new Function", text)
