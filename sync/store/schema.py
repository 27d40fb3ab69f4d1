"""Which version of the tables a database has, and the way to ours."""

from importlib import resources
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Text, column, func, inspect, select, table

from sync.store.errors import StoreError
from sync.store.tables import METADATA

if TYPE_CHECKING:
    from alembic.config import Config

VERSION_TABLE = "fingerpost_version"

_MIGRATING = 0x66696E676572  # any number, the same in every fingerpost


def is_current(connection: Connection, store: str) -> bool:
    """Whether the database has our tables; StoreError if they are a newer fingerpost's or somebody else's.

    Asked without Alembic, whose import takes longer than most commands' reading of the store.
    """
    held = _held(connection)
    if held is None:
        _refuse_foreign_tables(connection, store)
        return False
    ours = versions()
    if held not in ours:
        raise StoreError(
            f"The store {store} was made by a newer fingerpost (its version is {held}).",
            hint="Use that fingerpost, or name another store.",
        )
    return held == ours[-1]


def _held(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    return connection.scalar(select(column("version_num", Text)).select_from(table(VERSION_TABLE)))


def versions() -> list[str]:
    """Every version that the tables have had, ours last: what the migrations' files are named by."""
    files = resources.files("sync.store.migrations.versions").iterdir()
    return sorted(file.name.partition("_")[0] for file in files if file.name.endswith(".py"))


def migrate(connection: Connection, store: str) -> None:
    """Brings the tables to our version inside the caller's transaction; two processes at once do it once."""
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_advisory_xact_lock(_MIGRATING)))
    if not is_current(connection, store):
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _config() -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "sync.store:migrations")
    return config


def _refuse_foreign_tables(connection: Connection, store: str) -> None:
    """A file is ours alone; a PostgreSQL schema may be shared as long as no name is taken."""
    found = set(inspect(connection).get_table_names())
    foreign = found & METADATA.tables.keys() if connection.dialect.name == "postgresql" else found
    if foreign:
        raise StoreError(
            f"{store} is not a fingerpost store: it already holds other tables ({', '.join(sorted(foreign)[:3])}).",
            hint="Name another store.",
        )
