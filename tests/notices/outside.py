"""What stands outside of the house in these tests: a mail server and a webhook on real sockets."""

import email
import email.policy
import json
import quopri
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class Outside:
    """Where things are sent to. `refuse`: the status with which a webhook answers; `soft`: a refusal within a 200."""

    def __init__(self) -> None:
        self.requests: list[tuple[str, str, bytes]] = []  # path, headers, body
        self.mails: list[bytes] = []
        self.envelopes: list[bytes] = []
        self.refuse = 200
        self.soft: dict[str, Any] = {}
        self.hook_port = self.mail_port = 0
        self.lock = threading.Lock()

    def hook(self, path: str = "desk", more: str = "") -> str:
        return f"json://127.0.0.1:{self.hook_port}/{path}{more}"

    def mail(self, to: str = "desk@example.gov.cn") -> str:
        return f"mailto://127.0.0.1:{self.mail_port}?from=anshao@example.gov.cn&to={to}"

    def said(self, path: str = "") -> list[str]:
        """What the webhook was told, in order."""
        found = [json.loads(body) for at, _, body in self.requests if at.startswith(f"/{path}")]
        return [str(one["message"]) for one in found]

    def forget(self) -> None:
        self.requests.clear()
        self.mails.clear()

    def everything(self) -> str:
        """All that left, as it was on the line and taken apart."""
        parts = [path + headers + body.decode() for path, headers, body in self.requests]
        parts += [json.dumps(json.loads(body), ensure_ascii=False) for _, _, body in self.requests]
        for raw in (*self.mails, *self.envelopes):
            parts.append(raw.decode())
            parts.append(quopri.decodestring(raw).decode("utf-8", "replace"))
            message = email.message_from_bytes(raw, policy=email.policy.default)
            parts += [str(value) for value in message.values()]
            for part in message.walk():
                payload = part.get_payload(decode=True)
                if isinstance(payload, bytes):
                    parts.append(payload.decode())
        return "\n".join(parts)


def decoded(mail: bytes) -> str:
    """The words of a mail."""
    message = email.message_from_bytes(mail, policy=email.policy.default)
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content()).strip()


@contextmanager
def outside() -> Iterator[Outside]:
    """Both servers on free ports, for as long as the block lasts."""
    seen = Outside()

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            with seen.lock:
                seen.requests.append((self.path, str(self.headers), body))
            answer = json.dumps(seen.soft).encode()
            self.send_response(seen.refuse)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: Any) -> None:
            pass

    class Mail(socketserver.StreamRequestHandler):
        """As much of RFC 5321 as a client asks for."""

        def handle(self) -> None:
            self.wfile.write(b"220 here\r\n")
            envelope = b""
            while line := self.rfile.readline():
                word = line[:4].upper()
                envelope += line
                if word == b"QUIT":
                    self.wfile.write(b"221 bye\r\n")
                    return
                if word == b"DATA":
                    self.wfile.write(b"354 go on\r\n")
                    got = b""
                    while (line := self.rfile.readline()) not in (b".\r\n", b""):
                        got += line
                    with seen.lock:
                        seen.mails.append(got)
                        seen.envelopes.append(envelope)
                self.wfile.write(b"250 well\r\n")

    hook, mail = (
        ThreadingHTTPServer(("127.0.0.1", 0), Hook),
        socketserver.ThreadingTCPServer(("127.0.0.1", 0), Mail),
    )
    hook.daemon_threads = mail.daemon_threads = True
    seen.hook_port, seen.mail_port = hook.server_address[1], mail.server_address[1]
    threads = [threading.Thread(target=one.serve_forever, args=(0.05,)) for one in (hook, mail)]
    for thread in threads:
        thread.start()
    try:
        yield seen
    finally:
        for server in (hook, mail):
            server.shutdown()
            server.server_close()
        for thread in threads:
            thread.join()


@contextmanager
def tarpit() -> Iterator[int]:
    """A port that takes every connection and never says a word."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port: int = listening.getsockname()[1]
        yield port
