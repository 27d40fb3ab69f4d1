"""What people post beside the files, what they ask for and wait for, and what sources still bear."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "acknowledgements",
        sa.Column("finding", sa.Text(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("reason", "role", "first_on", "last_on", "severity")),
        sa.PrimaryKeyConstraint("finding", "at_us"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "readings",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("objective", "measure", "read_on")),
        sa.Column("value", sa.Double(), nullable=False),
        sa.Column("at_us", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("objective", "measure", "read_on"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reckonings",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("key", "kind", "arguments", "state")),
        sa.Column("asked_us", sa.BigInteger(), nullable=False),
        sa.Column("until_us", sa.BigInteger(), nullable=True),
        sa.Column("result", sa.Text(), nullable=True),
        sa.Column("cause", sa.Text(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "quotas",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("source", "bucket")),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in ("remaining", "at_us")),
        sa.PrimaryKeyConstraint("source", "bucket"),
        sqlite_with_rowid=False,
    )
