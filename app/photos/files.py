"""Clean photos from the command line: `flask photo clean FILE… --to FOLDER`, one line a file."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from app.photos.answers import LONG_SIDE, MAX_BYTES, Refused, _
from app.photos.pool import Cleaner

Line = dict[str, object]

NOT_READ = "unreadable"
NOT_WRITTEN = "not_written"


def clean_files(
    paths: Iterable[str | Path], folder: str | Path, long_side: int = LONG_SIDE
) -> Iterator[Line]:
    """Clean each file into `folder` (made if missing) and tell, file by file, what came of it. Never raises for a file.

    A line has `file`, `ok`, then `to`, `width`, `height` (pixels), or `why` (a code) and `advice`. Clean copies are
    numbered: a phone's file name tells the day and second. Nothing that exists is written over.
    """
    with Cleaner(processes=1) as cleaner:
        for path in paths:
            yield {"file": str(path), **_clean_file(cleaner, Path(path), Path(folder), long_side)}


def _clean_file(cleaner: Cleaner, path: Path, folder: Path, long_side: int) -> Line:
    try:
        data = _read(path)
    except (OSError, ValueError):  # ValueError: a zero byte in the name
        return _failed(NOT_READ, _("这个文件读不了。请看看它在不在、能不能打开。"))
    try:
        cleaned = cleaner.clean(data, long_side)
    except Refused as refused:
        return _failed(refused.reason.value, refused.advice)
    try:
        target = _write(folder, cleaned.jpeg)
    except (OSError, ValueError):
        return _failed(NOT_WRITTEN, _("写不进这个文件夹。请换一个文件夹，或者看看磁盘满了没有。"))
    return {"ok": True, "to": str(target), "width": cleaned.width, "height": cleaned.height}


def _failed(why: str, advice: str) -> Line:
    return {"ok": False, "why": why, "advice": advice}


def _read(path: Path) -> bytes:
    """At most one byte more than allowed, so that the cleaner refuses what is larger; OSError for what is no file."""
    if not path.is_file():
        raise FileNotFoundError(path)
    with path.open("rb") as file:
        return file.read(MAX_BYTES + 1)


def _write(folder: Path, jpeg: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        target = folder / f"photo-{number:04}.jpg"
        try:
            with target.open("xb") as file:
                file.write(jpeg)
            return target
        except FileExistsError:
            number += 1
        except OSError:
            target.unlink(missing_ok=True)  # a full disk: half a picture is worse than none
            raise
