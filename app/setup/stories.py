"""Made-up stories for the demonstration: every person, firm and place in them is invented."""

from dataclasses import dataclass, field

Values = dict[str, str]


@dataclass(frozen=True)
class Step:
    """One thing that happens `later` days after the story began. `edge` may also be sign, reply, objection, reward."""

    later: int
    who: str
    edge: str
    values: Values = field(default_factory=dict)
    photos: int = 0


@dataclass(frozen=True)
class Story:
    """A report (or a visit, where `origin` is given) and what came of it."""

    ago: int
    desk: str
    what: str
    where: str
    sector: str
    enterprise: str = ""
    mode: str = "anonymous"
    name: str = ""
    phone: str = ""
    origin: str = ""
    photos: int = 0
    ticks: tuple[str, ...] = ()
    not_these: str = ""
    steps: tuple[Step, ...] = ()


def accepted(desk: str, later: int = 1) -> tuple[Step, ...]:
    return (Step(later, desk, "sign_for"), Step(later, desk, "accept"))


def planned(desk: str) -> Step:
    """How an insider's case is inspected: nobody goes before that is written."""
    return Step(1, desk, "plan_visit", {"plan": "together", "day": "+3"})


def looked(desk: str, enterprise: str, found: str, level: str = "general") -> tuple[Step, ...]:
    seen = {"enterprise": enterprise, "found": found, "level": level, "person": "现场负责人"}
    return (*accepted(desk), Step(4, desk, "verify", seen, 1))


def concluded(desk: str, enterprise: str, found: str, conclusion: str = "true") -> tuple[Step, ...]:
    reply = {"reply": "我们到现场看过，情况属实，已经要求整改。谢谢您。"}
    if conclusion == "untrue":
        reply = {"reply": "我们到现场看过，没有发现您说的情况。有新的线索请再告诉我们。"}
    end = (
        Step(6, "signer", "sign"),
        Step(7, desk, "conclude", {"conclusion": conclusion}),
        Step(8, desk, "answer", reply),
    )
    return (*looked(desk, enterprise, found), *end)


def rectifying(desk: str, enterprise: str, found: str, limit: int) -> tuple[Step, ...]:
    order = {"measures": "立即停用，限期改好，改好前不得营业", "person": "单位负责人", "limit": f"+{limit}"}
    return (*concluded(desk, enterprise, found), Step(9, desk, "rectify", order, 1))


def done(desk: str, enterprise: str, found: str) -> tuple[Step, ...]:
    told = Step(13, desk, "report_done", {"found": "单位打电话来说已经改好"})
    seen = {
        "found": "已经改好，和整改要求一致",
        "person": "演示检查员一、演示检查员二",
        "present": "现场负责人",
    }
    return (*rectifying(desk, enterprise, found, 15), told, Step(14, desk, "reinspect", seen, 1))


def struck_off(desk: str, enterprise: str, found: str) -> tuple[Step, ...]:
    return (*done(desk, enterprise, found), Step(15, "signer", "sign"), Step(16, desk, "strike_off"))


