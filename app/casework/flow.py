"""The flow of a case (事项流程): one table of edges, from which engine, pages and docs draw.

Seven states and two overlays (`asked`, `objected`) that never change the state. Each edge names who may take it, from
where to where, what has to be filled in (at most five fields), what must be true, and what the reporter is told.
"""

from dataclasses import dataclass

OPEN = ("received", "verifying", "handed_up", "concluded", "rectifying", "reinspecting")
CONCLUDED = ("concluded", "rectifying", "reinspecting", "closed")

LEADS = ("handling", "dispatch", "office", "discipline")  # roles of desks that may lead a case

DISPATCH = "dispatch"  # 分派岗: the desk that gets what was given back, and assigns it

STATE_NAMES = {
    "received": "待受理",
    "verifying": "核查中",
    "handed_up": "已移送",
    "concluded": "已查清",
    "rectifying": "整改中",
    "reinspecting": "复查中",
    "closed": "已办结",
}
WAITS_FOR_DISTRICT = "已移送、待区级处置"
CONCLUSIONS = {"true": "属实", "partly": "部分属实", "untrue": "不属实", "unclear": "无法核实"}
PROVEN = ("true", "partly")  # what a reward can rest on (查证属实)
LEVELS = {"general": "一般事故隐患", "major": "重大事故隐患", "none": "未发现隐患"}
COLOURS = {  # of the risk, never of the hazard (rules.md §5)
    "red": "红（重大风险）",
    "orange": "橙（较大风险）",
    "yellow": "黄（一般风险）",
    "blue": "蓝（低风险）",
}
DOCUMENTS = {  # what another authority, or a town that may, has issued: here only its number, day and photograph
    "order": "责令限期整改指令书",
    "review": "整改复查意见书",
    "scene": "现场处理措施决定书",
    "stop": "停产停业整顿、停止施工等决定",
    "listing": "挂牌督办通知书",
}
EXITS = {"": "不是", "blocked": "是，当天改"}
SYSTEMS = {  # where the same matter has a number too, so that nothing is looked for twice
    "12345": "12345",
    "12350": "12350",
    "xinfang": "信访系统",
    "yinhuan": "隐患排查治理系统",
    "zhifa": "综合执法系统",
    "yingji": "应急执法系统",
    "other": "别的",
}
CHASED = {"call": "打电话", "letter": "发函", "visit": "当面"}
GROUNDS = {  # town measure 46: who goes on the blacklist; the penalising authority decides (应急部令11号)
    "conceal": "瞒报、谎报事故",
    "destroy": "破坏现场、毁灭证据",
    "refuse": "拒不赔偿、拒不执行决定",
    "again": "重大事故隐患拒不整改",
}
PLANS = {"together": "和附近几家一起查", "later": "过几天再查", "alone": "只查这一家"}
DECLINE_REASONS = {  # rules.yaml not_accepted_reasons; "not ours" is never among them (安全生产法 §73)
    "duplicate": "同一事项已经登记，没有新线索",
    "no_target": "没有说清对象和地点，问过也没有补充",
    "not_report": "属于意见建议、信息公开或行政复议",
    "judicial": "法院或仲裁正在处理或已经处理",
}
DECLINE_TOLD = {  # what the reporter can do next; never whether a report stands behind the other matter
    "duplicate": "这件事先前已经登记，由那一件接着办，这一件不再另办。您有新的线索，请在下面留言。",
    "no_target": "地点、对象没有说清，找不到地方，这一件不再往下办。您可以再报一次："
    "写明在哪个村、哪条路、哪家单位，或者拍一张照片。",
    "not_report": "这不属于安全生产举报，不在这里办。提意见建议、申请信息公开、申请行政复议，请打 12345 问该找谁。"
    "现场有危险，请再报一次。",
    "judicial": "法院或仲裁机构正在处理或已经处理，这里不能另作处理，请向那里问结果。现场还有危险，请再报一次。",
}


@dataclass(frozen=True)
class Field:
    """One thing to fill in. `kind`: text, area, day, yuan, number, photos, or select (with choices or a source)."""

    name: str
    label: str
    kind: str = "text"
    required: bool = True
    choices: tuple[tuple[str, str], ...] = ()
    source: str = (
        ""  # choices that depend on the case: desks, receivers, bureaus, sectors, members, tips, unsigned
    )
    most: int = 2000  # characters


