"""The counter: two fields, one amount, one button; made for noise and a queue of people."""

from flask import Blueprint, render_template, request

from app.casework.needs import Unmet
from app.rewards.payment import look_at, pay
from app.sealing.receipt import clean_digits
from app.web.services import tools
from app.web.sessions import holder, signed_in

cashier = Blueprint("cashier", __name__, template_folder="templates", url_prefix="/counter")


@cashier.get("/")
@signed_in("cashier")
def counter() -> str:
    return render_template("cashier/counter.html", due=None, problem="", paid=False, number="")


@cashier.post("/")
@signed_in("cashier")
def serve() -> str | tuple[str, int]:
    """First the amount, then, with `pay`, the payment; the code is checked each time and kept nowhere."""
    number, code = (clean_digits(request.form.get(name, "")[:60]) for name in ("number", "claim_code"))
    seen = request.form.get("pay", "")
    try:
        due = pay(tools(), holder(), number, code, seen) if seen else look_at(tools(), holder(), number, code)
    except Unmet as unmet:
        shown = render_template(
            "cashier/counter.html", due=None, problem=str(unmet), paid=False, number=number
        )
        return shown, 422
    return render_template(
        "cashier/counter.html", due=due, problem="", paid=bool(seen), number=number, code=code
    )
