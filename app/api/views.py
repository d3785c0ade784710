"""`/api/v1`: hotline centres hand reports in and ask by their own number how far it is. No cookie, no name out.

Whoever shows a centre's token may do both for that token's numbers, and nothing else.
"""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Blueprint, Response, g, jsonify, request

from app.api.fields import NUMBER, Errors, Item, NotJson, read_item, read_json
from app.api.openapi import KEY_PATTERN, MOST_ITEMS, STATUSES, document
from app.intake.heard import heard
from app.intake.hotline import HandedOver, Known, OtherBody, bind, hand_in, look
from app.intake.sent import CannotTake, NumberTaken
from app.people.desks import NoLivingKey
from app.sealing.fields import canonical_json
from app.sealing.secrets import Busy
from app.tips.centres import Connection, connect
from app.tips.identity import Person
from app.web.problems import problem, problem_value
from app.web.services import tools

MOST_BYTES = 40 * 1024 * 1024  # of one request, photos in base64 among it
KEY = re.compile(KEY_PATTERN)
View = Callable[..., Any]

api = Blueprint("api", __name__, url_prefix="/api/v1")


class Wrong(Exception):
    """The request cannot be answered otherwise; carries the answer's status and words."""

    def __init__(self, status: int, detail: str = "", errors: Errors | None = None) -> None:
        super().__init__(status)
        self.status, self.detail, self.errors = status, detail, errors or []


@api.errorhandler(Wrong)
def on_wrong(error: Wrong) -> Response:
    return problem(error.status, error.detail, error.errors)


def with_token(view: View) -> View:
    """Only for a centre that shows its token, which is checked before anything of the body is read."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        with tools().database.work() as session:
            found = connect(session, tools().keyring, token.strip() if scheme.lower() == "bearer" else "")
        if found is None:
            raise Wrong(401)
        g.connection = found
        return view(*args, **kwargs)

    return guarded


def connection() -> Connection:
    found: Connection = g.connection
    return found


@api.post("/tips")
@with_token
def take_one() -> Response:
    key, body, value = sent_body()
    item, errors = read_item(value, sectors())
    if item is None:
        raise Wrong(422, "", errors)
    bound(key, body)
    done = hand_over(key, item, value)
    return answered(taken_value(item.number, done), 201 if done.new else 200)


@api.post("/tips/batch")
@with_token
def take_many() -> Response:
    """Each by itself: one that is wrong keeps no other out."""
    key, body, value = sent_body()
    items = value.get("tips")
    if set(value) != {"tips"} or not isinstance(items, list) or not 0 < len(items) <= MOST_ITEMS:
        raise Wrong(422, f"要 {{“tips”: […]}}，一次 1 到 {MOST_ITEMS} 件，没有别的字段")
    if not all(isinstance(one, dict) for one in items):
        raise Wrong(422, "tips 里每一件都要是一个对象")
    bound(key, body)
    return answered({"results": [result_of(key, one) for one in items]}, 200)


@api.get("/tips/<external_number>")
@with_token
def status(external_number: str) -> Response:
    known = look(tools(), connection(), external_number) if NUMBER.fullmatch(external_number) else None
    if known is None:
        raise Wrong(404, "这个令牌没有送过这个工单号")
    return answered(status_value(external_number, known), 200)


@api.get("/openapi.json")
def this_document() -> Response:
    return answered(document(sectors()), 200)


def sent_body() -> tuple[str, bytes, dict[str, Any]]:
    """Idempotency-Key, the body as it came, and what it says. Raises Wrong."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Wrong(400, "要 Idempotency-Key：8 到 128 个可见的英文字符，每次新的内容一个新的")
    if request.mimetype != "application/json":
        raise Wrong(415)
    request.max_content_length = MOST_BYTES
    body = request.get_data(cache=False)
    try:
        return key, body, read_json(body)
    except NotJson as why:
        raise Wrong(400, str(why)) from None


def bound(key: str, body: bytes) -> None:
    try:
        bind(tools(), connection(), key, request.path.encode() + b"\n" + body)
    except OtherBody:
        raise Wrong(409, "同一个 Idempotency-Key 送过别的内容：新的内容用新的，断线重送要一字不差") from None


def hand_over(key: str, item: Item, value: dict[str, Any]) -> HandedOver:
    """Raises Wrong, and Busy or what the database and the disk raise: then it can be sent again."""
    who = connection()
    sent = heard(
        item.words, item.ticks, channel=who.centre.channel, sector=item.sector, wish=item.wish,
        person=Person(item.words["name"], item.words["phone"]), once=who.once(key, item.number),
        photos=item.photos, receipt=item.receipt,
    )  # fmt: skip
    try:
        return hand_in(tools(), who, key, canonical_json(value), item.number, sent)
    except OtherBody:
        raise Wrong(409, "同一个 Idempotency-Key、同一个工单号送过别的内容") from None
    except NumberTaken:
        raise Wrong(409, "这个工单号已经送过") from None
    except CannotTake as refused:
        raise Wrong(422, f"这件事本镇不能收，请告诉来电人打 {refused.refer}") from None
    except NoLivingKey:
        raise Wrong(503, "本镇还没有人能收这件事") from None


def result_of(key: str, value: dict[str, Any]) -> dict[str, Any]:
    """What became of one of many. What the whole server suffers from ends the batch: it can be sent again."""
    try:
        item, errors = read_item(value, sectors())
        if item is None:
            raise Wrong(422, "", errors)
        done = hand_over(key, item, value)
    except Wrong as why:
        return {"http_status": why.status, "problem": problem_value(why.status, why.detail, why.errors)}
    except Busy:
        return {"http_status": 503, "problem": problem_value(503)}
    return {"http_status": 201 if done.new else 200, "tip": taken_value(item.number, done)}


def status_value(number: str, known: Known) -> dict[str, Any]:
    return {
        "external_number": number,
        "status": STATUSES[known.state],
        "registered_on": known.day.isoformat(),
    }


def taken_value(number: str, done: HandedOver) -> dict[str, Any]:
    value = status_value(number, done.known)
    if done.receipt is not None:
        value["receipt"] = {"number": done.receipt.number, "password": done.receipt.password}
    if done.refused:
        value["photos_refused"] = [
            {"position": one.position, "advice": one.why.advice} for one in done.refused
        ]
    return value


def answered(value: dict[str, Any], status: int) -> Response:
    response = jsonify(value)
    response.status_code = status
    return response


def sectors() -> list[str]:
    return [one for one in tools().rules.sectors if one != "unknown"]
