"""Read the calendar for whoever plans: what is on, who has a place, who waits, and who is asked to come."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import bindparam, text
from sqlmodel import Session, col, func, select

from flows.facts import BookingStatus
from storage.operations.preferences import reached
from storage.tables import BookingRow, HolidayRow, SlotRow, WaitRow, from_micros, to_micros

_HOLDS: Final = (BookingStatus.BOOKED.value, BookingStatus.CONFIRMED.value)
_WAITS: Final = ("waiting", "offered")
#: Days begin and end by the clock of each place: what may lie in them is looked through by instants of a day around.
_A_DAY: Final = timedelta(days=1)
#: No page shows more at once.
MOST: Final = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What a coordinator looks for; what is empty is not asked."""

    kind: str = ""
    role: str = ""
    #: A site's number.
    site: int | None = None
    #: Only what is to come and has a free seat.
    open_only: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One training or shift in the calendar."""

    ref: str
    kind: str
    #: Name by language.
    title: Mapping[str, str]
    #: The site's number; ``None`` for an online meeting.
    site_id: int | None
    #: The site's name, or the words for an online meeting.
    place: str
    role: str | None
    #: By the clock of the place.
    starts_local: datetime
    zone: str
    starts_at: datetime
    minutes: int
    capacity: int
    taken: int
    cancelled: bool
    one_to_one: bool
    #: Number of the series it belongs to.
    series_id: int | None
    #: Who stands in line.
    waiting: int
    #: Whether others are being asked to come.
    calling: bool

    @property
    def open(self) -> int:
        """Free seats."""
        return max(self.capacity - self.taken, 0)


_LISTED: Final = """
    SELECT s.ref, s.kind, s.title, s.site_id, COALESCE(t.name, s.place) AS place, s.role, s.starts_local, s.zone,
        s.starts_at, s.minutes, s.capacity, s.taken, s.cancelled, s.one_to_one, s.series_id,
        (SELECT count(*) FROM wait AS w WHERE w.slot_id = s.id AND w.status IN ('waiting', 'offered')) AS waiting,
        EXISTS (SELECT 1 FROM cover AS c WHERE c.slot_id = s.id AND c.status = 'open') AS calling
    FROM slot AS s LEFT JOIN site AS t ON t.id = s.site_id
    WHERE {condition} ORDER BY s.starts_at, s.id LIMIT :limit OFFSET :offset
"""


def list_days(
    session: Session,
    hub: str,
    first: date,
    last: date,
    sought: Sought,
    *,
    sites: frozenset[int] | None,
    now: datetime,
    limit: int = MOST,
    offset: int = 0,
) -> Sequence[Listed]:
    """List what begins on some days by the clock of its place, soonest first.

    Args:
        sites: numbers of the sites that the user sees; ``None`` for all.
    """
    condition, params = _condition(hub, first, last, sought, sites, now)
    statement = text(_LISTED.format(condition=condition))
    if sites is not None:
        statement = statement.bindparams(bindparam("sites", expanding=True))
    rows = session.connection().execute(statement, {**params, "limit": limit, "offset": offset}).mappings()
    return [_listed(row) for row in rows]


def _condition(
    hub: str, first: date, last: date, sought: Sought, sites: frozenset[int] | None, now: datetime
) -> tuple[str, dict[str, Any]]:
    begin, end = (datetime.fromisoformat(f"{day}T00:00+00:00") for day in (first, last))
    # Both kinds are named, so that the index on kind and start is used.
    kinds = "s.kind = :kind" if sought.kind else "s.kind IN ('training', 'shift')"
    parts = [
        "s.hub = :hub",
        kinds,
        "s.starts_at >= :since AND s.starts_at < :until",
        "s.starts_local >= :first AND s.starts_local < :after",
    ]
    params: dict[str, Any] = {
        "hub": hub,
        "since": to_micros(begin - _A_DAY),
        "until": to_micros(end + 2 * _A_DAY),
        "first": f"{first}T",
        "after": f"{last + _A_DAY}T",
    }
    if sought.kind:
        params["kind"] = sought.kind
    if sought.role:
        parts.append("s.role = :role")
        params["role"] = sought.role
    if sought.site is not None:
        parts.append("s.site_id = :site")
        params["site"] = sought.site
    if sought.open_only:
        parts.append("NOT s.cancelled AND s.taken < s.capacity AND s.starts_at > :now")
        params["now"] = to_micros(now)
    if sites is not None:
        parts.append("s.site_id IN :sites")
        params["sites"] = sorted(sites)
    return " AND ".join(parts), params


def _listed(row: Mapping[Any, Any]) -> Listed:
    fields = {name: row[name] for name in Listed.__slots__}
    return Listed(
        **fields
        | {
            "title": json.loads(row["title"]),
            "starts_local": datetime.fromisoformat(row["starts_local"]),
            "starts_at": from_micros(row["starts_at"]),
            "cancelled": bool(row["cancelled"]),
            "one_to_one": bool(row["one_to_one"]),
            "calling": bool(row["calling"]),
        }
    )


def find(session: Session, hub: str, ref: str, *, sites: frozenset[int] | None) -> SlotRow | None:
    """Find a slot by its reference; ``None`` when there is none, or not for a user who sees certain sites."""
    found = session.exec(select(SlotRow).where(col(SlotRow.hub) == hub, col(SlotRow.ref) == ref)).one_or_none()
    return found if found is not None and (sites is None or found.site_id in sites) else None


def days_off(session: Session, hub: str, first: date, last: date) -> dict[date, str]:
    """Name the days without school everywhere."""
    query = select(HolidayRow).where(
        col(HolidayRow.hub) == hub, col(HolidayRow.site_id).is_(None), col(HolidayRow.day).between(first, last)
    )
    return {row.day: row.name for row in session.exec(query).all()}


# --- who comes --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Seated:
    """Somebody with a place, or in line for one."""

    person_ref: str
    name: str
    status: str
    #: Texted that they are at the door, or would be late.
    arrived: bool = False
    late: bool = False
    #: Whether they were reminded and have not answered.
    silent: bool = False
    #: Whether they can be written to.
    reachable: bool = True


_SEATED: Final = f"""
    SELECT s.ref AS slot, p.ref AS person_ref, p.given_name, p.family_name, b.status, b.arrived_at, b.late_at, b.asked,
        a.reachable, a.opted_out_at, a.consented_at
    FROM slot AS s JOIN booking AS b ON b.slot_id = s.id AND b.status <> 'released'
    JOIN person AS p ON p.id = b.person_id LEFT JOIN address AS a ON a.id = {reached("'reminder'")}
    WHERE s.hub = :hub AND s.ref IN :slots ORDER BY lower(COALESCE(p.given_name, '')), b.id
