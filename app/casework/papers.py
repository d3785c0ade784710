"""Papers (文书) of a case, printed from what is already typed. Pure: an opened case in, a sheet out; nothing is stored.

What leaves the desk is made of newly written records alone, never of a report's words, and never says 举报; 举报登记表,
核查报告 and 举报答复书 may. An identity is never on paper: it says 见密封件第×号. What only an authority
may issue (责令限期整改指令书, 处罚决定 …) is not among them: of these the file keeps number, day and a photograph.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from app.casework.context import Desktop, OpenTip
from app.casework.copies import Wording
from app.casework.flow import COLOURS, CONCLUSIONS, LEVELS
from app.casework.needs import happened
from app.casework.pressing import PRESS
from app.casework.quotes import squeeze
from app.casework.records import Opened
from app.casework.words import Rows, filled
from app.clock.words import chinese_day, day_in
from app.ledger.write import history

CHANNELS = {
    "web": "网页、扫码",
    "phone": "电话",
    "12345": "12345",
    "12350": "12350",
    "letter": "来信",
    "visit": "来访",
    "patrol": "日常巡查",
    "superior": "上级交办",
    "department": "部门移来",
    "village": "村居、网格员",
}
CALLS = ("phone", "12345", "12350")


@dataclass(frozen=True)
class Sheet:
    """One paper, ready to be printed."""

    title: str
    rows: Rows
    to: str = ""  # whom it is addressed to
    opening: str = ""
    closing: str = ""
    blanks: tuple[tuple[str, int], ...] = ()  # what is filled in by hand: label and lines
    signs: tuple[str, ...] = ("承办人", "负责人")
    photos: tuple[tuple[str, tuple[dict[str, Any], ...]], ...] = ()
    seal: bool = False  # room for the town's seal
    slip: bool = False  # with a return slip (回执)
    items: Rows = ()  # a list of things, one a line, each with its day
    listed: str = "文书"  # what these are
    paged: bool = False  # with room for the page of each
    upward: bool = False  # 上行文: with room for who issues it (签发人)


Build = Callable[[Desktop, Opened | None, Wording], Sheet]


@dataclass(frozen=True)
class Form:
    """A kind of paper. `kind`: of the record it is printed from; empty: from the case. `leaves`: others read it.
    `given`: whom it is about keep it, and may show it to whom they like.
    """

    id: str
    title: str
    leaves: bool
    build: Build
    kind: str = ""
    when: Callable[[Desktop, Opened | None], bool] = lambda _now, _record: True
    given: bool = False


@dataclass(frozen=True)
class Offered:
    """A paper that can be printed now."""

    form: Form
    record: Opened | None

    @property
    def place(self) -> str:
        """The end of its address."""
        return f"{self.form.id}/{self.record.id if self.record else 'case'}"


def papers_of(now: Desktop) -> list[Offered]:
    """All papers that this case gives now, in the order of a file."""
    found: list[Offered] = []
    for form in FORMS:
        of: Sequence[Opened | None] = now.recorded(form.kind) if form.kind else [None]
        found += [Offered(form, record) for record in of if form.when(now, record)]
    return found


def tells(form: Form, sheet: Sheet, to: str = "") -> bool:
    """Whether a paper that may not would say that somebody reported, by what a superior or a leader wrote, or by whom
    the copy is for.
    """
    words = [to, sheet.title, sheet.to, sheet.opening, sheet.closing]
    words += [word for row in (*sheet.rows, *sheet.items) for word in row]
    return form.leaves and form.id not in MAY_SAY and any("举报" in squeeze(word) for word in words)


def paper_at(now: Desktop, form_id: str, record: str) -> Offered | None:
    return next((one for one in papers_of(now) if one.place == f"{form_id}/{record}"), None)


# ------------------------------------------------------------------------------------------ parts of sheets


def head(now: Desktop) -> Rows:
    sector = now.tools.rules.sectors.get(now.now.sector)
    return filled(
        ("事项编号", now.now.number),
        ("行业领域", sector.name if sector else ""),
        ("承办单位", now.desk_name(now.now.desk)),
    )


def photos_in(record: Opened, *names: tuple[str, str]) -> tuple[tuple[str, tuple[dict[str, Any], ...]], ...]:
    found = ((label, tuple(record.value.get(name, []))) for name, label in names)
    return tuple((label, photos) for label, photos in found if photos)


def site_rows(record: Opened) -> Rows:
    """A site record's own words."""
    value = record.value
    return filled(
        ("单位或场所", value["enterprise"]),
        ("地点", value.get("place")),
        ("核查日期", chinese_day(record.day)),
        ("看到的情况", value["found"]),
        ("测量", value.get("measured")),
        ("隐患级别", LEVELS.get(value["level"], "")),
        ("风险颜色", COLOURS.get(value.get("colour", ""), "")),
        ("对照的判定标准", value.get("criterion")),
        ("违反的规定", value.get("basis")),
        ("责任人", value.get("person")),
        ("在场的人", value.get("present")),
        ("当场要求", value.get("advice")),
    )


