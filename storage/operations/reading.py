"""Read what a turn starts from."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from flows.facts import (
    Booking,
    Coordinator,
    CoverAsk,
    GuardianStatus,
    History,
    Person,
    SeatOffer,
    Slot,
    SlotKind,
    SwapAsk,
    Ward,
)
from flows.messages import Inbound
from flows.rules.access import Permission, Role, may
from flows.rules.links import LinkPurpose
from flows.rules.organisations import Organisation
from flows.stages import Stage
from storage.operations import allowances, guesses, memberships, requirements, school_times
from storage.operations.rows import BOOKING_COLUMNS, SLOT_COLUMNS, read_booking, read_slot
from storage.operations.scope import identity, where
from storage.statements import Operation, Params, Row, Statement
from storage.store import Known, Loaded
from storage.tables import from_micros, to_micros

#: In the conversation of whoever stands within the questions of an audience, or before one that is asked alone since they
#: change its answer: they may be asked for an organisation.
_MAY_NAME_ONE: Final = ("audiences/", '"alone":true')
#: The audience whose time an employer may pay.
_EMPLOYEE: Final = "employee"
_BROADCASTERS: Final = ", ".join(f"'{role.value}'" for role in Role if may(role, Permission.BROADCAST))
#: What ``read_loaded`` needs of a person ``p``, their address ``a`` and their conversation ``c``.
LOADED_COLUMNS: Final = """
        EXISTS (SELECT 1 FROM booking AS k
                WHERE k.person_id = p.id AND k.status IN ('booked', 'confirmed') AND k.status <> 'released'
        ) AS has_bookings,
        EXISTS (SELECT 1 FROM wait AS w
                WHERE w.person_id = p.id AND w.status IN ('waiting', 'offered') AND w.status = 'offered'
        ) AS has_offers,
        EXISTS (SELECT 1 FROM wait AS w
                WHERE w.person_id = p.id AND w.status IN ('waiting', 'offered') AND w.status = 'waiting'
        ) AS has_lines,
        EXISTS (SELECT 1 FROM cover_ask AS q WHERE q.person_id = p.id AND q.status = 'asked')
            OR EXISTS (SELECT 1 FROM swap AS x WHERE x.to_person_id = p.id AND x.status = 'asked') AS has_asks,
        EXISTS (SELECT 1 FROM guardian AS g WHERE g.guardian_id = p.id) AS has_wards,
        EXISTS (SELECT 1 FROM requirement AS r WHERE r.person_id = p.id) AS has_requirements,
        p.id AS person_id, p.hub AS person_hub, p.stage, p.language, p.zone, p.answers, a.opted_out_at, a.consented_at, a.paused_at,
        a.no_broadcasts_at, a.reachable, c.version, c.state, c.held_by
"""
#: Reference and name of whoever has proved that they write from here, and whose role may broadcast.
COORDINATOR: Final = f"""
    (SELECT u.ref || ' ' || u.name FROM console_user AS u
     WHERE u.hub = :hub AND u.disabled_at IS NULL AND u.role IN ({_BROADCASTERS})
        AND ((:channel = 'sms' AND u.phone = :user AND u.phone_verified_at IS NOT NULL)
            OR (:channel = 'slack' AND u.slack_user = :user AND u.slack_verified_at IS NOT NULL))
     LIMIT 1)
"""  # noqa: S608 - a constant
#: Whether a broadcast that they texted waits for its code.
_AWAITS_CODE: Final = """
    SELECT 1 AS one FROM broadcast
    WHERE hub = :hub AND author = :author AND status = 'draft' AND code_hash IS NOT NULL AND code_expires_at > :now LIMIT 1
"""
LOAD: Final = f"""
    SELECT
        EXISTS (SELECT 1 FROM inbound AS i
                WHERE i.hub = :hub AND i.channel = :channel AND i.account = :account AND i.provider_id = :provider_id
        ) AS known, {COORDINATOR} AS coordinator, {LOADED_COLUMNS}
    FROM (SELECT 1 AS one) AS always
    LEFT JOIN address AS a ON a.hub = :hub AND a.channel = :channel AND a.account = :account AND a."user" = :user
    LEFT JOIN person AS p ON p.id = a.person_id
    LEFT JOIN conversation AS c ON c.person_id = p.id
