"""Change what stands in the timetable, for one slot or for many of a series, without losing anybody who is booked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from flows.facts import QuietHours
from flows.rules.series import at_another_time, ended_before
from storage.changes import Change, Changed, Reach, TimetableError, template_changes, zone_of
from storage.series import Template, as_series
from storage.slot_by_slot import cancel_one, edit_each
from storage.tables import SeriesRow, Site, SlotRow
from storage.touched import (
    Touched,
)


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
    return edit_each(session, chosen, change, quiet_hours, now)


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
    return edit_each(session, slots, Change(zone=zone), quiet_hours, now)


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
        gone, waited = cancel_one(session, slot, now)
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
    fields = {name: getattr(template, name) for name in Template.__slots__} | template_changes(change)
    row.template = Template(**fields).write()
    if change.at is not None:
        row.starts_local = at_another_time(as_series(row), change.at).starts_local.isoformat(timespec="minutes")
    row.zone = zone_of(change) or row.zone
    session.add(row)


def _end_series(session: Session, slots: Sequence[SlotRow]) -> None:
    row = session.exec(select(SeriesRow).where(col(SeriesRow.id) == slots[0].series_id).with_for_update()).one()
    days = [slot.series_day for slot in slots if slot.series_day]
    row.rule = ended_before(as_series(row), min(days)).rule
    session.add(row)
