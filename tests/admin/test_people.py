"""The administrator's page of people: stopping is at once and for good."""

from tests.makers import Town
from tests.web.door import app_of, signed_in


def test_who_is_stopped_and_allowed_again_signs_in_anew(town: Town) -> None:
    """An old cookie would be revived with the member's return, within the idle time, by whoever has it."""
    app = app_of(town)
    theirs, _ = signed_in(app, town, "chengjian")
    admin, secret = signed_in(app, town, "admin")
    address = f"/admin/members/{town.members['chengjian'].id}"
    assert theirs.get("/desk/").status_code == 200
    assert admin.post(f"{address}/stop", data={"csrf": secret}).status_code == 303
    assert theirs.get("/desk/").status_code == 303
    assert admin.post(f"{address}/allow", data={"csrf": secret}).status_code == 303
    assert theirs.get("/desk/").status_code == 303
    town.now.seconds += 60
    again, _ = signed_in(app, town, "chengjian")
    assert again.get("/desk/").status_code == 200
