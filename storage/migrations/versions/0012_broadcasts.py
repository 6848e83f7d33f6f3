"""Keep drafts, pauses and ends of broadcasts, saved audiences, what a day has cost, and consent by country and purpose."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from flows.rules.countries import country_of

revision = "0012"
down_revision = "0011"

#: Addresses whose country is looked up at once.
_BATCH = 5_000


def upgrade() -> None:
    """Add the columns and tables, and read the country of every phone number."""
    op.add_column("address", sa.Column("country", sa.String(), nullable=True))
    op.add_column("address", sa.Column("no_broadcasts_at", sa.BigInteger(), nullable=True))
    op.add_column("consent", sa.Column("source", sa.String(), nullable=False, server_default=""))
    op.create_index("ix_consent_ended", "consent", ["hub", "granted", "at"])
    op.add_column("broadcast", sa.Column("name", sa.String(), nullable=False, server_default=""))
    op.add_column("broadcast", sa.Column("author", sa.String(), nullable=False, server_default=""))
    op.add_column("broadcast", sa.Column("first_name_else", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("broadcast", sa.Column("site_else", sa.Text(), nullable=False, server_default="{}"))
    op.add_column("broadcast", sa.Column("cap", sa.Integer(), nullable=True))
    op.add_column("broadcast", sa.Column("up_to_person_id", sa.Integer(), nullable=True))
    op.add_column("broadcast", sa.Column("written", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("broadcast", sa.Column("is_written", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("broadcast", sa.Column("is_open", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("broadcast", sa.Column("code_hash", sa.String(), nullable=True))
    op.add_column("broadcast", sa.Column("code_expires_at", sa.BigInteger(), nullable=True))
    op.add_column("broadcast", sa.Column("confirmed_at", sa.BigInteger(), nullable=True))
    op.add_column("broadcast", sa.Column("ended_at", sa.BigInteger(), nullable=True))
    op.execute("UPDATE broadcast SET confirmed_at = created_at, is_open = (status = 'confirmed')")
    op.execute(
        "UPDATE broadcast SET is_written = (1 = 1), is_open = (1 = 1), status = 'sending' WHERE status = 'written'"
    )
    op.create_index(
        "ix_broadcast_open",
        "broadcast",
        ["hub", "id"],
        sqlite_where=sa.text("is_open"),
        postgresql_where=sa.text("is_open"),
    )
    op.create_index(
        "ix_outbox_unasked",
        "outbox",
        ["person_id", "settled_at"],
        sqlite_where=sa.text("purpose IN ('broadcast', 'nudge') AND status IN (3, 4, 5, 6)"),
        postgresql_where=sa.text("purpose IN ('broadcast', 'nudge') AND status IN (3, 4, 5, 6)"),
    )
    op.create_table(
        "saved_audience",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("recipients", sa.Text(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_saved_audience"),
        sa.UniqueConstraint("hub", "name", name="uq_saved_audience_hub_name"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "spending",
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("hub", "day", name="pk_spending"),
    )
    _read_countries(op.get_bind())


def _read_countries(connection: sa.Connection) -> None:
    """Note where each phone number is from, as it is noted of new ones."""
    last = 0
    of_phones = sa.text(
        """SELECT id, "user" FROM address WHERE channel = 'sms' AND id > :last ORDER BY id LIMIT :limit"""
    )
    note = sa.text("UPDATE address SET country = :country WHERE id = :id")
    while rows := connection.execute(of_phones, {"last": last, "limit": _BATCH}).all():
        connection.execute(note, [{"id": row.id, "country": country_of("sms", row.user)} for row in rows])
        last = rows[-1].id
