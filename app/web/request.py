"""Requests that never write what somebody sends to a disk."""

from io import BytesIO
from typing import IO

from flask import Request, request

MAX_REQUEST = 60 * 1024 * 1024  # nine photos from a good phone
MAX_TEXTS = 2 * 1024 * 1024  # all text fields of one form together
MAX_PARTS = 100


class MemoryRequest(Request):
    """Uploads stay in anonymous memory: the usual form parser would put them, GPS and all, in a temporary file."""

    max_content_length = MAX_REQUEST
    max_form_memory_size = MAX_TEXTS
    max_form_parts = MAX_PARTS

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> IO[bytes]:
        return BytesIO()


def photos_sent() -> list[bytes]:
    """The photos of the request as sent; an empty file field is none. Each upload's own copy is let go at once."""
    found = []
    for file in request.files.getlist("photos"):
        found.append(file.read())
        file.close()
    return [data for data in found if data]
