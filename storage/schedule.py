"""Add and look up what people can be booked on, and note who came."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from flows.facts import BookingStatus, SlotKind
from flows.rules.series import on_the_clock
from flows.stages import Stage
from storage.operations import hours
from storage.operations.rows import write_json
from storage.operations.scope import Scope
from storage.performing import perform
from storage.tables import BookingRow, Partner, PersonRow, Site, SlotRow, to_micros


def add_partner(session: Session, hub: str, *, name: str) -> Partner:
    """Add a nonprofit that runs programmes at sites."""
    partner = Partner(hub=hub, name=name)
    session.add(partner)
    session.flush()
    return partner


def add_site(
    session: Session,
    hub: str,
    *,
    name: str,
    zone: str,
    partner_id: int | None = None,
    street: str = "",
    city: str = "",
    state: str = "",
    zip_code: str = "",
    latitude: float | None = None,
    longitude: float | None = None,
) -> Site:
    """Add a place where people serve or train.

    Args:
        zone: IANA zone of the place.
    """
    site = Site(
        hub=hub,
        partner_id=partner_id,
        name=name,
        street=street,
        city=city,
        state=state,
        zip=zip_code,
        zone=zone,
        latitude=latitude,
        longitude=longitude,
    )
    session.add(site)
    session.flush()
    return site


def add_slot(session: Session, hub: str, **fields: Any) -> SlotRow:
    """Add a training session or a shift; the fields are those of ``new_slot``."""
    slot = new_slot(hub, **fields)
    session.add(slot)
    session.flush()
    return slot


def new_slot(
    hub: str,
    *,
    kind: SlotKind,
    title: Mapping[str, str],
    starts_local: datetime,
    zone: str,
    minutes: int,
    capacity: int,
    site_id: int | None = None,
    place: str = "",
    role: str | None = None,
    supervised: bool = True,
    one_to_one: bool = False,
    course: str | None = None,
    needs_courses: Sequence[str] = (),
    subject: str | None = None,
    grades: str = "",
    language: str | None = None,
    ladder: Sequence[str] = (),
    series_id: int | None = None,
    series_day: date | None = None,
) -> SlotRow:
    """Make the row of a training session or a shift, to be added with others.

    Args:
        title: name by language.
        starts_local: wall clock at the place, without a zone; one that is skipped when clocks go forward means what the
            clock shows instead.
        zone: IANA zone of the place.
        place: told to people when there is no site: an online meeting.
        course: of a training: what it teaches.
        needs_courses: courses one must have finished before.
        ladder: kinds of its reminders; empty for the usual ones.
        series_day: the day that the rule of its series gave it.
    """
    assert starts_local.tzinfo is None, "wall clock and zone are kept apart"
    starts_local = on_the_clock(starts_local, zone)
    return SlotRow(
        hub=hub,
        kind=kind.value,
        site_id=site_id,
        title=write_json(dict(title)),
        place=place,
        role=role,
        starts_local=starts_local.isoformat(timespec="minutes"),
        zone=zone,
        starts_at=starts_local.replace(tzinfo=ZoneInfo(zone)),
        minutes=minutes,
        capacity=capacity,
        supervised=supervised,
        one_to_one=one_to_one,
        course=course,
        needs_courses=write_json(list(needs_courses)),
        subject=subject,
        grades=grades,
        language=language,
        ladder=write_json(list(ladder)) if ladder else "",
        series_id=series_id,
        series_day=series_day,
    )


def title_of(slot: SlotRow, language: str) -> str:
    """Return a slot's name in a language, English where it has none."""
    titles: dict[str, str] = json.loads(slot.title)
    return titles.get(language) or titles.get("en", "")


# --- what is on -------------------------------------------------------------------------------------------------------


def list_slots(
    session: Session, hub: str, *, since: datetime, kind: SlotKind | None = None, limit: int = 200
) -> Sequence[SlotRow]:
    """List slots that begin at an instant or later, soonest first, cancelled ones too; each tells its seats."""
    query = select(SlotRow).where(col(SlotRow.hub) == hub, col(SlotRow.starts_at) >= since)
    if kind is not None:
        query = query.where(col(SlotRow.kind) == kind.value)
    return session.exec(query.order_by(col(SlotRow.starts_at), col(SlotRow.id)).limit(limit)).all()


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """Somebody's place in a slot, for whoever is in charge of it."""

    person_ref: str
    name: str
    booking_ref: str
    status: BookingStatus


