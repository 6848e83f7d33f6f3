"""What stands in the demo's calendar, for the tests of its pages."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlmodel import col, select

from flows.facts import BookingStatus
from flows.stages import Stage
from storage import people, series
from storage.tables import BookingRow, PersonRow, SlotRow
from tests.console.opened import MONDAY, Demo

#: The site lead of the demo looks after the first site by name; the partner runs three of the four.
LEADS, PARTNERS, FOREIGN = "Lakefront Middle School", "Oakwood Elementary", "River Park School"


def list_slots(
    demo: Demo, site: str | None = LEADS, *, kind: str = "shift", title: str = "", after: datetime = MONDAY
) -> list[SlotRow]:
    """List what is to come at a site, soonest first."""
    with demo.app.database.reading() as session:
        found = series.find_site(session, demo.app.hub.id, site) if site else None
        query = select(SlotRow).where(col(SlotRow.kind) == kind, col(SlotRow.starts_at) > after)
        query = query.where(col(SlotRow.title).contains(title), col(SlotRow.site_id) == (found.id if found else None))
        return list(session.exec(query.order_by(col(SlotRow.starts_at))).all())


def list_rows(demo: Demo, table: Any, *where: Any) -> list[Any]:
    with demo.app.database.reading() as session:
        return list(session.exec(select(table).where(*where).order_by(table.id)).all())


def list_booked(demo: Demo, slot: SlotRow) -> list[tuple[BookingRow, PersonRow]]:
    with demo.app.database.reading() as session:
        query = (
            select(BookingRow, PersonRow)
            .join(PersonRow, col(PersonRow.id) == col(BookingRow.person_id))
            .where(col(BookingRow.slot_id) == slot.id, col(BookingRow.status) != "released")
        )
        return list(session.exec(query.order_by(col(BookingRow.id))).all())


def read_slot(demo: Demo, ref: str) -> SlotRow:
    (slot,) = list_rows(demo, SlotRow, col(SlotRow.ref) == ref)
    return slot  # type: ignore[no-any-return]


def first_full(demo: Demo) -> SlotRow:
    """Return a shift to come of which all places are taken."""
    slot = first_filled(demo, PARTNERS)
    with demo.app.database.session() as session:
        session.get_one(SlotRow, slot.id).capacity = slot.taken
    return read_slot(demo, slot.ref)


def first_filled(demo: Demo, site: str = LEADS, **which: Any) -> SlotRow:
    """Return the first shift to come in which somebody has a place and there is room."""
    return next(slot for slot in list_slots(demo, site, **which) if 0 < slot.taken < slot.capacity)


def free_tutor(demo: Demo, *, stage: Stage = Stage.READY) -> PersonRow:
    """Make somebody whom nothing keeps from tutoring at any site, with an address and consent."""
    slot = first_filled(demo)
    donor = list_booked(demo, slot)[0][1]
    with demo.app.database.session() as session:
        tutor = people.find(session, demo.app.hub.id, donor.ref)
        assert tutor is not None
        for booking in session.exec(select(BookingRow).where(col(BookingRow.person_id) == tutor.id)).all():
            if booking.status in ("booked", "confirmed"):
                booking.status = BookingStatus.RELEASED.value
                held = session.get_one(SlotRow, booking.slot_id)
                held.taken -= 1
                session.add_all([booking, held])
        answers = {name: value for name, value in json.loads(tutor.answers).items() if name != "availability"}
        tutor.answers, tutor.stage = json.dumps(answers), stage.value
        session.add(tutor)
        return tutor


async def open_page(demo: Demo, path: str) -> str:
    return " ".join((await demo.open(path)).split())


def site_number(demo: Demo, name: str) -> str:
    with demo.app.database.reading() as session:
        site = series.find_site(session, demo.app.hub.id, name)
    assert site is not None
    return str(site.id)
