"""Name and phone sealed on the reporter's phone: the keepers' public keys for it, and what its sealing comes to here.

The page works without: then the server seals. Which of the two happened stands on the form and on the receipt.
"""

from typing import Any

from flask import Blueprint, Response, jsonify
from flask_babel import gettext as _

from app.casework.identities import WrongIdentity
from app.intake.identity import keeper_pairs
from app.people.desks import Recipient
from app.sealing.framing import to_text
from app.tips.sealed import NotSealedIdentity, SealedIdentity, key_print, read_sealed
from app.web.services import tools


def keepers() -> Response:
    """The pairs of keepers a phone seals to, each as desk, epoch, public key and the key's print."""
    return jsonify({"pairs": [[keeper(one) for one in pair] for pair in keeper_pairs(tools())]})


def keeper(one: Recipient) -> dict[str, Any]:
    return {
        "desk": one.id,
        "epoch": one.epoch,
        "public": to_text(one.public),
        "print": key_print(one.public),
    }


def sealed_in(form: Any) -> SealedIdentity | None:
    """What the phone sealed, in a report form that is valid; None where nothing or something typed was sent."""
    return read_sealed(form.sealed_identity.data) if form.sealed_identity.data else None


def sealed_problem(form: Any) -> str:
    """What is wrong with what the phone sealed, in words; then it is dropped, so that it can be written anew."""
    try:
        sealed = sealed_in(form)
    except NotSealedIdentity:
        form.sealed_identity.data = ""
        return str(_("手机上没有锁好，姓名和电话没收到。请再写一遍；别的内容都在。"))
    if sealed is None or sealed.mode == form.mode.data:
        return ""
    form.sealed_identity.data = ""
    return str(_("您改了“让谁知道是您”，先前锁好的不能用了。请把要留的再写一遍；别的内容都在。"))


def refuse(form: Any, wrong: WrongIdentity) -> None:
    """Say on the form why a sealed identity was not taken; it must be sealed anew."""
    words = {
        "stale": _("保管人的钥匙换过了，先前锁好的不能用了。请把姓名、电话再写一遍；别的内容都在。"),
        "used": _("这份锁好的姓名、电话已经用过一次。请再写一遍；别的内容都在。"),
    }
    form.sealed_identity.data = ""
    form.phone.errors = [*form.phone.errors, words[wrong.why]]


def register(reporter: Blueprint) -> None:
    reporter.add_url_rule("/report/keepers", view_func=keepers)
