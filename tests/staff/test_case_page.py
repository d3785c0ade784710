"""The page of a case, as its desk reads it."""

from tests.casework.test_way import verified
from tests.makers import Town
from tests.web.door import app_of, signed_in


def test_a_record_s_level_is_said_in_words(small_town: Town) -> None:
    """An inspector would read the word of the program, "general", for 一般事故隐患."""
    taken = verified(small_town)
    client, _ = signed_in(app_of(small_town), small_town, "chengjian")
    page = client.get(f"/desk/cases/{taken.case_id}").text
    assert "<dd>一般事故隐患</dd>" in page
    assert "<dd>general</dd>" not in page
