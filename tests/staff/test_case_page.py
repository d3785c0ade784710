"""The page of a case, as its desk reads it."""

import re

from app.casework.flow import TABLE
from app.intake.take import take
from app.staff.words import INSIDE, MEASURES, ONWARD
from tests.casework.test_way import FOUND, sign_all, step, verified
from tests.intake.test_take import sent
from tests.makers import Town
from tests.web.door import app_of, signed_in


def test_a_record_s_level_is_said_in_words(small_town: Town) -> None:
    """An inspector would read the word of the program, "general", for 一般事故隐患."""
    taken = verified(small_town)
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}").text
    assert "<dd>一般事故隐患</dd>" in page
    assert "<dd>general</dd>" not in page


def test_what_brings_a_case_on_stands_first(small_town: Town) -> None:
    """An inspector with sixty open items would look for the next step among twelve, on a phone."""
    assert {*ONWARD, *MEASURES, *INSIDE} <= TABLE.keys()
    taken = take(small_town.tools, sent())
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")

    def first() -> str:
        page = client.get(f"/desk/cases/{taken.case_id}", follow_redirects=True).text.partition('id="next"')[
            2
        ]
        return str(re.findall(rf'action="/desk/cases/{taken.case_id}/(\w+)"', page)[0])

    assert first() == "accept"
    step(small_town, taken, "accept")
    assert first() == "verify"
    step(small_town, taken, "verify", enterprise="某饭店", found=FOUND, level="general", photos=1)
    sign_all(small_town)
    step(small_town, taken, "conclude", conclusion="true")
    assert first() == "answer"
