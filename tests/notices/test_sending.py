"""Digests that leave the house: at fixed times, to every desk, once, and without a word of what they are about."""

import dataclasses
import logging
import secrets
import stat
import threading
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from app.casework.reporting import say
from app.db.base import Base
from app.intake.take import take
from app.intake.visits import open_visit
from app.jobs.work import each_hour, each_minute
from app.notices.addresses import Refused, add_address, all_addresses, failings, remove_address
from app.notices.gateway import Checked, Message, check, send
from app.notices.models import NoticeSend
from app.notices.sending import (
    NEW,
    NEWS,
    NONE,
    TEST,
    digest_text,
    flight,
    ring,
    send_digests,
    send_test,
    take_claim,
)
from app.notices.write import notify, waiting
from app.tips.content import Report
from app.tips.receipts import look_up
from tests.casework.walk import OFFICIAL
from tests.intake.test_take import sent
from tests.makers import Town
from tests.notices.outside import Outside, decoded, tarpit

CANARY = Report(
    what="金丝雀七号车间的反应釜压力表坏了，没人管",
    where="金丝雀路八十八号",
    enterprise="金丝雀化工厂",
    sector="hazchem",
    danger_now=True,
    danger_note="金丝雀路口，釜要炸",
    insider=True,
)


def at(town: Town, clock: str, minutes: int = 0) -> None:
    """Set the time of day, in the town's own time."""
    hour, minute = (int(part) for part in clock.split(":"))
    town.now.seconds = (hour * 60 + minute - 10 * 60 + minutes) * 60


def address(town: Town, desk: str, url: str, *, danger: bool = False) -> str:
    return add_address(town.tools, town.holder("admin"), desk, url, "", danger=danger)


def watched(town: Town, out: Outside, *desks: str) -> None:
    """Each of these desks has a webhook of its own name, entered before the day's first turn."""
    at(town, "06:00")
    for desk in desks:
        address(town, desk, out.hook(desk))


def sends(town: Town) -> list[NoticeSend]:
    with town.tools.database.work() as session:
        return list(session.scalars(select(NoticeSend).order_by(NoticeSend.day, NoticeSend.turn)))


def test_every_desk_is_told_twice_a_day_also_when_nothing_waits(town: Town, out: Outside) -> None:
    """Silence would say that nothing came, and a message that something did, to whoever watches the line."""
    watched(town, out, "chengjian", "jijian", "zhifa")
    take(town.tools, sent())
    for clock in ("08:29", "08:30", "08:31", "14:29", "14:30", "14:45"):
        at(town, clock)
        send_digests(town.tools)
    assert out.said("chengjian") == [NEWS.format(count=1)] * 2
    assert out.said("jijian") == out.said("zhifa") == [NONE] * 2
    assert {row.state for row in sends(town)} == {"sent"}


@pytest.mark.parametrize(
    ("day", "told"),
    [
        (date(2026, 10, 10), True),  # a Saturday that is worked (调休)
        (date(2026, 10, 7), False),  # a Wednesday within the National Day's holiday
        (date(2026, 11, 28), False),  # a Saturday
        (date(2027, 1, 4), True),  # a Monday of the year without a notice
    ],
)
def test_digests_keep_to_working_days(small_town: Town, out: Outside, day: date, told: bool) -> None:
    """A town would be woken on holidays, or a worked weekend pass in silence."""
    watched(small_town, out, "chengjian")
    small_town.now.day = day
    at(small_town, "08:30")
    send_digests(small_town.tools)
    assert bool(out.requests) is told


def test_mail_goes_by_smtp(small_town: Town, out: Outside) -> None:
    """The town's own mail server would not be served."""
    at(small_town, "06:00")
    address(small_town, "chengjian", out.mail("anwei@example.gov.cn"))
    at(small_town, "08:30")
    send_digests(small_town.tools)
    assert [decoded(mail) for mail in out.mails] == [NONE]
    assert b"RCPT TO:<anwei@example.gov.cn>" in out.envelopes[0].replace(b"rcpt", b"RCPT")


