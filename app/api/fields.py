"""What a hotline centre may send of one report: the form's field names, checked strictly, each error in words.

`TEXTS`, `TICKS` and `CHOICES` are also what the OpenAPI document is drawn from.
"""

import base64
import binascii
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from app.intake.heard import TICKS as HEARD
from app.tips.content import MAX_PHOTOS, WISHES
from app.web.text import plain_text

NUMBER = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,59}")
NUMBER_PATTERN = r"^[0-9A-Za-z][0-9A-Za-z._-]{0,59}$"
TEXTS = {  # name: (most characters, meaning)
    "what": (5000, "什么情况；没有照片的必须写"),
    "where": (200, "在哪里"),
    "enterprise": (200, "哪家单位"),
    "when": (200, "什么时候"),
    "danger_note": (
        200,
        "勾了 danger_now 才写：哪里、什么危险，值班席马上能看到；没写就看 where（告公职人员的不给看）",
    ),
    "not_these": (200, "谁不能知道：科室或人名"),
    "name": (40, "举报人姓名：到了就封存，永远不再送出；要有 consent"),
    "phone": (20, "举报人电话：到了就封存，永远不再送出；要有 consent"),
}
TICKS = {
    "insider": "是本单位职工",
    "about_official": "牵涉干部",
    "deaths": "死过人或瞒报",
    "danger_now": "现在有危险",
    "still_dangerous": "隐患还在",
    "consent": "念过告知，来电人单独同意留姓名或电话",
    "receipt": "来电人还在线：答复里带回执，念给他抄（算接线员听过，光凭密码领不了奖）",
}
OTHERS = ("external_number", "external_due", "sector", "visit", "photos")
KNOWN = (*TEXTS, *TICKS, *OTHERS)
MOST_ERRORS = 20
Errors = list[dict[str, str]]


class NotJson(ValueError):
    """The body is not one JSON object as it should be; the message says why."""


@dataclass(frozen=True)
class Item:
    """One report as it was sent, checked."""

    number: str
    words: dict[str, str]
    ticks: dict[str, bool]
    sector: str
    wish: str
    photos: tuple[bytes, ...] = field(repr=False)

    @property
    def receipt(self) -> bool:
        return self.ticks["receipt"]


def read_json(body: bytes) -> dict[str, Any]:
    """Strictly: UTF-8, one object, no name twice, no NaN, no half surrogate. Raises NotJson."""
    try:
        value = json.loads(body.decode("utf-8"), object_pairs_hook=once_each, parse_constant=no_constant)
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except RecursionError:
        raise NotJson("嵌套太深") from None
    except ValueError:
        raise NotJson("不是正确的 JSON（UTF-8，字段不能重复）") from None
    if not isinstance(value, dict):
        raise NotJson("要一个 JSON 对象")
    return value


def once_each(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("twice")
    return found


def no_constant(_name: str) -> None:
    raise ValueError("constant")


def read_item(value: Any, sectors: Iterable[str]) -> tuple[Item | None, Errors]:
    """The report, or all that is wrong with it."""
    if not isinstance(value, dict):
        return None, [wrong("", "要一个对象")]
    errors = [wrong(str(name)[:40], "没有这个字段") for name in value if name not in KNOWN]
    number = read_number(value.get("external_number"), errors)
    words = {name: read_text(value, name, most, errors) for name, (most, _) in TEXTS.items()}
    ticks = {name: read_tick(value, name, errors) for name in TICKS}
    words["external_number"], words["external_due"] = number, read_due(value, errors)
    sector = read_choice(value, "sector", sectors, errors)
    wish = read_choice(value, "visit", WISHES, errors)
    photos = read_photos(value.get("photos", []), errors)
    if not words["what"] and not photos and not any(one["field"] in ("what", "photos") for one in errors):
        errors.append(wrong("what", "请写情况，或者传照片"))
    if (words["name"] or words["phone"]) and not ticks["consent"]:
        errors.append(wrong("consent", "有 name 或 phone，要 consent 为 true：先念告知，来电人单独同意才留"))
    if errors:
        return None, errors[:MOST_ERRORS]
    return Item(number, words, ticks, sector, wish, photos), []


def wrong(name: str, detail: str) -> dict[str, str]:
    return {"field": name, "detail": detail}


def read_number(value: Any, errors: Errors) -> str:
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return value
    errors.append(
        wrong("external_number", "必填：工单号，字母、数字、点、横线、下划线，1 到 60 个，以字母或数字开头")
    )
    return ""


def read_text(value: Mapping[str, Any], name: str, most: int, errors: Errors) -> str:
    given = value.get(name, "")
    if not isinstance(given, str):
        errors.append(wrong(name, "要文字"))
        return ""
    if len(given) > most:
        errors.append(wrong(name, f"最多 {most} 个字"))
    return plain_text(given)


def read_tick(value: Mapping[str, Any], name: str, errors: Errors) -> bool:
    given = value.get(name, False)
    if not isinstance(given, bool):
        errors.append(wrong(name, "要 true 或 false"))
    return given is True


def read_due(value: Mapping[str, Any], errors: Errors) -> str:
    given = value.get("external_due", "")
    if given == "" and isinstance(given, str) and "external_due" not in value:
        return ""
    try:
        if isinstance(given, str) and date.fromisoformat(given).isoformat() == given:
            return given
    except ValueError:
        pass
    errors.append(wrong("external_due", "请写成 2026-12-01 这样"))
    return ""


def read_choice(value: Mapping[str, Any], name: str, choices: Iterable[str], errors: Errors) -> str:
    known = list(choices)
    if name not in value:
        return ""
    if isinstance(value[name], str) and value[name] in known:
        return str(value[name])
    errors.append(wrong(name, "只能是：" + "、".join(known)))
    return ""


def read_photos(value: Any, errors: Errors) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MAX_PHOTOS:
        errors.append(wrong("photos", f"要一个列表，最多 {MAX_PHOTOS} 张，每张是照片文件的 base64"))
        return ()
    found = []
    for place, one in enumerate(value):
        try:
            found.append(base64.b64decode(one, validate=True) if isinstance(one, str) and one else None)
        except (binascii.Error, ValueError):
            found.append(None)
        if found[-1] is None:
            errors.append(wrong(f"photos[{place}]", "不是 base64"))
    return tuple(one for one in found if one is not None)


assert set(HEARD) < set(TICKS)  # what is heard is what is kept
