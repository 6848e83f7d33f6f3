"""Keep what comes after screening: requirements, organisations, hours, links, series, cover and an audit trail."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the tables and columns of a volunteer's life after sign-up."""
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("person_ref", sa.String(), nullable=True),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("what", sa.String(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("seal_no", sa.Integer(), nullable=True),
        sa.Column("seal", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit"),
        sa.UniqueConstraint("hub", "seal_no", name="uq_audit_hub_seal_no"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_audit_person", "audit", ["hub", "person_ref", "id"])
    op.create_table(
        "hours",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("booking_id", sa.Integer(), nullable=True),
        sa.Column("ledger", sa.String(), nullable=False),
        sa.Column("starts_at", sa.BigInteger(), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("audience", sa.String(), nullable=True),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("decided_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_hours"),
        sa.UniqueConstraint("ref", name="uq_hours_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_hours_hub", "hours", ["hub", "starts_at"])
    op.create_index("ix_hours_person", "hours", ["person_id"])
    op.create_index(
        "uq_hours_live",
        "hours",
        ["booking_id"],
        unique=True,
        sqlite_where=sa.text("status <> 'void' AND booking_id IS NOT NULL"),
        postgresql_where=sa.text("status <> 'void' AND booking_id IS NOT NULL"),
    )
    op.create_table(
        "link",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("token_hash", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("code_hash", sa.String(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=True),
        sa.Column("used_at", sa.BigInteger(), nullable=True),
        sa.Column("revoked_at", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_link"),
        sa.UniqueConstraint("token_hash", name="uq_link_token_hash"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_link_person_id", "link", ["person_id"])
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("slack_team", sa.String(), nullable=True),
        sa.Column("contact", sa.String(), nullable=False),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
        sa.UniqueConstraint("hub", "code", name="uq_organisation_hub_code"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_organisation_slack_team", "organisation", ["slack_team"])
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("rule", sa.String(), nullable=False),
        sa.Column("starts_local", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("made_until", sa.Date(), nullable=True),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_series"),
        sa.UniqueConstraint("ref", name="uq_series_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_series_hub", "series", ["hub"])
    op.create_table(
        "suppression",
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("address_hash", sa.String(), nullable=False),
        sa.Column("since", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hub", "address_hash", name="pk_suppression"),
    )
    op.create_table(
        "guardian_consent",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("guardian_name", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("form_version", sa.String(), nullable=False),
        sa.Column("via", sa.String(), nullable=False),
        sa.Column("given_at", sa.BigInteger(), nullable=False),
        sa.Column("withdrawn_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_guardian_consent_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_guardian_consent"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_guardian_consent_person_id", "guardian_consent", ["person_id"])
    op.create_table(
        "membership",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("approver", sa.String(), nullable=False),
        sa.Column("weekly_minutes", sa.Integer(), nullable=True),
        sa.Column("ends_on", sa.Date(), nullable=True),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["organisation_id"], ["organisation.id"], name="fk_membership_organisation_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_membership_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_membership"),
        sa.UniqueConstraint("person_id", "organisation_id", name="uq_membership_person_id_organisation_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_membership_hub", "membership", ["hub"])
    op.create_index("ix_membership_organisation_id", "membership", ["organisation_id"])
    op.create_table(
        "requirement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("nth", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=False),
        sa.Column("decided_by", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_requirement_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_requirement"),
        sa.UniqueConstraint("person_id", "kind", "nth", name="uq_requirement_person_id_kind_nth"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_requirement_hub", "requirement", ["hub"])
    op.create_table(
        "allowance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("membership_id", sa.Integer(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("granted_minutes", sa.Integer(), nullable=False),
        sa.Column("used_minutes", sa.Integer(), nullable=False),
        sa.Column("warned_percent", sa.Integer(), nullable=False),
        sa.CheckConstraint("used_minutes >= 0 AND used_minutes <= granted_minutes", name="ck_allowance_not_overdrawn"),
        sa.ForeignKeyConstraint(["membership_id"], ["membership.id"], name="fk_allowance_membership_id"),
        sa.PrimaryKeyConstraint("id", name="pk_allowance"),
        sa.UniqueConstraint("membership_id", "period", name="uq_allowance_membership_id_period"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "holiday",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=True),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_holiday_site_id"),
        sa.PrimaryKeyConstraint("id", name="pk_holiday"),
    )
    op.create_index("ix_holiday_hub", "holiday", ["hub"])
    op.create_table(
        "site_requirement",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name="fk_site_requirement_site_id"),
        sa.PrimaryKeyConstraint("site_id", "kind", name="pk_site_requirement"),
    )
    op.create_table(
        "cover",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("wave", sa.Integer(), nullable=False),
        sa.Column("next_wave_at", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name="fk_cover_slot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cover"),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_cover_due",
        "cover",
        ["hub", "next_wave_at"],
        sqlite_where=sa.text("status = 'open'"),
        postgresql_where=sa.text("status = 'open'"),
    )
    op.create_index("ix_cover_slot_id", "cover", ["slot_id"])
    op.create_table(
        "wait",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("slot_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("offered_until", sa.BigInteger(), nullable=True),
        sa.Column("joined_at", sa.BigInteger(), nullable=False),
        sa.Column("changed_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_wait_person_id"),
        sa.ForeignKeyConstraint(["slot_id"], ["slot.id"], name="fk_wait_slot_id"),
        sa.PrimaryKeyConstraint("id", name="pk_wait"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_wait_slot", "wait", ["slot_id", "status", "id"])
    op.create_index(
        "uq_wait_live",
        "wait",
        ["person_id", "slot_id"],
        unique=True,
        sqlite_where=sa.text("status IN ('waiting', 'offered')"),
        postgresql_where=sa.text("status IN ('waiting', 'offered')"),
    )
    op.create_table(
        "cover_ask",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("cover_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["cover_id"], ["cover.id"], name="fk_cover_ask_cover_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_cover_ask_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_cover_ask"),
        sa.UniqueConstraint("cover_id", "person_id", name="uq_cover_ask_cover_id_person_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_cover_ask_person", "cover_ask", ["person_id", "asked_at"])
    op.create_table(
        "swap",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("ref", sa.String(), nullable=False),
        sa.Column("booking_id", sa.Integer(), nullable=False),
        sa.Column("to_person_id", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["booking_id"], ["booking.id"], name="fk_swap_booking_id"),
        sa.ForeignKeyConstraint(["to_person_id"], ["person.id"], name="fk_swap_to_person_id"),
        sa.PrimaryKeyConstraint("id", name="pk_swap"),
        sa.UniqueConstraint("ref", name="uq_swap_ref"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_swap_booking_id", "swap", ["booking_id"])
    op.create_index("ix_swap_to_person_id", "swap", ["to_person_id"])
    op.add_column("booking", sa.Column("arrived_at", sa.BigInteger(), nullable=True))
    op.add_column("booking", sa.Column("asked_after_at", sa.BigInteger(), nullable=True))
    op.add_column("site", sa.Column("supervisor", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column("site", sa.Column("supervisor_contact", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column("slot", sa.Column("course", sa.String(), nullable=True))
    op.add_column("slot", sa.Column("needs_courses", sa.String(), server_default=sa.text("'[]'"), nullable=False))
    op.add_column("slot", sa.Column("subject", sa.String(), nullable=True))
    op.add_column("slot", sa.Column("grades", sa.String(), server_default=sa.text("''"), nullable=False))
    op.add_column("slot", sa.Column("language", sa.String(), nullable=True))
    op.execute("ALTER TABLE slot ADD COLUMN series_id INTEGER CONSTRAINT fk_slot_series_id REFERENCES series (id)")
    op.add_column("slot", sa.Column("series_day", sa.Date(), nullable=True))
    op.add_column("slot", sa.Column("ladder", sa.String(), server_default=sa.text("''"), nullable=False))
    op.create_index("ix_slot_series_id", "slot", ["series_id"])
