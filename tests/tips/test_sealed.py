"""The form of an identity sealed on a phone: known answers, and all that is not one."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from app.people.grants import Subject, context_of
from app.sealing.errors import SealError
from app.sealing.fields import Place, open_raw, seal_fixed
from app.sealing.framing import from_text, to_text
from app.sealing.hpke import open_with
from app.sealing.split import join
from app.tips.identity import IDENTITY_BYTES, Person, identity_place, open_person
from app.tips.sealed import LONGEST, NotSealedIdentity, SealedIdentity, read_sealed

VECTOR = json.loads((Path(__file__).parent / "data" / "sealed_identity.json").read_text(encoding="utf-8"))
SEEDS = {one["desk"]: bytes.fromhex(one["seed"]) for one in VECTOR["keepers"]}
PAIRS = (("custodian", "approver"), ("jijian_keeper1", "jijian_keeper2"))


def value() -> dict[str, Any]:
    """The vector as the phone sent it."""
    found: dict[str, Any] = copy.deepcopy(VECTOR["sealed"])
    found["blob"] = "".join(found["blob"])
    for share in found["shares"]:
        share["sealed"] = "".join(share["sealed"])
    return found


def known() -> SealedIdentity:
    return read_sealed(json.dumps(value()))


def share_of(sealed: SealedIdentity, part: str, desk: str) -> bytes:
    share = sealed.share_for(part, desk)
    assert share is not None
    context = context_of(Subject("identity", sealed.id), part, "desk", desk, share.epoch)
    return open_with(SEEDS[desk], share.sealed, context)


@pytest.mark.parametrize("pair", PAIRS)
def test_what_the_script_sealed_opens_with_either_pair(pair: tuple[str, str]) -> None:
    """A name sealed on a phone could not be opened by its keepers: a reward could never be paid."""
    sealed = known()
    key = join(share_of(sealed, "first", pair[0]), share_of(sealed, "second", pair[1]))
    assert open_person(sealed.id, key, sealed.blob) == Person(**VECTOR["person"])
    padded = open_raw(key, sealed.blob, identity_place(sealed.id))
    assert len(padded) == IDENTITY_BYTES
    assert set(padded[4 + int.from_bytes(padded[:4], "big") :]) == {0}


def test_shares_of_two_pairs_never_join() -> None:
    """One keeper of each pair could open a name that neither pair together had agreed to open."""
    sealed = known()
    for first, second in (("custodian", "jijian_keeper2"), ("jijian_keeper1", "approver")):
        key = join(share_of(sealed, "first", first), share_of(sealed, "second", second))
        with pytest.raises(SealError):
            open_person(sealed.id, key, sealed.blob)


def test_what_is_bound_is_written_like_this() -> None:
    """Another program could not seal what we open: these bytes are the format, spelled out."""
    identity_id = "0123456789abcdef" * 2
    id_framed = b"\0\0\0\x20" + identity_id.encode()
    place = identity_place(identity_id)
    assert place.bound() == b"anshao-field-1\0\0\0\x0aidentities" + id_framed + b"\0\0\0\x04blob"
    context = context_of(Subject("identity", identity_id), "first", "desk", "custodian", 12)
    what, whom = b"\0\0\0\x14grant:identity:first", b"\0\0\0\x0edesk:custodian"
    assert context.info() == b"anshao-hpke-1" + what + id_framed + whom + b"\0\0\0\x0212"


def test_a_share_belongs_to_one_keeper_part_and_identity() -> None:
    """A share moved to another keeper, half or identity would open there."""
    sealed = known()
    share = sealed.share_for("first", "custodian")
    assert share is not None
    for identity_id, part, desk, epoch in (
        ("0" * 32, "first", "custodian", share.epoch),
        (sealed.id, "second", "custodian", share.epoch),
        (sealed.id, "first", "approver", share.epoch),
        (sealed.id, "first", "custodian", share.epoch + 1),
    ):
        with pytest.raises(SealError):
            context = context_of(Subject("identity", identity_id), part, "desk", desk, epoch)
            open_with(SEEDS["custodian"], share.sealed, context)


def cut(text: str) -> str:
    return to_text(from_text(text)[:-1])


def other_suite(text: str) -> str:
    return to_text(b"\x02" + from_text(text)[1:])


TOP: list[dict[str, Any]] = [
    {"v": 2}, {"v": True}, {"v": "1"}, {"mode": "anonymous"}, {"mode": ["named"]}, {"mode": None},
    {"id": "../../../../etc/passwd"}, {"id": value()["id"].upper()}, {"id": value()["id"] + "\n"}, {"id": 7},
    {"blob": cut(value()["blob"])}, {"blob": other_suite(value()["blob"])}, {"blob": value()["blob"] + "="},
    {"blob": ""}, {"blob": None}, {"blob": "😀"}, {"blob": "A" * 4000}, {"shares": None}, {"shares": {}},
    {"shares": [None]}, {"shares": ["first"]}, {"shares": value()["shares"] * 2}, {"shares": 5},
]  # fmt: skip
IN_SHARE: list[dict[str, Any]] = [
    {"part": "whole"}, {"part": []}, {"desk": "Custodian"}, {"desk": "a" * 33}, {"desk": None}, {"epoch": 0},
    {"epoch": -1}, {"epoch": True}, {"epoch": 1.0}, {"epoch": "1"}, {"print": "00"}, {"print": None},
    {"sealed": cut(value()["shares"][0]["sealed"])}, {"sealed": other_suite(value()["shares"][0]["sealed"])},
    {"sealed": []},
]  # fmt: skip


def refused(text: str) -> None:
    with pytest.raises(NotSealedIdentity):
        read_sealed(text)


@pytest.mark.parametrize("change", TOP)
def test_what_is_not_whole_is_refused(change: dict[str, Any]) -> None:
    """A row of another size or form would show who sealed it, or never open."""
    made = value() | change
    if change == {"shares": {}}:
        assert read_sealed(json.dumps(made)).share_for("first", "custodian") is None
        return
    refused(json.dumps(made))


@pytest.mark.parametrize("change", IN_SHARE)
def test_a_share_that_is_not_whole_is_refused(change: dict[str, Any]) -> None:
    """A grant of another size would stand in the database, or a column get what it cannot hold."""
    made = value()
    made["shares"][0] |= change
    refused(json.dumps(made))


@pytest.mark.parametrize("name", ["v", "mode", "id", "blob", "shares"])
def test_what_lacks_a_part_is_refused(name: str) -> None:
    """A half-sent form would end in an error page."""
    made = value()
    del made[name]
    refused(json.dumps(made))


@pytest.mark.parametrize(
    "text", ["", "x", "null", "[]", "5", '"named"', "NaN", "[" * LONGEST, "{" * 50, " " * (LONGEST + 1)]
)
def test_nonsense_is_refused(text: str) -> None:
    """A forged field would stop a worker."""
    refused(text)


@pytest.mark.parametrize(
    "said",
    [
        b"[]",
        b"5",
        b'{"name": "x"}',
        b'{"name": 1, "phone": ""}',
        b"[" * 1000,
        b"\xff",
        b'{"name":"","phone":{}}',
    ],
)
def test_what_opens_and_is_no_person_is_a_seal_error(said: bytes) -> None:
    """A phone may seal anything; whoever opens it would meet an error page."""
    key, identity_id = bytes(32), "0" * 32
    blob = seal_fixed(key, said, Place("identities", identity_id, "blob"), IDENTITY_BYTES)
    with pytest.raises(SealError):
        open_person(identity_id, key, blob)
