"""Change or call off one slot after the other, and look again at everybody who is booked in it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlmodel import Session

from flows.facts import BookingStatus, QuietHours, Slot
from flows.rules.series import on_the_clock
from storage.changes import Change, Changed, TimetableError, template_changes, zone_of
from storage.operations import allowances, school_times, seats, waits
from storage.operations.rows import write_json
from storage.operations.scope import Scope
from storage.performing import perform
from storage.tables import BookingRow, PersonRow, SlotRow, TaskRow, to_micros
from storage.touched import (
    Touched,
    ask_line_anew,
    drop_untold,
    end_line,
    lock_booked,
    move_back,
    read_slot_of,
    replan,
    touch,
)

_WRITTEN_AS_JSON: Final = frozenset({"title", "needs_courses"})


def edit_each(
    session: Session, slots: Sequence[SlotRow], change: Change, quiet_hours: QuietHours, now: datetime
) -> Changed:
    """Change slots, and look again at who pays for, or allows, the hours of those that take other hours than before."""
    before = {slot.ref: _hours(slot) for slot in slots}
    booked: list[Touched] = []
    too_young: list[Touched] = []
    for slot in slots:
        stay, leave = _edit_one(session, slot, change, quiet_hours, now)
        booked += stay
        too_young += leave
    moved = [slot for slot in slots if _hours(slot) != before[slot.ref]]
    uncovered = _uncovered(session, moved, now) if moved else []
    gone = {one.ref for one in uncovered}
    stayed = [one for one in booked if one.ref not in gone]
    return Changed(slots=slots, booked=stayed, too_young=too_young, uncovered=uncovered)


def _hours(slot: SlotRow) -> tuple[str, datetime, int]:
    return slot.starts_local, slot.starts_at, slot.minutes


def _edit_one(
    session: Session, slot: SlotRow, change: Change, quiet_hours: QuietHours, now: datetime
) -> tuple[list[Touched], list[Touched]]:
    """Change one slot; return who stays and has to know, and who leaves."""
    booked = lock_booked(session, slot)
    before = read_slot_of(session, slot)
    _apply(slot, change)
    if slot.starts_at <= now:
        raise TimetableError(f"{slot.starts_local} ({slot.zone}) is over already. Give a time to come.", why="past")
    session.add(slot)
    after = read_slot_of(session, slot)
    if before.starts_at != after.starts_at:
        ask_line_anew(session, slot, now)
    assert slot.id is not None
    too_young = _let_go(session, slot, booked, before, now)
    perform(session, waits.fill(slot.id, now=to_micros(now)))
    if not _differ(before, after):
        return [], too_young
    touched = []
    gone = {one.ref for one in too_young}
    for booking, person, can_be_told in booked:
        if booking.ref in gone:
            continue
        if before.starts_at != after.starts_at:
            booking.status = BookingStatus.BOOKED.value  # who has confirmed, confirmed another time
            replan(session, booking, after, person.zone, quiet_hours, now)
        booking.asked, booking.changed_at = True, now
        session.add(booking)
        touched.append(touch(session, person, booking.ref, can_be_told, before, after, "slot_changed", now))
    return touched, too_young


def _let_go(
    session: Session,
    slot: SlotRow,
    booked: Sequence[tuple[BookingRow, PersonRow, bool]],
    before: Slot,
    now: datetime,
) -> list[Touched]:
    """Let exactly those go who are too young for what a slot has become; staff look after each who had a seat."""
    assert slot.id is not None
    unfit = perform(session, seats.unfit_in(slot.id))
    if not unfit:
        return []
    gone = end_line(session, slot, before, now, only=unfit, reason="under_18")
    session.flush()
    for booking, person, can_be_told in booked:
        if booking.ref not in unfit:
            continue
        one = touch(session, person, booking.ref, can_be_told, before, before, "under_18", now)
        drop_untold(session, slot.hub, one, now)
        _at_risk(session, booking, now)
        scope = Scope(hub=slot.hub, person_id=one.person_id, address_id=0, now=to_micros(now))
        perform(session, seats.release(scope, one.ref, cause="under 18"))
        move_back(session, person, before.kind, now)
        gone.append(one)
    return gone


def _uncovered(session: Session, slots: Sequence[SlotRow], now: datetime) -> list[Touched]:
    """Let exactly those go whose hours nobody pays any more, or whose school district does not allow them then."""
    held = [(slot, *one) for slot in slots for one in lock_booked(session, slot)]
    places = [
        allowances.Held(person_id=person.id or 0, booking_id=booking.id or 0, slot_id=slot.id or 0)
        for slot, booking, person, _ in held
    ]
    unpaid = perform(session, allowances.renew(slots[0].hub, places, to_micros(now)))
    gone = []
    for slot, booking, person, can_be_told in held:
        scope = Scope(hub=slot.hub, person_id=person.id or 0, address_id=0, now=to_micros(now))
        if booking.id not in unpaid and perform(session, school_times.allow(scope, slot.ref)):
            continue
        what = read_slot_of(session, slot)
        one = touch(session, person, booking.ref, can_be_told, what, what, "not_covered", now)
        drop_untold(session, slot.hub, one, now)
        _at_risk(session, booking, now, reason="not_covered")
        session.flush()
        perform(session, seats.release(scope, one.ref, cause="not covered"))
        move_back(session, person, what.kind, now)
        gone.append(one)
    return gone


def _at_risk(session: Session, booking: BookingRow, now: datetime, *, reason: str = "under_18") -> None:
    task = TaskRow(
        hub=booking.hub,
        person_id=booking.person_id,
        booking_id=booking.id,
        kind="shift_at_risk",
        reason=reason,
        opened_at=now,
    )
    session.add(task)


def _apply(slot: SlotRow, change: Change) -> None:
    for name, value in template_changes(change).items():
        setattr(slot, name, write_json(value) if name in _WRITTEN_AS_JSON else value)
    slot.zone = zone_of(change) or slot.zone
    local = change.starts_local or datetime.fromisoformat(slot.starts_local)
    if change.at is not None:
        local = datetime.combine(local.date(), change.at)
    local = on_the_clock(local, slot.zone)
    slot.starts_local = local.isoformat(timespec="minutes")
    slot.starts_at = local.replace(tzinfo=ZoneInfo(slot.zone))


def _differ(before: Slot, after: Slot) -> bool:
    """Tell whether booked people have to know."""
    told: tuple[Callable[[Slot], object], ...] = (
        lambda slot: slot.starts_at,
        lambda slot: slot.place,
        lambda slot: slot.minutes,
        lambda slot: slot.title,
    )
    return any(part(before) != part(after) for part in told)


def cancel_one(session: Session, slot: SlotRow, now: datetime) -> tuple[list[Touched], list[Touched]]:
    booked = lock_booked(session, slot)
    what = read_slot_of(session, slot)
    waiting = end_line(session, slot, what, now)
    slot.cancelled = True
    session.add(slot)
    session.flush()
    gone = [
        touch(session, person, booking.ref, can_be_told, what, what, "called_off", now)
        for booking, person, can_be_told in booked
    ]
    for one in gone:
        drop_untold(session, slot.hub, one, now)
        scope = Scope(hub=slot.hub, person_id=one.person_id, address_id=0, now=to_micros(now))
        perform(session, seats.release(scope, one.ref, cause="called off"))
        person = session.get_one(PersonRow, one.person_id)
        move_back(session, person, what.kind, now)
    return gone, waiting
