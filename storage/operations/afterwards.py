"""Look for shifts that are over: who was at the door, who has to be asked whether they came, and who did not answer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from flows.facts import Booking
from flows.rules.attendance import ANSWER_WITHIN, ASK_AFTER
from storage.operations import hours, seats
from storage.operations.reminders import QUEUE, queue_params
from storage.operations.rows import BOOKING_COLUMNS, SLOT_COLUMNS, read_booking
from storage.operations.scope import Scope
from storage.statements import Operation, Row, Statement
from storage.store import NewMessage
from storage.tables import to_micros

#: Through the slots that have begun lately: their index is by start.
OVER: Final = f"""
    SELECT k.person_id, k.arrived_at, p.language AS person_language, p.zone AS person_zone,
        {BOOKING_COLUMNS}, {SLOT_COLUMNS}
    FROM slot AS s
    JOIN booking AS k ON k.slot_id = s.id
    JOIN person AS p ON p.id = k.person_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE s.hub = :hub AND s.kind = 'shift' AND s.starts_at > :since AND s.starts_at <= :until AND NOT s.cancelled
        AND s.starts_at + CAST(s.minutes AS BIGINT) * 60000000 <= :until
        AND k.status IN ('booked', 'confirmed') AND k.asked_after_at IS NULL
    ORDER BY s.starts_at, k.id
    LIMIT :limit
"""  # noqa: S608 - a constant
#: 3 UNKNOWN, 4 SENT, 5 DELIVERED: it may have reached them.
UNANSWERED: Final = """
    SELECT k.ref, k.person_id, EXISTS (
        SELECT 1 FROM outbox AS o
        WHERE o.hub = k.hub AND o.dedupe_key = 'after:' || k.ref AND o.status IN (3, 4, 5)) AS reached
    FROM booking AS k
    WHERE k.hub = :hub AND k.asked_after_at IS NOT NULL AND k.status IN ('booked', 'confirmed')
        AND k.asked_after_at <= :until
    ORDER BY k.asked_after_at
    LIMIT :limit
"""
_RULE: Final = "rule:after_shift"
_ASKED: Final = """
    UPDATE booking SET asked_after_at = :now, asked = :asked, changed_at = :now
    WHERE hub = :hub AND ref = :booking AND status IN ('booked', 'confirmed') AND asked_after_at IS NULL
    RETURNING id
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """A shift that somebody had a place in and that is over; they have said nothing since."""

    person_id: int
    booking: Booking
    #: Whether they said HERE.
    arrived: bool
    language: str | None
    zone: str | None


def over(hub: str, now: datetime, since: datetime, limit: int) -> Operation[list[Over]]:
    """List shifts that ended an hour ago or more, of whoever said neither DONE nor that they could not come.

    Args:
        since: those that began earlier have been looked at.
    """
    until = to_micros(now - ASK_AFTER)
    rows = yield Statement(OVER, {"hub": hub, "since": to_micros(since), "until": until, "limit": limit})
    return [_over(row) for row in rows]


def _over(row: Row) -> Over:
    return Over(
        person_id=row["person_id"],
        booking=read_booking(row),
        arrived=row["arrived_at"] is not None,
        language=row["person_language"],
        zone=row["person_zone"],
    )


def ask(hub: str, booking: str, message: NewMessage, now: datetime) -> Operation[None]:
    """Ask once whether they came."""
    if (yield Statement(_ASKED, {"hub": hub, "booking": booking, "asked": False, "now": to_micros(now)})):
        yield from seats.heard_from(_scope(hub, message.person_id, now), booking)  # it is over: staff need not ask
        yield Statement(QUEUE, queue_params(hub, message, now))


def count_as_planned(hub: str, one: Over, message: NewMessage, now: datetime) -> Operation[None]:
    """Claim the planned time for who was at the door and said no more, and tell them; a clash is for a human."""
    if not (yield Statement(_ASKED, {"hub": hub, "booking": one.booking.ref, "asked": False, "now": to_micros(now)})):
        return
    scope = _scope(hub, one.person_id, now)
    minutes = one.booking.slot.minutes
    if (yield from hours.claim(scope, one.booking.ref, minutes=minutes, author=_RULE)):
        yield Statement(QUEUE, queue_params(hub, message, now))
    else:
        yield from hours.open_task(scope, kind="hours_overlap", booking_id=None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered:
    """A shift of which somebody was asked whether they came, and has not answered in time."""

    person_id: int
    booking: str
    #: Whether the question may have reached them.
    reached: bool


def unanswered(hub: str, now: datetime, limit: int) -> Operation[list[Unanswered]]:
    """List questions that nobody answered in time."""
    rows = yield Statement(UNANSWERED, {"hub": hub, "until": to_micros(now - ANSWER_WITHIN), "limit": limit})
    return [Unanswered(person_id=row["person_id"], booking=row["ref"], reached=bool(row["reached"])) for row in rows]


def give_up(hub: str, one: Unanswered, now: datetime) -> Operation[None]:
    """Note as missing whoever was asked and did not answer."""
    cause = "no answer" if one.reached else hours.NOT_REACHED
    yield from hours.miss(_scope(hub, one.person_id, now), one.booking, cause=cause, author=_RULE)


def give_up_unasked(hub: str, one: Over, now: datetime) -> Operation[None]:
    """Note as missing, without blame, whoever could not be asked while it was fresh: we were away ourselves."""
    scope = _scope(hub, one.person_id, now)
    yield from hours.miss(scope, one.booking.ref, cause=hours.NOT_REACHED, author=_RULE)


def _scope(hub: str, person_id: int, now: datetime) -> Scope:
    return Scope(hub=hub, person_id=person_id, address_id=0, now=to_micros(now))
