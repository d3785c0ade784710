"""Who may know (谁可以知道) holds at every address: each is asked by every role with the ids of real cases."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.routing import Rule

from app.casework.flow import EDGES
from app.casework.models import Case
from app.casework.papers import papers_of
from app.intake.sent import Taken
from app.intake.take import take
from tests.casework.test_way import FOUND, desktop, picture, step, verified
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import GAS, sent
from tests.makers import Town
from tests.web.door import app_of, signed_in

TOLD, ACCUSED = GAS.what, OFFICIAL.what
MAY_READ = {  # words that stand in one case alone, and the desks whose keys open them (design §3)
    TOLD: {"chengjian"},
    "本岗备注一句": {"chengjian"},
    FOUND: {"chengjian", "office", "signer"},  # a site record, newly written
    ACCUSED: {"jijian"},
}
SKIPPED = {"/desk/logout"}
ASKED = "?words=&number=&text=&q=&month=&state=&kind=tips&form=print"


@pytest.fixture
def two(small_town: Town) -> tuple[Taken, Taken]:
    """An ordinary case with a photo, a record, a note and a paper, and one on an official."""
    taken = verified(small_town, replace(sent(), photos=[picture()]))
    step(small_town, taken, "note", text="本岗备注一句")
    return taken, take(small_town.tools, sent(OFFICIAL))


def ids_of(town: Town, taken: Taken, who: str) -> dict[str, list[str]]:
    """What stands for each part of an address, of this case."""
    now = desktop(town, taken.case_id, who)
    photos = [one for tip in now.tips for one in tip.content.photos]
    places = [one.place.split("/") for one in papers_of(now)]
    return {
        "case_id": [taken.case_id],
        "record_id": [*(one.id for one in now.records), *(record for _, record in places)],
        "object_id": [name for one in photos for name in (one.id, one.thumb)],
        "form": sorted({form for form, _ in places}),
        "edge": [edge.name for edge in EDGES],
        "desk": [now.now.desk],
        "text": ["2026-4"],
    }


def paths(rule: Rule, ids: dict[str, list[str]]) -> Iterator[str]:
    """The rule's address with each of the ids in each place: at most two places are tried together."""
    found = [rule.rule]
    for name in rule.arguments:
        mark = next(part for part in rule.rule.split("/") if part.endswith(f"{name}>"))
        found = [path.replace(mark, value) for path in found for value in ids.get(name, ids["case_id"])]
    yield from found


def doors(app: Flask, method: str) -> list[Rule]:
    rules = app.url_map.iter_rules()
    return [one for one in rules if method in (one.methods or ()) and one.rule not in SKIPPED]


def seen(client: FlaskClient, app: Flask, ids: dict[str, list[str]]) -> set[str]:
    """Words of the two cases that are on any page of this browser."""
    found = set()
    for rule in doors(app, "GET"):
        if rule.endpoint != "static":
            for path in paths(rule, ids):
                page = client.get(path + ASKED).get_data()  # a photo is no text
                found |= {words for words in MAY_READ if words.encode() in page}
    for words in MAY_READ:
        text = client.get("/desk/search", query_string={"words": words[:4]}).text
        found |= {other for other in MAY_READ if other in text}
    return found


def test_each_door_for_each_role(small_town: Town, two: tuple[Taken, Taken]) -> None:
    """One page that forgot to ask would show a report, a note or an accusation to whoever guesses its address."""
    app = app_of(small_town)
    ordinary, reserved = two
    ids = ids_of(small_town, ordinary, "chengjian")
    for name, values in ids_of(small_town, reserved, "jijian").items():
        ids[name] = [*dict.fromkeys((*ids[name], *values))]
    browsers = {who: signed_in(app, small_town, who)[0] for who in small_town.members}
    for who, client in {"": app.test_client(), **browsers}.items():
        known = {words for words, desks in MAY_READ.items() if who in desks}
        assert seen(client, app, ids) == known, who


def test_no_post_moves_a_case_of_another_desk(small_town: Town, two: tuple[Taken, Taken]) -> None:
    """Somebody without the key would close, pass on or rewrite a case by its address alone."""
    app = app_of(small_town)
    ids = ids_of(small_town, two[0], "chengjian")
    ids["case_id"].append(two[1].case_id)
    for who in set(small_town.members) - {"chengjian", "jijian"}:
        client, secret = signed_in(app, small_town, who)
        before = versions(small_town)
        for rule in doors(app, "POST"):
            for path in paths(rule, ids):
                if "<" not in rule.rule:
                    continue
                text = client.post(path, data={"csrf": secret, "reason": "试", "member": ""}).text
                assert not [words for words in (TOLD, ACCUSED) if words in text], (who, path)
        assert versions(small_town) == before, who


def versions(town: Town) -> dict[str, tuple[int, str | None]]:
    with town.tools.database.work() as session:
        rows = session.execute(select(Case.id, Case.version, Case.state))
        return {row[0]: (row[1], row[2]) for row in rows}
