"""What every door needs from Flask: templates, gettext, headers, errors, requests in memory."""

from datetime import date

from flask import Blueprint, Flask, request
from flask_babel import gettext as _

from app.sealing.receipt import in_fours
from app.web import errors, headers, language
from app.web.navigation import nav_links
from app.web.request import MAX_REQUEST, MemoryRequest
from app.web.services import look_for_rules, settings
from app.web.sessions import csrf_field

web = Blueprint("web", __name__, template_folder="templates")


def register(app: Flask) -> None:
    app.request_class = MemoryRequest
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST
    app.config["BABEL_DEFAULT_LOCALE"] = language.CHINESE
    app.config["WTF_I18N_ENABLED"] = False  # every message is ours; its own would be loaded for each form
    language.register(app)
    app.register_blueprint(web)
    headers.register(app)
    errors.register(app)
    app.jinja_env.filters["in_fours"] = in_fours
    app.jinja_env.filters["day"] = written_day
    app.jinja_env.filters["yuan"] = yuan
    app.jinja_env.globals["csrf_field"] = csrf_field
    app.jinja_env.globals["nav_links"] = nav_links
    app.context_processor(installation)
    app.before_request(newest_rules)


def newest_rules() -> None:
    if request.endpoint != "static":
        look_for_rules()


def installation() -> dict[str, object]:
    """What every page may say about where it is."""
    given = settings()
    return {
        "town": given.town,
        "district": given.district,
        "telephone": given.telephone,
        "demonstration": given.demonstration,
        "authority": given.authority,
    }


def yuan(fen: int) -> str:
    """An amount in fen as people say it: 3,000 元; fen only where there are any."""
    whole, rest = divmod(fen, 100)
    return str(_("%(amount)s 元", amount=f"{whole:,}.{rest:02d}" if rest else f"{whole:,}"))


def written_day(value: object) -> str:
    """A day as people write it; empty for what is none."""
    return language.day_in_words(value) if isinstance(value, date) else ""
