"""Whatever happens in the middle of a write, the store holds a batch whole or not at all."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Engine

from sync.store.apply import apply
from sync.store.database import writing
from sync.store.load import snapshot
from tests.sync.store.batches import at, batch, contents, item

#: Applies one batch over another, each time in a process that is killed before its nth statement, until one lives.
KILLED_AT_EVERY_STATEMENT = """
import itertools, json, os, signal, sys
from sqlalchemy import event
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.memory import recall
from tests.sync.store.batches import batch, change, contents, history, item, tombstone

def whole(version):
    changes = [change(1, str(n), to_text=str(version)) for n in range(version, version + 3)]
    gone = [tombstone("jira:issue:2", version)]
    return batch(item(1, updated=version), item(2), read=version, children=[history(1, *changes, version=version)],
                 tombstones=gone, watermarks={"issues": str(version)}, capabilities={"bulk": str(version)})

def die_before(nth, engine):
    statements = itertools.count(1)
    def count(*_):
        if next(statements) == nth:
            os.kill(os.getpid(), signal.SIGKILL)
    event.listen(engine, "before_cursor_execute", count)
    event.listen(engine, "commit", count)

def held(url):
    engine = connect(url)
    found = repr(sorted((name, sorted(map(repr, rows))) for name, rows in contents(engine).items()))
    found += str(recall(engine, "jira"))
    engine.dispose()
    return found

url = sys.argv[1]
apply(connect(url), whole(1))
before, seen = held(url), []
for nth in itertools.count(1):
    child = os.fork()
    if not child:
        engine = connect(url)
        die_before(nth, engine)
        apply(engine, whole(2))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    seen.append(held(url) == before)
    if status == 0:
        break
print(json.dumps(seen))
"""


def test_killed_before_any_statement_a_batch_has_left_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-c", KILLED_AT_EVERY_STATEMENT, f"sqlite:///{tmp_path}/facts.db"]
    run = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    *killed, survived = json.loads(run.stdout)
    assert len(killed) > 8  # BEGIN, four tables, four sets of children, what is remembered, COMMIT
    assert all(killed)
    assert not survived


def test_an_error_in_the_middle_leaves_nothing(store: Engine) -> None:
    apply(store, batch(item(1)))
    before = contents(store)
    too_large = item(3, level=2**70)
    with pytest.raises(Exception):  # noqa: B017, PT011 - each driver has its own
        apply(store, batch(item(2)), batch(item(4), too_large))
    assert contents(store) == before


def test_a_snapshot_does_not_drop_the_lock_of_a_writer_in_the_same_process(sqlite_store: Engine) -> None:
    """A second SQLite that opened the live file and closed it would drop it, and a commit would be lost."""
    other_process = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=0).execute('BEGIN IMMEDIATE')"
    with writing(sqlite_store) as connection:
        connection.exec_driver_sql("INSERT INTO leases VALUES ('jira', 'me', 1)")
        snapshot(sqlite_store, at(0))
        command = [sys.executable, "-c", other_process, str(sqlite_store.url.database)]
        run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "database is locked" in run.stderr
    assert contents(sqlite_store)["leases"] == {("jira", "me", 1)}