def test_nothing_that_leaves_says_what_came(town: Town, out: Outside) -> None:
    """A mail provider, a robot's group or a phone's screen would show words, a place, a number or a sector."""
    watched(town, out, "chengjian", "anjian", "office", "duty", "jijian", "dispatch")
    for desk in ("anjian", "duty", "jijian"):
        address(town, desk, out.mail(f"{desk}@example.gov.cn"))
    address(town, "duty", out.hook("ring"), danger=True)
    taken = take(town.tools, sent(CANARY))
    take(town.tools, sent(OFFICIAL))
    assert taken.receipt is not None
    say(town.tools, look_up(town.tools, taken.receipt), "message", "金丝雀又响了一声")
    for days in range(3):
        town.now.day = date(2026, 11, 24 + days)
        for clock in ("08:30", "14:30"):
            at(town, clock)
            for job in (each_minute, each_hour, ring, send_digests):
                job(town.tools)
    everything = out.everything()
    assert len(out.requests) > 30
    assert len(out.mails) == 18
    with town.tools.database.work() as session:
        numbers = [
            row[0] for row in session.execute(select(Base.metadata.tables["cases"].c.number)) if row[0]
        ]
    secret = ["金丝雀", taken.receipt.number, taken.case_id, *numbers, *words_of(CANARY), *words_of(OFFICIAL)]
    secret += [sector.name for sector in town.tools.rules.sectors.values()]
    secret += [desk.name for desk in town.tools.rules.town_desks.values()]
    secret += [
        "举报",
        "匿名",
        "巡查",
        "上级",
        "回复",
        "消息",
        "职工",
        "纪",
        "公职",
        "12345",
        "奖",
        "sector",
        "tip",
    ]
    assert [word for word in secret if word in everything] == []


def words_of(report: Report) -> list[str]:
    return [text for text in (report.what, report.where, report.enterprise, report.danger_note) if text]


def test_a_visit_is_told_as_a_report_is(small_town: Town, out: Outside) -> None:
    """Whoever sees the message would know that a report stands behind the case."""
    watched(small_town, out, "chengjian", "zhifa")
    taken = take(small_town.tools, sent())
    assert taken.decision.desk == "chengjian"
    holder = small_town.holder("zhifa")
    more = {
        "place": "大集",
        "enterprise": "",
        "text": "软管老化",
        "uploads": (),
        "once": secrets.token_bytes(32),
    }
    open_visit(small_town.tools, holder, origin="patrol", sector="gas", **more)  # type: ignore[arg-type]
    at(small_town, "08:30")
    send_digests(small_town.tools)
    assert out.said("chengjian") == out.said("zhifa") == [NEWS.format(count=1)]


def test_discipline_s_traffic_looks_like_any_other(town: Town, out: Outside) -> None:
    """Somebody on the line, or at the mail provider, would see that an official was accused."""
    watched(town, out, "jijian", "anjian")
    take(town.tools, sent(OFFICIAL))
    with town.tools.database.work(write=True) as session:
        notify(session, "anjian", "arrived", town.now.today())
    seen: dict[str, list[bytes]] = {}
    for days, clock in ((0, "08:30"), (0, "14:30"), (1, "08:30")):
        town.now.day = date(2026, 11, 24 + days)
        at(town, clock)
        send_digests(town.tools)
    for path, headers, body in out.requests:
        seen.setdefault(path, []).append(headers.encode() + body)
    assert seen["/jijian"] == seen["/anjian"]
    assert len(seen["/jijian"]) == 3


def test_news_and_none_are_of_one_length(small_town: Town, out: Outside) -> None:
    """From the size of what is encrypted one could tell which desk has something to look at."""
    assert len({len(digest_text(count).encode()) for count in (0, 1, 9, 10, 99, 100, 10_000)}) == 1
    watched(small_town, out, "chengjian", "zhifa")
    take(small_town.tools, sent())
    at(small_town, "08:30")
    send_digests(small_town.tools)
    sizes = {path: len(body) for path, _, body in out.requests}
    assert len({sizes["/chengjian"], sizes["/zhifa"]}) == 1


# ---------------------------------------------------------------------------------------------- once


