"""The long drill (`make drill`): kill -9 at random moments while clients send reports with a photo.

`python -m tests.drills.kills --rounds 200`. Afterwards every receipt that was shown opens its tip, every form that got
no answer gets one, nothing is there twice, no orphan stays and the ledger holds. Exit status 1 when not.
"""

import argparse
import http.client
import random
import shutil
import sys
import tempfile
import threading
import time
from pathlib import Path

from app.sealing.receipt import Receipt
from tests.drills.checks import Shown, check_ledger, check_receipts, check_rows, sweep_clean
from tests.drills.client import Form, Phone, Unanswered, new_form, small_photo
from tests.drills.server import Server, Site, make_site

CLIENTS = 3
LONGEST_SECONDS = (
    0.8  # a report with a photo takes about a tenth of that: some rounds end before, in and after one
)
AGAIN = 0.3  # how often a phone sends a form again that an earlier kill left unanswered


class Clients:
    """A few phones that send until they are told to stop, and remember what they were shown."""

    def __init__(self) -> None:
        self.shown: Shown = {}
        self.faults: list[str] = []
        self.unanswered: list[Form] = []
        self.lock = threading.Lock()
        self.photo = small_photo()

    def run(self, port: int, stop: threading.Event) -> None:
        """Send forms with a photo until the server dies."""
        with Phone(port) as phone:
            while not stop.is_set():
                form = self.next_form()
                try:
                    self.note(form, phone.send(form))
                except (OSError, http.client.HTTPException):
                    self.miss(form)
                    return
                except Unanswered as fault:
                    self.faults.append(str(fault))
                    return

    def next_form(self) -> Form:
        """A new form, or one that got no answer and is sent again."""
        with self.lock:
            if self.unanswered and random.random() < AGAIN:
                return self.unanswered.pop()
            form = new_form(self.photo)
            self.shown[form.mark] = (form, set())
            return form

    def note(self, form: Form, receipt: Receipt) -> None:
        with self.lock:
            self.shown[form.mark][1].add(receipt)

    def miss(self, form: Form) -> None:
        with self.lock:
            self.unanswered.append(form)


def one_round(site: Site, clients: Clients) -> None:
    """Start, send, kill at a random moment."""
    server, stop = Server(site).start(), threading.Event()
    phones = [threading.Thread(target=clients.run, args=(server.port, stop)) for _ in range(CLIENTS)]
    for phone in phones:
        phone.start()
    time.sleep(random.uniform(0, LONGEST_SECONDS))
    server.kill()
    stop.set()
    for phone in phones:
        phone.join()


def drill(rounds: int, database: str) -> str:
    """Run all rounds and the checks; returns the summary. AssertionError says what was lost."""
    clients, folder, began = Clients(), Path(tempfile.mkdtemp(prefix="anshao-drill-")), time.monotonic()
    with make_site(folder, database) as site:
        for n in range(rounds):
            one_round(site, clients)
            if sys.stderr.isatty():
                print(f"\r{n + 1}/{rounds}", end="", file=sys.stderr, flush=True)
        answered = sum(bool(receipts) for _, receipts in clients.shown.values())
        assert not clients.faults, clients.faults[0]
        with Server(site).running() as server:
            opened = check_receipts(site, server, clients.shown)
            swept = sweep_clean(site)
        check_rows(site, tips=len(clients.shown), photos=len(clients.shown))
        check_ledger(site)
    shutil.rmtree(folder)
    return (
        f"{rounds} kills on {'PostgreSQL' if database else 'SQLite'} in {time.monotonic() - began:.0f} s: "
        f"{len(clients.shown)} reports with a photo, {answered} receipts shown before a kill, "
        f"{len(clients.shown) - answered} by sending again, {opened} opened their tips; 0 lost, 0 twice, 0 orphans "
        f"(swept in {swept}), ledger ok"
    )


def main() -> int:
    """Returns the exit status."""
    given = argparse.ArgumentParser(description=__doc__)
    given.add_argument("--rounds", type=int, default=200)
    given.add_argument("--database", default="", help="an empty PostgreSQL database; SQLite without")
    options = given.parse_args()
    try:
        print(drill(options.rounds, options.database))
    except AssertionError as fault:
        print(f"FAILED: {fault}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
