"""Tell what came of a broadcast: who got it, who answered, who left, what failed and why, and what it cost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sqlmodel import Session

from storage.broadcasts import ask, progress
from storage.recipients import ANSWERED
from storage.store import OutboxStatus
from storage.tables import BroadcastRow, from_micros

#: Rows of the list that are read at once.
_PAGE: Final = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Cause:
    """Why some people have not got it, or not yet."""

    status: OutboxStatus
    #: ``flows.reasons`` says it in words; empty: none is known.
    reason: str
    people: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What came of a broadcast up to now."""

    #: People it would reach, when it was confirmed; fewer messages may stand in the outbox, since some left meanwhile.
    people: int
    counts: Mapping[OutboxStatus, int]
    #: Of what waits, was dropped, refused or did not arrive; most frequent first.
    causes: tuple[Cause, ...]
    answered: int
    #: People who opted out after they got it.
    opted_out: int
    #: Parts of text messages.
    texts: int

    @property
    def sent(self) -> int:
        """People whom it has left to, as far as we know."""
        return sum(self.counts.get(status, 0) for status in _LEFT)

    @property
    def decided(self) -> int:
        """People of whom nothing is left to be done."""
        return sum(number for status, number in self.counts.items() if status >= OutboxStatus.SENT)


_LEFT: Final = (OutboxStatus.UNKNOWN, OutboxStatus.SENT, OutboxStatus.DELIVERED)


def report(session: Session, broadcast: BroadcastRow) -> Report:
    """Count what came of a broadcast up to now."""
    params = {"id": broadcast.id}
    (sums,) = ask(session, _SUMS, params)
    return Report(
        people=broadcast.total,
        counts=progress(session, broadcast),
        causes=causes(session, broadcast),
        answered=sums["answered"] or 0,
        opted_out=sums["opted_out"] or 0,
        texts=sums["texts"] or 0,
    )


def causes(session: Session, broadcast: BroadcastRow) -> tuple[Cause, ...]:
    """Count why some have not got it, or not yet; most frequent first."""
    return tuple(
        Cause(status=OutboxStatus(row["status"]), reason=row["reason"] or "", people=row["people"])
        for row in ask(session, _CAUSES, {"id": broadcast.id})
    )


_CAUSES: Final = """
    SELECT o.status, o.reason, count(*) AS people FROM outbox AS o
    WHERE o.broadcast_id = :id AND o.status IN (0, 3, 6, 7, 8)
    GROUP BY o.status, o.reason ORDER BY people DESC, o.status, o.reason
"""
_SUMS: Final = f"""
    SELECT SUM(CASE WHEN {ANSWERED} THEN 1 ELSE 0 END) AS answered,
        SUM(CASE WHEN a.opted_out_at >= o.settled_at THEN 1 ELSE 0 END) AS opted_out, SUM(o.segments) AS texts
    FROM outbox AS o LEFT JOIN address AS a ON a.id = o.address_id
    WHERE o.broadcast_id = :id AND o.status IN (3, 4, 5)
"""  # noqa: S608 - a constant


def list_messages(session: Session, broadcast: BroadcastRow) -> Iterator[Mapping[str, object]]:
    """List what came of each message, for a spreadsheet: ``person``, ``channel``, ``status``, ``reason`` …"""
    last = 0
    while rows := ask(session, _MESSAGES, {"id": broadcast.id, "last": last, "limit": _PAGE}):
        for row in rows:
            yield {
                "person": row["person"] or "",
                "first_name": row["given_name"] or "",
                "family_name": row["family_name"] or "",
                "channel": row["channel"],
                "status": OutboxStatus(row["status"]).name.lower(),
                "reason": row["reason"] or "",
                "at": from_micros(row["settled_at"]).isoformat(timespec="seconds") if row["settled_at"] else "",
                "texts": row["segments"] or 0,
                "answered": "yes" if row["answered"] else "no",
            }
        last = rows[-1]["id"]


_MESSAGES: Final = f"""
    SELECT o.id, p.ref AS person, p.given_name, p.family_name, o.channel, o.status, o.reason, o.settled_at, o.segments,
        CASE WHEN o.settled_at IS NOT NULL AND o.status IN (3, 4, 5) THEN {ANSWERED} END AS answered
    FROM outbox AS o LEFT JOIN person AS p ON p.id = o.person_id
    WHERE o.broadcast_id = :id AND o.id > :last ORDER BY o.id LIMIT :limit
"""  # noqa: S608 - a constant
