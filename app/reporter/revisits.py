"""Revisits (回访) on the receipt page: asked once each, in the page's own form."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, request

from app.casework.reporting import Follow
from app.casework.revisits import KIND, SAYS, revisit, revisit_due
from app.tips.receipts import Visit
from app.web.services import tools

__all__ = ["KIND", "register", "take_revisit"]


def revisit_now(seen: Follow) -> int:
    """After how many days this page asks; 0: not now."""
    return revisit_due(tools().limits, seen, tools().now.today())


def take_revisit(visit: Visit, text: str, once: str) -> None:
    """Take what was ticked and written. Raises Unmet."""
    sent = {name: request.form.get(name, "") for name in SAYS}
    said = {name: value for name, value in sent.items() if value in SAYS[name]}
    revisit(tools(), visit, said, text, once)


def helpers() -> dict[str, Callable[..., Any]]:
    return {"revisit_now": revisit_now}


def register(reporter: Blueprint) -> None:
    reporter.context_processor(helpers)
