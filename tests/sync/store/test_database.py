"""A store opens, or says in one sentence why not and leaves everything as it was."""

import os
import socket
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine, inspect

from sync.store import place
from sync.store.apply import apply
from sync.store.database import connect
from sync.store.errors import StoreError
from sync.store.schema import VERSION_TABLE, versions
from sync.store.tables import METADATA
from tests.sync.store.batches import batch, contents, item


def refusal(url: str) -> str:
    with pytest.raises(StoreError) as refused:
        connect(url)
    assert refused.value.hint
    return str(refused.value)


def test_a_new_store_has_its_tables(store: Engine) -> None:
    assert set(inspect(store).get_table_names()) == {*METADATA.tables, VERSION_TABLE}


def test_a_store_keeps_what_it_has_when_opened_again(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/facts.db"
    first = connect(url)
    apply(first, batch(item(1)))
    assert contents(connect(url)) == contents(first)


def test_sqlite_waits_for_the_disk_and_lets_readers_read(sqlite_store: Engine) -> None:
    with sqlite_store.connect() as connection:
        settings = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")]
    assert settings == ["wal", 2]


@pytest.mark.parametrize(
    "url",
    [
        "",
        "fingerpost.db",
        "sqlite://",
        "sqlite:///:memory:",
        "sqlite+aiosqlite:///facts.db",
        "postgresql://ops@host:port/facts",
        "mysql://root@host/db",
    ],
)
def test_a_url_of_no_store(url: str) -> None:
    assert refusal(url)


def test_no_folder(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path}/none/facts.db") == (
        f"The folder of the store {tmp_path}/none/facts.db does not exist."
    )
    assert not (tmp_path / "none").exists()


def test_no_sqlite_database(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("These are my notes on the road ahead.")
    assert refusal(f"sqlite:///{path}") == f"{path} is not a SQLite database."
    assert path.read_text() == "These are my notes on the road ahead."


def test_a_damaged_database(tmp_path: Path) -> None:
    path = tmp_path / "facts.db"
    connect(f"sqlite:///{path}").dispose()
    path.write_bytes(path.read_bytes()[:100] + b"\xff" * 8192)
    assert str(path) in refusal(f"sqlite:///{path}")


def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    assert refusal(f"sqlite:///{tmp_path}") == f"The store {tmp_path} is not a file."


def test_somebody_else_s_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "places.db"
    with closing(sqlite3.connect(path)) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    before = path.read_bytes()
    assert "bookmarks" in refusal(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_postgresql_schema_may_be_shared_but_our_names_must_be_free(fresh_postgres_url: str) -> None:
    engine = connect(fresh_postgres_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE neighbours (name TEXT)")
    assert set(inspect(connect(fresh_postgres_url)).get_table_names()) > {"neighbours", "work_items"}
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP TABLE {VERSION_TABLE}")
    assert "already holds other tables" in refusal(fresh_postgres_url)


def test_a_newer_fingerpost_s_store(store: Engine) -> None:
    with store.begin() as connection:
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '9999'")
    url = store.url.render_as_string(hide_password=False)
    assert "was made by a newer fingerpost (its version is 9999)" in refusal(url)
    with store.begin() as connection:
        assert connection.exec_driver_sql(f"SELECT version_num FROM {VERSION_TABLE}").scalar() == "9999"
        # Others have this store next.
        connection.exec_driver_sql(f"UPDATE {VERSION_TABLE} SET version_num = '{versions()[-1]}'")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_is_not_writable(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    assert refusal(f"sqlite:///{tmp_path}/facts.db") == f"The folder of the store {tmp_path}/facts.db is not writable."


@pytest.mark.parametrize(("kind", "refused"), [("nfs4", True), ("cifs", True), ("ext4", False), ("overlay", False)])
def test_a_network_file_system(tmp_path: Path, kind: str, refused: bool) -> None:
    device = tmp_path.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    mounts = f"21 1 0:5 / /proc rw - proc proc rw\n36 35 {number} / {tmp_path} rw shared:1 - {kind} server:/export rw\n"
    if not refused:
        place.check(tmp_path / "facts.db", mounts=mounts)
        return
    with pytest.raises(StoreError, match=f"network file system \\({kind}\\)"):
        place.check(tmp_path / "facts.db", mounts=mounts)


def test_a_server_that_nobody_runs_is_named_without_its_password() -> None:
    with closing(socket.socket()) as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        said = refusal(f"postgresql://ops:s3cret@127.0.0.1:{port}/facts?password=t0psecret")
    assert said.startswith(f"The store postgresql://ops:***@127.0.0.1:{port}/facts cannot be used: ")
    assert "cret" not in said


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_processes_that_start_at_once_make_one_store(
    request: pytest.FixtureRequest, tmp_path: Path, database: str
) -> None:
    sqlite = f"sqlite:///{tmp_path}/facts.db"
    url = sqlite if database == "sqlite" else request.getfixturevalue("fresh_postgres_url")
    script = "import sys; from sync.store.database import connect; connect(sys.argv[1])"
    started = [
        subprocess.Popen([sys.executable, "-c", script, url], stderr=subprocess.PIPE, text=True) for _ in range(4)
    ]
    errors = [process.communicate(timeout=60)[1] for process in started]
    assert [process.returncode for process in started] == [0, 0, 0, 0], errors
    assert set(inspect(connect(url)).get_table_names()) == {*METADATA.tables, VERSION_TABLE}
