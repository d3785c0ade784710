"""The command's work: one line a file, whatever the file is."""

import os
from pathlib import Path

import pytest

from app.photos.files import clean_files
from app.photos.plain import plain_size
from app.photos.pool import MAX_BYTES
from tests.photos import pictures


def test_one_line_a_file(tmp_path: Path) -> None:
    """One odd file in a folder would end the whole run with a traceback."""
    good, empty, folder, huge, pipe = (
        tmp_path / name for name in ("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg")
    )
    good.write_bytes(pictures.tagged_jpeg())
    empty.touch()
    folder.mkdir()
    with huge.open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    os.mkfifo(pipe)
    given: list[str | Path] = [good, empty, folder, huge, pipe, tmp_path / "missing.jpg", "bad\0name", good]
    lines = list(clean_files(given, tmp_path / "out" / "here"))
    assert [line["file"] for line in lines] == [str(path) for path in given]
    assert [line.get("why") for line in lines] == [
        *(None, "truncated", "unreadable", "too_large", "unreadable", "unreadable", "unreadable", None)
    ]
    assert all(line["advice"] for line in lines if not line["ok"])
    assert lines[0]["to"] != lines[-1]["to"]
    for line in (lines[0], lines[-1]):
        assert (
            plain_size(Path(str(line["to"])).read_bytes()) == (line["width"], line["height"]) == (1024, 768)
        )


def test_long_side_is_passed_on(tmp_path: Path) -> None:
    """The command could not make the smaller copies it offers."""
    photo = tmp_path / "big.jpg"
    photo.write_bytes(pictures.tagged_jpeg(size=(3000, 2000)))
    assert [line["width"] for line in clean_files([photo], tmp_path / "out", 1024)] == [1024]


def test_name_of_the_original_is_not_kept(tmp_path: Path) -> None:
    """A phone's file name tells the day and second the photo was taken."""
    photo = tmp_path / "IMG_20240612_142233.jpg"
    photo.write_bytes(pictures.tagged_jpeg())
    (line,) = clean_files([photo], tmp_path / "out")
    assert "2024" not in Path(str(line["to"])).name


@pytest.mark.parametrize("blocked", ["file", "file/below"])
def test_unwritable_folder_is_told(tmp_path: Path, blocked: str) -> None:
    """A wrong folder would end in a traceback."""
    (tmp_path / "file").write_text("in the way")
    photo = tmp_path / "a.jpg"
    photo.write_bytes(pictures.tagged_jpeg())
    (line,) = clean_files([photo], tmp_path / blocked)
    assert (line["ok"], line["why"]) == (False, "not_written")
