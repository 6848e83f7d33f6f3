"""Find everybody who stands in a line without reading those who once did."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

_LIVE = sa.text("status IN ('waiting', 'offered')")


def upgrade() -> None:
    """Add the index that the clock looks through."""
    op.create_index(
        "ix_wait_live",
        "wait",
        ["hub", "status", "offered_until"],
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
