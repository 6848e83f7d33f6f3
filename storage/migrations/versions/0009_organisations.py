"""Keep what bookings take of an allowance, when organisations were asked, and the letters about hours."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Add the reservations, the letters, and when an organisation was asked about a member."""
    op.add_column("membership", sa.Column("asked_at", sa.BigInteger(), nullable=True))
    op.create_table(
        "reservation",
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("allowance_id", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.BigInteger(), nullable=True),
        sa.Column("asked_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_reservation_booking_id"),
        sa.ForeignKeyConstraint(["allowance_id"], ["allowance.id"], name="fk_reservation_allowance_id"),
        sa.PrimaryKeyConstraint("booking_id", name="pk_reservation"),
    )
    op.create_index("ix_reservation_allowance_id", "reservation", ["allowance_id"])
    op.create_index("ix_reservation_held", "reservation", ["hub", "held_until"])
    op.create_table(
        "letter",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("initials", sa.String(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("first_on", sa.Date(), nullable=False),
        sa.Column("last_on", sa.Date(), nullable=False),
        sa.Column("issued_on", sa.Date(), nullable=False),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_letter"),
        sa.UniqueConstraint("hub", "code", name="uq_letter_hub_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_letter_person_id", "letter", ["person_id"])
