"""Ready texts for other systems: nothing typed twice, nothing of the report in them."""

from dataclasses import replace
from datetime import timedelta

from app.casework.outside import ready_for
from app.casework.signing import return_record, waiting_for_signature
from app.intake.take import take
from tests.casework.test_tickets import HOTLINE
from tests.casework.test_way import FOUND, desktop, reinspected, sign_all, step, verified
from tests.intake.test_take import GAS, sent
from tests.makers import Town

PERSON = "店主赵某"


def texts(town: Town, case_id: str) -> dict[str, str]:
    return {one.system: one.text for one in ready_for(desktop(town, case_id))}


def test_one_record_fills_every_system(small_town: Town) -> None:
    """An inspector would type the same site record three times, in three systems."""
    taken = verified(small_town, sent(HOTLINE))
    limit = (small_town.now.today() + timedelta(days=7)).isoformat()
    step(small_town, taken, "rectify", measures="换软管。", person=PERSON, limit=limit)
    found = texts(small_town, taken.case_id)
    assert set(found) == {"yinhuan", "zhifa", "yingji"}
    for text in found.values():
        assert all(words in text for words in ("某饭店", FOUND, "换软管", PERSON, "2026年12月1日"))
        assert not any(words in text for words in ("举报", GAS.what[:8], HOTLINE.external_number))
    assert found["yinhuan"].endswith("状态：未销号")


def test_nothing_is_ready_before_it_is_signed_or_where_nothing_was_found(small_town: Town) -> None:
    """What a leader would not sign would stand in the district's system, or a hazard that is none."""
    taken = take(small_town.tools, sent())
    step(small_town, taken, "accept")
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="none", photos=1)
    assert texts(small_town, taken.case_id) == {}
    sign_all(small_town)
    assert set(texts(small_town, taken.case_id)) == {"zhifa", "yingji"}


def test_what_was_entered_is_remembered_and_what_came_later_is_said(small_town: Town) -> None:
    """One would enter it twice, or never enter that it was put right."""
    taken = verified(small_town, sent(replace(GAS, channel="phone")))
    step(small_town, taken, "link_number", system="yinhuan")
    day = small_town.now.today().isoformat()

    def said() -> dict[str, tuple[str, bool]]:
        return {
            one.system: (one.entered, one.changed) for one in ready_for(desktop(small_town, taken.case_id))
        }

    assert said() == {"yinhuan": (day, False), "zhifa": ("", False), "yingji": ("", False)}
    step(small_town, taken, "answer", reply="属实。")
    limit = (small_town.now.today() + timedelta(days=7)).isoformat()
    step(small_town, taken, "rectify", measures="换软管。", person=PERSON, limit=limit)
    assert said()["yinhuan"] == (day, True)
    step(small_town, taken, "link_number", system="yinhuan", number="YH-778")
    assert said()["yinhuan"] == (day, False)
    assert desktop(small_town, taken.case_id).now.facts.extra["external"] == [["yinhuan", "YH-778"]]


def test_a_re_inspection_that_is_not_signed_is_told_to_nobody(small_town: Town) -> None:
    """Another house's system would say that a hazard was seen mended, when the leader had sent that record back."""
    taken = verified(small_town)
    limit = small_town.now.today().isoformat()
    step(small_town, taken, "rectify", photos=1, measures="更换软管", person="店主", limit=limit)
    sign_all(small_town)
    reinspected(small_town, taken, found="软管全换成了金属的")
    (seen,) = waiting_for_signature(small_town.tools, small_town.holder("signer"))
    assert "金属" not in texts(small_town, taken.case_id)["yinhuan"]
    return_record(small_town.tools, small_town.holder("signer"), seen.id, "没有拍全")
    assert "金属" not in texts(small_town, taken.case_id)["yinhuan"]
    reinspected(small_town, taken, found="软管全换成了金属的")
    sign_all(small_town)
    assert "金属" in texts(small_town, taken.case_id)["yinhuan"]
