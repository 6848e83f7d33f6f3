"""Count the seats that a call for cover looks for, keep one open call a slot, and find swaps whose time is up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_OPEN = sa.text("status = 'open'")
_ASKED = sa.text("status = 'asked'")


def upgrade() -> None:
    """Add the count, and the indexes that calls and swaps rely on."""
    op.add_column("cover", sa.Column("seats", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("ix_swap_open", "swap", ["hub", "expires_at"], sqlite_where=_ASKED, postgresql_where=_ASKED)
    op.create_index("uq_cover_open", "cover", ["slot_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
