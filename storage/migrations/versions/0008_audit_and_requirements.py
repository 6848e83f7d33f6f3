"""Make the trail of decisions the one place for moves, keep where its chain ends, and what is asked before a shift."""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_UNSEALED = sa.text("seal IS NULL")
_MOVES = """
    SELECT m.hub, p.ref, m.stage_from, m.stage_to, m.cause, m.at
    FROM stage_change AS m JOIN person AS p ON p.id = m.person_id ORDER BY m.id
"""
_NOTE = """
    INSERT INTO audit (hub, person_ref, author, what, detail, at)
    VALUES (:hub, :person_ref, 'unknown', 'stage', :detail, :at)
"""


def upgrade() -> None:
    """Move what was kept of stages into the trail; nobody had noted who was behind it."""
    op.create_index("ix_audit_unsealed", "audit", ["hub", "id"], sqlite_where=_UNSEALED, postgresql_where=_UNSEALED)
    op.create_table(
        "audit_head",
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("seal_no", sa.Integer(), nullable=False),
        sa.Column("seal", sa.String(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("hub", name="pk_audit_head"),
    )
    op.create_table(
        "requirement_policy",
        sa.Column("hub", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("needed", sa.Boolean(), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("months", sa.Integer(), nullable=True),
        sa.Column("min_age", sa.Integer(), nullable=True),
        sa.Column("below_age", sa.Integer(), nullable=True),
        sa.Column("audiences", sa.String(), nullable=False),
        sa.Column("roles", sa.String(), nullable=False),
        sa.Column("course", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("hub", "kind", name="pk_requirement_policy"),
    )
    op.add_column("requirement", sa.Column("told_days", sa.Integer(), nullable=True))
    op.execute("UPDATE requirement SET status = 'met' WHERE status = 'valid'")
    op.execute("UPDATE requirement SET status = 'refused' WHERE status = 'withdrawn'")
    connection = op.get_bind()
    for move in connection.execute(sa.text(_MOVES)).mappings().all():
        detail = {"from": move["stage_from"], "to": move["stage_to"], "cause": move["cause"]}
        connection.execute(
            sa.text(_NOTE),
            {
                "hub": move["hub"],
                "person_ref": move["ref"],
                "detail": json.dumps(detail, ensure_ascii=False, separators=(",", ":")),
                "at": move["at"],
            },
        )
    op.drop_table("stage_change")
