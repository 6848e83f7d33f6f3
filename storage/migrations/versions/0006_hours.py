"""Note who runs late, and find unanswered questions and open claims without reading the rest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

_UNANSWERED = sa.text("asked_after_at IS NOT NULL AND status IN ('booked', 'confirmed')")
_CLAIMED = sa.text("status = 'claimed'")


def upgrade() -> None:
    """Add the column and the indexes that the clock looks through."""
    op.add_column("booking", sa.Column("late_at", sa.BigInteger(), nullable=True))
    op.create_index(
        "ix_booking_unanswered",
        "booking",
        ["hub", "asked_after_at"],
        sqlite_where=_UNANSWERED,
        postgresql_where=_UNANSWERED,
    )
    op.create_index("ix_hours_claimed", "hours", ["hub", "site_id"], sqlite_where=_CLAIMED, postgresql_where=_CLAIMED)
