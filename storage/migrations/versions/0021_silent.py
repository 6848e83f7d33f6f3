"""Find guardians and references who have been asked and have not answered by when they were asked."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """Add the indexes."""
    asked = sa.text("status = 'asked'")
    for table in ("guardian", "referee"):
        op.create_index(f"ix_{table}_asked", table, ["hub", "asked_at"], sqlite_where=asked, postgresql_where=asked)
