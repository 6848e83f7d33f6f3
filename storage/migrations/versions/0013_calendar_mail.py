"""Keep what calendars were told by e-mail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Add what was told about each booking, and the file that goes with a message."""
    op.add_column("outbox", sa.Column("calendar", sa.Text(), nullable=True))
    op.create_table(
        "calendar_mail",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("told", sa.String(), nullable=False),
        sa.Column("seen_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_calendar_mail_booking_id"),
        sa.PrimaryKeyConstraint("booking_id", name="pk_calendar_mail"),
    )
    op.create_index("ix_booking_changed", "booking", ["hub", "changed_at"])
