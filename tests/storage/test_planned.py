"""What pages read and change of the timetable, in both databases."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from flows.facts import SlotKind
from flows.stages import Stage
from storage import placing, planned, schedule
from storage.database import Database
from storage.operations import covers
from storage.people import add_person
from storage.performing import perform
from storage.tables import HoursRow, PersonRow, RequirementPolicyRow, RequirementRow, SlotRow, to_micros
from tests.storage.cases import HUB, MARIA, NOW


def _slot(session: Session, starts: datetime, *, kind: SlotKind = SlotKind.SHIFT, **fields: Any) -> SlotRow:
    site = schedule.add_site(session, HUB.id, name="Harbor", zone="America/Los_Angeles")
    return schedule.add_slot(
        session,
        HUB.id,
        kind=kind,
        title={"en": "Late"},
        starts_local=starts,
        zone="America/Los_Angeles",
        minutes=30,
        capacity=2,
        site_id=site.id,
        **fields,
    )


def _person(session: Session, stage: Stage) -> PersonRow:
    person = add_person(session, HUB.id, MARIA, NOW, stage=stage, given_name="Maria", birth_date="1956-05-14")
    assert person is not None
    return person


def test_a_day_is_that_of_the_place(database: Database, store: object) -> None:
    """Late in the evening on the coast it is the next day elsewhere."""
    day, sought = date(2026, 12, 8), planned.Sought()
    with database.session() as session:
        slot = _slot(session, datetime(2026, 12, 8, 23, 0))  # noqa: DTZ001 - wall clock of the place

        def on(first: date, sites: frozenset[int] | None = None) -> list[str]:
            listed = planned.list_days(session, HUB.id, first, first, sought, sites=sites, now=NOW)
            return [one.ref for one in listed]

        assert on(day) == [slot.ref]
        assert on(day + timedelta(days=1)) == []
        assert on(day, frozenset({slot.site_id or 0})) == [slot.ref]
        assert on(day, frozenset()) == on(day, frozenset({9_999})) == []
        assert planned.last_call(session, slot) is None
        assert planned.list_seated(session, HUB.id, [slot.ref]) == {}
        assert planned.list_line(session, slot) == []
        assert planned.count_concerned(session, [slot]) == (0, 0)
        assert planned.name_people(session, []) == {}


def test_a_place_is_taken_noted_undone_and_given_back(database: Database, store: object) -> None:
    with database.session() as session:
        slot = _slot(session, datetime(2026, 12, 8, 15, 0))  # noqa: DTZ001 - wall clock of the place
        person = _person(session, Stage.PLACED)
        key: dict[str, Any] = {"slot_ref": slot.ref, "author": "coordinator:Sam"}

        placing.book(session, person, slot, quiet_hours=HUB.quiet_hours, now=NOW)
        assert [one.name for one in planned.list_seated(session, HUB.id, [slot.ref])[slot.ref]] == ["Maria"]
        assert planned.count_concerned(session, [slot]) == (1, 0)

        schedule.mark_attended(session, HUB.id, person.ref, NOW, **key)
        assert person.stage == Stage.ACTIVE.value
        assert schedule.unmark(session, HUB.id, person.ref, NOW, **key)
        assert not schedule.unmark(session, HUB.id, person.ref, NOW, **key)
        assert person.stage == Stage.PLACED.value
        assert {row.status for row in session.exec(select(HoursRow)).all()} == {"void"}

        what = placing.read_slot_of(session, slot)
        assert placing.release(session, person, slot, what, NOW)
        assert (person.stage, slot.taken) == (Stage.READY.value, 0)


def test_what_a_training_had_met_is_taken_back_with_it(database: Database, store: object) -> None:
    with database.session() as session:
        at = datetime(2026, 12, 8, 15, 0)  # noqa: DTZ001 - wall clock of the place
        slot = _slot(session, at, kind=SlotKind.TRAINING, course="first_training")
        person = _person(session, Stage.TRAINING)
        session.add(RequirementPolicyRow(hub=HUB.id, kind="safety", needed=True, course="first_training", many=1))
        key: dict[str, Any] = {"slot_ref": slot.ref, "author": "coordinator:Sam"}
        placing.book(session, person, slot, quiet_hours=HUB.quiet_hours, now=NOW)

        def met() -> list[str]:
            rows = session.exec(select(RequirementRow).where(col(RequirementRow.status) == "met")).all()
            return [row.kind for row in rows]

        schedule.mark_attended(session, HUB.id, person.ref, NOW, **key)
        assert met() == ["safety"]
        schedule.unmark(session, HUB.id, person.ref, NOW, **key)

        assert (met(), person.stage) == ([], Stage.TRAINING.value)


def test_others_are_asked_for_every_free_seat_however_far_ahead(database: Database, store: object) -> None:
    with database.session() as session:
        slot = _slot(session, datetime(2026, 12, 20, 15, 0))  # noqa: DTZ001 - wall clock of the place
        at = to_micros(NOW)

        assert perform(session, covers.ask_for(HUB.id, slot.ref, now=at)) == 2
        assert perform(session, covers.ask_for(HUB.id, slot.ref, now=at)) == 2
        (due,) = perform(session, covers.due(HUB.id, NOW, 10))
        assert (due.seats, due.was_given_back) == (2, False)
        assert perform(session, covers.stop(HUB.id, slot.ref, now=at))
        assert not perform(session, covers.stop(HUB.id, slot.ref, now=at))
        call = planned.last_call(session, slot)
        assert call is not None
        assert (call.status, call.asked, call.declined) == ("gave_up", 0, 0)
        assert perform(session, covers.ask_for("other", slot.ref, now=at)) == 0
