"""Taking a tip in."""

import dataclasses

import pytest

from app.casework.access import open_case
from app.casework.context import lay_out
from app.casework.reporting import read_follow
from app.intake.sent import Sent
from app.intake.take import take
from app.people.grants import NoKey
from app.sealing.errors import SealError
from app.sealing.once import new_once, read_once
from app.sealing.receipt import Receipt, new_password
from app.tips.content import Report
from app.tips.models import Tip
from app.tips.receipts import look_up
from tests.makers import Town

GAS = Report(what="饭店后厨煤气罐漏气，一股臭鸡蛋味", where="大集北口", enterprise="老陈头涮肉", sector="gas")


def sent(report: Report = GAS, **changes: object) -> Sent:
    return dataclasses.replace(Sent(report=report, once=read_once(new_once())), **changes)  # type: ignore[arg-type]


def test_a_tip_comes_back_with_its_receipt(town: Town) -> None:
    """A receipt that was shown would not open its tip."""
    taken = take(town.tools, sent())
    assert taken.receipt is not None
    seen = read_follow(town.tools, look_up(town.tools, taken.receipt))
    assert seen.content.report == GAS
    assert seen.state == "received"


def test_the_leading_desk_reads_and_another_cannot(town: Town) -> None:
    """A desk that does not handle a tip could read it, or the desk that does could not."""
    taken = take(town.tools, sent())
    lead, other = town.holder(taken.decision.desk), town.holder("paichusuo")
    with town.tools.database.work() as session:
        now = lay_out(session, town.tools, lead, taken.case_id)
        assert now.tips[0].content.report == GAS
        for name in ("paichusuo", "office", "admin", "custodian", "approver", "signer", "clerk", "dispatch"):
            with pytest.raises(NoKey):
                open_case(session, town.tools, town.holder(name), taken.case_id)
    assert other.desks == ("paichusuo",)


def test_sent_twice_is_one_tip(town: Town) -> None:
    """A form sent again over a bad line would make a second tip, or show no receipt."""
    form = sent()
    first, second = take(town.tools, form), take(town.tools, form)
    assert second.again
    assert second.receipt == first.receipt
    other = dataclasses.replace(form, report=dataclasses.replace(GAS, what="别的事"))
    assert take(town.tools, other).receipt != first.receipt


def test_a_wrong_password_opens_nothing(town: Town) -> None:
    """Somebody who knows the public number could read the tip."""
    taken = take(town.tools, sent())
    assert taken.receipt is not None
    for receipt in (
        Receipt(taken.receipt.number, new_password()),
        Receipt("00000000", taken.receipt.password),
    ):
        with pytest.raises(SealError):
            look_up(town.tools, receipt)


def test_a_form_sent_again_after_the_look_up_is_still_one_tip(town: Town) -> None:
    """Whoever looks their report up and then sends the page again would have two tips and two receipts."""
    form = sent()
    first = take(town.tools, form)
    assert first.receipt is not None
    look_up(town.tools, first.receipt)
    second = take(town.tools, form)
    assert (second.again, second.tip_id, second.receipt) == (True, first.tip_id, None)
    with town.tools.database.work() as session:
        assert session.get_one(Tip, first.tip_id).once_receipt is None
