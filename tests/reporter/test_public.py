"""The public pages: nothing unverified passes for law, nothing is promised, one small request each."""

from __future__ import annotations

import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from app.reporter.public import in_wan
from app.rules.duties import DATA, load_duties
from app.rules.privacy import privacy_notice
from app.rules.public import Claim, Line, PublicFacts
from tests.makers import Town, seat_upper_discipline
from tests.web.door import app_of

PAGES = ("/duties", "/how", "/kept", "/rewards", "/privacy")
TEMPLATES = Path(__file__).parents[2] / "app" / "reporter" / "templates" / "reporter"
MOST_BYTES = 14 * 1024  # what fits the first window of a new connection
SAYS_LAW = re.compile(r"《|〔|第[〇零一二三四五六七八九十百0-9]+条|条例|[法规]第")


class Marks(HTMLParser):
    """Reads the marks of a page: the text of each `small`, by its class, and of each item of a list."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.marks: list[tuple[str, str]] = []
        self.items: list[str] = []
        self.text, self._in = "", ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "small":
            self._in = dict(attrs).get("class") or ""
            self.marks.append((self._in, ""))
        elif tag == "li":
            self.items.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "small":
            self._in = ""

    def handle_data(self, data: str) -> None:
        self.text += data
        if self.marks and self._in:
            self.marks[-1] = (self._in, self.marks[-1][1] + data)
        if self.items:
            self.items[-1] += data

    def of(self, mark: str) -> list[str]:
        return [text for name, text in self.marks if name == mark]


@pytest.fixture
def client(small_town: Town) -> FlaskClient:
    return app_of(small_town).test_client()


def read(client: FlaskClient, address: str) -> Marks:
    answer = client.get(address)
    assert answer.status_code == 200
    return Marks(answer.text)


def lines_of(facts: PublicFacts) -> list[Line]:
    return [line for desk in facts.desks for line in desk.lines]


def claims_on(facts: PublicFacts, address: str) -> list[Claim]:
    """All that the data states on one page, the duty list's bases among it."""
    found = list(facts.claims[address.strip("/")].values())
    if address == "/duties":
        found += [line.basis for line in lines_of(facts) if line.basis]
    return found


def laws(facts: PublicFacts, address: str) -> set[str]:
    """What may stand on a page as law, word for word."""
    found = {f"依据：{one.citation}" for one in claims_on(facts, address) if one.shown == "law"}
    if address == "/duties":
        bases = [line.basis for line in lines_of(facts) if line.basis and line.says]
        found |= {f"依据：{one.citation}（{one.text}）" for one in bases if one.shown == "law"}
    if address == "/rewards":
        items = next(one for one in facts.policies if one.id == "national-2018").items.values()
        found |= {f"依据：{one.source.citation}" for one in items if one.source.src == "found"}
    return found


def check_marks(facts: PublicFacts, page: Marks, address: str) -> None:
    """Every citation on a page is of something verified, and what is not verified says so at once."""
    cited = page.of("law")
    assert set(cited) <= laws(facts, address)
    assert page.text.count("依据：") == len(cited), f"{address}: a citation outside of a claim"
    for one in facts.claims[address.strip("/")].values():
        if one.shown == "open":
            assert f"{one.text}。待核实，不算规定" in page.text


@pytest.mark.parametrize("address", PAGES)
def test_only_verified_rules_are_cited(client: FlaskClient, address: str) -> None:
    """A rule from memory, another place's or our own would be shown to a citizen as law."""
    check_marks(PublicFacts.load(), read(client, address), address)


@pytest.mark.parametrize("address", PAGES)
def test_each_verified_rule_comes_with_its_source(client: FlaskClient, address: str) -> None:
    """People could not check what we say, or a statement would be lost on the way to the page."""
    page = read(client, address)
    for one in claims_on(PublicFacts.load(), address):
        if one.shown in ("law", "fact", "elsewhere"):
            assert one.citation in page.text, one.citation