"""  # noqa: S608 - a constant

#: What ``read_ward`` needs of what is between a guardian and somebody under 18.
WARD_COLUMNS: Final = """
    g.ref, g.status, COALESCE(g.stage_before, (
        SELECT o.stage_before FROM guardian AS o WHERE o.person_id = p.id AND o.stage_before IS NOT NULL
        ORDER BY o.decided_at DESC LIMIT 1)) AS stage_before, p.stage, p.language, p.zone, p.answers, g.asked_edition > COALESCE(
        (SELECT max(e.edition) FROM guardian_consent AS e WHERE e.person_id = p.id AND e.withdrawn_at IS NULL), 0
    ) AS asked_anew
"""
#: People under 18 who have named somebody as their guardian.
WARDS: Final = f"""
    SELECT {WARD_COLUMNS} FROM guardian AS g JOIN person AS p ON p.id = g.person_id
    WHERE g.guardian_id = :person_id AND g.status <> 'replaced'
    ORDER BY g.id
"""  # noqa: S608 - a constant

BOOKINGS: Final = f"""
    SELECT {BOOKING_COLUMNS}, {SLOT_COLUMNS}
    FROM booking AS k
    JOIN slot AS s ON s.id = k.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE k.person_id = :person_id AND k.status IN ('booked', 'confirmed') AND k.status <> 'released'
        AND (s.starts_at + CAST(s.minutes AS BIGINT) * 60000000 > :now OR k.asked_after_at IS NOT NULL)
    ORDER BY s.starts_at, k.id
    LIMIT 13
"""  # noqa: S608 - a constant

#: Seats kept for a person who waited for them, and has been told.
OFFERS: Final = f"""
    SELECT w.ref AS wait_ref, w.changed_at AS offered_at, {SLOT_COLUMNS}
    FROM wait AS w
    JOIN slot AS s ON s.id = w.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE w.person_id = :person_id AND w.status IN ('waiting', 'offered') AND w.status = 'offered'
        AND w.offered_until > :now AND NOT s.cancelled
    ORDER BY w.changed_at DESC, w.id
    LIMIT 3
"""  # noqa: S608 - a constant

#: What is full and a person waits for, soonest first.
LINES: Final = f"""
    SELECT {SLOT_COLUMNS}
    FROM wait AS w
    JOIN slot AS s ON s.id = w.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE w.person_id = :person_id AND w.status IN ('waiting', 'offered') AND w.status = 'waiting'
        AND s.starts_at > :now AND NOT s.cancelled
    ORDER BY s.starts_at, w.id
    LIMIT 3
"""  # noqa: S608 - a constant

#: Shifts that a person was asked to take over, and has not answered; whoever has a place there by now need not.
COVER_ASKS: Final = f"""
    SELECT c.ref AS ask_ref, q.asked_at, c.status = 'filled' AS filled, {SLOT_COLUMNS}
    FROM cover_ask AS q
    JOIN cover AS c ON c.id = q.cover_id
    JOIN slot AS s ON s.id = c.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE q.person_id = :person_id AND q.status = 'asked' AND s.starts_at > :now AND NOT s.cancelled
    ORDER BY q.asked_at DESC, q.id
    LIMIT 3
"""  # noqa: S608 - a constant
SWAP_ASKS: Final = f"""
    SELECT x.ref AS ask_ref, x.created_at AS asked_at, p.language AS person_language, p.zone AS person_zone,
        {SLOT_COLUMNS}
    FROM swap AS x
    JOIN booking AS k ON k.id = x.booking_id AND k.status IN ('booked', 'confirmed')
    JOIN person AS p ON p.id = k.person_id
    JOIN slot AS s ON s.id = k.slot_id
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE x.to_person_id = :person_id AND x.status = 'asked' AND x.expires_at > :now AND NOT s.cancelled
    ORDER BY x.created_at DESC, x.id
    LIMIT 3
"""  # noqa: S608 - a constant

COURSES: Final = """
    SELECT s.course, MAX(s.starts_local) AS finished
    FROM booking AS k JOIN slot AS s ON s.id = k.slot_id
    WHERE k.person_id = :person_id AND k.status = 'attended' AND s.hub = :hub AND s.course IS NOT NULL
    GROUP BY s.course
