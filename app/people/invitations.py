"""Invitations: a code on paper that opens a desk's epoch secrets once."""

import base64
import secrets
from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.db.base import new_id
from app.people.models import Invitation
from app.sealing.epochs import EpochKeys
from app.sealing.errors import SealError
from app.sealing.fields import Place, derive_key, open_json, seal_json


class BadInvitation(Exception):
    """The invitation is used up, expired or mistyped."""


def invite(
    session: Session,
    keys: Sequence[EpochKeys],
    username: str,
    name: str,
    expires: date,
    *,
    deputy: bool = False,
) -> str:
    """Offer a place; returns the code to be handed over on paper (160 bits)."""
    code = base64.b32encode(secrets.token_bytes(20)).decode()
    invitation_id = new_id()
    value = [base64.b64encode(key.secret).decode() for key in keys]
    session.add(
        Invitation(
            id=invitation_id,
            desk_id=keys[0].desk,
            epoch=keys[-1].epoch,
            username=username,
            name=name,
            deputy=deputy,
            sealed_secret=seal_json(
                derive_key(code.encode(), "invitation"), value, invitation_place(invitation_id)
            ),
            expires=expires,
        )
    )
    return code


def invitation_place(invitation_id: str) -> Place:
    return Place("invitations", invitation_id, "sealed_secret")


def open_invitation(
    session: Session, code: str, username: str, today: date
) -> tuple[Invitation, list[EpochKeys]]:
    """The invitation that this code opens. Raises BadInvitation."""
    typed = "".join(code.upper().split())
    for row in session.scalars(
        select(Invitation).where(Invitation.username == username, Invitation.expires >= today)
    ):
        try:
            value = open_json(
                derive_key(typed.encode(), "invitation"), row.sealed_secret, invitation_place(row.id)
            )
        except SealError:
            continue
        return row, [EpochKeys.from_secret(base64.b64decode(secret)) for secret in value]
    raise BadInvitation
