"""Pages for everybody, before they report: who is in charge, how the seal works, what is kept, rewards, privacy notice.

Not one of them speaks of a rule in its own words: each statement is a claim with its source (`app.rules.public`).
"""

from decimal import Decimal

from flask import Blueprint, render_template
from flask_babel import lazy_gettext as _l

from app.figures.releases import COLUMNS, releases
from app.reporter.visits import LASTS_SECONDS
from app.rules.committees import OTHER, load_committees
from app.rules.privacy import privacy_notice
from app.rules.public import PublicFacts, from_source
from app.rules.routing import HOTLINE_DISCIPLINE
from app.web.language import in_english
from app.web.services import tools

FIELDS = {  # the committees' fields as the catalogue has them
    "fire": _l("消防"),
    "road": _l("道路交通"),
    "hazchem": _l("危险化学品"),
    "building": _l("城市建设"),
    "gas": _l("燃气"),
    "culture": _l("文化旅游"),
    "equipment": _l("特种设备"),
    OTHER: _l("其他"),
}


def duties() -> str:
    """The duty list (职责清单) in force, by the town's desks."""
    claims = PublicFacts.load().claims["duties"]
    return render_template("reporter/duties.html", desks=tools().rules.lines, claims=claims)


def how() -> str:
    """How the seal works, who can read what, and what is not promised."""
    claims = PublicFacts.load().claims["how"]
    return render_template("reporter/how.html", claims=claims, discipline=HOTLINE_DISCIPLINE)


def kept() -> str:
    """What is kept and what not, and for how long."""
    return render_template(
        "reporter/kept.html",
        claims=PublicFacts.load().claims["kept"],
        months=privacy_notice().months,
        minutes=LASTS_SECONDS // 60,
    )


def rewards() -> str:
    """The reward rules, told honestly: who decides, how much as a rule, who gets nothing."""
    facts = PublicFacts.load()
    return render_template(
        "reporter/rewards.html",
        claims=facts.claims["rewards"],
        policy=facts.policy(tools().now.today()),
        from_source=from_source,
        cases=facts.cases,
        sums=facts.sums,
        in_wan=in_wan,
        counter_open=tools().counter_open,
    )


def privacy() -> str:
    """The privacy notice (个人信息处理告知) in force, with its version."""
    claims = PublicFacts.load().claims["privacy"]
    return render_template("reporter/privacy.html", claims=claims, notice=privacy_notice())


def figures() -> str:
    """What was published of each quarter (公开数字); nothing until the office has published one."""
    with tools().database.work() as session:
        found = releases(session)
    names = {one.id: one.name for one in load_committees().values()} | FIELDS
    return render_template("reporter/figures.html", found=found, names=names, columns=COLUMNS)


def in_wan(number: int) -> str:
    """A number as people say it: 3,000 or 40.85 万, with a space after it."""
    if number < 10_000 or in_english():  # where nobody counts in ten thousands
        return f"{number:,} "
    tens = f"{Decimal(number) / 10_000:,f}"
    return f"{tens.rstrip('0').rstrip('.') if '.' in tens else tens} 万"


def register(reporter: Blueprint) -> None:
    """Add the pages. RuleError when their data is bad: the start stops."""
    PublicFacts.load()
    privacy_notice()
    load_committees()
    reporter.context_processor(lambda: {"consent_version": lambda: privacy_notice().version})
    for view in (duties, how, kept, rewards, privacy, figures):
        reporter.add_url_rule(f"/{view.__name__}", view_func=view)
