"""What a reporter's phone sends, and what it is answered: plain HTTP, no browser."""

import http.client
import io
import re
import secrets
import urllib.parse
from collections.abc import Sequence
from dataclasses import dataclass, field

from PIL import Image

from app.sealing.once import new_once
from app.sealing.receipt import Receipt

SECONDS = 60.0
SLIP = re.compile(r'data-tip-number="(\d{8})" data-tip-password="(\d{16})"')


@dataclass(frozen=True)
class Form:
    """One filled form. Sent again it is the same form: the same `once`, words and photo."""

    mark: str
    photo: bytes = field(default=b"", repr=False)
    once: str = field(default_factory=new_once)

    def body(self) -> tuple[str, list[bytes]]:
        """Content type and body of the form as a browser sends it, in pieces: the photo is not copied."""
        words = {
            "once": self.once,
            "what": f"饭店后厨的燃气软管裂了，一股煤气味 {self.mark}",
            "where": "大街东头",
            "mode": "anonymous",
        }
        edge = "drill" + secrets.token_hex(12)
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in words.items()
        ]
        if self.photo:
            head = (
                f'--{edge}\r\nContent-Disposition: form-data; name="photos"; filename="1.jpg"\r\n'
                "Content-Type: image/jpeg\r\n\r\n"
            )
            parts += [head.encode(), self.photo, b"\r\n"]
        return f"multipart/form-data; boundary={edge}", [*parts, f"--{edge}--\r\n".encode()]


def new_form(photo: bytes = b"") -> Form:
    return Form("M" + secrets.token_hex(8), photo)


def small_photo() -> bytes:
    """A small photo, quick to clean."""
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


class Phone:
    """One client with a connection of its own, kept open as browsers do."""

    def __init__(self, port: int) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=SECONDS)

    def __enter__(self) -> "Phone":
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def send(self, form: Form) -> Receipt:
        """The receipt shown. OSError or HTTPException when the server dies, Unanswered for another page."""
        kind, body = form.body()
        head = {"Content-Type": kind, "Content-Length": str(sum(map(len, body)))}
        status, page, _ = self.ask("POST", "/report", body, head)
        found = SLIP.search(page)
        if status != 200 or found is None:
            raise Unanswered(f"{status}: {page[:300]}")
        return Receipt(found[1], found[2])

    def follow(self, receipt: Receipt) -> tuple[str, int]:
        """The page behind a receipt and how many photos it shows. Unanswered when one of them does not open."""
        typed = urllib.parse.urlencode({"number": receipt.number, "password": receipt.password}).encode()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, page, headers = self.ask("POST", "/follow", typed, kind)
        if status != 303:
            raise Unanswered(f"{status}: {page[:300]}")
        cookie = (headers.get("Set-Cookie") or "").partition(";")[0]
        status, page, _ = self.ask("GET", "/follow", headers={"Cookie": cookie})
        if status != 200:
            raise Unanswered(f"{status}: {page[:300]}")
        photos = re.findall(r'src="(/follow/photo/\w+)"', page)
        for address in photos:
            self.see_photo(address, cookie)
        return page, len(photos)

    def see_photo(self, address: str, cookie: str) -> None:
        """Raises Unanswered when a photo of the tip does not open."""
        status, _, headers = self.ask("GET", address, headers={"Cookie": cookie})
        if status != 200 or headers.get("Content-Type") != "image/jpeg":
            raise Unanswered(f"{address}: {status}")

    def ask(
        self,
        method: str,
        address: str,
        body: bytes | Sequence[bytes] = b"",
        headers: dict[str, str] | None = None,
    ) -> tuple[int, str, http.client.HTTPMessage]:
        """Status, page and headers."""
        self.connection.request(method, address, body or None, headers or {})
        answer = self.connection.getresponse()
        data = answer.read()
        return answer.status, data.decode("utf-8", "replace"), answer.headers


class Unanswered(Exception):
    """The server answered, but not with what was asked for."""
