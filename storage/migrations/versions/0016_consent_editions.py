"""Keep which edition of the consent form was signed, and until when an older one still holds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Add the edition to the evidence, and to each guardian which edition they were asked for anew."""
    op.add_column("guardian_consent", sa.Column("edition", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("guardian", sa.Column("asked_edition", sa.Integer(), nullable=True))
    op.add_column("guardian", sa.Column("lapses_on", sa.Date(), nullable=True))
