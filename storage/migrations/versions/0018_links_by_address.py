"""Find what somebody outside was sent by where they write from."""

from __future__ import annotations

from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """Add the index."""
    op.create_index("ix_link_address_id", "link", ["address_id"])
