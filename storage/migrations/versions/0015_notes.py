"""Keep what coordinators note, answers they give again and again, and who holds a conversation since when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add notes and canned replies; say of a conversation since when it is held, and until when it may wait."""
    op.create_table(
        "note",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_note_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
        sa.UniqueConstraint("ref", name="uq_note_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_note_person_id", "note", ["person_id"])
    op.create_table(
        "canned_reply",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_canned_reply"),
        sa.UniqueConstraint("hub", "name", name="uq_canned_reply_hub_name"),
        sa.UniqueConstraint("ref", name="uq_canned_reply_ref"),
        sqlite_autoincrement=True,
    )
    op.add_column("conversation", sa.Column("held_at", sa.BigInteger(), nullable=True))
    op.add_column("conversation", sa.Column("snoozed_at", sa.BigInteger(), nullable=True))
    op.add_column("conversation", sa.Column("snoozed_until", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_conversation_held",
        "conversation",
        ["hub", "held_at"],
        sqlite_where=sa.text("held_by IS NOT NULL"),
        postgresql_where=sa.text("held_by IS NOT NULL"),
    )
    op.create_index(
        "ix_person_browse",
        "person",
        [
            "hub",
            "changed_at",
            "id",
            "stage",
            "audience",
            "role",
            "language",
            "campaign",
            "given_name",
            "family_name",
            "ref",
        ],
    )
