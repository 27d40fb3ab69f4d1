"""The inbox, the schedules, the trail of who decided what, and erased people."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_APPEND_ONLY = "the trail is only added to"


def upgrade() -> None:
    _create_inbox()
    op.create_table(
        "schedules",
        sa.Column("job", sa.Text(), nullable=False),
        sa.Column("began_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("job"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "erasures",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("digest"),
        sqlite_with_rowid=False,
    )
    _create_trail()


def _create_inbox() -> None:
    op.create_table(
        "deliveries",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("event", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("received_us", sa.BigInteger(), nullable=False),
        sa.Column("done_us", sa.BigInteger(), nullable=True),
        sa.Column("attempts", sa.BigInteger(), nullable=False),
        sa.Column("cause", sa.Text(), nullable=True),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("source", "id"),
    )
    op.create_index("deliveries_by_state", "deliveries", ["state", "source", "received_us"])
    op.create_table(
        "webhooks",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("last_us", sa.BigInteger(), nullable=True),
        sa.Column("silent_us", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("source"),
        sqlite_with_rowid=False,
    )


def _create_trail() -> None:
    op.create_table(
        "trail",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.Column("who", sa.Text(), nullable=False),
        sa.Column("deed", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    dialect = op.get_bind().dialect.name
    for statement in _GUARDS[dialect]:
        op.execute(sa.text(statement))


_GUARDS = {
    "sqlite": [
        f"CREATE TRIGGER trail_{deed} BEFORE {deed} ON trail BEGIN SELECT RAISE(ABORT, '{_APPEND_ONLY}'); END"
        for deed in ("UPDATE", "DELETE")
    ],
    "postgresql": [
        "CREATE FUNCTION fingerpost_keep_trail() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{_APPEND_ONLY}'; END $$",
        "CREATE TRIGGER trail_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON trail "
        "FOR EACH STATEMENT EXECUTE FUNCTION fingerpost_keep_trail()",
    ],
}
