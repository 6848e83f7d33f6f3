"""Note who came, put somebody down, give a place back, and have others asked to come."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bot import placing
from bot.attendance import note_attended
from bot.console.answers import Answer, Led, NotThereError, Page
from bot.console.calendar.room import room
from bot.console.calendar.slot import find_slot, roster_of, sees_names, values_of
from bot.console.house import Visit
from flows.rules.access import Permission
from storage import audit, browsing, people, schedule
from storage import placing as places
from storage.operations import covers
from storage.performing import perform
from storage.statements import Refused
from storage.tables import PersonRow, SlotRow, to_micros


@room.post("/calendar/{ref}/came", Permission.NOTE_ATTENDANCE)
def came(visit: Visit) -> Answer:
    """Note that somebody came; they are told what they may do now."""
    house = visit.house

    def note(person: PersonRow, slot: SlotRow) -> None:
        note_attended(
            house.database,
            house.hub,
            house.library.phrases,
            person.ref,
            visit.now,
            slot_ref=slot.ref,
            author=visit.author,
        )

    return _noted(visit, note)


@room.post("/calendar/{ref}/missed", Permission.NOTE_ATTENDANCE)
def missed(visit: Visit) -> Answer:
    """Note that somebody did not come."""

    def note(person: PersonRow, slot: SlotRow) -> None:
        if slot.starts_at <= visit.now:
            with visit.writing() as session:
                schedule.mark_missed(
                    session, visit.hub.id, person.ref, visit.now, slot_ref=slot.ref, author=visit.author
                )

    return _noted(visit, note)


@room.post("/calendar/{ref}/undo", Permission.NOTE_ATTENDANCE)
def undo(visit: Visit) -> Answer:
    """Take back what was noted about somebody."""

    def note(person: PersonRow, slot: SlotRow) -> None:
        with visit.writing() as session:
            schedule.unmark(session, visit.hub.id, person.ref, visit.now, slot_ref=slot.ref, author=visit.author)

    return _noted(visit, note)


def _noted(visit: Visit, note: Callable[[PersonRow, SlotRow], None]) -> Answer:
    with visit.reading() as session:
        slot, person = _slot_and_person(visit, session)
        if not places.place_of(session, person, slot):
            raise NotThereError
        too_early = not roster_of(visit, session, slot, named=True)["signs_in"]
    if not too_early and not slot.cancelled:
        note(person, slot)
    if not visit.is_piece:
        return Led(to=f"/console/calendar/{slot.ref}")
    with visit.reading() as session:
        slot = find_slot(visit, session)
        return Page(template="_calendar_roster.html", values=roster_of(visit, session, slot, named=True))


def _slot_and_person(visit: Visit, session: Any) -> tuple[SlotRow, PersonRow]:
    slot = find_slot(visit, session)
    person = people.find(session, visit.hub.id, visit.form.get("person", ""))
    if person is None or not sees_names(visit, slot):
        raise NotThereError
    return slot, person


# --- places -----------------------------------------------------------------------------------------------------------


@room.post("/calendar/{ref}/add", Permission.PLAN)
def add(visit: Visit) -> Answer:
    """Put somebody down and ask them whether they can come; every rule and gate holds."""
    with visit.reading() as session:
        slot, person = _slot_and_person(visit, session)
        if person.id is None or not browsing.is_seen(session, person.id, visit.sites):
            raise NotThereError
        ref, person_ref = slot.ref, person.ref
    try:
        with visit.writing() as session:
            slot, person = _slot_and_person(visit, session)
            keeps = placing.put_down(
                session, visit.hub, visit.house.library, person, slot, author=visit.author, now=visit.now
            )
    except Refused:
        keeps = placing.WhyNot(reason="refused")
    if keeps is None:
        return Led(to=f"/console/calendar/{ref}", told="added")
    with visit.reading() as session:
        slot = find_slot(visit, session)
        values = values_of(visit, session, slot, wrong=keeps, wrong_for=person_ref)
        return Page(template="calendar_slot.html", values=values, status=422)


@room.post("/calendar/{ref}/give-back", Permission.PLAN)
def give_back(visit: Visit) -> Answer:
    """Give somebody's place back for them; they are told, and whoever waits longest is asked."""
    with visit.writing() as session:
        slot, person = _slot_and_person(visit, session)
        if slot.starts_at <= visit.now:
            return Led(to=f"/console/calendar/{slot.ref}", told="has_begun")
        given = placing.give_back(
            session, visit.hub, visit.house.library, person, slot, author=visit.author, now=visit.now
        )
        if not given:
            raise NotThereError
        return Led(to=f"/console/calendar/{slot.ref}", told="given_back")


# --- ask others to come -----------------------------------------------------------------------------------------------


@room.post("/calendar/{ref}/fill", Permission.PLAN)
def fill(visit: Visit) -> Answer:
    """Have those asked whom no rule keeps from it, a few at a time, until the places are taken."""
    with visit.writing() as session:
        slot = find_slot(visit, session)
        ref, seats = slot.ref, perform(session, covers.ask_for(visit.hub.id, slot.ref, now=to_micros(visit.now)))
        if seats:
            _note(visit, session, ref, {"asks_for": seats})
    return Led(to=f"/console/calendar/{ref}", told="filling" if seats else "nothing_to_fill")


@room.post("/calendar/{ref}/stop-filling", Permission.PLAN)
def stop_filling(visit: Visit) -> Answer:
    """Ask nobody else; who was asked may still say yes."""
    with visit.writing() as session:
        slot = find_slot(visit, session)
        ref = slot.ref
        if perform(session, covers.stop(visit.hub.id, ref, now=to_micros(visit.now))):
            _note(visit, session, ref, {"asks_for": 0})
    return Led(to=f"/console/calendar/{ref}", told="filling_stopped")


def _note(visit: Visit, session: Any, slot: str, detail: dict[str, Any]) -> None:
    noted = {"slot": slot, **detail}
    audit.note(session, visit.hub.id, person_ref=None, author=visit.author, what="cover", detail=noted, now=visit.now)