STORIES = (
    Story(0, "chengjian", "饭馆后厨并排摆着四个大罐，管子裂了口拿胶布缠着，一进门就是臭鸡蛋味", "演示村大集北口", "gas", "演示饭馆", photos=1),
    Story(0, "paichusuo", "网吧后门拿铁链子锁着，里头坐满了人", "演示街中段", "fire", "演示网吧", ticks=("danger_now", "still_dangerous")),
    Story(1, "shichang", "小区三号楼电梯老是咣当一下往下出溜", "演示家园3号楼", "special_equipment"),
    Story(1, "anjian", "车间里木粉落了一指厚，边上还在电焊", "演示园区二号路", "trade_industry", "演示木业", "named", "演示甲", "13000000001", ticks=("insider",)),
    Story(2, "dispatch", "那个地方不安全，你们去看看", "演示村西边", ""),
    Story(2, "dispatch", "仓库里堆满了油漆桶，管事的和城建办的人熟", "演示村库房", "construction", not_these="城建办的人"),
    Story(5, "chengjian", "工地三楼临边没有栏杆，人就在边上走", "演示新村二期", "construction", "演示建筑队", steps=accepted("chengjian")),
    Story(6, "paichusuo", "楼道里停着十几辆电动车，从窗户拉线下来充电", "演示里7号楼", "ebike", mode="callback", phone="13000000002", steps=(*accepted("paichusuo"), Step(2, "paichusuo", "ask", {"question": "是几单元？一般几点充电？"}))),
    Story(9, "shichang", "叉车没有牌，开车的是个半大孩子", "演示园区", "special_equipment", "演示货站", steps=(*accepted("shichang"), Step(2, "shichang", "ask", {"question": "一般什么时候能看到？"}), Step(4, "reporter", "reply", {"text": "每天下午装车的时候。"}))),
    Story(12, "anjian", "后院露天码着一溜蓝桶，桶盖都鼓起来了", "演示园区最东头", "hazchem", "演示胶厂", steps=looked("anjian", "演示胶厂", "后院存放桶装溶剂二十余桶，未设围堰，未张贴标识", "major")),
    Story(15, "chengjian", "一楼开店把承重墙掏了，楼上裂缝能伸进手指头", "演示街北段", "self_built", "演示面馆", steps=(*looked("chengjian", "演示面馆", "一层承重墙开洞约两米，未见支护"), Step(8, "chengjian", "request_extension", {"reason": "要等房屋鉴定报告"}))),
    Story(20, "anjian", "石料场边坡直上直下，底下还在掏", "演示坡", "noncoal_mine", "演示石料", steps=(*accepted("anjian"), Step(3, "anjian", "hand_up", {"bureau": "qu_yingji", "title": "关于某石料场边坡隐患的移送函", "text": "该处边坡未按台阶开采，存在坍塌风险，超出本镇处置权限，请予核查处理。"}))),
    Story(22, "paichusuo", "宾馆三楼安全出口堆满床垫", "演示街", "fire", "演示宾馆", steps=concluded("paichusuo", "演示宾馆", "三层安全出口堆放杂物，门可开启")),
    Story(25, "shichang", "锅炉压力表坏了半年", "演示浴池", "special_equipment", "演示浴池", steps=concluded("shichang", "演示浴池", "压力表在检验期内，指示正常", "untrue")),
    Story(26, "chengjian", "塔吊从学校操场上头转过去", "演示小学旁", "construction", "演示工程", "named", "演示乙", "13000000003", steps=(*concluded("chengjian", "演示工程", "塔吊回转半径覆盖校园一角，未限位"), Step(12, "reporter", "objection", {"text": "中午没人的时候还在转，请再看看。"}))),
    Story(28, "anjian", "腌菜池子清底不通风，人直接下去", "演示村", "trade_industry", "演示酱菜", steps=rectifying("anjian", "演示酱菜", "有限空间作业未检测、未通风、无监护", 30)),
    Story(35, "paichusuo", "快递点门口七八辆三轮插一根线充电，里间住人", "演示村口", "fire", "演示驿站", steps=rectifying("paichusuo", "演示驿站", "室内充电，住人场所与仓储未分隔", 3)),
    Story(30, "chengjian", "燃气报警器的插头是拔掉的", "演示食堂", "gas", "演示食堂", steps=done("chengjian", "演示食堂", "可燃气体报警器未通电")),
    Story(45, "shichang", "大秋千只有一根绳一个扣", "演示山庄", "special_equipment", "演示山庄", steps=struck_off("shichang", "演示山庄", "游乐设施无检验标志，安全扣单一")),
    Story(50, "anjian", "喷漆房里没有排风，灯也不防爆", "演示园区", "trade_industry", "演示家具", "named", "演示丙", "13000000004", ticks=("insider",), steps=(planned("anjian"), *struck_off("anjian", "演示家具", "喷漆房排风停用，照明非防爆"), Step(20, "anjian", "record_decision", {"document": "演示罚〔2026〕1号", "fine": "12000", "date": "+0"}), Step(22, "anjian", "reward"))),
    Story(40, "chengjian", "井盖丢了半个月，夜里有人掉下去过", "演示街口", "construction", steps=(*accepted("chengjian"), Step(2, "chengjian", "transfer", {"desk": "zhifa", "reason": "市政设施缺损归综合执法队先处置"}))),
    Story(18, "anjian", "罐区边上堆着废纸壳子", "演示园区", "hazchem", origin="patrol"),
    Story(14, "paichusuo", "养老院二楼疏散门上锁", "演示养老院", "fire", origin="village", steps=accepted("paichusuo")),
    Story(10, "jijian", "每回来检查头天晚上厂里就知道，都说是镇安全办的人给通的信儿，桶现在还在院里", "演示园区", "", ticks=("about_official", "still_dangerous")),
    Story(8, "office", "上月工地掉下去一个人，没报，说是心梗，给了钱让家里别吱声", "演示雅苑二期", "", ticks=("deaths",)),
)  # fmt: skip