def list_seats(session: Session, hub: str, slot_ref: str) -> list[Seat]:
    """List who holds or held a place in a slot; places given back are left out."""
    found = session.exec(
        select(BookingRow, PersonRow)
        .join(PersonRow, col(PersonRow.id) == col(BookingRow.person_id))
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .where(
            col(SlotRow.hub) == hub,
            col(SlotRow.ref) == slot_ref,
            col(BookingRow.status) != BookingStatus.RELEASED.value,
        )
        .order_by(col(BookingRow.id))
    ).all()
    return [
        Seat(
            person_ref=person.ref,
            name=" ".join(filter(None, (person.given_name, person.family_name))),
            booking_ref=booking.ref,
            status=BookingStatus(booking.status),
        )
        for booking, person in found
    ]


# --- who came ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Attended:
    """It is noted that the person came."""

    booking_ref: str
    #: Where they stand now.
    stage: Stage


@dataclass(frozen=True, slots=True, kw_only=True)
class NotBooked:
    """The person has no place there, so nothing was changed."""

    person_ref: str
    slot_ref: str | None


def mark_attended(
    session: Session,
    hub: str,
    person_ref: str,
    now: datetime,
    *,
    slot_ref: str | None = None,
    author: str = "coordinator",
) -> Attended | NotBooked:
    """Note that a person came: it counts as planned, and moves them on, from training to ready, from a first shift to active.

    Args:
        slot_ref: where they came; ``None`` means the latest training session they are booked on.
        author: ``coordinator:NAME``.
    """
    found = _find_seat(session, hub, person_ref, slot_ref)
    if found is None:
        return NotBooked(person_ref=person_ref, slot_ref=slot_ref)
    booking, person = found
    if booking.status != BookingStatus.ATTENDED.value:
        perform(session, hours.attend(_scope(person, now), booking.ref, author=author))
    return Attended(booking_ref=booking.ref, stage=Stage(person.stage))


def mark_missed(session: Session, hub: str, person_ref: str, now: datetime, *, slot_ref: str, author: str) -> bool:
    """Note that a person did not come; ``False`` when they have no place there, or it is noted that they came."""
    found = _find_seat(session, hub, person_ref, slot_ref)
    if found is None:
        return False
    booking, person = found
    perform(session, hours.miss(_scope(person, now), booking.ref, cause="not seen", author=author))
    return booking.status == BookingStatus.NO_SHOW.value


def unmark(session: Session, hub: str, person_ref: str, now: datetime, *, slot_ref: str, author: str) -> bool:
    """Take back that a person came or did not, with all that followed; ``False`` when nothing was noted."""
    found = _find_seat(session, hub, person_ref, slot_ref)
    if found is None:
        return False
    booking, person = found
    return perform(session, hours.undo(_scope(person, now), booking.ref, author=author))


def _scope(person: PersonRow, now: datetime) -> Scope:
    assert person.id is not None, "it was read from the database"
    return Scope(hub=person.hub, person_id=person.id, address_id=person.address_id or 0, now=to_micros(now))


def _find_seat(
    session: Session, hub: str, person_ref: str, slot_ref: str | None
) -> tuple[BookingRow, PersonRow] | None:
    query = (
        select(BookingRow, PersonRow)
        .join(SlotRow, col(SlotRow.id) == col(BookingRow.slot_id))
        .join(PersonRow, col(PersonRow.id) == col(BookingRow.person_id))
        .where(
            col(PersonRow.hub) == hub,
            col(PersonRow.ref) == person_ref,
            col(BookingRow.status) != BookingStatus.RELEASED.value,
        )
        .order_by(col(SlotRow.starts_at).desc())
        .limit(1)
        .with_for_update(of=[PersonRow, BookingRow])
    )
    if slot_ref is None:
        return session.exec(query.where(col(SlotRow.kind) == SlotKind.TRAINING.value)).first()
    return session.exec(query.where(col(SlotRow.ref) == slot_ref)).first()
