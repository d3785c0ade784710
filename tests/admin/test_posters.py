"""Posters (二维码海报): for whom they are made, what they carry, that scanning leaves nothing, who may make them."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image, ImageDraw
from pyzbar.pyzbar import decode
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from app.db.base import Base
from app.ledger.verify import verify
from app.ledger.write import history
from app.tips.models import Poster
from app.tips.posters import LETTERS, Audience, make_poster, subject_of
from tests.makers import Town
from tests.web.door import app_of, signed_in

PUBLIC, PHONE = "https://anshao.example.gov.cn", "022-12345678"
GOOD = {"audience": "kind:site", "village": "", "people": "200"}
Door = tuple[Flask, FlaskClient, str]


def told(town: Town, address: str = PUBLIC, telephone: str = PHONE) -> Town:
    """The town, told its address and its landline."""
    town.settings = replace(town.settings, address=address, telephone=telephone)
    return town


def administrator(town: Town) -> Door:
    app = app_of(told(town))
    return app, *signed_in(app, town, "admin")


def post(door: Door, path: str = "/admin/poster", **typed: str) -> TestResponse:
    return door[1].post(path, data={**(GOOD if path == "/admin/poster" else {}), **typed, "csrf": door[2]})


def made(door: Door, **typed: str) -> str:
    """The slug of a new poster."""
    answer = post(door, **typed)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"].rsplit("/", 1)[1]


def posters(town: Town) -> list[Poster]:
    with town.tools.database.work() as session:
        return list(session.scalars(select(Poster)))


def read_back(png: bytes) -> list[str]:
    return [found.data.decode() for found in decode(Image.open(io.BytesIO(png)))]


@pytest.mark.parametrize(
    ("audience", "village", "name", "sector"),
    [
        ("town", "", "下仓镇", None),
        ("village", "前进村", "前进村", None),
        ("sector:gas", "", "燃气", "gas"),
        ("kind:site", "", "建筑工地", None),
    ],
)
def test_a_poster_of_each_scope_leads_to_the_form(
    town: Town, audience: str, village: str, name: str, sector: str | None
) -> None:
    """A code would lead elsewhere, not be readable, or the sector of a poster be lost on the way to the form."""
    door = administrator(town)
    slug = made(door, audience=audience, village=village)
    assert set(slug) <= set(LETTERS)
    assert [(one.slug, one.sector, one.people) for one in posters(town)] == [(slug, sector, 200)]
    root, address = f"/admin/posters/{slug}", f"{PUBLIC}/q/{slug}"
    assert read_back(door[1].get(f"{root}/code.png").data) == [address]
    assert door[1].get(f"{root}/code.svg").mimetype == "image/svg+xml"
    assert name in door[1].get("/admin/posters").text
    for paper in ("a4", "a5"):
        page = door[1].get(f"{root}/{paper}").text
        for words in (
            name,
            PHONE,
            "天津市蓟州区下仓镇",
            "盖章处",
            "我们不会让您转账、要验证码、下载软件。",
            f"/q/{slug}",
        ):
            assert words in page
    form = door[0].test_client().get(f"/q/{slug}")
    assert form.status_code == 200
    assert ('selected value="gas"' in form.text) is (sector == "gas")


def test_a_torn_and_faded_code_is_still_read(small_town: Town) -> None:
    """A poster that has hung in rain for a month would be a picture of nothing."""
    door = administrator(small_town)
    slug = made(door)
    image = Image.open(io.BytesIO(door[1].get(f"/admin/posters/{slug}/code.png").data)).convert("L")
    wide, high = image.size
    pen = ImageDraw.Draw(image)
    pen.rectangle((wide * 0.55, high * 0.5, wide * 0.72, high * 0.85), fill=255)
    pen.ellipse((wide * 0.4, high * 0.2, wide * 0.52, high * 0.32), fill=0)
    assert [one.data.decode() for one in decode(image)] == [f"{PUBLIC}/q/{slug}"]


def test_the_address_never_comes_from_the_request(small_town: Town) -> None:
    """Whoever forges a header, or a proxy that rewrites it, would have posters printed that lead to another server."""
    door = administrator(small_town)
    slug = made(door)
    forged = {"Host": "127.0.0.1:80", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for host in ("evil.example", "localhost"):
        cookie = door[1].get_cookie("staff")
        assert cookie is not None
        browser = door[0].test_client()
        browser.set_cookie("staff", cookie.value, domain=host)
        for path in ("", "/a4", "/a5", "/code.png", "/code.svg"):
            answer = browser.get(f"/admin/posters/{slug}{path}", headers={**forged, "Host": host})
            assert answer.status_code == 200, path
            assert b"evil" not in answer.data
            if path == "/code.png":
                assert read_back(answer.data) == [f"{PUBLIC}/q/{slug}"]


def test_few_people_are_warned_of_and_asked_about(town: Town) -> None:
    """A poster would be made that says who works where, and nobody have thought of it."""
    door = administrator(town)
    answer = post(door, people="29")
    assert answer.status_code == 422
    for words in (
        "人太少，扫码的人可能被猜出来",
        'name="confirmed"',
        'value="29"',
        'selected value="kind:site"',
    ):
        assert words in answer.text
    assert posters(town) == []
    assert "confirmed" not in door[1].get("/admin/poster").text
    slug = made(door, people="29", confirmed="y")
    with town.tools.database.work() as session:
        key = subject_of(town.tools, slug)
        [entry] = history(session, key, key)
    assert (entry.kind, entry.detail["people"], entry.detail["place"]) == ("poster_made", 29, "site")
    assert made(door, people="30") != slug


@pytest.mark.parametrize(
    ("typed", "advice"),
    [
        ({"audience": ""}, "请选这张海报给谁看"),
        ({"audience": "sector:nothing"}, "请选这张海报给谁看"),
        ({"audience": "kind:"}, "请选这张海报给谁看"),
        ({"audience": "enterprise:宏达"}, "请选这张海报给谁看"),
        ({"audience": "sector:accident_concealment"}, "请选这张海报给谁看"),
        ({"audience": "sector:corruption"}, "请选这张海报给谁看"),
        ({"audience": "village", "village": ""}, "请写村、社区的全名"),
        ({"audience": "village", "village": "宏达机械厂"}, "海报不能只给一家单位"),
        ({"audience": "village", "village": "宏达公司宿舍社区"}, "海报不能只给一家单位"),
        ({"audience": "village", "village": "长" * 40 + "村"}, "最多 30 个字"),
        ({"audience": "town", "village": "前进村"}, "这里请选“一个村或社区”"),
        ({"people": ""}, "请写大约多少人"),
        ({"people": "很多"}, "请写大约多少人"),
        ({"people": "-3", "confirmed": "y"}, "请写大约多少人"),
        ({"people": "\x00😀<b>"}, "请写大约多少人"),
    ],
)
def test_wrong_input_is_explained_and_kept(small_town: Town, typed: dict[str, str], advice: str) -> None:
    """The administrator would begin again from nothing, or a poster for one enterprise be made."""
    door = administrator(small_town)
    answer = post(door, **typed)
    assert answer.status_code == 422
    assert advice in answer.text
    assert "<b>\x00" not in answer.text
    for word in ("village", "people"):
        if (kept := typed.get(word, GOOD[word])) and kept.isprintable():
            assert f'value="{kept}"' in answer.text
    if typed.get("audience", "kind:site") in ("kind:site", "village", "town"):
        assert f'selected value="{typed.get("audience", "kind:site")}"' in answer.text
    assert posters(small_town) == []


def test_withdrawing_and_restoring_is_recorded_once_each(town: Town) -> None:
    """Who made, withdrew or restored a poster could not be told, or two clicks be two acts."""
    door = administrator(town)
    slug = made(door)
    for action in ("withdraw", "withdraw", "restore", "restore"):
        assert post(door, f"/admin/posters/{slug}/{action}").status_code == 303
    with town.tools.database.work() as session:
        key = subject_of(town.tools, slug)
        entries = history(session, key, key)
        assert [one.kind for one in entries] == ["poster_made", "poster_withdrawn", "poster_restored"]
        assert {one.detail["by"] for one in entries} == {"admin"}
        assert verify(session) == []


def test_a_withdrawn_poster_still_leads_to_the_form_and_is_not_printed(town: Town) -> None:
    """Somebody would stand before a wall with a code that leads nowhere; or old posters go on being printed."""
    door = administrator(town)
    slug = made(door, audience="sector:gas")
    post(door, f"/admin/posters/{slug}/withdraw")
    form = door[0].test_client().get(f"/q/{slug}")
    assert form.status_code == 200
    assert 'selected value="gas"' in form.text
    for path in ("a4", "a5", "code.svg", "code.png"):
        answer = door[1].get(f"/admin/posters/{slug}/{path}")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/admin/posters/{slug}")
    assert "已收回" in door[1].get(f"/admin/posters/{slug}").text
    post(door, f"/admin/posters/{slug}/restore")
    assert door[1].get(f"/admin/posters/{slug}/a4").status_code == 200


def test_a_poster_for_few_is_restored_only_on_a_yes(small_town: Town) -> None:
    """One of the first version, of which nobody asked for how many, would be printed again unseen."""
    door = administrator(small_town)
    slug = made(door)
    with small_town.tools.database.work(write=True) as session:
        session.execute(update(Poster).values(people=0, active=False))
    path = f"/admin/posters/{slug}/restore"
    assert 'name="confirmed"' in door[1].get(f"/admin/posters/{slug}").text
    answer = post(door, path)
    assert answer.status_code == 422
    assert "勾上再恢复" in answer.text
    assert not posters(small_town)[0].active
    assert post(door, path, confirmed="y").status_code == 303
    assert posters(small_town)[0].active


@pytest.mark.parametrize(("address", "telephone"), [("", PHONE), (PUBLIC, ""), ("", "")])
def test_without_address_or_landline_nothing_is_printed(
    small_town: Town, address: str, telephone: str
) -> None:
    """A poster would carry an address that leads nowhere, or no number to check it by, as a fraud's does."""
    app = app_of(told(small_town, address, telephone))
    client, _ = signed_in(app, small_town, "admin")
    slug = make_poster(small_town.tools, small_town.holder("admin"), Audience("town", 900))
    for path in ("/admin/posters", f"/admin/posters/{slug}"):
        page = client.get(path).text
        assert ("ANSHAO_ADDRESS" in page, "ANSHAO_TELEPHONE" in page) == (not address, not telephone)
    for path in ("a4", "a5", "code.svg", "code.png"):
        assert client.get(f"/admin/posters/{slug}/{path}").status_code == 303


