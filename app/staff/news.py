"""Notices on the pages of a desk: what waits, in words without content."""

from sqlalchemy.orm import Session

from app.notices.write import mark_done, waiting
from app.web.services import tools
from app.web.sessions import holder

NOTICE_NAMES = {
    "danger": "刚有人报告有生命危险，请马上看“现在有危险的”，通知能去的人。",
    "retaliation": "有举报人说受到打击报复，请马上看。",
    "reply": "有举报人的新消息。",
    "due_soon": "有快到期的事项。",
    "overdue": "有超期的事项。",
    "unopened": "有一个工作日没有人打开、没有人指定的事项。",
    "split": "有举报说危险还在，还没有人另立一件去消除，请马上联系承办的人。",
    "vault": "有启封或代联系的申请。",
    "reward": "有奖励要看：等着签批，或者新登记了处罚决定，要重新测算。",
    "signing": "有等着签批的。",
    "returned": "有签批人退回修改的记录，请到那一件里看。",
    "roster": "值班表上今后三天里有一天没有人，请排上。",
    "rules": "生效的职责清单读不了，还在用上一版，请到“职责清单”看。",
    "alarm": "有生命危险的举报没有按时签收，请马上联系承办的人。",
}


def news_of(session: Session) -> list[str]:
    """What waits for the holder's desks."""
    found = waiting(session, holder().desks)
    return [words for kind, words in NOTICE_NAMES.items() if kind in found]


def seen(kind: str) -> None:
    """The holder looks at what these notices are about: they end for the holder's desks."""
    with tools().database.work() as session:
        if kind not in waiting(session, holder().desks):
            return
    with tools().database.work(write=True) as session:
        mark_done(session, holder().desks, kind)
