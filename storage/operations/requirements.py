"""Ask for what somebody has to bring, decide about it, and give back seats that it no longer allows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from flows.facts import Slot
from flows.rules.requirements import Held, Need, SiteNeed, Status, last_day
from storage.operations import audit, seats
from storage.operations.gates import LACKS
from storage.operations.rows import SLOT_COLUMNS, read_slot
from storage.operations.scope import Scope
from storage.statements import Batch, Operation, Params, Row, Statement
from storage.tables import from_micros, to_micros

# --- read -------------------------------------------------------------------------------------------------------------

HELD: Final = """
    SELECT kind, nth, status, valid_from, valid_until FROM requirement WHERE person_id = :person_id ORDER BY kind, nth
"""
_SITES: Final = "SELECT site_id, kind, needed, months FROM site_requirement WHERE hub = :hub"
_POLICY: Final = """
    SELECT kind, needed, many, months, min_age, below_age, audiences, roles, course
    FROM requirement_policy WHERE hub = :hub ORDER BY kind
"""


def held_by(person_id: int) -> Operation[tuple[Held, ...]]:
    """List what is known of a person's requirements."""
    rows = yield Statement(HELD, {"person_id": person_id})
    return tuple(map(read_held, rows))


def read_held(row: Row) -> Held:
    """Make a requirement of a row of ``HELD``."""
    return Held(
        kind=row["kind"],
        nth=row["nth"],
        status=Status(row["status"]),
        valid_from=read_day(row["valid_from"]),
        valid_until=read_day(row["valid_until"]),
    )


def read_day(value: object) -> date | None:
    """Read a day as either database gives it."""
    return None if value is None else date.fromisoformat(str(value))


def site_needs(hub: str) -> Operation[dict[int, dict[str, SiteNeed]]]:
    """List where sites ask for something else than the hub, by site and kind."""
    rows = yield Statement(_SITES, {"hub": hub})
    found: dict[int, dict[str, SiteNeed]] = {}
    for row in rows:
        found.setdefault(row["site_id"], {})[row["kind"]] = SiteNeed(needed=bool(row["needed"]), months=row["months"])
    return found


def needs(hub: str) -> Operation[tuple[Need, ...]]:
    """List what the hub asks, as it was written down when the process began or its files were published."""
    rows = yield Statement(_POLICY, {"hub": hub})
    return tuple(
        Need(
            kind=row["kind"],
            many=row["many"],
            months=row["months"],
            min_age=row["min_age"],
            below_age=row["below_age"],
            audiences=_listed(row["audiences"]),
            roles=_listed(row["roles"]),
            course=row["course"],
            needed=bool(row["needed"]),
        )
        for row in rows
    )


def _listed(written: str) -> frozenset[str]:
    return frozenset(filter(None, written.split(",")))


# --- what the hub asks ------------------------------------------------------------------------------------------------

_KEEP_NEED: Final = """
    INSERT INTO requirement_policy (hub, kind, needed, many, months, min_age, below_age, audiences, roles, course)
    VALUES (:hub, :kind, :needed, :many, :months, :min_age, :below_age, :audiences, :roles, :course)
"""


def keep_needs(hub: str, wanted: Sequence[Need]) -> Operation[None]:
    """Write down what the hub asks, for the statement that takes a seat."""
    if (yield from needs(hub)) == tuple(sorted(wanted, key=lambda need: need.kind)):
        return
    yield Statement("DELETE FROM requirement_policy WHERE hub = :hub", {"hub": hub})
    if wanted:
        yield Batch(_KEEP_NEED, [_need_params(hub, need) for need in wanted])


def _need_params(hub: str, need: Need) -> Params:
    return {
        "hub": hub,
        "kind": need.kind,
        "needed": need.needed,
        "many": need.many,
        "months": need.months,
        "min_age": need.min_age,
        "below_age": need.below_age,
        "audiences": _written(need.audiences),
        "roles": _written(need.roles),
        "course": need.course,
    }


def _written(names: frozenset[str]) -> str:
    return f",{','.join(sorted(names))}," if names else ""


# --- ask --------------------------------------------------------------------------------------------------------------

_ASK: Final = """
    INSERT INTO requirement (hub, person_id, kind, nth, status, reference, decided_by, changed_at)
    VALUES (:hub, :person_id, :kind, :nth, 'asked', '', '', :now)
    ON CONFLICT (person_id, kind, nth) DO UPDATE SET status = 'asked', changed_at = excluded.changed_at
    WHERE requirement.status = 'needed'
    RETURNING id
"""
_REF: Final = "SELECT ref FROM person WHERE id = :person_id"


