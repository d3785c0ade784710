"""Anshao 安哨: work-safety reports by phone, sealed to the desk that must act. This factory alone knows all doors."""

from flask import Flask

from app.admin.views import admin
from app.api.views import api
from app.cashier.views import cashier
from app.photos.pool import Cleaner
from app.reporter.views import reporter
from app.staff.views import staff
from app.web import wiring
from app.web.services import EXTENSION, make_tools
from config import Settings


def create_app(settings: Settings, *, serving: bool = True, cleaner: Cleaner | None = None) -> Flask:
    """The application for one installation.

    `serving` opens database, keys and stores at once and stops with an error when anything is missing or wrong;
    commands that prepare an installation are given False. Raises what `make_tools` raises.
    """
    app = Flask(__name__, static_folder="web/static")
    app.extensions[EXTENSION] = {"settings": settings}
    wiring.register(app)
    app.register_blueprint(reporter)
    app.register_blueprint(staff)
    app.register_blueprint(admin)
    app.register_blueprint(cashier)
    app.register_blueprint(api)
    if serving:
        app.extensions[EXTENSION]["tools"] = make_tools(settings, cleaner or Cleaner())
    else:
        register_commands(app)
    return app


def register_commands(app: Flask) -> None:
    """The `flask` commands, loaded only where they are used: a web worker does without them."""
    from app.jobs import cli as jobs_cli
    from app.setup import cli as setup_cli

    setup_cli.register(app)
    jobs_cli.register(app)
