"""Count the seats that a call for cover looks for, and keep one open call a slot."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0007"

_OPEN = sa.text("status = 'open'")


def upgrade() -> None:
    """Add the count, and the index that the statements of calls rely on."""
    op.add_column("cover", sa.Column("seats", sa.Integer(), nullable=False, server_default="1"))
    op.create_index("uq_cover_open", "cover", ["slot_id"], unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)
