"""Argon2id: the right function, peppered, bounded, and never two lanes."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.sealing.secrets import MEMBER_COST, RECEIPT_COST, Busy, Cost, Queue, salt, stretch

PEPPER = bytes(range(32))
SMALL = Cost(256, 1)


def test_argon2id_gives_the_reference_answer() -> None:
    """Receipts could not be opened by any other program (answers of the reference implementation, one lane)."""
    known = "9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe"
    assert stretch("password", b"somesalt", Cost(256, 2), Queue(1)).hex() == known


def test_costs_are_what_the_design_promises() -> None:
    """Guessing would become cheaper than promised, and no stored secret could be made dearer afterwards."""
    assert Cost(memory_kib=12 * 1024, passes=1) == RECEIPT_COST
    assert Cost(memory_kib=64 * 1024, passes=3) == MEMBER_COST


def test_many_threads_at_once_do_not_hang() -> None:
    """Two people signing in at the same moment would stop the worker for ever (lanes > 1 does that)."""
    queue, barrier = Queue(4), threading.Barrier(4)

    def derive(number: int) -> bytes:
        barrier.wait(timeout=10)
        return stretch("word", salt(PEPPER, "receipt", str(number)), RECEIPT_COST, queue)

    with ThreadPoolExecutor(4) as pool:
        keys = [future.result(timeout=10) for future in [pool.submit(derive, number) for number in range(4)]]
    assert len(set(keys)) == 4


def test_a_full_queue_says_busy_and_serves_again_afterwards() -> None:
    """A flood of look-ups would take all memory; or one refused look-up would block the queue for good."""
    queue = Queue(1, wait_seconds=0.01)
    with queue.turn(), pytest.raises(Busy):
        stretch("word", b"somesalt", SMALL, queue)
    assert len(stretch("word", b"somesalt", SMALL, queue)) == 32


def test_an_error_inside_gives_the_turn_back() -> None:
    """Each failure would take one place of the queue away until nobody is served."""
    queue = Queue(1, wait_seconds=0.01)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), queue.turn():
            raise ZeroDivisionError
    with queue.turn():
        pass


def test_never_more_at_once_than_the_queue_allows() -> None:
    """Memory would not be bounded: 12 MiB times the number of callers."""
    queue, lock, inside, most = Queue(2), threading.Lock(), 0, 0

    def enter(_: int) -> None:
        nonlocal inside, most
        with queue.turn():
            with lock:
                inside += 1
                most = max(most, inside)
            stretch("word", b"somesalt", SMALL, Queue(1))
            with lock:
                inside -= 1

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(enter, range(24)))
    assert most <= 2


def test_salts_are_apart_by_pepper_label_and_name() -> None:
    """One guess would serve for two numbers, for a receipt and its claim code, or without the pepper."""
    other = bytes(32)
    salts = [
        salt(PEPPER, "receipt", "12345674"),
        salt(PEPPER, "receipt", "12345675"),
        salt(PEPPER, "claim", "12345674"),
        salt(other, "receipt", "12345674"),
        salt(PEPPER, "a:b", "c"),
        salt(PEPPER, "a", "b:c"),
    ]
    assert len(set(salts)) == len(salts)


@pytest.mark.parametrize("pepper", [b"", b"x", bytes(31)])
def test_a_missing_pepper_stops_the_work(pepper: bytes) -> None:
    """A server without its pepper would go on and lock receipts that a thief of the database can guess."""
    with pytest.raises(ValueError, match="pepper"):
        salt(pepper, "receipt", "12345674")


def test_full_width_and_surrounding_spaces_do_not_matter() -> None:
    """Digits typed with a Chinese input method would be a wrong password."""
    queue = Queue(1)
    plain = stretch("1234", b"somesalt", SMALL, queue)
    assert stretch(" １２３４　", b"somesalt", SMALL, queue) == plain
    assert stretch("1235", b"somesalt", SMALL, queue) != plain
