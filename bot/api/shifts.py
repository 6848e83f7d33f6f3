"""Places, trainings and shifts, and who is booked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel

from bot.api.desk import Desk
from bot.api.door import Door, answers, not_found
from bot.api.shapes import After, Limit, Page, Ref, cut, read_cursor, write_cursor
from flows.facts import BookingStatus, SlotKind
from flows.rules.programs import Scope
from storage import lookup
from storage.tables import BookingRow, Site, SlotRow


class SiteOut(BaseModel):
    """A place."""

    id: int
    name: str
    street: str
    city: str
    state: str
    zip: str
    zone: str


class ShiftOut(BaseModel):
    """A training or a shift."""

    ref: str
    kind: SlotKind
    #: Name by language.
    title: dict[str, str]
    #: Wall clock at the place, and its zone.
    starts_local: str
    zone: str
    starts_at: datetime
    minutes: int
    capacity: int
    taken: int
    cancelled: bool
    site: str | None
    role: str | None


class BookingOut(BaseModel):
    """Somebody's place."""

    ref: str
    person: str
    shift: str
    status: BookingStatus
    created_at: datetime
    changed_at: datetime


def shift_routes(desk: Desk, door: Door) -> APIRouter:
    """Return the routes of the schedule."""
    router = APIRouter(tags=["schedule"], dependencies=[Depends(door.needs(Scope.READ_SCHEDULE))])
    hub = desk.hub.id

    @router.get("/sites", responses=answers(), summary="List places")
    def sites(limit: Limit = 50, after: After = None) -> Page[SiteOut]:
        with desk.database.reading() as session:
            shown, more = cut(lookup.list_sites(session, hub, after=read_cursor(after), limit=limit + 1), limit)
            items = [SiteOut.model_validate(site.model_dump()) for site in shown]
            return Page(items=items, next=write_cursor(shown[-1].id or 0) if more else None)

    @router.get("/shifts", responses=answers(), summary="List trainings and shifts")
    def shifts(
        limit: Limit = 50,
        after: After = None,
        since: Annotated[AwareDatetime | None, Query(description="Those that begin then or later.")] = None,
        kind: SlotKind | None = None,
    ) -> Page[ShiftOut]:
        with desk.database.reading() as session:
            rows = lookup.list_shifts(
                session, hub, after=read_cursor(after), limit=limit + 1, since=since, kind=kind.value if kind else None
            )
            shown, more = cut(rows, limit)
            items = [_shift(slot, site) for slot, site in shown]
            return Page(items=items, next=write_cursor(shown[-1][0].id or 0) if more else None)

    @router.get("/shifts/{ref}", responses=answers(404), summary="Read one training or shift")
    def shift(ref: Ref) -> ShiftOut:
        with desk.database.reading() as session:
            found = lookup.find_shift(session, hub, ref)
            if found is None:
                raise not_found()
            return _shift(*found)

    @router.get("/shifts/{ref}/bookings", responses=answers(404), summary="List who is booked")
    def seats(ref: Ref, limit: Limit = 50, after: After = None) -> Page[BookingOut]:
        with desk.database.reading() as session:
            found = lookup.find_shift(session, hub, ref)
            if found is None:
                raise not_found()
            return _bookings(
                lookup.list_bookings(session, hub, after=read_cursor(after), limit=limit + 1, slot_id=found[0].id),
                limit,
            )

    @router.get("/people/{ref}/bookings", responses=answers(404), summary="List a person's places")
    def places(ref: Ref, limit: Limit = 50, after: After = None) -> Page[BookingOut]:
        with desk.database.reading() as session:
            found = lookup.find_person(session, hub, ref)
            if found is None:
                raise not_found()
            return _bookings(
                lookup.list_bookings(
                    session, hub, after=read_cursor(after), limit=limit + 1, person_id=found.person.id
                ),
                limit,
            )

    return router


def _shift(slot: SlotRow, site: Site | None) -> ShiftOut:
    return ShiftOut(
        ref=slot.ref,
        kind=SlotKind(slot.kind),
        title=json.loads(slot.title),
        starts_local=slot.starts_local,
        zone=slot.zone,
        starts_at=slot.starts_at,
        minutes=slot.minutes,
        capacity=slot.capacity,
        taken=slot.taken,
        cancelled=slot.cancelled,
        site=site.name if site else None,
        role=slot.role,
    )


def _bookings(rows: Sequence[tuple[BookingRow, str, str]], limit: int) -> Page[BookingOut]:
    shown, more = cut(rows, limit)
    items = [
        BookingOut(
            ref=booking.ref,
            person=person,
            shift=slot,
            status=BookingStatus(booking.status),
            created_at=booking.created_at,
            changed_at=booking.changed_at,
        )
        for booking, person, slot in shown
    ]
    return Page(items=items, next=write_cursor(shown[-1][0].id or 0) if more else None)
