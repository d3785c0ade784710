"""Pages of the rule set over HTTP: whose they are, and that nothing typed is lost or believed."""

import io
import re

from app.rulebook import drafts
from app.rules.drafts import file_text, read_set
from tests.makers import Town
from tests.rulebook.walk import draft, form_of
from tests.web.door import app_of, signed_in

MARK = re.compile(r'name="mark" value="([^"]+)"')
POSTS = ("begin", "drop", "force", "import", "sectors/gas", "places", "examples")


def test_rules_are_edited_by_the_office_alone(small_town: Town) -> None:
    """Any desk could change where reports go."""
    app = app_of(small_town)
    for who in ("chengjian", "dispatch", "admin", "jijian", "signer", "clerk"):
        client, secret = signed_in(app, small_town, who)
        for page in ("", "/sectors/gas", "/examples", "/export/0/duties"):
            assert client.get(f"/desk/rules{page}").status_code == 403
        for post in POSTS:
            assert client.post(f"/desk/rules/{post}", data={"csrf": secret, "number": "0"}).status_code == 403
    for who, status in (
        ("chengjian", 200),
        ("dispatch", 200),
        ("admin", 403),
        ("jijian", 403),
        ("duty", 403),
    ):
        client, _ = signed_in(app, small_town, who)
        assert client.get("/desk/rules/try").status_code == status


def test_the_office_edits_tries_and_puts_in_force(town: Town) -> None:
    """The pages would not lead from the first change to the set in force."""
    app = app_of(town)
    client, secret = signed_in(app, town, "office")

    def post(where: str, **typed: object) -> str:
        found = MARK.search(client.get("/desk/rules").text)
        data = {"csrf": secret, "mark": found[1] if found else "", **typed}
        answer = client.post(f"/desk/rules/{where}", data=data, follow_redirects=True)
        return answer.text

    post("begin", number="0")
    now = form_of(file_text(), "gas")
    form = {
        "name": now.name,
        "lead": now.lead,
        "assist": list(now.assist),
        "town_desk": "anjian",
        "hints": "、".join(now.hints) + "、灌气",
        "basis": now.basis,
        "src": now.src,
    }
    assert "改了" in post("sectors/gas", **form)
    page = post("sectors/gas", **{**form, "enforce": "1", "hints": "我的新词"})
    assert "要写依据" in page
    assert "我的新词" in page  # what was typed is still there
    after = read_set(draft(town).body).duties.sectors["gas"]
    assert (after.town_desk, after.hints, after.assist) == ("anjian", (*now.hints, "灌气"), tuple(now.assist))
    assert "灶台底下嘶嘶响" in post("examples", sector="gas", written="灶台底下嘶嘶响")
    assert "柳河镇" in post("places", name="柳河镇", words="柳河镇、柳河大集")
    broken = (io.BytesIO(b"departments: &a [*a]"), "duties.yaml")
    assert "引用了别处" in post("import", file=broken)
    assert "句会去别处" in post("try")
    assert "请写为什么改" in post("force", reason=" ")
    assert "现在生效：第 1 版" in post("force", reason="<b>分工调整</b>")
    page = client.get("/desk/rules").text
    assert "&lt;b&gt;分工调整" in page
    assert "<b>分工" not in page
    taken_by = app.extensions["anshao"]["tools"].rules.sectors["gas"].town_desk
    assert taken_by == "anjian"
    assert client.get("/desk/rules/export/1/duties").text.count("柳河大集") == 1
    for nowhere in ("7/duties", "x/duties", "1/passwords", "draft/duties", "9" * 30 + "/duties"):
        assert client.get(f"/desk/rules/export/{nowhere}").status_code == 404


def test_examples_are_never_filled_in(small_town: Town) -> None:
    """A report's words would find their way into a file that leaves the server with the next version."""
    client, _ = signed_in(app_of(small_town), small_town, "office")
    drafts.begin(small_town.tools, small_town.holder("office"), 0)
    page = client.get("/desk/rules/examples?written=煤气罐漏气&sector=gas").text
    assert re.search(r'<textarea id="written"[^>]*></textarea>', page)
