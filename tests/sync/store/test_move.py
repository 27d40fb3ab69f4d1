"""A store that is moved is the same store: in a file, in a folder, in another kind of database."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select

from connectors.delivery import Delivery
from sync.store import deliveries, move, trail
from sync.store.apply import apply
from sync.store.database import connect, writing
from sync.store.deliveries import Arrival
from sync.store.errors import StoreError
from sync.store.memory import acquire, record_pass
from sync.store.trail import Step
from tests.sync.store.batches import at, batch, change, history, item, pull


def furnish(store: Engine) -> None:
    """Something of every type of column: texts, numbers, flags, bytes, and nothing."""
    changes = history(2, change(2, "1", own=True), change(2, "2"))
    told = item(1, title="Schöne “Grüße”\nund mehr", points=2.5, flagged=True, labels=("a", "b"), fields='{"x": 1}')
    apply(store, batch(told, item(2), pull(7, draft=True), children=[changes], read=10, watermarks={"issues": "5"}))
    record_pass(store, "jira", type="jira", complete_at=at(5))
    delivery = Delivery(headers={"x-github-event": "issues"}, body=b"\x00\xff{}", received_at=at(7))
    deliveries.keep(store, [Arrival(source="github", id="g", event="issues.deleted", delivery=delivery)])
    with writing(store) as connection:
        trail.note(connection, Step(at=at(8), who="olu", deed="retried", subject="github delivery g"))
    acquire(store, "jira", holder="somebody at work", now=at(9), for_s=60)


def held(store: Engine) -> dict[str, list[tuple[Any, ...]]]:
    with store.begin() as connection:
        return {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key.columns))]
            for table in move.TABLES
        }


@pytest.fixture
def full(sqlite_store: Engine) -> Engine:
    furnish(sqlite_store)
    return sqlite_store


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Engine]:
    engine = connect(f"sqlite:///{tmp_path}/fresh.db")
    yield engine
    engine.dispose()


def by_backup(source: Engine, target: Engine, folder: Path) -> int:
    move.back_up(source, folder / "backup.db")
    return move.restore(folder / "backup.db", target)


def by_lines(source: Engine, target: Engine, folder: Path) -> int:
    move.dump(source, folder / "whole", form="jsonl")
    return move.load(folder / "whole", target)


def by_parquet(source: Engine, target: Engine, folder: Path) -> int:
    move.dump(source, folder / "whole", form="parquet")
    return move.load(folder / "whole", target)


@pytest.mark.parametrize("way", [by_backup, by_lines, by_parquet])
def test_every_row_comes_through_as_it_was(
    full: Engine, fresh: Engine, tmp_path: Path, way: Callable[[Engine, Engine, Path], int]
) -> None:
    count = way(full, fresh, tmp_path)
    assert held(fresh) == held(full)
    assert count == sum(map(len, held(full).values())) > 8


def test_from_a_file_to_many_hosts_and_back_nothing_is_lost(
    full: Engine, postgres_store: Engine, fresh: Engine, tmp_path: Path
) -> None:
    by_parquet(full, postgres_store, tmp_path)
    assert held(postgres_store) == held(full)
    with writing(postgres_store) as connection:
        trail.note(connection, Step(at=at(9), who="olu", deed="moved", subject="the store"))
    assert [step.deed for step in trail.steps(postgres_store)] == ["moved", "retried"]
    by_backup(postgres_store, fresh, tmp_path)
    assert held(fresh) == held(postgres_store)


def test_a_store_that_holds_something_is_not_written_over_unasked(full: Engine, fresh: Engine) -> None:
    apply(fresh, batch(item(9)))
    with pytest.raises(StoreError, match="holds something already"):
        move.copy(full, fresh)
    move.copy(full, fresh, force=True)
    assert held(fresh) == held(full)


def test_a_trail_is_written_over_by_nobody(full: Engine, fresh: Engine) -> None:
    with pytest.raises(StoreError, match="only added to"):
        move.copy(fresh, full, force=True)


def test_a_backup_is_written_over_by_no_other_and_read_by_nobody_else(full: Engine, tmp_path: Path) -> None:
    file = tmp_path / "backup.db"
    move.back_up(full, file)
    assert file.stat().st_mode & 0o077 == 0
    with pytest.raises(StoreError, match="is there already"):
        move.back_up(full, file)


def test_an_export_that_is_cut_short_is_brought_back_not_at_all(full: Engine, fresh: Engine, tmp_path: Path) -> None:
    move.dump(full, tmp_path / "whole", form="jsonl")
    lines = (tmp_path / "whole" / "changes.jsonl").read_bytes().splitlines(keepends=True)
    (tmp_path / "whole" / "changes.jsonl").write_bytes(b"".join(lines[:-1]))
    with pytest.raises(StoreError, match="has 1 rows, and 2 were written"):
        move.load(tmp_path / "whole", fresh)
    assert not any(held(fresh).values())


def test_a_folder_of_something_else_is_none(fresh: Engine, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no export of a whole store"):
        move.load(tmp_path, fresh)