"""  # noqa: S608 - a constant
_LINE: Final = """
    SELECT p.ref AS person_ref, p.given_name, p.family_name, w.status
    FROM wait AS w JOIN person AS p ON p.id = w.person_id
    WHERE w.slot_id = :slot AND w.status IN ('waiting', 'offered') ORDER BY w.id
"""


def list_seated(session: Session, hub: str, slots: Sequence[str]) -> dict[str, list[Seated]]:
    """List who has a place in each of some slots, by name; a slot without anybody is left out."""
    statement = text(_SEATED).bindparams(bindparam("slots", expanding=True))
    found: dict[str, list[Seated]] = {}
    for row in session.connection().execute(statement, {"hub": hub, "slots": list(slots)}).mappings():
        seated = Seated(
            person_ref=row["person_ref"],
            name=_name(row),
            status=row["status"],
            arrived=row["arrived_at"] is not None,
            late=row["late_at"] is not None,
            silent=row["status"] == BookingStatus.BOOKED and bool(row["asked"]),
            reachable=bool(row["reachable"] and row["consented_at"] and not row["opted_out_at"]),
        )
        found.setdefault(row["slot"], []).append(seated)
    return found


def list_line(session: Session, slot: SlotRow) -> list[Seated]:
    """List who stands in line for a slot, longest waiting first."""
    rows = session.connection().execute(text(_LINE), {"slot": slot.id}).mappings()
    return [Seated(person_ref=row["person_ref"], name=_name(row), status=row["status"]) for row in rows]


def _name(row: Mapping[Any, Any]) -> str:
    return " ".join(filter(None, (row["given_name"], row["family_name"])))


def name_people(session: Session, person_ids: Sequence[int]) -> dict[int, str]:
    """Name some people."""
    statement = text("SELECT id, given_name, family_name FROM person WHERE id IN :ids").bindparams(
        bindparam("ids", expanding=True)
    )
    return {
        row["id"]: _name(row)
        for row in session.connection().execute(statement, {"ids": sorted(set(person_ids))}).mappings()
    }


def count_concerned(session: Session, slots: Sequence[SlotRow]) -> tuple[int, int]:
    """Count the places, and the places in line, that would be lost if some slots were called off."""
    ids = [slot.id for slot in slots]
    booked = select(func.count()).where(col(BookingRow.slot_id).in_(ids), col(BookingRow.status).in_(_HOLDS))
    in_line = select(func.count()).where(col(WaitRow.slot_id).in_(ids), col(WaitRow.status).in_(_WAITS))
    return session.exec(booked).one(), session.exec(in_line).one()


# --- who is asked to come ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """How far a call for somebody to come has got."""

    status: str
    #: Still to be filled.
    seats: int
    asked: int
    declined: int
    next_at: datetime


_CALL: Final = """
    SELECT c.status, c.seats, c.next_wave_at, count(k.id) AS asked,
        COALESCE(SUM(CASE WHEN k.status = 'declined' THEN 1 ELSE 0 END), 0) AS declined
    FROM cover AS c LEFT JOIN cover_ask AS k ON k.cover_id = c.id
    WHERE c.slot_id = :slot GROUP BY c.id, c.status, c.seats, c.next_wave_at ORDER BY c.id DESC LIMIT 1
"""


def last_call(session: Session, slot: SlotRow) -> Call | None:
    """Tell how far the latest call for a slot has got; ``None`` when there was none."""
    row = session.connection().execute(text(_CALL), {"slot": slot.id}).mappings().first()
    if row is None:
        return None
    return Call(
        status=row["status"],
        seats=row["seats"],
        asked=row["asked"],
        declined=int(row["declined"]),
        next_at=from_micros(row["next_wave_at"]),
    )