@pytest.mark.parametrize("address", PAGES)
def test_what_turns_out_unverified_leaves_the_page_as_law(
    small_town: Town, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Attack on the mark itself: with every mark changed to `memory`, not one citation may remain."""
    for path in DATA.glob("*.yaml"):
        shutil.copy(path, tmp_path)
    for name in ("public_claims.yaml", "public_duties.yaml", "reward_policy_national-2018.yaml"):
        path = tmp_path / name
        path.write_text(re.sub(r"src: (found|town)", "src: memory", path.read_text("utf-8")), "utf-8")
    changed = PublicFacts.load(tmp_path)
    monkeypatch.setattr(PublicFacts, "load", lambda: changed)
    tools = replace(small_town.tools, rules=replace(small_town.tools.rules, lines=changed.desks))
    client = app_of(replace(small_town, tools=tools)).test_client()
    page = read(client, address)
    assert page.of("law") == page.of("elsewhere") == []
    assert "依据：" not in page.text
    check_marks(changed, page, address)
    for one in claims_on(changed, address):
        assert one.kind == "silent" or one.shown == "open"
    assert page.of("open")


def test_unverified_duties_are_marked(client: FlaskClient) -> None:
    """A bureau that somebody guessed would be named as the one in charge."""
    sectors = load_duties().sectors
    page = read(client, "/duties")
    for line in lines_of(PublicFacts.load()):
        item = next(one for one in page.items if one.startswith(line.name))
        if not sectors[line.id].verified:
            assert f"{line.lead}待核实" in item
            assert "依据" not in item
        if line.assist and line.assist_open:
            assert f"{line.assist[-1]}待核实" in item
        if line.open:
            assert f"待核实：{line.open}" in item
    assert "(memory)" not in page.text
    assert page.text.count("待核实") > 30


def test_templates_speak_of_no_rule_in_their_own_words() -> None:
    """A rule typed into a page would have no source, and nobody would notice when it changes."""
    for name in ("duties", "how", "kept", "rewards", "privacy"):
        source = (TEMPLATES / f"{name}.html").read_text("utf-8")
        assert not SAYS_LAW.search(source), name


@pytest.mark.parametrize("address", PAGES)
def test_one_small_request_and_nothing_else(client: FlaskClient, address: str) -> None:
    """On one bar of signal the page would not come, or it would fetch, run or keep something."""
    answer = client.get(address)
    assert len(answer.data) <= MOST_BYTES
    assert "Set-Cookie" not in answer.headers
    assert not re.search(
        r'<(?:script\s|link(?! rel="icon" href="data:,")|img|iframe|object|source)\b|\sstyle=|\ssrc=|url\(',
        answer.text,
    )
    assert "://" not in answer.text


@pytest.mark.parametrize("address", PAGES)
def test_all_pages_are_found_and_every_link_leads_somewhere(client: FlaskClient, address: str) -> None:
    """Somebody who wonders whether it is safe would not find the answer, or a dead end."""
    assert f'href="{address}"' in client.get("/").text
    links = set(re.findall(r'href="(/[^"]*)"', client.get(address).text))
    assert set(PAGES) <= links
    for link in links:
        assert client.get(link).status_code == (303 if link.startswith("/type") else 200), link
    if address in ("/how", "/privacy"):
        assert f'href="{address}"' in client.get("/report").text


def test_the_drawing_is_told_in_words(client: FlaskClient) -> None:
    """Somebody who cannot see the drawing would not learn how the seal works."""
    page = client.get("/how").text
    drawing = page[page.index("<svg") : page.index("</svg>")]
    assert page.count("<svg") == 1
    named = re.search(r'role="img" aria-labelledby="([\w-]+) ([\w-]+)"', drawing)
    assert named is not None
    assert f'<title id="{named[1]}">' in drawing
    assert f'<desc id="{named[2]}">' in drawing
    for words in ("另装一个", "别的科室没有钥匙", "都放行", "查得出来"):
        assert words in page[page.index("</svg>") :]


def test_what_is_not_promised_is_said(client: FlaskClient) -> None:
    """People would trust us with what we cannot keep."""
    page = read(client, "/how").text
    for words in (
        "可能让人猜到您",
        "噪点",
        "微信和网络公司",
        "控制了正在运行的服务器",
        "不开 JavaScript",
        "串通",
    ):
        assert words in page


def test_rewards_promise_nothing(client: FlaskClient) -> None:
    """A villager would count on money that nobody owes them."""
    answer = client.get("/rewards")
    page = Marks(answer.text)
    assert "镇里只能建议，给不给、给多少，区里定" in page.text
    assert "百分之 15，最低 3,000 元，最高 30 万元" in page.text
    assert "约 254 元" in page.text
    assert sum("（我们照办法算的）" in one for one in page.items) == 2
    for one in PublicFacts.load().cases:
        item = next(item for item in page.items if one.where in item)
        assert one.citation in item
    assert "<form" not in answer.text
    assert "<input" not in answer.text


@pytest.mark.parametrize("is_open", [True, False])
def test_the_counter_is_told_of_only_where_it_is_open(small_town: Town, is_open: bool) -> None:
    """Somebody would stand at a counter that pays nobody, or not learn of the one that does."""
    small_town.tools = replace(small_town.tools, counter_open=is_open)
    page = app_of(small_town).test_client().get("/rewards").text
    assert ("到窗口领，不问您是谁" in page) == is_open
    assert ("窗口还没开" in page) != is_open


def test_a_county_does_not_speak_as_a_town(small_town: Town) -> None:
    """The authority that decides would tell people that somebody else does."""
    small_town.settings = replace(small_town.settings, authority="county")
    client = app_of(small_town).test_client()
    assert "镇里只能建议" not in client.get("/rewards").text
    assert "镇安委会办公室经办" not in client.get("/privacy").text


def test_the_notice_says_which_version_it_is(client: FlaskClient) -> None:
    """Nobody could tell which words were agreed to."""
    notice = privacy_notice()
    page = client.get("/privacy").text
    assert f'data-privacy-version="{notice.stamp}"' in page
    assert f"第 {notice.version} 版" in page
    for words in (*notice.purposes, *notice.ways, notice.consent, *(how for _, how in notice.rights)):
        assert words in page


@pytest.mark.parametrize("telephone", ["", "022-12345678"])
def test_telephones_only_where_given(small_town: Town, telephone: str) -> None:
    """The notice would name no contact without saying so, or a number that nobody gave us."""
    small_town.settings = replace(small_town.settings, telephone=telephone)
    client = app_of(small_town).test_client()
    for address in ("/privacy", "/duties"):
        numbers = set(re.findall(r'href="tel:([^"]+)"', client.get(address).text))
        assert numbers - {"12350", "12345"} == ({telephone} if telephone else set())
    assert ("电话还没有登记" in client.get("/privacy").text) == (not telephone)


def test_how_long_is_not_invented(client: FlaskClient) -> None:
    """A term that nobody set would be promised."""
    assert privacy_notice().months is None
    for address in ("/kept", "/privacy"):
        assert "还没有定" in client.get(address).text


def test_numbers_as_people_say_them(client: FlaskClient) -> None:
    """A sum would be read ten times too high or too low."""
    with client.application.test_request_context():
        said = [in_wan(one) for one in (254, 3000, 10_000, 160_000, 571_000, 4_085_000, 33_000_000)]
    assert said == ["254 ", "3,000 ", "1 万", "16 万", "57.1 万", "408.5 万", "3,300 万"]


def test_the_form_says_whom_no_desk_here_may_judge(small_town: Town) -> None:
    """Somebody would write down an accusation of a town leader, and learn only afterwards that nobody here takes it."""
    client = app_of(small_town).test_client()
    assert "这里收不了，请打 12388" in client.get("/report").text
    seat_upper_discipline(small_town)
    page = client.get("/report").text
    assert "12388" not in page
    assert "只有纪委能看到。" in page