"""
LAST_SITE: Final = """
    SELECT s.site_id
    FROM booking AS k JOIN slot AS s ON s.id = k.slot_id
    WHERE k.person_id = :person_id AND k.status = 'attended' AND s.hub = :hub AND s.kind = 'shift'
        AND s.site_id IS NOT NULL
    ORDER BY s.starts_at DESC, s.id
    LIMIT 1
"""

FIND_SLOTS: Final = f"""
    SELECT {SLOT_COLUMNS}
    FROM slot AS s
    LEFT JOIN site AS t ON t.id = s.site_id
    WHERE s.hub = :hub AND s.kind = :kind AND s.starts_at >= :now AND s.starts_at < :until
        AND NOT s.cancelled
    ORDER BY s.starts_at, s.id
"""  # noqa: S608 - a constant


#: What somebody was asked about others, by where they write from: by a link, or as the contact of a place or office.
OUTSIDER: Final = """
    SELECT COALESCE(
        (SELECT l.purpose FROM address AS a JOIN link AS l ON l.address_id = a.id
         WHERE a.hub = :hub AND a.channel = :channel AND a.account = :account AND a."user" = :user AND l.hub = :hub
            AND l.purpose IN ('guardian', 'aid_office', 'manager', 'reference', 'hours')
         ORDER BY l.id DESC LIMIT 1),
        (SELECT 'hours' FROM site AS t WHERE t.hub = :hub AND t.supervisor_contact = :user LIMIT 1),
        (SELECT CASE o.kind WHEN 'college' THEN 'aid_office' ELSE 'manager' END FROM organisation AS o
         WHERE o.hub = :hub AND o.contact = :user LIMIT 1)) AS purpose
