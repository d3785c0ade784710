"""Attacks on the chain of a desk's keys."""

from dataclasses import replace

import pytest

from app.sealing.epochs import (
    EpochKeys,
    EpochPublic,
    fingerprint,
    first_epoch,
    make_epoch,
    new_root,
    next_epoch,
    symmetric,
    verify_chain,
)
from app.sealing.errors import SealError
from app.sealing.hpke import Context, open_with, seal_to
from app.sealing.keys import generate, new_key

ROOT = new_root()
PRINT = fingerprint(ROOT.public)
KEYS0, PUBLIC0 = first_epoch(ROOT.private, "anjian")
KEYS1, PUBLIC1 = next_epoch(KEYS0)
KEYS2, PUBLIC2 = next_epoch(KEYS1)
CHAIN = [PUBLIC0, PUBLIC1, PUBLIC2]


def refused(chain: list[EpochPublic], public: bytes = ROOT.public, root: str = PRINT) -> bool:
    try:
        verify_chain(public, root, chain)
    except SealError:
        return True
    return False


def test_an_honest_chain_leads_to_its_newest_key() -> None:
    """Nothing could be sealed to a desk, or it would be sealed to a key that removed members hold."""
    assert verify_chain(ROOT.public, PRINT, CHAIN) == PUBLIC2
    assert verify_chain(ROOT.public, PRINT, CHAIN[:1]) == PUBLIC0
    assert [epoch.epoch for epoch in CHAIN] == [0, 1, 2]


def test_a_gap_a_repeat_or_another_order_is_refused() -> None:
    """Somebody with the database could skip the epoch that removed a member."""
    for chain in (
        [],
        [PUBLIC0, PUBLIC2],
        [PUBLIC1, PUBLIC2],
        [PUBLIC2],
        [PUBLIC0, PUBLIC0, PUBLIC1],
        [PUBLIC0, PUBLIC2, PUBLIC1],
        [PUBLIC0, replace(PUBLIC2, epoch=1)],
        [PUBLIC0, make_epoch(KEYS0.signing, "anjian", 2)[1]],  # rightly signed, and still a gap
    ):
        assert refused(chain)


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_changed_part_is_refused(at: int) -> None:
    """A thief's own key could be put in a desk's place, and every later tip would be sealed to the thief."""
    mine = generate()
    for forged in (
        replace(CHAIN[at], public=mine.public),
        replace(CHAIN[at], verify=new_root().public),
        replace(CHAIN[at], verify=b""),
        replace(CHAIN[at], desk="zhifa"),
        replace(CHAIN[at], epoch=at + 1),
        replace(CHAIN[at], epoch=-1),
        replace(CHAIN[at], signature=bytes(64)),
        replace(CHAIN[at], signature=b""),
        replace(CHAIN[at], signature=CHAIN[at - 1].signature),
    ):
        assert refused([*CHAIN[:at], forged, *CHAIN[at + 1 :]])


def test_a_foreign_epoch_is_refused() -> None:
    """Another desk's or another installation's key, though rightly signed there, would be sealed to."""
    other_keys, other = first_epoch(ROOT.private, "zhifa")
    _, other_next = next_epoch(other_keys)
    assert refused([PUBLIC0, other_next])
    assert refused([PUBLIC0, replace(other_next, desk="anjian")])
    foreign = new_root()
    foreign_keys, foreign0 = first_epoch(foreign.private, "anjian")
    assert refused([foreign0])
    assert refused([PUBLIC0, next_epoch(foreign_keys)[1]])
    assert refused([PUBLIC0, make_epoch(new_key(), "anjian", 1)[1]])
    assert refused([PUBLIC0, make_epoch(ROOT.private, "anjian", 1)[1]])
    assert refused([PUBLIC0, make_epoch(KEYS0.signing, "zhifa", 1)[1]])  # rightly signed, for another desk
    assert verify_chain(ROOT.public, PRINT, [other, other_next]) == other_next


@pytest.mark.parametrize(
    "root",
    ["", PRINT[:-1], PRINT.upper() + "0", "安哨", fingerprint(new_root().public)],
    ids=["none", "cut", "longer", "words", "another"],
)
def test_another_root_than_the_settings_name_is_refused(root: str) -> None:
    """Whoever writes the database could bring a whole new chain with a new root."""
    assert refused(CHAIN, root=root)
    foreign = new_root()
    assert refused([first_epoch(foreign.private, "anjian")[1]], public=foreign.public)


def test_an_epochs_secret_comes_back_whole() -> None:
    """A member would hold a desk's key that opens nothing or signs nothing."""
    again = EpochKeys.from_secret(KEYS2.secret)
    assert again == KEYS2
    assert symmetric(again) == symmetric(KEYS2)
    here = Context("tip", "t1", "key", 2)
    assert open_with(again.pair.private, seal_to(PUBLIC2.public, b"tip key", here), here) == b"tip key"
    assert verify_chain(ROOT.public, PRINT, [*CHAIN, next_epoch(again)[1]]).epoch == 3


def test_an_epoch_opens_only_its_own() -> None:
    """A member admitted today would read what was sealed before, or a removed one what comes after."""
    here = Context("tip", "t1", "key", 2)
    blob = seal_to(PUBLIC2.public, b"tip key", here)
    for keys in (KEYS0, KEYS1):
        with pytest.raises(SealError):
            open_with(keys.pair.private, blob, here)
    assert len({symmetric(KEYS0), symmetric(KEYS1), symmetric(KEYS2), KEYS2.pair.private}) == 4


@pytest.mark.parametrize("secret", [b"", bytes(67), b"\xff" * 80])
def test_a_broken_secret_is_one_error(secret: bytes) -> None:
    """A damaged row would end in a server error at sign-in."""
    with pytest.raises(SealError):
        EpochKeys.from_secret(secret)


def test_a_fingerprint_can_be_compared_on_paper() -> None:
    """Two people could not compare it by voice; or two roots would share one."""
    assert len(PRINT) == 39
    assert set(PRINT) <= set("0123456789abcdef-")
    assert fingerprint(new_root().public) != PRINT


def test_secrets_do_not_stand_in_logs() -> None:
    """A traceback or a log would carry a desk's key."""
    for secret in (KEYS1.signing, KEYS1.pair.private, ROOT.private):
        assert repr(secret) not in repr(KEYS1) + repr(ROOT)