def ask(scope: Scope, kinds: Sequence[tuple[str, int]]) -> Operation[None]:
    """Note that a person was asked for something; what is under way already stays as it is.

    Args:
        kinds: each with how many there have to be.
    """
    rows = yield Statement(_REF, {"person_id": scope.person_id})
    for kind, many in kinds:
        asked = 0
        for nth in range(1, many + 1):
            params: Params = {
                "hub": scope.hub,
                "person_id": scope.person_id,
                "kind": kind,
                "nth": nth,
                "now": scope.now,
            }
            asked += len((yield Statement(_ASK, params)))
        if asked:
            yield Statement(
                audit.NOTE,
                audit.params(
                    scope.hub,
                    person_ref=rows[0]["ref"],
                    author="rule:requirements",
                    what="requirement",
                    detail={"kind": kind, "status": Status.ASKED.value},
                    now=scope.now,
                ),
            )


# --- decide -----------------------------------------------------------------------------------------------------------

#: Turns and commands that take a seat for the person lock this row first: none of them sees half a decision.
LOCK: Final = "SELECT ref FROM person WHERE id = :person_id AND hub = :hub {for_update}"
_DECIDE: Final = """
    INSERT INTO requirement
        (hub, person_id, kind, nth, status, reference, decided_by, valid_from, valid_until, changed_at)
    VALUES (:hub, :person_id, :kind, :nth, :status, :reference, :decided_by, :valid_from, :valid_until, :now)
    ON CONFLICT (person_id, kind, nth) DO UPDATE
    SET status = excluded.status, reference = excluded.reference, decided_by = excluded.decided_by,
        valid_from = excluded.valid_from, valid_until = excluded.valid_until, changed_at = excluded.changed_at,
        told_days = NULL
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """What somebody decided about one requirement of one person."""

    kind: str
    nth: int = 1
    status: Status
    #: The checking agency's number; never the report.
    reference: str = ""
    #: ``coordinator:NAME``, ``rule:NAME``, ``link:PURPOSE``.
    author: str
    valid_from: date | None = None
    valid_until: date | None = None


def decide(hub: str, person_id: int, decided: Decided, now: datetime) -> Operation[None]:
    """Write a decision down, and into the trail."""
    (person,) = yield Statement(LOCK, {"hub": hub, "person_id": person_id})
    yield Statement(
        _DECIDE,
        {
            "hub": hub,
            "person_id": person_id,
            "kind": decided.kind,
            "nth": decided.nth,
            "status": decided.status.value,
            "reference": decided.reference,
            "decided_by": decided.author,
            "valid_from": decided.valid_from,
            "valid_until": decided.valid_until,
            "now": to_micros(now),
        },
    )
    yield from audit.note(
        hub,
        person_ref=person["ref"],
        author=decided.author,
        what="requirement",
        detail={
            "kind": decided.kind,
            "nth": decided.nth,
            "status": decided.status.value,
            "from": decided.valid_from.isoformat() if decided.valid_from else None,
            "until": decided.valid_until.isoformat() if decided.valid_until else None,
        },
        now=now,
    )


_MEETS: Final = """
    SELECT q.kind, q.months, s.starts_local FROM booking AS b
    JOIN slot AS s ON s.id = b.slot_id JOIN requirement_policy AS q ON q.hub = s.hub AND q.course = s.course
    WHERE b.id = :booking_id AND s.kind = 'training'
"""


def meet_by_course(scope: Scope, booking_id: int) -> Operation[None]:
    """Note that who came to a training has met what asks for its course."""
    for row in (yield Statement(_MEETS, {"booking_id": booking_id})):
        day = date.fromisoformat(row["starts_local"][:10])
        decided = Decided(
            kind=row["kind"],
            status=Status.MET,
            author="rule:attendance",
            valid_from=day,
            valid_until=last_day(day, row["months"]),
        )
        yield from decide(scope.hub, scope.person_id, decided, from_micros(scope.now))


#: Only what that very training had met: another one may count as well.
_UNMEET: Final = """
    SELECT r.kind FROM requirement AS r
    JOIN booking AS b ON b.id = :booking_id
    JOIN slot AS s ON s.id = b.slot_id
    JOIN requirement_policy AS q ON q.hub = s.hub AND q.kind = r.kind AND q.course = s.course
    WHERE r.person_id = b.person_id AND r.decided_by = 'rule:attendance' AND r.status = 'met' AND s.kind = 'training'
        AND CAST(r.valid_from AS TEXT) = substr(s.starts_local, 1, 10)
