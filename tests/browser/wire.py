"""The application on a town's own tools behind a real socket; every request is kept as it arrived, byte for byte."""

import io
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from werkzeug.serving import make_server

from tests.makers import Town
from tests.web.door import app_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


@dataclass
class Asked:
    """One request: method, address with its query, all headers as one text, body."""

    method: str
    address: str
    headers: str
    body: bytes = field(repr=False)


@dataclass
class Wire:
    """Where the town is served, and what it was asked so far."""

    port: int
    asked: list[Asked]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def at(self, path: str, method: str = "GET") -> list[Asked]:
        return [one for one in self.asked if one.method == method and one.address.split("?")[0] == path]


class Recorder:
    """Keeps each request before the application reads it."""

    def __init__(self, inner: "WSGIApplication", asked: list[Asked]) -> None:
        self.inner, self.asked = inner, asked

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        environ["wsgi.input"] = io.BytesIO(body)
        headers = "\n".join(f"{name}: {value}" for name, value in environ.items() if isinstance(value, str))
        address = environ["PATH_INFO"] + "?" + environ.get("QUERY_STRING", "")
        self.asked.append(Asked(environ["REQUEST_METHOD"], address, headers, body))
        return self.inner(environ, start)


@contextmanager
def served_town(town: Town) -> Iterator[Wire]:
    """The town on a free port of this machine, in threads of this process."""
    asked: list[Asked] = []
    server = make_server("127.0.0.1", 0, Recorder(app_of(town), asked), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield Wire(server.server_port, asked)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
