"""Tell what takes place on a day, and what the bot did in a night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, select

from storage.tables import Site, SlotRow, to_micros

_CONFIRMED: Final = """
    SELECT b.slot_id, count(*) FROM booking AS b
    WHERE b.slot_id IN :slots AND b.status IN ('confirmed', 'attended') GROUP BY b.slot_id
"""
#: What is counted of a stretch of time, each within an index that begins with the hub.
_DONE: Final = {
    "wrote": "SELECT count(DISTINCT person_id) FROM inbound WHERE hub = :hub AND received_at >= :since"
    " AND received_at < :until AND kind IN ('message', 'tap')",
    "came": "SELECT count(*) FROM person AS p WHERE p.hub = :hub AND p.changed_at >= :since AND p.created_at >= :since"
    " AND p.created_at < :until AND EXISTS (SELECT 1 FROM conversation AS c WHERE c.person_id = p.id)",
    "booked": "SELECT count(*) FROM booking WHERE hub = :hub AND changed_at >= :since AND created_at >= :since"
    " AND created_at < :until AND status <> 'released'",
    "failed": "SELECT count(*) FROM outbox WHERE hub = :hub AND status IN (6, 7) AND settled_at >= :since"
    " AND settled_at < :until",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """A training or shift, and how far it is filled."""

    slot: SlotRow
    site: Site | None
    #: Of those who have a place, how many said that they come, or came.
    confirmed: int

    @property
    def is_full(self) -> bool:
        """Whether nobody is missing."""
        return self.slot.taken >= self.slot.capacity


def list_planned(
    session: Session, hub: str, *, since: datetime, until: datetime, sites: frozenset[int] | None
) -> Sequence[Planned]:
    """List what begins in a stretch of time, at the sites that a user sees, earliest first."""
    query = (
        select(SlotRow, Site)
        .join(Site, col(Site.id) == col(SlotRow.site_id), isouter=True)
        .where(
            col(SlotRow.hub) == hub,
            col(SlotRow.starts_at) >= since,
            col(SlotRow.starts_at) < until,
            col(SlotRow.cancelled).is_(False),
            col(SlotRow.kind).in_(["training", "shift"]),
        )
        .order_by(col(SlotRow.starts_at), col(SlotRow.id))
    )
    if sites is not None:
        query = query.where(col(SlotRow.site_id).in_(sites))
    rows = session.exec(query).all()
    counted = text(_CONFIRMED).bindparams(bindparam("slots", expanding=True))
    numbers = [slot.id for slot, _ in rows]
    confirmed: dict[Any, int] = {
        slot: int(count) for slot, count in session.connection().execute(counted, {"slots": numbers})
    }
    return [Planned(slot=slot, site=site, confirmed=confirmed.get(slot.id, 0)) for slot, site in rows]


def count_done(session: Session, hub: str, *, since: datetime, until: datetime) -> dict[str, int]:
    """Count who wrote and who came, places that were taken, and messages that did not arrive, in a stretch of time."""
    params = {"hub": hub, "since": to_micros(since), "until": to_micros(until)}
    return {name: int(session.connection().execute(text(query), params).scalar_one()) for name, query in _DONE.items()}
