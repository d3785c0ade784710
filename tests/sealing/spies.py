"""Counting without standing in: the real functions run, and what they were asked to do is kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from app.sealing.secrets import Cost, Queue

Work = list[tuple[Any, ...]]


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch, module: ModuleType) -> Iterator[Work]:
    """What `module` asks of Argon2id (cost, size of the salt) and of AES-GCM (size of the blob), in order."""
    done: Work = []
    stretch, unwrap = module.__dict__["stretch"], module.__dict__["unwrap_key"]

    def counted_stretch(secret: str, salted: bytes, cost: Cost, queue: Queue) -> bytes:
        done.append(("argon2id", cost, len(salted)))
        key: bytes = stretch(secret, salted, cost, queue)
        return key

    def counted_unwrap(wrapping: bytes, blob: bytes, place: object) -> bytes:
        done.append(("unwrap", len(blob)))
        key: bytes = unwrap(wrapping, blob, place)
        return key

    with monkeypatch.context() as patch:
        patch.setattr(module, "stretch", counted_stretch)
        patch.setattr(module, "unwrap_key", counted_unwrap)
        yield done