"""


def load(hub: str, inbound: Inbound, now: datetime) -> Operation[Loaded | Known]:
    """Read person, conversation and bookings of whoever wrote."""
    (row,) = yield Statement(LOAD, identity(hub, inbound))
    if row["known"]:
        return Known()
    outsider = None
    if row["person_id"] is None or row["stage"] == Stage.ENQUIRED:
        found = yield Statement(OUTSIDER, where(hub, inbound.sender))
        outsider = LinkPurpose(found[0]["purpose"]) if found[0]["purpose"] else None
    coordinator = (yield from _coordinator(hub, row["coordinator"], now)) if row["coordinator"] else None
    if row["person_id"] is None:
        stranger = Loaded(person_id=None, version=0, conversation=None, person=Person(), bookings=(), outsider=outsider)
        return replace(stranger, coordinator=coordinator)
    loaded = yield from read_loaded(row, now)
    if loaded.organisations:
        loaded = replace(loaded, wrong_codes=(yield from guesses.lately(hub, inbound.sender, now)))
    return replace(loaded, outsider=outsider, coordinator=coordinator)


def _coordinator(hub: str, known: str, now: datetime) -> Operation[Coordinator]:
    user, _, name = known.partition(" ")
    author = f"coordinator:{name}"
    waiting = yield Statement(_AWAITS_CODE, {"hub": hub, "author": author, "now": to_micros(now)})
    return Coordinator(author=author, user=user, awaits_code=bool(waiting))


def read_loaded(row: Row, now: datetime) -> Operation[Loaded]:
    """Make what a turn starts from of a row with ``LOADED_COLUMNS``, and look up the bookings if there are any."""
    requirements_held = (yield from requirements.held_by(row["person_id"])) if row["has_requirements"] else ()
    bookings: Sequence[Row] = ()
    wards: Sequence[Row] = ()
    if row["has_wards"]:
        wards = yield Statement(WARDS, {"person_id": row["person_id"]})
    if row["has_bookings"]:
        bookings = yield Statement(BOOKINGS, {"person_id": row["person_id"], "now": to_micros(now)})
    held = [read_booking(row) for row in bookings]
    organisations: tuple[Organisation, ...] = ()
    if any(mark in (row["state"] or "") for mark in _MAY_NAME_ONE):
        organisations = yield from memberships.known(row["person_hub"], now)
    answers = json.loads(row["answers"])
    approves = False
    if answers.get("audience") == _EMPLOYEE:
        approves = yield from memberships.approves_shifts(row["person_id"])
    offers: Sequence[Row] = ()
    if row["has_offers"]:
        offers = yield Statement(OFFERS, {"person_id": row["person_id"], "now": to_micros(now)})
    lines: Sequence[Row] = ()
    if row["has_lines"]:
        lines = yield Statement(LINES, {"person_id": row["person_id"], "now": to_micros(now)})
    asks = (yield from _asks(row["person_id"], now)) if row["has_asks"] else ()
    return Loaded(
        person_id=row["person_id"],
        version=row["version"] or 0,
        conversation=row["state"] or None,
        person=Person(
            stage=Stage(row["stage"]),
            language=row["language"],
            zone=row["zone"],
            answers=answers,
            opted_out=row["opted_out_at"] is not None,
            consented=row["consented_at"] is not None,
            paused=row["paused_at"] is not None,
            reachable=bool(row["reachable"]),
            no_broadcasts=row["no_broadcasts_at"] is not None,
            held=row["held_by"] is not None,
            requirements=requirements_held,
        ),
        bookings=tuple(booking for booking in held if booking.slot.ends_at > now),
        unanswered=tuple(booking for booking in reversed(held) if booking.slot.ends_at <= now),
        offers=tuple(map(_read_offer, offers)),
        lines=tuple(map(read_slot, lines)),
        asks=asks,
        wards=tuple(map(read_ward, wards)),
        organisations=organisations,
        approves_shifts=approves,
    )


def _asks(person_id: int, now: datetime) -> Operation[tuple[CoverAsk | SwapAsk, ...]]:
    """Look up what a person was asked to take over, the latest first."""
    key: Params = {"person_id": person_id, "now": to_micros(now)}
    covers = yield Statement(COVER_ASKS, key)
    swaps = yield Statement(SWAP_ASKS, key)
    asks: list[CoverAsk | SwapAsk] = [
        CoverAsk(
            ref=row["ask_ref"],
            slot=read_slot(row),
            asked_at=from_micros(row["asked_at"]),
            filled=bool(row["filled"]),
        )
        for row in covers
    ]
    asks += [
        SwapAsk(
            ref=row["ask_ref"],
            slot=read_slot(row),
            asked_at=from_micros(row["asked_at"]),
            language=row["person_language"],
            zone=row["person_zone"],
        )
        for row in swaps
    ]
    return tuple(sorted(asks, key=lambda ask: ask.asked_at, reverse=True))


def read_ward(row: Row) -> Ward:
    """Make a person under 18, as their guardian's turn or page knows them, of a row of ``WARDS``."""
    return Ward(
        ref=row["ref"],
        status=GuardianStatus(row["status"]),
        person=Person(
            stage=Stage(row["stage"]),
            language=row["language"],
            zone=row["zone"],
            answers=json.loads(row["answers"]),
        ),
        stage_before=Stage(row["stage_before"]) if row["stage_before"] else None,
        asked_anew=bool(row["asked_anew"]),
    )


def bookings_of(person_id: int, now: datetime) -> Operation[list[Booking]]:
    """List the places that somebody has, soonest first."""
    rows = yield Statement(BOOKINGS, {"person_id": person_id, "now": to_micros(now)})
    return [booking for booking in map(read_booking, rows) if booking.slot.ends_at > now]


def _read_offer(row: Row) -> SeatOffer:
    return SeatOffer(ref=row["wait_ref"], slot=read_slot(row), offered_at=from_micros(row["offered_at"]))


def history(hub: str, person_id: int) -> Operation[History]:
    """Read what somebody has done with us, as far as it decides what fits them."""
    person: Params = {"hub": hub, "person_id": person_id}
    courses = yield Statement(COURSES, person)
    sites = yield Statement(LAST_SITE, person)
    allowance = yield from allowances.allowance_of(person_id)
    return History(
        courses={row["course"]: datetime.fromisoformat(row["finished"]).date() for row in courses},
        last_site=sites[0]["site_id"] if sites else None,
        allowance=allowance,
        service_times=(yield from school_times.times_of(person_id)),
        site_needs=(yield from requirements.site_needs(hub)),
    )


def find_slots(hub: str, kind: SlotKind, now: datetime, until: datetime) -> Operation[list[Slot]]:
    """List open slots, soonest first, full ones too: one may wait for those."""
    rows = yield Statement(
        FIND_SLOTS, {"hub": hub, "kind": kind.value, "now": to_micros(now), "until": to_micros(until)}
    )
    return [read_slot(row) for row in rows]
