"""Keep who was named as guardian, and what a link needs for its one-time codes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the guardians, and the columns of a link's codes."""
    op.create_table(
        "guardian",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("guardian_id", sa.Integer(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("language", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("stage_before", sa.String(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_guardian_person_id"),
        sa.ForeignKeyConstraint(["guardian_id"], ["person.id"], name="fk_guardian_guardian_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian"),
        sa.UniqueConstraint("ref", name="uq_guardian_ref"),
        sa.UniqueConstraint("person_id", "guardian_id", name="uq_guardian_person_id_guardian_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_guardian_guardian_id", "guardian", ["guardian_id"])
    op.add_column("link", sa.Column("address_id", sa.Integer(), nullable=True))
    op.add_column("link", sa.Column("code_expires_at", sa.BigInteger(), nullable=True))
    op.add_column("link", sa.Column("code_sent_at", sa.BigInteger(), nullable=True))
    op.add_column("link", sa.Column("codes_sent", sa.Integer(), server_default=sa.text("0"), nullable=False))
    op.add_column("link", sa.Column("counted_from", sa.BigInteger(), nullable=True))
    op.add_column("link", sa.Column("ticket_hash", sa.String(), nullable=True))
    op.add_column("link", sa.Column("ticket_expires_at", sa.BigInteger(), nullable=True))
