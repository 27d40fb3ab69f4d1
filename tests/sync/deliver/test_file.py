"""A report in a folder: whole, or the one before it."""

from pathlib import Path

import pytest

from mappings.problems import Problems
from sync.deliver.file import write


def test_it_makes_the_folder_and_writes_the_text(tmp_path: Path) -> None:
    write(tmp_path / "new" / "report.txt", "zwei\n")
    assert (tmp_path / "new" / "report.txt").read_bytes() == b"zwei\n"


def test_a_text_that_cannot_be_written_leaves_the_old_one_and_nothing_beside_it(tmp_path: Path) -> None:
    write(tmp_path / "report.txt", "old")
    with pytest.raises(UnicodeEncodeError):
        write(tmp_path / "report.txt", "half a pair: \ud800")
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"report.txt": "old"}


@pytest.mark.parametrize("name", ["folder", "file/report.txt"])
def test_a_place_that_takes_no_file_is_told(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(Problems, match=f"{name}: cannot be written: "):
        write(tmp_path / name, "text")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "folder"]
