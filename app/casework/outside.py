"""Ready texts for the other systems that the same matter is entered in (外部系统录入), so that nothing is typed twice.

Made of the signed site record and of what followed it. What is pasted elsewhere cannot be sealed here: a text says
nothing of who reported, of a report's own words, or that anybody reported. Of a case on an official there is none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

from app.casework.context import Desktop
from app.casework.flow import COLOURS, LEVELS, SYSTEMS
from app.casework.needs import newest_reinspection, newest_site, since
from app.casework.records import Opened
from app.casework.words import filled
from app.clock.words import chinese_day, day_in

ENTERED = "entered"  # in the facts: {system: [ISO day, digest of what was to be pasted then]}


@dataclass(frozen=True)
class Ready:
    """What one system is to be given."""

    system: str
    name: str
    text: str
    entered: str  # ISO day on which it was last entered there; empty: not yet
    changed: bool  # the text says more than what was entered


def ready_for(now: Desktop) -> tuple[Ready, ...]:
    """One for each system, once a signed site record says what was found."""
    site = newest_site(now)
    if site is None or now.now.reserved:
        return ()
    entered = now.now.facts.extra.get(ENTERED, {})
    found = []
    for system, form in TEXTS.items():
        text = form(now, site)
        day, digest = entered.get(system, ("", ""))
        if text:
            found.append(Ready(system, SYSTEMS[system], text, day, bool(day) and digest != digest_of(text)))
    return tuple(found)


def entered_now(now: Desktop, system: str) -> dict[str, list[str]]:
    """What the facts keep once `system` was given its text as it is now."""
    text = next((one.text for one in ready_for(now) if one.system == system), "")
    return {**now.now.facts.extra.get(ENTERED, {}), system: [now.day.isoformat(), digest_of(text)]}


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:16]


def inspection(now: Desktop, site: Opened) -> str:
    """An inspection, for the systems that enforcement keeps."""
    value = site.value
    return lines(
        ("检查对象", value["enterprise"]),
        ("检查地点", value.get("place")),
        ("检查日期", chinese_day(site.day)),
        ("检查人", value.get("author")),
        ("在场人员", value.get("present")),
        ("发现的问题", value["found"]),
        ("测量", value.get("measured")),
        ("违反的规定", value.get("basis")),
        ("当场要求", value.get("advice")),
        *followed(now),
    )


def hazard(now: Desktop, site: Opened) -> str:
    """A hazard and what became of it, for the register of hazards; none where none was found."""
    value = site.value
    if value["level"] == "none":
        return ""
    return lines(
        ("隐患单位", value["enterprise"]),
        ("隐患部位", value.get("place")),
        ("排查日期", chinese_day(site.day)),
        ("隐患描述", value["found"]),
        ("隐患级别", LEVELS[str(value["level"])]),
        ("风险颜色", COLOURS.get(str(value.get("colour")))),
        ("判定标准", value.get("criterion")),
        *followed(now),
        ("状态", "已销号" if since(now, "strike_off", "reopen") else "未销号"),
    )


def followed(now: Desktop) -> tuple[tuple[str, object], ...]:
    """What was demanded, issued and found again, with its documents."""
    rows: list[tuple[str, object]] = []
    for one in now.recorded("order")[-1:]:
        value = one.value
        rows += [("整改措施", value["measures"]), ("整改责任人", value["person"])]
        rows += [("整改期限", day_in(value["limit"]))]
    papers = [f"{one.value['form']} {one.value['document']}" for one in now.recorded("document")]
    papers += [f"处罚决定 {one.value['document']}" for one in now.recorded("decision")]
    rows.append(("文书", "、".join(papers)))
    rows += [("整改情况", one.value["found"]) for one in now.recorded("rectification")[-1:]]
    seen = newest_reinspection(now)
    rows.append(("复查情况", seen.value["found"] if seen and seen.value.get("signed_by") else ""))
    return tuple(rows)


def lines(*rows: tuple[str, object]) -> str:
    return "\n".join(f"{label}：{value}" for label, value in filled(*rows))


TEXTS: dict[str, Callable[[Desktop, Opened], str]] = {
    "yinhuan": hazard,
    "zhifa": inspection,
    "yingji": inspection,
}
