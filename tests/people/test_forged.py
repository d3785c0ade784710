"""Somebody with the database alone puts keys of their own into it: sealing must refuse them."""

import dataclasses

import pytest
from sqlalchemy import delete, select, update

from app.intake.take import take
from app.people.admission import add_epoch
from app.people.desks import public_of
from app.people.keyring import KeyringBroken
from app.people.models import DeskEpoch, DeskKey, Installation
from app.photos.pool import Cleaner
from app.sealing.epochs import EpochPublic, first_epoch, make_epoch, new_root, next_epoch
from app.sealing.errors import SealError
from app.tips.models import Tip
from app.web.services import make_tools
from tests.intake.test_take import sent
from tests.makers import Town

DESK = "chengjian"


def refused(town: Town) -> None:
    """Nothing is sealed to anybody, and nothing is kept."""
    with pytest.raises(SealError):
        take(town.tools, sent())
    with town.tools.database.work() as session:
        assert session.scalars(select(Tip)).all() == []


def add(town: Town, public: EpochPublic) -> None:
    with town.tools.database.work(write=True) as session:
        add_epoch(session, town.tools.keyring, public, town.now.today())
        session.flush()
        held = session.scalars(select(DeskKey).where(DeskKey.desk_id == DESK)).first()
        assert held is not None
        session.add(
            DeskKey(
                desk_id=DESK, epoch=public.epoch, member_id=held.member_id, sealed_secret=held.sealed_secret
            )
        )


def test_an_epoch_signed_by_nobody_is_refused(town: Town) -> None:
    """Somebody with the database could have every new tip sealed to themselves."""
    _, public = make_epoch(new_root().private, DESK, 2)
    add(town, public)
    refused(town)


def test_another_desk_s_epoch_is_refused(small_town: Town) -> None:
    """A member of one desk could make themselves the key of another."""
    other = small_town.holder("paichusuo").epochs["paichusuo", 1]
    _, public = make_epoch(other.signing, DESK, 2)
    add(small_town, public)
    refused(small_town)


def test_a_replaced_public_key_is_refused(small_town: Town) -> None:
    """The newest epoch could keep its place and get another key."""
    keys, _ = make_epoch(new_root().private, DESK, 1)
    with small_town.tools.database.work(write=True) as session:
        session.execute(
            update(DeskEpoch)
            .where(DeskEpoch.desk_id == DESK, DeskEpoch.epoch == 1)
            .values(public_key=keys.pair.public)
        )
    refused(small_town)


def test_a_gap_in_the_chain_is_refused(small_town: Town) -> None:
    """An epoch in between could be cut out."""
    with small_town.tools.database.work(write=True) as session:
        session.execute(delete(DeskEpoch).where(DeskEpoch.desk_id == DESK, DeskEpoch.epoch == 0))
    refused(small_town)


def test_a_whole_forged_root_stops_the_start_and_the_sealing(town: Town) -> None:
    """Somebody could replace root and all chains together; the settings name the true root."""
    root = new_root()
    with town.tools.database.work(write=True) as session:
        session.execute(update(Installation).values(root_public=root.public))
        for desk_id in session.scalars(select(DeskEpoch.desk_id).distinct()).all():
            keys, zero = first_epoch(root.private, desk_id)
            _, one = next_epoch(keys)
            for made in (zero, one):
                session.execute(
                    update(DeskEpoch)
                    .where(DeskEpoch.desk_id == desk_id, DeskEpoch.epoch == made.epoch)
                    .values(public_key=made.public, verify_key=made.verify, signature=made.signature)
                )
    refused(town)
    with pytest.raises(KeyringBroken):
        make_tools(town.settings, Cleaner(processes=1))


def test_a_true_chain_is_taken(small_town: Town) -> None:
    """The tests above would pass because nothing is ever taken."""
    newest = small_town.holder(DESK).epochs[DESK, 1]
    _, public = next_epoch(newest)
    add(small_town, public)
    assert take(small_town.tools, sent()).receipt is not None
    with small_town.tools.database.work() as session:
        rows = session.scalars(
            select(DeskEpoch).where(DeskEpoch.desk_id == DESK).order_by(DeskEpoch.epoch)
        ).all()
    assert [public_of(row).epoch for row in rows] == [0, 1, 2]
    assert dataclasses.astuple(public_of(rows[2])) == dataclasses.astuple(public)
