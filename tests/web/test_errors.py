"""What people and the log are told when something breaks."""

from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from app.web.errors import is_full
from tests.makers import Town
from tests.web.door import app_of, followed, once_on, receipt_in, report

TEXT = "煤气罐漏气"


def test_a_full_disk_keeps_what_was_typed_and_takes_it_when_there_is_room(
    small_town: Town, caplog: pytest.LogCaptureFixture
) -> None:
    """A report would be lost on a full disk, with a blank page or "try again in a minute"; or its words be logged."""
    app = app_of(small_town)
    client = app.test_client()
    number, password = receipt_in(report(client, what=TEXT))
    once, engine = once_on(client), small_town.tools.database.writer

    def no_room(connection: Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")  # means: as many as there are

    event.listen(engine, "begin", no_room)
    answer = report(client, once=once, what=TEXT)
    seen = followed(app, number, password).get("/follow")
    event.remove(engine, "begin", no_room)
    assert number[:4] in seen.text
    assert answer.status_code == 507
    assert TEXT in answer.text
    assert once in answer.text
    assert "请打电话报告" in answer.text
    assert "(full)" in caplog.text
    assert TEXT not in caplog.text
    with small_town.tools.database.writer.connect() as connection:
        connection.exec_driver_sql("PRAGMA max_page_count=1000000")
    assert receipt_in(report(client, once=once, what=TEXT))


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_a_full_disk_is_told_from_other_errors() -> None:
    """A photo that finds no room would be "our mistake", or a mistake of ours "no room"."""
    with (
        Path("/dev/full").open("wb", buffering=0) as full,
        pytest.raises(OSError, match="No space") as raised,
    ):
        full.write(b"x")
    assert is_full(raised.value)
    assert not is_full(FileNotFoundError(2, "no"))
    assert not is_full(ValueError())