def everything(town: Town) -> tuple[dict[str, bytes], list[object]]:
    """Every byte of the data folder and of what lies in memory, and every row of every table."""
    folders = [town.settings.data, Path(town.settings.memory)]
    files = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    with town.tools.database.work() as session:
        rows = [tuple(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    return {str(path): path.read_bytes() for path in files}, sorted(rows, key=repr)


def test_scanning_stores_nothing(town: Town) -> None:
    """A stolen disk would tell how often, or on which days, a poster in a certain place was scanned."""
    holder = town.holder("admin")
    slugs = [
        make_poster(town.tools, holder, audience)
        for audience in (
            Audience("town", 900),
            Audience("sector", 90, sector="gas"),
            Audience("kind", 40, "site"),
        )
    ]
    app = app_of(told(town))
    app.test_client().get("/report")
    before = everything(town)
    for slug in [*slugs, "gone", "x" * 40]:
        for _ in range(3):
            answer = app.test_client().get(f"/q/{slug}", headers={"User-Agent": "MicroMessenger"})
            assert answer.status_code == 200
            assert "Set-Cookie" not in answer.headers
            assert answer.headers["Cache-Control"] == "no-store"
    assert everything(town) == before


def test_others_neither_see_nor_make_posters(small_town: Town) -> None:
    """A clerk or a department could hang a poster that tells who works where, or withdraw all of them."""
    app = app_of(told(small_town))
    slug = make_poster(small_town.tools, small_town.holder("admin"), Audience("town", 900))
    paths = ("s", "", f"s/{slug}", f"s/{slug}/a4", f"s/{slug}/a5", f"s/{slug}/code.svg", f"s/{slug}/code.png")
    acts = ("", f"s/{slug}/withdraw", f"s/{slug}/restore")
    for username in [*small_town.members, ""]:
        if username == "admin":
            continue
        client, secret = signed_in(app, small_town, username) if username else (app.test_client(), "")
        wanted = 403 if username else 303
        for path in paths:
            assert client.get(f"/admin/poster{path}").status_code == wanted, (username, path)
        for path in acts:
            answer = client.post(f"/admin/poster{path}", data={**GOOD, "csrf": secret})
            assert answer.status_code == wanted, (username, path)
    assert [one.active for one in posters(small_town)] == [True]


def test_a_post_from_elsewhere_makes_nothing(small_town: Town) -> None:
    """Another site that an administrator looks at could make or withdraw posters."""
    door = administrator(small_town)
    slug = made(door)
    for path in ("/admin/poster", f"/admin/posters/{slug}/withdraw"):
        assert post((door[0], door[1], "0" * 64), path).status_code == 403
    assert [one.active for one in posters(small_town)] == [True]


@pytest.mark.parametrize(
    "path", ["nothing", "nothing/a4", "x/code.png", "%00", "a" * 300, "..%2f..", "x/a3", "x/code.gif"]
)
def test_what_is_no_poster_is_not_found(small_town: Town, path: str) -> None:
    """A mistyped address would be a server error."""
    door = administrator(small_town)
    assert door[1].get(f"/admin/posters/{path}").status_code in (404, 405)