@dataclass(frozen=True)
class Edge:
    """One possible step."""

    name: str
    title: str  # the verb on the button
    frm: tuple[str, ...]
    to: str | None  # None: the state stays
    who: tuple[str, ...]  # lead, dispatch, provisional (暂定牵头), reporter, job, other (not the verifier)
    fields: tuple[Field, ...] = ()
    needs: tuple[str, ...] = ()
    told: str = ""
    page: bool = True  # offered as a step on the case page
    more: tuple[Field, ...] = ()  # what can be added, folded away: nobody has to look at it

    @property
    def asked(self) -> tuple[Field, ...]:
        """All that the step's form holds."""
        return (*self.fields, *self.more)


def state_names(authority: str) -> dict[str, str]:
    """How states are called on the pages: what a town handed up stands with the district until that has decided."""
    return STATE_NAMES | ({"handed_up": WAITS_FOR_DISTRICT} if authority == "town" else {})


def options(names: dict[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(names.items())


REASON = Field("reason", "理由", "area")

EDGES = (
    Edge("sign_for", "签收", ("received",), None, ("lead",), needs=("unsigned",), page=False),
    Edge(
        "accept",
        "开始核查",
        ("received",),
        "verifying",
        ("lead", "job"),
        needs=("no_death",),
        told="已登记，开始核查。",
    ),
    Edge(
        "decline",
        "不予办理",
        ("received",),
        "closed",
        ("lead",),
        (
            Field("why", "原因", "select", choices=options(DECLINE_REASONS)),
            Field("reply", "给举报人的话", "area"),
        ),
        ("no_death", "not_assisting", "enforceable"),
        "这件举报不再往下办，理由写在答复里。",
    ),
    Edge(
        "transfer",
        "转给别的科室",
        ("received", "verifying"),
        "received",
        ("lead", "dispatch"),
        (
            Field("desk", "转给", "select", source="receivers"),
            Field("member", "只给这个人（有人要回避时）", "select", required=False, source="members"),
            Field("reason", "依据", "area"),
        ),
        ("no_death", "somewhere_to_go", "handovers"),
        "已转给更合适的科室办理。",
    ),
    Edge(
        "hand_back",
        "退回分派岗",
        ("received",),
        "received",
        ("lead",),
        (REASON,),
        ("not_reserved", "not_at_dispatch", "hand_back_open", "not_assigned"),
        "正在重新分派。",
    ),
    # 先到场控制: while it is disputed who leads, the desk that gave it back goes there first (rules: while_disputed).
    Edge(
        "act_first",
        "先到场控制",
        ("received",),
        None,
        ("provisional",),
        (
            Field("found", "到场看到什么、怎么控制的", "area"),
            Field("present", "在场的人（单位、职务、姓名）", required=False, most=200),
            Field("photos", "现场照片", "photos", required=False),
        ),
        ("no_death", "visit_planned"),
        "已经先到现场处置，正在确定由哪个科室办理。",
    ),
    Edge(
        "assign",
        "指定办理",
        ("received",),
        None,
        ("dispatch",),
        (
            Field("desk", "指定给", "select", source="receivers"),
            Field("member", "只给这个人（有人要回避时）", "select", required=False, source="members"),
            Field("reason", "书面理由", "area"),
        ),
        told="已指定科室办理。",
        more=(  # 分派摘要: of this the 交办单 is printed, never of what came in
            Field("place", "地点（印在交办单上）", required=False, most=80),
            Field("line", "要办的事（重新写，不提来源；印交办单用）", "area", required=False, most=500),
        ),
    ),
    Edge(
        "ask",
        "向举报人提问",
        ("received", "verifying"),
        None,
        ("lead",),
        (Field("question", "问题（一次一个）", "area", most=500),),
        ("has_tip", "not_asked"),
    ),
    Edge(
        "message",
        "给举报人留言",
        (*OPEN, "closed"),
        None,
        ("lead",),
        (
            Field("tip", "给谁", "select", required=False, source="tips"),
            Field("text", "留言（不等回答，不停时限）", "area", most=1000),
            Field("photos", "照片", "photos", required=False),
        ),
        ("has_tip", "not_merged"),
    ),
    # Under the case key, for whoever at the desk does not read it; no clock and no reporter hears of it.
    Edge(
        "summarize",
        "写中文摘要",
        (*OPEN, "closed"),
        None,
        ("lead",),
        (Field("reason", "中文摘要（举报人用外文写的，给本岗同事看）", "area", most=1000),),
        ("in_english",),
    ),
    # What a reporter may do is judged by `reporting.check_kind`, from the thread: a receipt opens no case.
    Edge("reply", "回答", ("received", "verifying"), None, ("reporter",), page=False),
    Edge("lapse", "提问到期", ("received", "verifying"), None, ("job",), page=False),
    Edge(
        "request_extension",
        "申请延期",
        ("verifying",),
        None,
        ("lead",),
        (Field("reason", "理由（签批后原样告诉举报人）", "area", most=500),),
        ("not_extended",),
    ),
    Edge(
        "extend",
        "延期 30 天",
        ("verifying",),
        None,
        ("lead",),
        (),
        ("not_extended", "extension_signed"),
        "核查延长 30 天。",
    ),
    Edge(
        "hand_up",
        "移送区里",
        ("received", "verifying", "rectifying"),
        "handed_up",
        ("lead",),
        (
            Field("bureau", "移送给", "select", source="bureaus"),
            Field("title", "事由", most=80),
            Field("text", "情况（重新写，不抄举报原话）", "area"),
        ),
        ("not_assisting",),
        told="已移送有权处理的区级部门，我们继续跟踪。",
    ),
    Edge(
        "record_outcome",
        "登记回执",
        ("handed_up",),
        "concluded",
        ("lead",),
        (
            Field("document", "文号", most=60),
            Field("date", "日期", "day"),
            Field("conclusion", "结论", "select", choices=options(CONCLUSIONS)),
            Field("result", "处理结果", "area"),
        ),
        told="区级部门已经办结，答复马上给您。",
    ),
    # A step of its own, so that the site record, which office and signer read, never tells of a plan to hide a report.
    Edge(
        "plan_visit",
        "检查安排",
        ("received", "verifying"),
        None,
        ("lead", "provisional"),
        (
            Field("plan", "怎么去", "select", choices=options(PLANS)),
            Field("day", "哪天去", "day"),
            Field("reason", "理由（只查这一家，或者和举报人希望的不一样）", "area", required=False, most=500),
        ),
        ("no_death", "insider"),
    ),
    Edge(
        "verify",
        "写核查记录",
        ("verifying",),
        None,
        ("lead",),
        (
            Field("enterprise", "单位或场所", most=80),
            Field("found", "看到什么", "area"),
            Field("level", "隐患级别", "select", choices=options(LEVELS)),
            Field("person", "责任人", most=40, required=False),
            Field("photos", "现场照片", "photos", required=False),
        ),
        ("no_death", "visit_planned"),
        "已经到现场核查。",
        more=(
            Field("place", "地点", required=False, most=80),
            Field("criterion", "对照的判定标准", "select", required=False, source="criteria"),
            Field("basis", "违反的规定（条款）", required=False, most=200),
            Field(
                "colour", "风险颜色", "select", required=False, choices=(("", "没有评"), *options(COLOURS))
            ),
            Field("measured", "测量（量了什么、多少、用什么量的）", "area", required=False, most=500),
            Field("present", "在场的人（单位、职务、姓名）", required=False, most=200),
            Field("advice", "当场的要求和指导", "area", required=False, most=500),
            Field("also", "这次检查也算进本岗的别的事项（编号，用逗号分开）", required=False, most=100),
        ),
    ),
    # 催办 (town measure 45): the answer of another authority is ours to ask for, not ours to give.
    Edge(
        "chase",
        "催办",
        ("handed_up",),
        None,
        ("lead",),
        (
            Field("how", "怎么催的", "select", choices=options(CHASED)),
            Field("text", "催了谁、怎么答的", "area", most=500),
        ),
        told="我们又催办了一次。",
    ),
    # 约谈 (town measures 15, 37): the notice is printed before, the record once there is a result.
    Edge(
        "interview",
        "约谈",
        ("verifying", "concluded", "rectifying", "reinspecting"),
        None,
        ("lead",),
        (
            Field("enterprise", "约谈哪家单位", most=80),
            Field("person", "约谈谁（职务、姓名）", most=60),
            Field("day", "哪天谈", "day"),
            Field("text", "为什么谈、要求什么", "area", most=1000),
            Field("result", "谈的结果（谈完再写一份）", "area", required=False, most=1000),
        ),
        ("no_death", "not_reserved"),
    ),
    # 责令、处罚 are another authority's, or the town's where its list says so: here their number, day and photograph.
    Edge(
        "record_document",
        "登记执法文书",
        ("verifying", "handed_up", *CONCLUDED),
        None,
        ("lead",),
        (
            Field("type", "哪一种", "select", choices=options(DOCUMENTS)),
            Field("document", "文号", most=60),
            Field("authority", "哪个机关出的", most=60),
            Field("date", "日期", "day"),
            Field("photos", "文书照片", "photos"),
        ),
        ("no_death", "not_reserved"),
    ),
    Edge(
        "ask_listing",
        "提请区里挂牌督办",
        ("verifying", "handed_up", "concluded", "rectifying", "reinspecting"),
        None,
        ("lead",),
        (
            Field("bureau", "报给", "select", source="bureaus"),
            Field("title", "事由", most=80),
            Field("text", "隐患、为什么镇里解决不了（重新写）", "area"),
            Field("limit", "建议整改期限", "day"),
        ),
        ("no_death", "not_reserved", "major"),
    ),
    Edge(
        "suggest_blacklist",
        "建议列入严重失信主体名单",
        ("handed_up", *CONCLUDED),
        None,
        ("lead",),
        (
            Field("enterprise", "单位", most=80),
            Field("ground", "依据", "select", choices=options(GROUNDS)),
            Field("text", "事实（重新写）", "area", most=1000),
            Field("term", "建议期限（由作处罚的机关定）", required=False, most=40),
        ),
        ("not_reserved",),
    ),
    # 协办: a child case by a newly written paper; what it finds comes back on the same paper.
    Edge(
        "assist",
        "请别的科室协办",
        ("verifying", "concluded", "rectifying", "reinspecting"),
        None,
        ("lead",),
        (
            Field("desk", "请谁", "select", source="desks"),
            Field("place", "地点", most=80),
            Field("text", "请办什么（重新写，不提来源）", "area", most=1000),
            Field("limit", "请在哪天前回复", "day"),
            Field("photos", "照片（先把能认出人的地方涂黑）", "photos", required=False),
        ),
        ("no_death", "not_reserved"),
    ),
    Edge(
        "report_back",
        "回复主办科室",
        ("received", "verifying"),
        "closed",
        ("lead",),
        (
            Field("result", "办了什么、看到什么", "area"),
            Field("photos", "照片", "photos", required=False),
        ),
        ("assisting",),
    ),
    Edge(
        "conclude",
        "查清，出结论",
        ("verifying",),
        "concluded",
        ("lead",),
        (
            Field("conclusion", "结论", "select", choices=options(CONCLUSIONS)),
            Field("penalty", "处罚决定文号（重大隐患）", required=False, most=60),
            Field("reason", "没有处罚的书面理由（重大隐患）", "area", required=False),
        ),
        ("no_death", "not_assisting", "enforceable", "site_signed", "major_punished", "assists_back"),
        "已经查清，答复马上给您。",
    ),
    # A leader may not see a case on an official (design §3): discipline signs what it wrote itself, by two.
    Edge(
        "countersign",
        "复核签字",
        (*OPEN, "closed"),
        None,
        ("lead",),
        (
            Field("record", "记录", "select", source="unsigned"),
            Field("instruction", "意见", "area", required=False, most=500),
        ),
        ("reserved", "by_another"),
    ),
    Edge(
        "answer",
        "答复",
        CONCLUDED,
        None,
        ("lead",),
        (Field("reply", "答复：结论、核查情况、处理、奖励", "area"),),
        ("not_merged", "unanswered"),
    ),
    Edge(
        "rectify",
        "提出整改要求",
        ("concluded", "rectifying"),
        "rectifying",
        ("lead",),
        (
            Field("measures", "整改措施", "area"),
            Field("person", "整改责任人", most=40),
            Field("limit", "整改期限", "day"),
            Field("photos", "整改前照片（核查记录里有的不用再传）", "photos", required=False),
            Field(
                "exits", "人多的地方堵了安全出口、疏散通道", "select", required=False, choices=options(EXITS)
            ),
        ),
        ("no_death", "order_returned"),
        "正在整改。",
    ),
    # What the enterprise says or shows; nobody of ours has looked yet, and nobody signs it.
    Edge(
        "report_done",
        "单位报已整改",
        ("rectifying",),
        "reinspecting",
        ("lead",),
        (
            Field("found", "单位说的整改情况", "area"),
            Field("photos", "单位给的照片", "photos", required=False),
        ),
        told="单位说整改完了，等着复查。",
    ),
    # 复查: two of us went and saw it mended, whether or not the enterprise had said so; the leader signs that.
    Edge(
        "reinspect",
        "复查，改好了",
        ("rectifying", "reinspecting"),
        "reinspecting",
        ("lead",),
        (
            Field("found", "复查看到什么", "area"),
            Field("photos", "复查照片（整改后）", "photos"),
            Field("person", "复查人（两个人）", most=60),
            Field("present", "在场的人（单位、职务、姓名）", required=False, most=200),
        ),
        ("not_reinspected",),
        "已复查，隐患改好了，等签字销号。",
    ),
    Edge(
        "not_fixed",
        "没改好",
        ("reinspecting",),
        "rectifying",
        ("lead",),
        (Field("found", "还差什么", "area"), Field("limit", "新的期限", "day")),
        told="复查没通过，继续整改。",
    ),
    Edge(
        "strike_off",
        "销号",
        ("reinspecting",),
        "closed",
        ("lead",),
        (),
        ("rectification_signed", "answered"),
        "隐患已经消除。",
    ),
    Edge(
        "close",
        "办结",
        ("concluded",),
        "closed",
        ("lead",),
        (Field("done", "查出的隐患怎么消除的（没有提出整改要求的要写）", "area", required=False, most=500),),
        ("answered", "major_struck_off"),
        "已办结。",
    ),
    Edge("object", "提出异议", CONCLUDED, None, ("reporter",), page=False),
    Edge(
        "uphold",
        "维持结论",
        CONCLUDED,
        None,
        ("other",),
        (REASON,),
        ("objected",),
        "复查后维持原来的结论。",
    ),
    Edge(
        "reopen",
        "重新核查",
        CONCLUDED,
        "verifying",
        ("other",),
        (REASON,),
        ("not_merged",),
        "重新核查。",
    ),
    Edge(
        "record_decision",
        "登记处罚决定",
        CONCLUDED,
        None,
        ("lead",),
        (
            Field("document", "决定书文号", most=60),
            Field("fine", "罚款（元）", "yuan"),
            Field("date", "日期", "day"),
        ),
    ),
    Edge(
        "merge",
        "并入另一事项",
        ("received", "verifying"),
        "closed",
        ("lead",),
        (Field("into", "并入（事项编号）", "number", most=8),),
        ("no_death", "not_reserved"),
        "和同一件事一起办，您的编号照样能查。",
    ),
    Edge(
        "unmerge",
        "分开单办",
        ("closed",),
        "received",
        ("lead",),
        (REASON,),
        ("merged",),
        "分开单独办理。",
    ),
    # Our answer stands in the system of the other house that keeps the matter too; no clock of ours hears of it.
    Edge(
        "fill_back",
        "登记已回填",
        (*OPEN, "closed"),
        None,
        ("lead",),
        (
            Field("ticket", "哪一张工单、来文", "select", source="tickets"),
            Field("due", "那边给了新期限（只回了阶段情况的才填）", "day", required=False),
        ),
        ("has_ticket",),
    ),
    # A matter of its own, with its own clock and answer: the case it came from does not wait for it.
    Edge(
        "split",
        "分出一件",
        OPEN,
        None,
        ("lead",),
        (
            Field("desk", "交给", "select", source="desks"),
            Field("sector", "行业领域", "select", source="sectors"),
            Field("place", "地点", most=80),
            Field("text", "隐患（重新写，不提来源）", "area", most=500),
        ),
    ),
    # Inside the desk: no clock and no reporter hears of it.
    Edge(
        "allot",
        "分给本岗的人",
        OPEN,
        None,
        ("lead",),
        (Field("member", "谁来办（空着就是没有分）", "select", required=False, source="colleagues"),),
    ),
    Edge(
        "note",
        "本岗备注",
        (*OPEN, "closed"),
        None,
        ("lead",),
        (
            Field("text", "备注（只有本岗看得到，举报人看不到）", "area", most=1000),
            Field("photos", "照片", "photos", required=False),
        ),
    ),
    Edge(
        "link_number",
        "记外部编号、已录入",
        (*OPEN, "closed"),
        None,
        ("lead",),
        (
            Field("system", "哪个系统", "select", choices=options(SYSTEMS)),
            Field("number", "那边的编号", required=False, most=60),
        ),
    ),
    Edge(
        "withdraw",
        "撤回",
        ("received", "verifying", "handed_up", "concluded", "rectifying", "reinspecting"),
        None,
        ("reporter",),
        page=False,
    ),
)

TABLE = {edge.name: edge for edge in EDGES}
MAX_HANDOVERS = 2