def last(now: Desktop, kind: str) -> Opened | None:
    return newest_of(now.records, kind)


def newest_of(records: Sequence[Opened], kind: str) -> Opened | None:
    return next((one for one in reversed(records) if one.kind == kind), None)


def given(record: Opened | None) -> Opened:
    """A form of a record has one."""
    if record is None:
        raise AssertionError("this paper is printed from a record")
    return record


def sealed_slip(one: OpenTip) -> str:
    return f"见密封件第 {one.tip.number} 号"


def tips_by(now: Desktop, channels: Sequence[str]) -> list[OpenTip]:
    return [one for one in now.tips if one.content.report.channel in channels]


# ---------------------------------------------------------------------------------------------- the papers


def register(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """举报登记表: stays with the desk, with the report's words and without anybody's name."""
    rows: list[tuple[str, object]] = []
    for one in now.reports:
        report = one.content.report
        rows += [
            ("举报编号", one.tip.number),
            ("登记日期", chinese_day(one.tip.day)),
            ("来源", CHANNELS[report.channel]),
            ("工单号", report.external_number),
            ("举报人", sealed_slip(one)),
            ("举报内容", report.what),
            ("地点", report.where),
            ("单位", report.enterprise),
            ("时间", report.when),
            ("照片", f"{len(one.content.photos)} 张，存系统内" if one.content.photos else ""),
        ]
    blanks = (("办理结果", 2),)
    return Sheet("举报登记表", (*head(now), *filled(*rows)), blanks=blanks, signs=("登记人", "承办人"))


def call(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """值班电话记录: stays with the desk."""
    rows: list[tuple[str, object]] = []
    for one in tips_by(now, CALLS):
        report = one.content.report
        rows += [
            ("来电日期", chinese_day(one.tip.day)),
            ("来源", CHANNELS[report.channel]),
            ("工单号", report.external_number),
            ("来电人", sealed_slip(one)),
            ("来电内容", report.what),
            ("地点", report.where),
            ("单位", report.enterprise),
        ]
    return Sheet(
        "值班电话记录", (*head(now), *filled(*rows)), blanks=(("处理情况", 3),), signs=("值班员", "带班领导")
    )


def patrol(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """巡查记录: what a patrol found."""
    rows: list[tuple[str, object]] = []
    for one in tips_by(now, ("patrol",)):
        found = one.content.report
        rows += [
            ("巡查日期", chinese_day(one.tip.day)),
            ("地点", found.where),
            ("单位或场所", found.enterprise),
            ("发现的问题", found.what),
        ]
    return Sheet("巡查记录", (*head(now), *filled(*rows)), blanks=(("处理", 2),), signs=("巡查人", "陪同人"))


def reading_slip(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """阅办单: what the leader reads and writes on; the case in newly written words."""
    site = last(now, "site")
    about = filled(("单位或场所", site.value["enterprise"]), ("情况", site.value["found"])) if site else ()
    rows = (*head(now), ("登记日期", chinese_day(now.now.day)), *about)
    blanks = (("拟办意见", 2), ("领导批示", 3), ("办理结果", 2))
    return Sheet("阅办单", rows, blanks=blanks, signs=("承办人", "呈阅日期"))


def extension(now: Desktop, record: Opened | None, _say: Wording) -> Sheet:
    """延期审批表: 60 + 30 days, once (2012 年举报奖励办法第十一条第六项)."""
    value = given(record).value
    rows = filled(
        ("申请日期", chinese_day(given(record).day)),
        ("申请延长", "30 天，限一次"),
        ("理由", value["reason"]),
        ("申请人", value["author"]),
        ("签批人", value.get("signed_by")),
        ("签批日期", day_in(value.get("signed_on", ""))),
        ("批示", value.get("instruction")),
    )
    return Sheet("延期审批表", (*head(now), *rows), blanks=(("审批意见", 2),), signs=("申请人", "签批人"))


def handed_down(now: Desktop, _record: Opened | None, say: Wording) -> Sheet:
    """交办单: to an own office or a village."""
    (one, *_) = tips_by(now, ("superior",))
    found = one.content.report
    return order_slip(now, say, now.now.day, now.desk_name(now.now.desk), found.where, found.what)


def assigned(now: Desktop, record: Opened | None, say: Wording) -> Sheet:
    """交办单 of a case that the dispatch desk assigned: of the line written for that (分派摘要), and in the same form
    as one of a superior's matter, so that it does not tell where the matter came from.
    """
    value = given(record).value
    return order_slip(now, say, given(record).day, str(value["to"]), value["place"], value["text"])


def order_slip(now: Desktop, say: Wording, day: date, to: str, place: str, what: str) -> Sheet:
    sector = [row for row in head(now) if row[0] != "承办单位"]
    rows = filled(("承办单位", to), ("交办日期", chinese_day(day)), ("地点", place), ("事项", what))
    return Sheet(
        "交办单",
        (*sector, *rows),
        to=to,
        opening=f"{say.above}属你单位{say.duty}，{say.please}办结后{say.reply}结果。",
        blanks=(("办理情况", 3),),
        signs=("交办人", "接收人", "接收日期"),
        seal=True,
    )


def assist(now: Desktop, record: Opened | None, say: Wording) -> Sheet:
    """协办单: same level, newly written; the answer stands on it."""
    value = given(record).value
    rows = filled(
        ("发出日期", chinese_day(given(record).day)),
        ("地点", value["place"]),
        ("请协办", value["text"]),
        ("回复期限", day_in(value["limit"])),
        ("回复", value.get("result")),
        ("回复人", value.get("result_by")),
        ("回复日期", day_in(value.get("result_day", ""))),
    )
    return Sheet(
        "协办单",
        (*filled(("主办单位", now.desk_name(str(value["desk"])))), *rows),
        to=str(value["to"]),
        opening=f"{say.please}{day_in(value['limit'])}前{say.handle}，并{say.reply}。",
        photos=photos_in(given(record), ("photos", "照片"), ("after", "回复的照片")),
        blanks=() if value.get("result") else (("协办情况", 3),),
        signs=("主办人", "协办人"),
    )


def listing_request(now: Desktop, record: Opened | None, say: Wording) -> Sheet:
    """提请挂牌督办的请示: the district lists, the town asks."""
    value = given(record).value
    rows = filled(("事由", value["title"]), ("情况", value["text"]), ("建议整改期限", day_in(value["limit"])))
    return Sheet(
        "关于提请挂牌督办重大事故隐患的请示",
        (*head(now), *rows),
        to=str(value["to"]),
        opening=f"{say.above}镇里无法自行解决，特提请挂牌督办。",
        closing="妥否，请批示。",
        signs=("联系人", "电话"),
        seal=True,
        upward=True,
    )


def hazard_notice(now: Desktop, record: Opened | None, say: Wording) -> Sheet:
    """隐患告知书: to the enterprise. A town tells and asks; it orders nothing here."""
    value = given(record).value
    rows = filled(
        ("检查日期", chinese_day(given(record).day)),
        ("地点", value.get("place")),
        ("发现的隐患", value["found"]),
        ("隐患级别", LEVELS.get(value["level"], "")),
        ("违反的规定", value.get("basis")),
        ("对照的判定标准", value.get("criterion")),
        ("要求和指导", value.get("advice")),
    )
    return Sheet(
        "隐患告知书",
        rows,
        to=str(value["enterprise"]),
        opening="经检查，你单位存在下列隐患，请立即采取措施消除；消除以前要保证安全。",
        closing=f"{say.above}整改完成后，请{say.reply}{now.tools.town}{now.desk_name(now.now.desk)}。",
        photos=photos_in(given(record), ("photos", "现场照片")),
        signs=("检查人", "单位负责人", "送达日期"),
        seal=True,
    )


def reinspection(now: Desktop, record: Opened | None, _say: Wording) -> Sheet:
    """整改情况复核记录: what was demanded, what the enterprise said, and what was seen; before and after."""
    value = given(record).value
    earlier = now.records[: [one.id for one in now.records].index(given(record).id)]
    site, order = newest_of(earlier, "site"), newest_of(earlier, "order")
    told = newest_of(earlier[value["since"] :], "rectification")
    rows = filled(
        ("单位或场所", site.value["enterprise"] if site else ""),
        ("地点", site.value.get("place") if site else ""),
        ("整改要求", order.value["measures"] if order else ""),
        ("整改责任人", order.value["person"] if order else ""),
        ("整改期限", day_in(value["limit"])),
        ("单位报的整改情况", told.value["found"] if told else ""),
        ("复查日期", chinese_day(given(record).day)),
        ("复查看到的情况", value["found"]),
        ("复查意见", "已经改好。"),
        ("复查人", value["inspectors"]),
        ("单位在场人", value["present"]),
        ("签批人", value.get("signed_by")),
        ("签批日期", day_in(value.get("signed_on", ""))),
        ("批示", value.get("instruction")),
    )
    return Sheet(
        "整改情况复核记录",
        (*head(now), *rows),
        photos=photos_in(given(record), ("before", "整改前"), ("after", "整改后")),
        signs=("复查人", "复查人", "单位在场人", "签批人"),
    )


def interview_notice(now: Desktop, record: Opened | None, say: Wording) -> Sheet:
    """约谈通知."""
    value = given(record).value
    rows = filled(
        ("被约谈单位", value["enterprise"]),
        ("被约谈人", value["person"]),
        ("约谈日期", day_in(value["day"])),
        ("事由和要求", value["text"]),
    )
    return Sheet(
        "约谈通知",
        rows,
        to=str(value["enterprise"]),
        opening="请按时到场，带上有关材料。",
        closing=f"{say.above}如有变化，请{say.reply}{now.desk_name(now.now.desk)}。",
        blanks=(("约谈地点", 1),),
        signs=("联系人", "电话", "送达日期"),
        seal=True,
    )


def interview_record(now: Desktop, record: Opened | None, _say: Wording) -> Sheet:
    """约谈记录."""
    value = given(record).value
    rows = filled(
        ("被约谈单位", value["enterprise"]),
        ("被约谈人", value["person"]),
        ("约谈日期", day_in(value["day"])),
        ("谈的事", value["text"]),
        ("结果", value.get("result")),
    )
    blanks = () if value.get("result") else (("谈话内容", 4), ("被约谈人意见", 2))
    return Sheet("约谈记录", (*head(now), *rows), blanks=blanks, signs=("约谈人", "记录人", "被约谈人"))


def blacklist(now: Desktop, record: Opened | None, _say: Wording) -> Sheet:
    """建议列入严重失信主体名单: the authority that punishes decides (应急部令11号)."""
    value = given(record).value
    rows = filled(
        ("单位", value["enterprise"]),
        ("依据", value["form"]),
        ("事实", value["text"]),
        ("建议期限", value.get("term")),
    )
    return Sheet(
        "建议列入安全生产严重失信主体名单",
        (*head(now), *rows),
        closing="是否列入、期限多长，由作出处罚的机关决定。",
        signs=("承办人", "签批人"),
        seal=True,
    )


def report(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """核查报告: what was looked at and found, and what was done; it may say 举报, and quotes none."""
    sites = now.recorded("site")
    rows: list[tuple[str, object]] = [("登记日期", chinese_day(now.now.day))]
    if now.reports:
        rows.append(("来源", f"举报 {len(now.reports)} 件（举报人见密封件）"))
    for record in sites:
        rows += site_rows(record)
    rows.append(("结论", CONCLUSIONS.get(str(now.now.facts.extra.get("conclusion", "")), "")))
    rows += [
        (f"处罚决定 {one.value['document']}", f"{one.value['fine']} 元") for one in now.recorded("decision")
    ]
    rows += [(one.value["form"], one.value["document"]) for one in now.recorded("document")]
    rows += [("整改要求", one.value["measures"]) for one in now.recorded("order")]
    photos = tuple(part for record in sites for part in photos_in(record, ("photos", "现场照片")))
    return Sheet(
        "核查报告",
        (*head(now), *filled(*rows)),
        photos=photos,
        blanks=(("处理建议", 2),),
        signs=("核查人", "核查人", "负责人"),
        seal=True,
    )


def answer(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """举报答复书, in its four parts (应急〔2023〕106号): conclusion, what was verified, decision, reward."""
    site = last(now, "site")
    done = [f"{one.value['form']} {one.value['document']}" for one in now.recorded("document")]
    done += [f"处罚决定 {one.value['document']}" for one in now.recorded("decision")]
    done += [f"整改要求：{one.value['measures']}" for one in now.recorded("order")]
    outcome = last(now, "outcome")
    if outcome:
        done.append(f"{outcome.value['document']}：{outcome.value['result']}")
    extra = now.now.facts.extra
    alone = len(now.reports) == 1  # of several, none reads of another's report or reward
    reward = (
        "已按规定提出奖励建议，给不给、给多少由区里决定。" if now.now.facts.rewards else "没有提出奖励建议。"
    )
    rows = filled(
        ("举报编号", now.reports[0].tip.number if alone else ""),
        ("核查结论", CONCLUSIONS.get(str(extra.get("conclusion", "")), "")),
        ("简要核查情况", site.value["found"] if site else (outcome.value["result"] if outcome else "")),
        ("处理决定", "\n".join(done) or "没有作出处理决定。"),
        ("符合奖励条件情况", reward if alone else ""),
    )
    return Sheet(
        "举报答复书",
        rows,
        to="举报人",
        closing="对结论不满意，可以在看到答复之日起十日内提出异议，由别人复查。",
        blanks=() if alone else (("举报编号", 1), ("符合奖励条件情况", 1)),
        signs=("承办人", "负责人"),
        seal=True,
    )


DUTY_STEPS = {  # steps that tell of no report; asking, answering and objections are left out
    "register": "登记",
    "sign_for": "签收",
    "accept": "开始核查",
    "transfer": "转交",
    "hand_back": "退回分派",
    "act_first": "先到场控制",
    "assign": "指定办理",
    "hand_up": "上报、移送区里",
    "ask_listing": "提请挂牌督办",
    "chase": "催办区里",
    "record_outcome": "登记区里回执",
    "verify": "现场核查",
    "interview": "约谈",
    "record_document": "登记执法文书",
    "conclude": "查清",
    "rectify": "提出整改要求",
    "report_done": "收到整改情况",
    "reinspect": "复查，已改好",
    "not_fixed": "复查未通过",
    "strike_off": "销号",
    "assist": "请协办",
    "extend": "延期",
    "close": "办结",
    PRESS: "催办",
}


def duty_record(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """履职记录: who did what on which day, out of the ledger; it protects who did the duty. Not who registered it: a
    patrol's case names somebody, a report's nobody.
    """
    with now.tools.database.work() as session:
        log = history(session, now.ledger_key, now.history)
    items = [
        (
            chinese_day(one.day),
            f"{DUTY_STEPS[edge]}　{'' if edge == 'register' else one.detail.get('by') or ''}",
        )
        for one in log
        for edge in [str(one.detail.get("edge"))]
        if one.proven and edge in DUTY_STEPS
    ]
    signs = ("承办人", "负责人")
    return Sheet("履职记录", head(now), items=tuple(items), listed="办了什么、谁办的", signs=signs)


def contents(now: Desktop, _record: Opened | None, _say: Wording) -> Sheet:
    """卷内目录: the papers of the file, in their order. What is made from the whole case bears the day on which it is
    printed: that is written in by hand.
    """
    items = []
    for one in papers_of(now):
        day = now.now.day if one.form.id in AT_FIRST else None
        day = one.record.day if one.record else day
        if one.form.id != "contents":
            items.append((chinese_day(day) if day else "", one.form.title))
    letters = [
        (chinese_day(one.day), f"{one.value['form']}：{one.value['title']}") for one in now.recorded("paper")
    ]
    signs = ("立卷人", "检查人", "立卷日期")
    return Sheet("卷内目录", head(now), items=(*items, *letters), paged=True, signs=signs)


def has_reports(now: Desktop, _record: Opened | None) -> bool:
    return bool(now.reports)


def by_call(now: Desktop, _record: Opened | None) -> bool:
    return bool(tips_by(now, CALLS))


def by_patrol(now: Desktop, _record: Opened | None) -> bool:
    return bool(tips_by(now, ("patrol",)))


def is_handed_down(now: Desktop, _record: Opened | None) -> bool:
    return bool(tips_by(now, ("superior",)))


def has_hazard(_now: Desktop, record: Opened | None) -> bool:
    return str(given(record).value["level"]) != "none"


def is_verified(now: Desktop, _record: Opened | None) -> bool:
    return bool(now.recorded("site"))


def is_concluded(now: Desktop, _record: Opened | None) -> bool:
    return bool(now.reports) and (happened(now, "conclude") or happened(now, "record_outcome"))


FORMS = (
    Form("register", "举报登记表", False, register, when=has_reports),
    Form("call", "值班电话记录", False, call, when=by_call),
    Form("patrol", "巡查记录", True, patrol, when=by_patrol),
    Form("handed_down", "交办单", True, handed_down, when=is_handed_down),
    Form("assigned", "交办单", True, assigned, "line"),
    Form("reading", "阅办单", True, reading_slip),
    Form("extension", "延期审批表", True, extension, "extension"),
    Form("assist", "协办单", True, assist, "assist"),
    Form("notice", "隐患告知书", True, hazard_notice, "site", has_hazard, given=True),
    Form("request", "提请挂牌督办的请示", True, listing_request, "request"),
    Form("interview", "约谈通知", True, interview_notice, "interview", given=True),
    Form("interviewed", "约谈记录", True, interview_record, "interview"),
    Form("reinspection", "整改情况复核记录", True, reinspection, "reinspection"),
    Form("blacklist", "建议列入严重失信主体名单", True, blacklist, "blacklist"),
    Form("report", "核查报告", True, report, when=is_verified),
    Form("answer", "举报答复书", True, answer, when=is_concluded, given=True),
    Form("duty", "履职记录", True, duty_record),
    Form("contents", "卷内目录", False, contents),
)
AT_FIRST = ("register", "call", "patrol", "handed_down")  # what is written as the case comes in
MAY_SAY = ("register", "call", "report", "answer", "contents")  # 举报: the others never, whatever was typed
