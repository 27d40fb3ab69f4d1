"""Runs the migrations inside the transaction that the caller has begun."""

from alembic import context

from sync.store.schema import VERSION_TABLE
from sync.store.tables import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
