"""The benchmarks (`make bench`): medians of several runs, with the machine and the load generator's share named.

`python -m tests.drills.bench [first report photos queue search slow]`. Nothing here fails on a slow machine: it prints
what it saw beside what is wanted. Tests never time anything.
"""

import argparse
import gzip
import io
import os
import platform
import re
import shutil
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

from PIL import Image

from app.casework.reading import counts, queue, search
from app.people.codes import STEP_SECONDS, code_at
from app.photos.pool import Cleaner
from tests.drills.client import Form, Phone, new_form
from tests.drills.many import RARE_NAME, fill
from tests.drills.server import Server, Site, make_site
from tests.drills.slow import plain_photo, until_sent, until_usable
from tests.makers import OTP_SECRET, PASSPHRASE

CLIENTS, WORKERS = 8, 2
ROUNDS = 5
TEXT_TIPS, PHOTO_TIPS = 240, 120  # in one round
QUEUE_CASES, SEARCH_CASES = 100_000, 20_000
DESK = "chengjian"
OUTSIDE = re.compile(
    r'(?:src|href)="(?!/|#|data:)([^"]+)"|<link[^>]+href="(?!data:)([^"]+)"|<(?:script|img)[^>]+src="([^"]+)"'
)


def line(name: str, seen: str, wanted: str) -> None:
    print(f"{name:34} {seen:44} wanted {wanted}", flush=True)


def median_of(act: Callable[[], float], rounds: int = ROUNDS) -> tuple[float, float, float]:
    """Least, median and greatest of several runs."""
    found = sorted(act() for _ in range(rounds))
    return found[0], statistics.median(found), found[-1]


@contextmanager
def site() -> Iterator[Site]:
    folder = Path(tempfile.mkdtemp(prefix="anshao-bench-"))
    with make_site(folder) as made:
        yield made
    shutil.rmtree(folder)


def first_view() -> None:
    """Bytes of the first view of `/report` and how many requests it takes."""
    with site() as made, Server(made, workers=WORKERS).running() as server, Phone(server.port) as phone:
        status, page, headers = phone.ask("GET", "/report")
        assert status == 200
        head = len(str(headers).encode())
        more = [found for found in OUTSIDE.findall(page) if any(found)]
        plain, packed = len(page.encode()) + head, len(gzip.compress(page.encode())) + head
        line(
            "first view of /report",
            f"{plain:,} bytes ({packed:,} packed, as browsers ask for it), {1 + len(more)} request",
            "≤ 14,336 bytes, 1 request",
        )


def steady_rate(act: Callable[[int], object], count: int, at_once: int) -> float:
    """How often a second `act` is done, `at_once` of them always under way; each is called once with its number.

    The first and the last of a round are left out: then not all were at work, and the machine stood half idle.
    """

    def timed(n: int) -> float:
        act(n)
        return time.perf_counter()

    with ThreadPoolExecutor(at_once) as pool:
        done = sorted(pool.map(timed, range(count)))
    return (count - 2 * CLIENTS) / (done[-CLIENTS - 1] - done[CLIENTS - 1])


def send_all(server: Server, forms: list[Form]) -> float:
    """Send all forms from as many phones as CLIENTS; how many a second. Every one must get a receipt."""
    local = threading.local()

    def one(n: int) -> None:
        if not hasattr(local, "phone"):
            local.phone = Phone(server.port)
        local.phone.send(forms[n])

    return steady_rate(one, len(forms), CLIENTS)


def text_tips() -> None:
    """Text tips a second by eight clients, and the worker's memory after it."""
    with site() as made, Server(made, workers=WORKERS).running() as server:
        send_all(server, [new_form() for _ in range(CLIENTS * 4)])
        used, served, began = time.process_time(), cpu_of(server), time.perf_counter()
        least, median, most = median_of(lambda: send_all(server, [new_form() for _ in range(TEXT_TIPS)]))
        share = (time.process_time() - used) / ((time.perf_counter() - began) * (os.cpu_count() or 1))
        each = (cpu_of(server) - served) / (ROUNDS * TEXT_TIPS) * 1000
        line(
            f"text tips, {CLIENTS} clients",
            f"{median:.0f}/s ({least:.0f} to {most:.0f}), none lost; generator {share:.0%} of the machine",
            "≥ 60/s",
        )
        line("  processor time of one text tip", f"{each:.1f} ms", "")
        line("worker's memory after it", memory_of(server), "≤ 150 MB each")


def photo_tips() -> None:
    """12 MP photo tips beside the bare cleaning of the same photo, in turns."""
    photo = big_photo()
    with site() as made, Server(made, workers=WORKERS).running() as server, Cleaner(processes=2) as cleaner:
        bare(cleaner, photo)
        ratios, rates, used, spent = [], [], 0.0, 0.0
        for _ in range(ROUNDS):
            alone = bare(cleaner, photo)
            before, began = time.process_time(), time.perf_counter()
            sent = send_all(server, [new_form(photo) for _ in range(PHOTO_TIPS)])
            used, spent = used + time.process_time() - before, spent + time.perf_counter() - began
            ratios.append(sent / alone)
            rates.append((sent, alone))
        sent, alone = (statistics.median(values) for values in zip(*rates, strict=True))
        line(
            "12 MP photo tips",
            f"{statistics.median(ratios):.0%} of bare cleaning ({sent:.1f}/s of {alone:.1f}/s); "
            f"generator {used / spent / (os.cpu_count() or 1):.1%} of the machine",
            "≥ 80 %",
        )
        line("worker's memory after it", memory_of(server), "≤ 150 MB each")