"""


def unmeet_by_course(scope: Scope, booking_id: int) -> Operation[None]:
    """Take back what was met by coming to a training, where it turns out that nobody came."""
    for row in (yield Statement(_UNMEET, {"booking_id": booking_id})):
        decided = Decided(kind=row["kind"], status=Status.NEEDED, author="rule:attendance")
        yield from decide(scope.hub, scope.person_id, decided, from_micros(scope.now))


# --- give back --------------------------------------------------------------------------------------------------------

#: Seats ahead that their holders could not take today.
LACKING: Final = f"""
    SELECT b.ref AS booking_ref, b.person_id, p.ref AS person_ref, p.stage, p.language, p.zone AS person_zone,
        {SLOT_COLUMNS}
    FROM booking AS b
    JOIN slot AS s ON s.id = b.slot_id
    JOIN person AS p ON p.id = b.person_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE b.hub = :hub AND b.status IN ('booked', 'confirmed') AND s.starts_at > :now
        AND (CAST(:person_id AS BIGINT) IS NULL OR b.person_id = CAST(:person_id AS BIGINT)) AND {LACKS}
    ORDER BY b.person_id, s.id
"""  # noqa: S608 - a constant
_AT_RISK: Final = """
    INSERT INTO task (hub, person_id, booking_id, kind, reason, opened_at)
    SELECT b.hub, b.person_id, b.id, 'shift_at_risk', 'requirement', CAST(:now AS BIGINT)
    FROM booking AS b WHERE b.hub = :hub AND b.ref = :booking
"""
_LEFT: Final = """
    SELECT 1 AS one FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
    WHERE b.person_id = :person_id AND b.status IN ('booked', 'confirmed') AND s.kind = 'shift' AND s.starts_at > :now
    LIMIT 1
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freed:
    """A seat that was given back, and who has to be told."""

    person_id: int
    booking: str
    slot: Slot
    language: str | None
    zone: str | None


def free_lacking(hub: str, now: datetime, *, person_id: int | None = None) -> Operation[list[Freed]]:
    """Give back every seat ahead for which its holder lacks something on its day, and tell staff of each.

    Args:
        person_id: of this person alone; ``None`` for everybody.
    """
    at = to_micros(now)
    rows = yield Statement(LACKING, {"hub": hub, "now": at, "person_id": person_id})
    freed: list[Freed] = []
    for row in rows:
        scope = Scope(hub=hub, person_id=row["person_id"], address_id=0, now=at)
        yield from seats.release(scope, row["booking_ref"], cause="requirement")
        yield Statement(_AT_RISK, {"hub": hub, "booking": row["booking_ref"], "now": at})
        freed.append(
            Freed(
                person_id=row["person_id"],
                booking=row["booking_ref"],
                slot=read_slot(row),
                language=row["language"],
                zone=row["person_zone"],
            )
        )
    return freed


def has_shifts(person_id: int, now: datetime) -> Operation[bool]:
    """Tell whether a person still has a shift ahead."""
    return bool((yield Statement(_LEFT, {"person_id": person_id, "now": to_micros(now)})))


# --- ends -------------------------------------------------------------------------------------------------------------

_ENDING: Final = """
    SELECT r.id, r.kind, r.valid_until, r.valid_from, r.told_days, r.person_id, p.language, p.birth_date
    FROM requirement AS r JOIN person AS p ON p.id = r.person_id
    WHERE r.hub = :hub AND r.status = 'met' AND r.valid_until IS NOT NULL
        AND r.valid_until >= :today AND r.valid_until <= :until
    ORDER BY r.id
"""
_TELL: Final = """
    UPDATE requirement SET told_days = :days
    WHERE id = :id AND status = 'met' AND valid_until = :valid_until AND (told_days IS NULL OR told_days > :days)
    RETURNING id
"""
_ENDS_TASK: Final = """
    INSERT INTO task (hub, person_id, kind, reason, opened_at) VALUES (:hub, :person_id, 'expiry', :reason, :now)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndingSoon:
    """A requirement of a person that ends within two months."""

    id: int
    kind: str
    person_id: int
    language: str | None
    valid_until: date
    met_on: date | None
    told_days: int | None
    birth_date: date | None = None


def ending(hub: str, today: date, until: date) -> Operation[list[EndingSoon]]:
    """List what ends between two days."""
    rows = yield Statement(_ENDING, {"hub": hub, "today": today, "until": until})
    return [
        EndingSoon(
            id=row["id"],
            kind=row["kind"],
            person_id=row["person_id"],
            language=row["language"],
            valid_until=date.fromisoformat(str(row["valid_until"])),
            met_on=read_day(row["valid_from"]),
            told_days=row["told_days"],
            birth_date=read_day(row["birth_date"]),
        )
        for row in rows
    ]


def tell_of_end(hub: str, one: EndingSoon, days: int, now: datetime) -> Operation[bool]:
    """Take one notice upon oneself and open its task; ``False`` when another process has, or it was renewed."""
    taken = yield Statement(_TELL, {"id": one.id, "days": days, "valid_until": one.valid_until})
    if taken:
        params: Params = {
            "hub": hub,
            "person_id": one.person_id,
            "reason": f"{one.kind} ends in {days} days",
            "now": to_micros(now),
        }
        yield Statement(_ENDS_TASK, params)
    return bool(taken)
