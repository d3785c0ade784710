"""The administrator's page of notices: an address is entered, tried and removed, and never seen again."""

from app.notices.sending import TEST
from tests.makers import Town
from tests.notices.outside import outside
from tests.web.door import app_of, signed_in


def test_an_address_is_entered_tried_and_removed(small_town: Town) -> None:
    """Nobody could set notices up; or the page show a robot's token to whoever looks over a shoulder."""
    client, secret = signed_in(app_of(small_town), small_town, "admin")
    with outside() as out:
        typed = {"csrf": secret, "desk": "chengjian", "url": out.hook("t0ken"), "name": "我的群"}
        assert client.post("/admin/notices", data=typed).status_code == 303
        page = client.get("/admin/notices").text
        assert "我的群" in page
        assert "路上不加密" in page
        assert "t0ken" not in page
        known = page.split('action="/admin/notices/')[1].split("/")[0]
        assert "已经发出去了" in client.post(f"/admin/notices/{known}/test", data={"csrf": secret}).text
        assert out.said() == [TEST]
        out.refuse = 500
        failed = client.post(f"/admin/notices/{known}/test", data={"csrf": secret})
        assert failed.status_code == 422
        assert "没有成功" in failed.text
        assert client.post(f"/admin/notices/{known}/remove", data={"csrf": secret}).status_code == 303
    assert "我的群" not in client.get("/admin/notices").text
    assert client.post(f"/admin/notices/{known}/test", data={"csrf": secret}).status_code == 404


def test_a_wrong_address_is_a_sentence(small_town: Town) -> None:
    """The administrator would see a traceback, and type the whole form again."""
    client, secret = signed_in(app_of(small_town), small_town, "admin")
    typed = {"csrf": secret, "desk": "chengjian", "url": "ftp://x/secret", "name": "我的群"}
    answer = client.post("/admin/notices", data=typed)
    assert answer.status_code == 422
    assert "认不出这种地址" in answer.text
    assert 'value="我的群"' in answer.text
    assert "ftp://x/secret" not in answer.text


def test_the_page_says_what_is_missing(small_town: Town) -> None:
    """A town would believe that somebody is rung."""
    client, _ = signed_in(app_of(small_town), small_town, "admin")
    page = client.get("/admin/notices").text
    assert "电话不会响" in page
    assert "收不到通知的岗位" in page
    for who in ("office", "duty", "chengjian"):
        other, _ = signed_in(app_of(small_town), small_town, who)
        assert other.get("/admin/notices").status_code == 403