def bare(cleaner: Cleaner, photo: bytes) -> float:
    """Cleanings a second with nothing else to do, both processes at work."""
    return steady_rate(lambda _n: cleaner.clean(photo), PHOTO_TIPS, at_once=2)


def big_photo() -> bytes:
    """4,000 × 3,000 pixels with the grain and size (about 4 MB) of a phone's."""
    coarse = Image.effect_noise((500, 375), 90).resize((4000, 3000), Image.Resampling.BICUBIC)
    grain = Image.effect_noise((4000, 3000), 24)
    out = io.BytesIO()
    Image.merge("RGB", (Image.blend(coarse, grain, 0.3), coarse, Image.blend(coarse, grain, 0.2))).save(
        out, "JPEG", quality=88
    )
    return out.getvalue()


def cpu_of(server: Server) -> float:
    """Seconds of processor time that the web workers have used (not their photo cleaners)."""
    ticks = 0
    for pid in server.worker_pids():
        fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def memory_of(server: Server) -> str:
    """Resident memory of each web worker (not of its photo cleaners), MB."""
    found = []
    for pid in server.worker_pids():
        text = Path(f"/proc/{pid}/status").read_text("ascii")
        found.append(int(re.findall(r"VmRSS:\s+(\d+) kB", text)[0]) / 1024)
    return ", ".join(f"{one:.0f} MB" for one in found)


def one_queue() -> None:
    """The first page of a desk's queue, with its counts, beside 100,000 cases."""
    with site() as made:
        began = time.perf_counter()
        fill(made, DESK, QUEUE_CASES)
        print(f"  ({QUEUE_CASES:,} cases of one desk written in {time.perf_counter() - began:.0f} s)")
        holder, tools = made.town.holder(DESK), made.town.tools

        def once() -> float:
            began = time.perf_counter()
            with tools.database.work() as session:
                page = queue(session, tools, holder)
                counts(session, holder)
            assert len(page.rows) == 50
            return (time.perf_counter() - began) * 1000

        once()
        least, median, most = median_of(once, 21)
        line("queue, 100,000 cases", f"{median:.1f} ms ({least:.1f} to {most:.1f})", "≤ 30 ms")
        with Server(made, workers=1).running() as server:
            line("  its page, signed in, over HTTP", page_time(made, server), "")
            line("worker's memory after it", memory_of(server), "≤ 150 MB")


def page_time(made: Site, server: Server) -> str:
    """Milliseconds of the queue's page as a browser asks for it."""
    cookie = sign_in(made, server)
    with Phone(server.port) as phone:

        def once() -> float:
            began = time.perf_counter()
            status, page, _ = phone.ask("GET", "/desk/", headers={"Cookie": cookie})
            assert status == 200
            assert page.count("/desk/cases/") == 50
            return (time.perf_counter() - began) * 1000

        once()
        least, median, most = median_of(once, 21)
    return f"{median:.1f} ms ({least:.1f} to {most:.1f})"


def sign_in(made: Site, server: Server) -> str:
    """A session's cookie for the desk's member, by the form."""
    code = code_at(OTP_SECRET, int(time.time()) // STEP_SECONDS)
    typed = urlencode({"username": DESK, "password": PASSPHRASE, "otp": code}).encode()
    with Phone(server.port) as phone:
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        status, _, headers = phone.ask("POST", "/desk/login", typed, kind)
        assert status == 303, status
        return (headers.get("Set-Cookie") or "").partition(";")[0]


def one_search() -> None:
    """Search through 20,000 cases by opening each."""
    with site() as made:
        fill(made, DESK, SEARCH_CASES)
        holder, tools = made.town.holder(DESK), made.town.tools

        def once() -> float:
            began = time.perf_counter()
            with tools.database.work() as session:
                rows = search(session, tools, holder, RARE_NAME)
            assert len(rows) == 80
            return (time.perf_counter() - began) * 1000

        once()
        least, median, most = median_of(once, 11)
        line("search, 20,000 cases", f"{median:.0f} ms ({least:.0f} to {most:.0f})", "≤ 300 ms")


def slow_phone() -> None:
    """The form in a real browser on a slow phone and a bad line."""
    with site() as made, Server(made, workers=WORKERS).running() as server:
        address = f"http://127.0.0.1:{server.port}"
        _, usable, _ = median_of(lambda: until_usable(address), 3)
        line("form usable, Slow 3G, CPU ÷ 6", f"{usable:.1f} s", "≤ 3 s")
        photos = [plain_photo(seed) for seed in range(3)]
        size = sum(map(len, photos)) / 1e6
        _, sent, _ = median_of(lambda: until_sent(address, photos), 3)
        line("three 12 MP photos, Fast 3G, CPU ÷ 6", f"{sent:.1f} s ({size:.1f} MB chosen)", "≤ 20 s")


BENCHES = {
    "first": first_view,
    "report": text_tips,
    "photos": photo_tips,
    "queue": one_queue,
    "search": one_search,
    "slow": slow_phone,
}


def main() -> int:
    """Returns the exit status."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("which", nargs="*", metavar="|".join(BENCHES))
    machine = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, SQLite"
    print(f"{machine}; {WORKERS} workers; medians of {ROUNDS} rounds or more (least to most)")
    which = given.parse_args().which or list(BENCHES)
    for name in which:
        BENCHES[name]()  # KeyError for a benchmark that does not exist
    return 0


if __name__ == "__main__":
    sys.exit(main())
