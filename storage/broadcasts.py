"""Prepare a broadcast, say beforehand whom it would reach and whom not, and tell how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session, col, func, select, text

from storage.operations.rows import write_json
from storage.recipients import MAY_BE_WRITTEN_TO, MEANT, Recipients
from storage.store import OutboxStatus
from storage.tables import BroadcastRow, OutboxRow

#: The address of a person ``p`` that a broadcast would go to.
_AT: Final = "person AS p LEFT JOIN address AS a ON a.id = p.address_id"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """People who are alike in what a broadcast's cost and hours depend on."""

    channel: str
    #: IANA zone; ``None`` when unknown.
    zone: str | None
    #: ``None`` when they have not chosen one.
    language: str | None
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Preview:
    """Whom a broadcast would reach and whom it would leave out."""

    groups: tuple[Group, ...]
    #: People left out, by reason: ``no_address``, ``opted_out``, ``unreachable``, ``no_consent``, ``paused``; each counts
    #: once.
    left_out: Mapping[str, int]

    @property
    def people(self) -> int:
        """How many would be written to."""
        return sum(group.people for group in self.groups)


def preview(session: Session, hub: str, recipients: Recipients) -> Preview:
    """Count whom a broadcast would reach now, and whom it would leave out and why."""
    connection, params = session.connection(), recipients.params(hub)
    return Preview(
        groups=tuple(Group(**row) for row in connection.execute(text(_GROUPS), params).mappings()),
        left_out={row.reason: row.people for row in connection.execute(text(_LEFT_OUT), params)},
    )


_GROUPS: Final = f"""
    SELECT a.channel, p.zone, p.language, count(*) AS people FROM {_AT}
    WHERE {MEANT} AND {MAY_BE_WRITTEN_TO}
    GROUP BY a.channel, p.zone, p.language
    ORDER BY a.channel, people DESC, p.zone, p.language
"""  # noqa: S608 - a constant
_LEFT_OUT: Final = f"""
    SELECT reason, count(*) AS people FROM (
        SELECT CASE
            WHEN a.id IS NULL THEN 'no_address'
            WHEN a.opted_out_at IS NOT NULL THEN 'opted_out'
            WHEN NOT a.reachable THEN 'unreachable'
            WHEN a.consented_at IS NULL THEN 'no_consent'
            ELSE 'paused'
        END AS reason
        FROM {_AT} WHERE {MEANT} AND (a.id IS NULL OR NOT ({MAY_BE_WRITTEN_TO}))
    ) AS left_out
    GROUP BY reason ORDER BY reason
"""  # noqa: S608 - a constant


def count_recipients(session: Session, hub: str, recipients: Recipients) -> int:
    """Count whom a broadcast would reach now."""
    return int(session.connection().execute(text(_COUNT), recipients.params(hub)).scalar_one())


_COUNT: Final = f"SELECT count(*) FROM {_AT} WHERE {MEANT} AND {MAY_BE_WRITTEN_TO}"  # noqa: S608 - a constant


def create(
    session: Session,
    hub: str,
    *,
    recipients: Recipients,
    body: Mapping[str, str],
    now: datetime,
    expires_at: datetime | None = None,
) -> BroadcastRow:
    """Confirm a broadcast; the clock then writes it to the outbox.

    Args:
        body: text by language; English is read by whoever chose a language that is missing.

    Raises:
        ValueError: when there is no English text.
    """
    if not body.get("en"):
        raise ValueError("A broadcast needs an English text: it is what people without a translation receive.")
    broadcast = BroadcastRow(
        hub=hub,
        status="confirmed",
        recipients=recipients.to_json(),
        body=write_json({language: words for language, words in body.items() if words}),
        total=count_recipients(session, hub, recipients),
        expires_at=expires_at,
        created_at=now,
    )
    session.add(broadcast)
    session.flush()
    return broadcast


def find(session: Session, hub: str, ref: str) -> BroadcastRow | None:
    """Find a broadcast by its reference."""
    return session.exec(
        select(BroadcastRow).where(col(BroadcastRow.hub) == hub, col(BroadcastRow.ref) == ref)
    ).one_or_none()


def list_broadcasts(session: Session, hub: str, *, limit: int = 50) -> Sequence[BroadcastRow]:
    """List broadcasts, latest first."""
    query = select(BroadcastRow).where(col(BroadcastRow.hub) == hub).order_by(col(BroadcastRow.id).desc())
    return session.exec(query.limit(limit)).all()


def progress(session: Session, broadcast: BroadcastRow) -> dict[OutboxStatus, int]:
    """Count a broadcast's messages by how far they have come."""
    counts = session.exec(
        select(OutboxRow.status, func.count())
        .where(col(OutboxRow.broadcast_id) == broadcast.id)
        .group_by(col(OutboxRow.status))
    ).all()
    return {OutboxStatus(status): number for status, number in sorted(counts)}
