"""Keep what a hub publishes, when silent people are looked at again, and whom we must not write to for now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add publications, timers and the pause of an address."""
    op.create_table(
        "publication",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("files", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("published_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_publication"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_publication_hub", "publication", ["hub"])
    op.create_table(
        "timer",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("due_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_timer_person_id"),
        sa.PrimaryKeyConstraint("person_id", name="pk_timer"),
    )
    op.create_index("ix_timer_due", "timer", ["hub", "due_at"])
    op.add_column("address", sa.Column("paused_at", sa.BigInteger(), nullable=True))