def test_two_schedulers_send_one_digest(town: Town, out: Outside) -> None:
    """A second process that took over too early would tell every desk twice."""
    watched(town, out, "chengjian", "zhifa")
    at(town, "08:30")
    both = [threading.Thread(target=send_digests, args=(town.tools,)) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(out.said()) == [NONE] * 2


def test_a_scheduler_that_dies_over_it_costs_one_repeat(town: Town, out: Outside) -> None:
    """A digest whose sender died would never come; or, after each death, come once more."""
    watched(town, out, "chengjian")
    at(town, "08:30")
    with town.tools.database.work() as session:
        (known,) = all_addresses(session, town.tools.keyring)
    assert take_claim(town.tools, known, NEW, 1, town.now.day)  # and then its process was killed
    send_digests(town.tools)
    assert out.said() == []  # it may still be at it
    town.tools.memory.delete(flight(known))
    assert take_claim(town.tools, known, ("trying", 1), 1, town.now.day)  # its successor, killed too
    town.tools.memory.delete(flight(known))
    send_digests(town.tools)
    assert out.said() == []
    (row,) = sends(town)
    assert (row.state, row.tries, row.failed) == ("again", 2, 1)


def test_after_one_death_it_comes(small_town: Town, out: Outside) -> None:
    """One killed process would silence the desk until the next turn."""
    watched(small_town, out, "chengjian")
    at(small_town, "08:30")
    with small_town.tools.database.work() as session:
        (known,) = all_addresses(session, small_town.tools.keyring)
    take_claim(small_town.tools, known, NEW, 1, small_town.now.day)
    small_town.tools.memory.delete(flight(known))
    for _ in range(2):
        send_digests(small_town.tools)
    assert out.said() == [NONE]


def test_an_address_entered_at_ten_is_not_sent_the_morning_s(small_town: Town, out: Outside) -> None:
    """Whoever enters addresses would set off messages at odd times."""
    at(small_town, "10:00")
    address(small_town, "chengjian", out.hook("chengjian"))
    send_digests(small_town.tools)
    assert out.said() == []
    at(small_town, "14:30")
    send_digests(small_town.tools)
    assert out.said() == [NONE]


def test_a_machine_that_slept_sends_late_or_not_at_all(small_town: Town, out: Outside) -> None:
    """Both digests of a day would come at midnight, when the machine is switched on again."""
    watched(small_town, out, "chengjian")
    at(small_town, "10:15")
    send_digests(small_town.tools)
    assert out.said() == [NONE]
    at(small_town, "17:31")
    send_digests(small_town.tools)
    assert out.said() == [NONE]


# ------------------------------------------------------------------------------------------ failures


def test_what_fails_is_tried_again_with_growing_pauses(
    town: Town, out: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    """One bad minute of a mail server would cost a desk its digest; or the log tell where to."""
    watched(town, out, "chengjian")
    out.refuse = 500
    tried = []
    with caplog.at_level(logging.DEBUG):
        for minute in range(0, 185, 5):
            at(town, "08:30", minute)
            before = len(out.requests)
            send_digests(town.tools)
            if len(out.requests) > before:
                tried.append(minute)
    assert tried == [0, 5, 20, 60, 150]
    with town.tools.database.work() as session:
        (day,) = failings(session)
    assert (day.day, day.failed, day.unsent) == (town.now.day, 5, 1)
    assert "1 of 1 notices were not sent" in caplog.text
    assert str(out.hook_port) not in caplog.text
    assert "chengjian" not in caplog.text
    out.refuse = 200
    at(town, "14:30")
    send_digests(town.tools)
    assert out.said()[-1] == NONE


def test_a_refusal_within_a_200_is_a_failure(small_town: Town, out: Outside) -> None:
    """WeCom and DingTalk answer 200 to a wrong key: everybody would believe that the desk was told."""
    out.soft = {"errcode": 93000, "errmsg": "invalid webhook url"}
    assert send([Message(out.hook(), "", TEST)], "") == [False]
    out.soft = {"errcode": 0, "errmsg": "ok"}
    assert send([Message(out.hook(), "", TEST)], "") == [True]


def test_one_that_never_answers_holds_up_nobody(small_town: Town, out: Outside) -> None:
    """A dead server of one desk would keep all others, and the jobs, waiting."""
    at(small_town, "06:00")
    with tarpit() as port:
        address(small_town, "anjian", f"json://127.0.0.1:{port}/x?rto=1&cto=1")
        address(small_town, "zhifa", out.hook("zhifa"))
        at(small_town, "08:30")
        send_digests(small_town.tools)
    assert out.said("zhifa") == [NONE]
    assert sorted(row.state for row in sends(small_town)) == ["failed", "sent"]


def program(folder: Path, text: str) -> str:
    path = folder / "ring"
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_what_hangs_is_ended_with_all_that_it_started(tmp_path: Path, out: Outside) -> None:
    """A gateway's program that hangs would pile up, one each minute, until the machine is full."""
    command = program(tmp_path, f"echo $$ > {tmp_path}/pid; exec sleep 600")
    messages = [Message("command://", "", "a", "13800000000"), Message(out.hook("other"), "", "b")]
    assert send(messages, command, seconds=6) == [False, True]
    pid = (tmp_path / "pid").read_text().strip()
    alive = Path(f"/proc/{pid}/stat")
    assert not alive.exists() or alive.read_text().split()[2] == "Z"  # ended; here nobody may have buried it


def test_a_program_is_given_number_and_words_by_a_pipe(tmp_path: Path) -> None:
    """A modem in the house could not be used; or the number stand in the list of processes."""
    command = program(tmp_path, f'echo "$#" > {tmp_path}/got; cat >> {tmp_path}/got')
    assert send([Message("command://", "安哨", "来人", "13800000000")], command) == [True]
    assert (tmp_path / "got").read_text() == "0\n13800000000\n来人\n"
    assert send([Message("command://", "", "", "1")], program(tmp_path, "exit 3")) == [False]
    assert send([Message("command://", "", "", "1")], "") == [False]


# ----------------------------------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("url", "found"),
    [
        ("https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=abc-1", Checked("wecom", True)),
        ("wecombot://abc-1", Checked("wecom", True)),
        ("https://oapi.dingtalk.com/robot/send?access_token=abc1", Checked("dingtalk", True)),
        ("mailtos://a:b@example.gov.cn?to=c@example.gov.cn", Checked("email", True)),
        ("mailto://a:b@example.gov.cn", Checked("email", False)),
        ("jsons://example.gov.cn/send?:mobile={phone}", Checked("json", True)),
        ("dbus://", Checked(why="scheme")),
        ("tgram://123456789:abcdefghijklmnopqrstuvwxyz123456789/1", Checked(why="scheme")),
        ("https://example.gov.cn/hook", Checked(why="scheme")),
        ("file:///etc/passwd", Checked(why="scheme")),
        ("mailto://", Checked(why="form")),
        ("wecombot://", Checked(why="form")),
        ("看看", Checked(why="scheme")),
    ],
)
def test_an_address_is_checked_when_it_is_entered(url: str, found: Checked) -> None:
    """A slip would show at the first danger; or the page would start programs of the server's desktop."""
    assert check(url) == found


def test_what_is_refused_is_refused_in_chinese(small_town: Town) -> None:
    """The administrator would see an English traceback, or nothing."""
    for url, words in (
        ("ftp://x/y", "认不出"),
        ("mailto://", "写法不对"),
        ("", "请写一个地址"),
        ("a b", "空格"),
    ):
        with pytest.raises(Refused, match=words):
            address(small_town, "chengjian", url)
    with pytest.raises(Refused, match="岗位"):
        address(small_town, "qu_yingji", "json://127.0.0.1/x")
    with pytest.raises(Refused, match="只用来通知生命危险"):
        address(small_town, "duty", "json://127.0.0.1/x?:to={phone}")
    with pytest.raises(Refused, match="ANSHAO_DANGER_COMMAND"):
        address(small_town, "duty", "command://", danger=True)


def test_an_address_lies_nowhere_in_clear(town: Town, out: Outside) -> None:
    """A thief of the disk could write into the desk's group, or learn whom to watch."""
    known = address(town, "chengjian", out.hook("t0ken-c4nary"))
    remove_address(town.tools, town.holder("admin"), address(town, "zhifa", out.hook("t0ken-c4nary")))
    with town.tools.database.reader.connect() as connection:
        rows = [
            tuple(row) for table in Base.metadata.sorted_tables for row in connection.execute(select(table))
        ]
    assert "t0ken" not in repr(rows)
    assert str(out.hook_port) not in repr(rows)
    with town.tools.database.work() as session:
        assert [one.id for one in all_addresses(session, town.tools.keyring)] == [known]


def test_a_test_says_that_it_is_one(small_town: Town, out: Outside) -> None:
    """The administrator could not try an address without alarming somebody."""
    address(small_town, "duty", out.hook("d", "?:mobile={phone}"), danger=True)
    with small_town.tools.database.work() as session:
        (known,) = all_addresses(session, small_town.tools.keyring)
    assert send_test(small_town.tools, known, "13800000000")
    ((_, _, body),) = out.requests
    assert b'"mobile": "13800000000"' in body
    assert out.said() == [TEST]
    out.refuse = 404
    assert not send_test(small_town.tools, known, "13800000000")


def test_notices_wait_as_before(small_town: Town, out: Outside) -> None:
    """Telling a desk outside would end what waits for it inside."""
    watched(small_town, out, "chengjian")
    take(small_town.tools, sent(dataclasses.replace(CANARY, danger_now=False, danger_note="", sector="gas")))
    at(small_town, "08:30")
    send_digests(small_town.tools)
    with small_town.tools.database.work() as session:
        assert waiting(session, ("chengjian",)) == {"arrived": 1}
