"""Keep on which of their channels people want which messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "channel_preference",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("address_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_channel_preference_person_id"),
        sa.ForeignKeyConstraint(["address_id"], ["address.id"], name="fk_channel_preference_address_id"),
        sa.PrimaryKeyConstraint("person_id", "purpose", name="pk_channel_preference"),
    )
