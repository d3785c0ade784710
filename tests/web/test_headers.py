"""What every answer says of itself, whatever the request claims."""

import pytest

from tests.makers import Town
from tests.web.door import app_of

EVIL = "evil.example"


@pytest.mark.parametrize(
    ("asked", "led"),
    [
        ("/counter", "/counter/"),
        ("/admin", "/admin/"),
        ("/vault", "/vault/"),
        ("/desk?state=x&after=1", "/desk/?state=x&after=1"),
        ("/desk//search?words=x", "/desk/search?words=x"),
    ],
)
def test_no_answer_leads_to_the_host_that_a_request_names(small_town: Town, asked: str, led: str) -> None:
    """A cache, or a link with another host in it, would send staff to somebody else's sign-in page."""
    answer = app_of(small_town).test_client().get(asked, headers={"Host": EVIL})
    assert answer.status_code == 308
    assert answer.headers["Location"] == led
    assert f"//{EVIL}" not in answer.text


def test_sign_in_and_forms_lead_by_path(small_town: Town) -> None:
    """As above, for the redirects that our own views give."""
    client = app_of(small_town).test_client()
    for path in ("/desk/", "/admin/", "/counter/", "/vault/"):
        answer = client.get(path, headers={"Host": EVIL})
        assert answer.status_code == 303
        assert answer.headers["Location"].startswith("/desk/login")
        assert EVIL not in answer.text
