"""Reports in a folder go when they are old, and nothing else does."""

from datetime import UTC, datetime
from pathlib import Path

from sync.deliver.folder import clear


def test_only_old_reports_go(tmp_path: Path) -> None:
    old = ["2026-W01-as-of-20260105T060000Z.html", "2026-11-02_2026-11-16-as-of-20260105T060000Z.json"]
    stay = ["2026-W46-as-of-20261116T060000Z.html", "latest.html", "notes-as-of-yesterday.txt", "strategy.yaml"]
    for name in (*old, *stay):
        (tmp_path / name).write_text("x")
    assert clear(tmp_path, before=datetime(2026, 6, 1, tzinfo=UTC)) == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(stay)


def test_a_folder_that_is_not_there_is_clear(tmp_path: Path) -> None:
    assert clear(tmp_path / "reports", before=datetime(2026, 6, 1, tzinfo=UTC)) == 0
