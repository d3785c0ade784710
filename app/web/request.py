"""Requests that never write what somebody sends to a disk."""

from io import BytesIO
from typing import IO, Any, cast

from flask import Request, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import BadRequest, HTTPException
from werkzeug.formparser import FormDataParser, MultiPartParser

MAX_REQUEST = 60 * 1024 * 1024  # nine photos from a good phone
MAX_TEXTS = 2 * 1024 * 1024  # all text fields of one form together
MAX_PARTS = 100
READ_BYTES = 256 * 1024  # at once: a photo is parsed in half the time that the usual 64 KB take


class Arriving:
    """A body as it comes over the line. One that ends early, or whose chunks make no sense, is a bad request whatever
    the server's own error for it: nothing of ours has failed, and half a report is never taken for a whole one.
    """

    def __init__(self, stream: IO[bytes], promised: int | None) -> None:
        self._stream = stream
        self._missing = promised or 0

    def read(self, size: int = -1) -> bytes:
        """Raises BadRequest."""
        try:
            data = self._stream.read(size)
        except HTTPException:
            raise
        except Exception as error:
            raise BadRequest from error
        self._missing -= len(data)
        if self._missing > 0 and (not data or size < 0):
            raise BadRequest
        return data


class WideParser(FormDataParser):
    """Reads a form with photos in larger pieces; all else, what is broken too, is as in the parser it comes from."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, Any]]:
        stream = cast(IO[bytes], Arriving(stream, content_length))
        boundary = (options or {}).get("boundary", "")
        if mimetype != "multipart/form-data" or not boundary.isascii() or not boundary:
            return super().parse(stream, mimetype, content_length, options)
        parser = MultiPartParser(
            self.stream_factory, self.max_form_memory_size, self.cls, READ_BYTES, self.max_form_parts
        )
        try:
            form, files = parser.parse(stream, boundary.encode("ascii"), content_length)
        except ValueError:
            return stream, self.cls(), self.cls()
        return stream, form, files


class MemoryRequest(Request):
    """Uploads stay in anonymous memory: the usual form parser would put them, GPS and all, in a temporary file."""

    max_content_length = MAX_REQUEST
    max_form_memory_size = MAX_TEXTS
    max_form_parts = MAX_PARTS
    form_data_parser_class = WideParser

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def photos_sent(name: str = "photos") -> list[bytes]:
    """The photos of the request as sent; an empty file field is none. Each upload's own copy is let go at once."""
    found = []
    for file in request.files.getlist(name):
        stream = file.stream
        assert isinstance(stream, BytesIO)
        found.append(stream.getvalue())  # without a copy, where `read` would make one
        file.close()
    return [data for data in found if data]
