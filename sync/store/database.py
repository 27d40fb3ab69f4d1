"""Opens a store: SQLite by default, PostgreSQL for many hosts; says in one sentence why it will not."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection as SqliteConnection
from sqlite3 import register_adapter

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, InterfaceError, OperationalError, TimeoutError  # noqa: A004

from sync.store import place
from sync.store.errors import StoreError
from sync.store.schema import is_current, migrate

#: What says that the store cannot be reached now, or is full: of no use to try another row.
UNAVAILABLE = (InterfaceError, OperationalError, TimeoutError)


def why(error: Exception) -> str:
    """The database's own words for what keeps us from it, in one line."""
    return str(getattr(error, "orig", error)).strip().partition("\n")[0]


_BUSY_S = 60
_CACHE_KB = 16_384
_CONNECT_S = 10


def connect(url: str) -> Engine:
    """The store at `url`, made if it is not there and brought to our version; else StoreError, and nothing changed."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):  # a port that is no number is a ValueError
        raise StoreError("The store's URL cannot be read.", hint=_FORMS) from None
    match address.drivername:
        case "sqlite" | "sqlite+pysqlite":
            return _connect_sqlite(address)
        case "postgresql" | "postgresql+psycopg":
            return _connect_postgresql(address)
        case other:
            raise StoreError(f"A store cannot be kept in {other}.", hint=_FORMS)


def exists(url: str) -> bool:
    """Whether a store may be at `url`, without making one; whoever names a server means one that is there."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return True  # `connect` says what is wrong with it
    return address.get_backend_name() != "sqlite" or (bool(address.database) and Path(str(address.database)).exists())


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A transaction that waits for no writer."""
    with engine.begin() as connection:
        yield connection


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that may write; committed at the end of the block, rolled back by an exception.

    On SQLite it takes the write lock at once: a reader that turned writer half way would fail instead of waiting.
    """
    with engine.connect().execution_options(sqlite_begin="BEGIN IMMEDIATE") as connection, connection.begin():
        yield connection


_FORMS = "Write sqlite:///fingerpost.db, or postgresql://user@host/database."


def _connect_sqlite(address: URL) -> Engine:
    if not address.database or address.database == ":memory:" or address.query:
        raise StoreError("A SQLite store is a file, without options.", hint=_FORMS)
    path = Path(address.database)
    place.check(path)
    engine = create_engine(address, connect_args={"timeout": _BUSY_S}, hide_parameters=True)
    event.listen(engine, "connect", _set_up_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    try:
        with place.alone(path.parent):
            _bring_up(engine, str(path))
            with closing(engine.raw_connection()) as connection:
                # Kept in the file, and only set once we know that the file is ours.
                connection.cursor().execute("PRAGMA journal_mode = WAL")
    except OperationalError as error:
        raise StoreError(
            f"The store {path} cannot be used: {error.orig}.", hint="Is it held, or the disk full?"
        ) from error
    except DatabaseError as error:
        raise StoreError(f"The store {path} cannot be read: {error.orig}.", hint="Restore it from a backup.") from error
    return engine


def _connect_postgresql(address: URL) -> Engine:
    name = address.set(query={}).render_as_string(hide_password=True)
    engine = create_engine(
        address.set(drivername="postgresql+psycopg"),
        connect_args={"connect_timeout": _CONNECT_S},
        hide_parameters=True,  # an error's words go to the log, where no fact and no delivery belongs
        pool_pre_ping=True,  # a server that was restarted costs a connection, and no failure
    )
    try:
        _bring_up(engine, name)
    except DatabaseError as error:
        raise StoreError(
            f"The store {name} cannot be used: {why(error)}.", hint="Is the server up, and may this user make tables?"
        ) from error
    return engine


def _bring_up(engine: Engine, store: str) -> None:
    with reading(engine) as connection:
        if is_current(connection, store):
            return
    with writing(engine) as connection:
        migrate(connection, store)


# sqlite3 searches high and low for how to write each None and each truth value, unless it is told: half of an insert.
# It is told what needs no step of Python's: an empty mapping gives None for None.
_NOTHING: dict[None, None] = {}
register_adapter(type(None), _NOTHING.get)
register_adapter(bool, int)


def _set_up_sqlite(connection: SqliteConnection, _: object) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(f"PRAGMA cache_size = {-_CACHE_KB}")  # what a batch writes stays in memory until it is committed


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("sqlite_begin", "BEGIN"))
