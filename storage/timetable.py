"""Change what stands in the timetable, for one slot or for many of a series, without losing anybody who is booked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from flows.facts import BookingStatus, QuietHours, Slot
from flows.rules.series import at_another_time, ended_before, on_the_clock
from storage.operations import allowances, school_times, seats, waits
from storage.operations.rows import write_json
from storage.operations.scope import Scope
from storage.performing import perform
from storage.series import Template, as_series
from storage.tables import BookingRow, PersonRow, SeriesRow, Site, SlotRow, TaskRow, to_micros
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


class Reach(StrEnum):
    """How many slots of a series a change is for."""

    ONE = "one"
    FOLLOWING = "following"
    ALL = "all"


class TimetableError(ValueError):
    """The change cannot be made; the message says why, and nothing was changed."""

    def __init__(self, message: str, *, why: str) -> None:
        """Say why to an operator, and by a word to a page, which has sentences of its own."""
        super().__init__(message)
        #: ``unknown``, ``called_off``, ``begun``, ``not_again``, ``none_left``, ``one_only``, ``past``.
        self.why = why


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What shall be different; ``None`` leaves a thing as it is."""

    #: Wall clock of the new start, day and time; only for one slot.
    starts_local: datetime | None = None
    #: New time of day, on the day that each has.
    at: time | None = None
    minutes: int | None = None
    capacity: int | None = None
    title: Mapping[str, str] | None = None
    site: Site | None = None
    #: An online meeting instead of a site.
    place: str | None = None
    zone: str | None = None
    #: Whether a vetted adult is in sight all the time.
    supervised: bool | None = None
    #: One adult, one child.
    one_to_one: bool | None = None
    #: For whom it is: from now on it is offered to them, and whoever has a place keeps it. Empty: for anybody.
    role: str | None = None
    subject: str | None = None
    grades: str | None = None
    language: str | None = None
    #: Of a training: what it teaches. Empty: nothing.
    course: str | None = None
    #: Courses one must have finished before. Empty: none.
    needs_courses: Sequence[str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changed:
    """What came of a change."""

    slots: Sequence[SlotRow]
    #: Booked people who have to be told.
    booked: Sequence[Touched]
    #: People in line for what was called off.
    in_line: Sequence[Touched] = ()
    #: Those who lost a seat, or their place in line, since it is no longer for anybody under 18.
    too_young: Sequence[Touched] = ()
    #: Those who lost a seat, since nobody pays for so much, or their school district does not let them serve then.
    uncovered: Sequence[Touched] = ()


def edit(
    session: Session,
    hub: str,
    slot_ref: str,
    change: Change,
    *,
    reach: Reach,
    quiet_hours: QuietHours,
    now: datetime,
) -> Changed:
    """Change slots that have not begun. Everybody booked stays booked, whatever the capacity, and their reminders move.

    Only who is under 18 leaves what has become one to one or unsupervised, and whose hours nobody pays or allows any more
    what has become longer or another time. For whom it is decides whom it is offered to from now on, and takes no place;
    whoever lacks what a new role asks them to bring loses theirs by the clock, as always.
    With a series the change holds for slots that are yet to be made as well, unless it is for one only.

    Raises:
        TimetableError: there is no such slot, it has begun, or would have.
    """
    chosen = choose(session, hub, slot_ref, reach, now)
    if change.starts_local is not None and reach is not Reach.ONE:
        raise TimetableError(
            "Only one shift can be moved to another day. For more of them give a time of day.", why="one_only"
        )
    if reach is not Reach.ONE:
        _change_series(session, chosen[0].series_id, change)
    return _edit_each(session, chosen, change, quiet_hours, now)


def move_site(session: Session, site: Site, zone: str, *, quiet_hours: QuietHours, now: datetime) -> Changed:
    """Put a site into another zone: its slots keep their wall clock, so their instants move, and their reminders.

    As with any slot that moves, whose hours nobody pays or allows any more leaves it.
    """
    site.zone = zone
    session.add(site)
    slots = session.exec(
        select(SlotRow)
        .where(col(SlotRow.site_id) == site.id, col(SlotRow.starts_at) > now, col(SlotRow.cancelled).is_(False))
        .order_by(col(SlotRow.starts_at), col(SlotRow.id))
    ).all()
    for row in session.exec(select(SeriesRow).where(col(SeriesRow.hub) == site.hub)).all():
        if Template.read(row.template).site_id == site.id:
            row.zone = zone
            session.add(row)
    return _edit_each(session, slots, Change(zone=zone), quiet_hours, now)


def cancel(session: Session, hub: str, slot_ref: str, *, reach: Reach, now: datetime) -> Changed:
    """Call slots off that have not begun: every place is given back, every line ends, and a series ends.

    Raises:
        TimetableError: there is no such slot, or it has begun.
    """
    chosen = choose(session, hub, slot_ref, reach, now)
    if reach is not Reach.ONE:
        _end_series(session, chosen)
    booked: list[Touched] = []
    in_line: list[Touched] = []
    for slot in chosen:
        gone, waited = _cancel_one(session, slot, now)
        booked += gone
        in_line += waited
    return Changed(slots=chosen, booked=booked, in_line=in_line)


# --- which ones -------------------------------------------------------------------------------------------------------


def choose(session: Session, hub: str, slot_ref: str, reach: Reach, now: datetime) -> Sequence[SlotRow]:
    """Find the slots that a change is for: those that have not begun.

    Raises:
        TimetableError: there is none.
    """
    named = session.exec(select(SlotRow).where(col(SlotRow.hub) == hub, col(SlotRow.ref) == slot_ref)).one_or_none()
    if named is None:
        raise TimetableError(f"There is no shift or training {slot_ref!r}. See peoplepower shifts list.", why="unknown")
    if reach is Reach.ONE:
        if named.cancelled:
            raise TimetableError("It is called off already.", why="called_off")
        if named.starts_at <= now:
            raise TimetableError("It has begun or is over, so nothing about it can be changed.", why="begun")
        return [named]
    if named.series_id is None:
        raise TimetableError(
            "It does not come again by a rule. Leave --which out, or write --which one.", why="not_again"
        )
    query = select(SlotRow).where(
        col(SlotRow.series_id) == named.series_id, col(SlotRow.starts_at) > now, col(SlotRow.cancelled).is_(False)
    )
    if reach is Reach.FOLLOWING:
        query = query.where(col(SlotRow.series_day) >= named.series_day)
    found = session.exec(query.order_by(col(SlotRow.starts_at), col(SlotRow.id))).all()
    if not found:
        raise TimetableError("None of them is still to come, so nothing was changed.", why="none_left")
    return found


def _change_series(session: Session, series_id: int | None, change: Change) -> None:
    row = session.exec(select(SeriesRow).where(col(SeriesRow.id) == series_id).with_for_update()).one()
    template = Template.read(row.template)
    fields = {name: getattr(template, name) for name in Template.__slots__} | _template_changes(change)
    row.template = Template(**fields).write()
    if change.at is not None:
        row.starts_local = at_another_time(as_series(row), change.at).starts_local.isoformat(timespec="minutes")
    row.zone = _zone(change) or row.zone
    session.add(row)


def _template_changes(change: Change) -> dict[str, Any]:
    changed: dict[str, Any] = {
        name: value
        for name in ("minutes", "capacity", "supervised", "one_to_one")
        if (value := getattr(change, name)) is not None
    }
    if change.title is not None:
        changed["title"] = dict(change.title)
    return changed | _whom_changes(change) | _place_changes(change)


def _whom_changes(change: Change) -> dict[str, Any]:
    wanted = {name: getattr(change, name) for name in ("role", "subject", "language", "course")}
    changed: dict[str, Any] = {name: value or None for name, value in wanted.items() if value is not None}
    if change.grades is not None:
        changed["grades"] = change.grades
    if change.needs_courses is not None:
        changed["needs_courses"] = list(change.needs_courses)
    return changed


def _place_changes(change: Change) -> dict[str, object]:
    if change.site is not None:
        return {"site_id": change.site.id, "place": ""}
    return {"site_id": None, "place": change.place} if change.place is not None else {}


def _zone(change: Change) -> str | None:
    return change.zone or (change.site.zone if change.site else None)


def _end_series(session: Session, slots: Sequence[SlotRow]) -> None:
    row = session.exec(select(SeriesRow).where(col(SeriesRow.id) == slots[0].series_id).with_for_update()).one()
    days = [slot.series_day for slot in slots if slot.series_day]
    row.rule = ended_before(as_series(row), min(days)).rule
    session.add(row)


# --- slot by slot -----------------------------------------------------------------------------------------------------


def _edit_each(
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
    for name, value in _template_changes(change).items():
        setattr(slot, name, write_json(value) if name in _WRITTEN_AS_JSON else value)
    slot.zone = _zone(change) or slot.zone
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


def _cancel_one(session: Session, slot: SlotRow, now: datetime) -> tuple[list[Touched], list[Touched]]:
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
