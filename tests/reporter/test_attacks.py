"""What a hostile or unlucky sender can do to the doors: two taps, full memory, a full disk, a flood, a slow reader."""

import errno
import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, func, select
from sqlalchemy.exc import OperationalError

from app.casework.needs import Unmet
from app.casework.reporting import MOST_WORDS, check_words
from app.db.engine import LogBusy
from app.intake import held
from app.intake.take import take
from app.ledger.verify import make_checkpoint
from app.sealing.once import new_once, read_once
from app.tips.content import Line
from app.tips.models import StoredObject, Tip
from app.tips.objects import open_photo
from tests.drills.client import small_photo
from tests.intake.test_take import sent
from tests.makers import Town
from tests.reporter.test_held import post, ticket
from tests.web.door import app_of, receipt_in, signed_in


@pytest.fixture
def client(small_town: Town) -> FlaskClient:
    return app_of(small_town).test_client()


def count(town: Town, table: type[Tip | StoredObject]) -> int:
    with town.tools.database.work() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def test_two_taps_with_photos_sent_before_are_one_report(town: Town) -> None:
    """The second tap would be told that the photos are gone; sent anew, they would be another report."""
    app = app_of(town)
    once = new_once()
    form = {"once": once, "what": "门锁着", "mode": "anonymous", "held": [ticket(app.test_client(), once)]}
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda _n: post(app.test_client(), "/report", **form), range(2)))
    assert [one.status_code for one in answers] == [200, 200]
    assert receipt_in(answers[0]) == receipt_in(answers[1])
    assert count(town, Tip) == 1


def test_a_durable_report_is_never_said_to_be_lost(
    small_town: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """With the memory for due minutes full, the page would say that nothing was taken, and it would come twice."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(type(small_town.tools.memory), "set", full)
    with caplog.at_level(logging.ERROR, "anshao"):
        answer = post(
            client, "/report", once=new_once(), what="漏气了", where="大集", mode="anonymous", danger_now="y"
        )
    receipt_in(answer)
    assert "a due minute is not watched: OSError" in caplog.text


def test_a_photo_taken_back_by_half_is_not_kept_by_a_report(small_town: Town, client: FlaskClient) -> None:
    """A report would keep a photo whose file is gone, and its page would end in an error."""
    once = new_once()
    given = ticket(client, once)

    def fail(_connection: object) -> None:
        raise OperationalError("commit", {}, sqlite3.OperationalError("disk I/O error"))

    event.listen(small_town.tools.database.writer, "commit", fail)
    dropped = client.post("/report/photos/drop", data={"once": once, "held": given})
    event.remove(small_town.tools.database.writer, "commit", fail)
    assert dropped.status_code == 400
    receipt_in(post(client, "/report", once=once, what="门锁着", mode="anonymous", held=[given]))
    (kept,) = held.read_tickets(small_town.tools, read_once(once), [given]).values()
    assert open_photo(small_town.tools.store, kept)


def test_a_flood_of_photos_leaves_room_for_reports(
    small_town: Town, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Photos that never become a report would fill the disk, and then no report could be taken."""
    monkeypatch.setattr(held, "MOST_HELD", 4)
    answers = [post(client, "/report/photos", small_photo(), once=new_once()) for _ in range(3)]
    assert [one.status_code for one in answers] == [200, 200, 507]
    assert "advice" in answers[2].text
    assert count(small_town, StoredObject) == 4
    receipt_in(post(client, "/report", small_photo(), once=new_once(), what="漏气", mode="anonymous"))


def test_who_reads_the_ledger_slowly_holds_nothing_up(small_town: Town, client: FlaskClient) -> None:
    """One slow reader would keep the log of writes from being emptied, and all writers waiting with it."""
    tools = small_town.tools
    take(tools, sent())
    with tools.database.work(write=True) as session:
        make_checkpoint(session, tools.now.today())
    slow = client.get("/verify-ledger/leaves", buffered=False)
    first = next(iter(slow.response))
    assert first
    tools.database.empty_log()
    slow.close()


def test_a_log_that_cannot_be_emptied_is_said(small_town: Town) -> None:
    """It would keep the order of a day's reports, and nobody would know."""
    database = small_town.tools.database
    take(small_town.tools, sent())
    with database.work() as reader:
        reader.scalar(select(func.count()).select_from(Tip))
        take(small_town.tools, sent())
        with pytest.raises(LogBusy):
            database.empty_log()
    database.empty_log()


def test_nobody_writes_a_case_full() -> None:
    """A case's page would no longer open for the desk that has to read it."""

    def line(by: str, text: str) -> Line:
        return Line(day=date(2026, 11, 24), by=by, kind="message", text=text)

    much = [line("reporter", "字" * 5000)] * (MOST_WORDS // 5500 + 1)
    with pytest.raises(Unmet):
        check_words(much, line("reporter", "字" * 5000))
    check_words([*much, line("desk", "收到。")], line("reporter", "字" * 5000))
    check_words(much, line("reporter", ""))


def test_a_clerk_s_form_is_never_cut_short_or_empty(small_town: Town) -> None:
    """The end of a letter would be lost without a word, or an empty report be opened."""
    client, csrf = signed_in(app_of(small_town), small_town, "clerk")
    form = {"csrf": csrf, "once": new_once(), "channel": "letter"}
    long = post(client, "/desk/intake", **form, what="燃气" + "字" * 5500 + "关键证据")
    assert long.status_code == 422
    assert "关键证据" in long.text
    empty = post(client, "/desk/intake", b"", **form, what="")
    assert empty.status_code == 422
    assert count(small_town, Tip) == 0
