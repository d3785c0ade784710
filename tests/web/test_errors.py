"""What people and the log are told when something breaks."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.http.body import Body, ChunkedReader, LengthReader
from gunicorn.http.unreader import IterUnreader
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


FORM = "multipart/form-data; boundary=edge"
WHOLE = b'--edge\r\nContent-Disposition: form-data; name="what"\r\n\r\n' + TEXT.encode() + b"\r\n--edge--\r\n"
CHUNK = b"%x\r\n%s\r\n" % (len(WHOLE), WHOLE)
WORDS = "application/x-www-form-urlencoded"
BROKEN = {
    "no number": b"zz\r\n" + WHOLE,
    "negative": b"-5\r\nhello\r\n0\r\n\r\n",
    "no end of chunk": b"5\r\nhelloXX0\r\n\r\n",
    "cut in a chunk": b"400\r\n" + WHOLE,
    "cut between chunks": CHUNK,
    "nothing": b"",
}


@pytest.mark.parametrize("kind", [FORM, WORDS])
@pytest.mark.parametrize("sent", BROKEN.values(), ids=BROKEN)
def test_a_body_in_broken_chunks_is_a_bad_request(small_town: Town, sent: bytes, kind: str) -> None:
    """A bad line would be called our fault and fill the log with errors, or half a report be taken for a whole one."""
    answer = app_of(small_town).test_client().post(
        "/report", environ_overrides=arriving(chunked(sent), HTTP_TRANSFER_ENCODING="chunked", CONTENT_TYPE=kind),
    )  # fmt: skip
    assert answer.status_code == 400
    assert "可能没传完" in answer.text


def arriving(body: Body, **headers: str) -> dict[str, object]:
    return {"wsgi.input": body, "wsgi.input_terminated": True, **headers}


def chunked(sent: bytes) -> Body:
    """What gunicorn hands to the application."""
    return Body(ChunkedReader(SimpleNamespace(), IterUnreader(iter([sent]))))


@pytest.mark.parametrize("kind", [FORM, WORDS])
def test_a_body_that_ends_early_is_a_bad_request(small_town: Town, kind: str) -> None:
    """As above, where the length was promised."""
    reader = Body(LengthReader(IterUnreader(iter([WHOLE[:60]])), len(WHOLE)))
    answer = app_of(small_town).test_client().post(
        "/report", environ_overrides=arriving(reader, CONTENT_LENGTH=str(len(WHOLE)), CONTENT_TYPE=kind),
    )  # fmt: skip
    assert answer.status_code == 400
    assert "可能没传完" in answer.text


def test_a_whole_body_in_chunks_is_read(small_town: Town) -> None:
    """A proxy that sends in chunks would get nothing through."""
    answer = app_of(small_town).test_client().post(
        "/report",
        environ_overrides=arriving(
            chunked(CHUNK + b"0\r\n\r\n"), HTTP_TRANSFER_ENCODING="chunked", CONTENT_TYPE=FORM
        ),
    )  # fmt: skip
    assert answer.status_code == 422
    assert TEXT in answer.text
