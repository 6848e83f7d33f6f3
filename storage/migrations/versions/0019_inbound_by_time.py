"""Count what people wrote in a stretch of time."""

from __future__ import annotations

from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_inbound_received", "inbound", ["hub", "received_at"])
