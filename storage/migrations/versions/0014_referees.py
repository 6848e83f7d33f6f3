"""Keep whom people named as references, and what these answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "referee",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.BigInteger(), nullable=True),
        sa.Column("how_known", sa.String(), nullable=False),
        sa.Column("recommends", sa.Boolean(), nullable=True),
        sa.Column("comment", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_referee_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_referee"),
        sa.UniqueConstraint("ref", name="uq_referee_ref"),
        sa.UniqueConstraint("person_id", "address_id", name="uq_referee_person_id_address_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_referee_address_id", "referee", ["address_id"])
