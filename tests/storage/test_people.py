"""What coordinators look up and change."""

from __future__ import annotations

from datetime import timedelta

from flows.effects import Book, HandOff, MoveStage, Release, Remember
from flows.facts import BookingStatus, SlotKind
from flows.messages import Address
from flows.stages import Stage
from storage import people, revisions, schedule, tasks
from storage.database import Database
from storage.people import EventKind
from storage.schedule import Attended, NotBooked
from storage.store import Store
from storage.tables import FlowRevision
from tests.storage.cases import (
    HUB,
    MARIA,
    NOW,
    OMAR,
    OTHER_HUB,
    applied,
    loaded,
    message,
    moves,
    new_slot,
    phone,
    rows,
    say,
    value,
)

SLACK = Address(channel="slack", account="T1", user="U7")


async def test_people_are_found_by_reference_and_number(store: Store, database: Database) -> None:
    await applied(store)
    await applied(store, sender=SLACK)

    with database.reading() as session:
        maria = people.find_by_user(session, HUB.id, MARIA.user)
        assert maria is not None
        assert people.find(session, HUB.id, maria.ref) is maria
        assert people.find(session, OTHER_HUB.id, maria.ref) is None
        assert people.find_by_user(session, OTHER_HUB.id, MARIA.user) is None
        assert people.find_by_user(session, HUB.id, "U7") is None
        assert people.find_by_user(session, HUB.id, "U7", channel="slack") is not None


async def test_people_are_listed_by_stage_and_role_latest_first(store: Store, database: Database) -> None:
    for number in range(4):
        effects = [MoveStage(stage=Stage.READY, cause="x")] if number % 2 else []
        await applied(
            store,
            Remember(field="role", value="tutor" if number < 3 else "mentor"),
            *effects,
            sender=phone(number),
            now=NOW + timedelta(minutes=number),
        )
    await applied(store, hub=OTHER_HUB.id)

    with database.reading() as session:
        everybody = people.list_people(session, HUB.id)
        ready_tutors = people.list_people(session, HUB.id, stage=Stage.READY, role="tutor")
        second_page = people.list_people(session, HUB.id, limit=2, offset=2)
        counts = people.count_by_stage(session, HUB.id)

    assert [row.role for row in everybody] == ["mentor", "tutor", "tutor", "tutor"]
    assert [row.id for row in ready_tutors] == [everybody[2].id]
    assert [row.id for row in second_page] == [row.id for row in everybody[2:]]
    assert (counts[Stage.READY], counts[Stage.ENQUIRED], counts[Stage.ENDED]) == (2, 2, 0)
    assert list(counts) == list(Stage)


async def test_a_story_merges_everything_by_time(store: Store, database: Database) -> None:
    await applied(store, say("Welcome"), inbound=message(words="hi"))
    await applied(
        store,
        MoveStage(stage=Stage.SCREENING, cause="agreed"),
        HandOff(reason="wants a person"),
        inbound=message(words="yes"),
        now=NOW + timedelta(minutes=1),
    )

    with database.reading() as session:
        (person,) = people.list_people(session, HUB.id)
        story = people.tell_story(session, person)
        latest = people.tell_story(session, person, limit=1)

    assert [(event.kind, event.text, event.detail, event.turn) for event in story] == [
        (EventKind.INBOUND, "hi", "message", 1),
        (EventKind.OUTBOUND, "Welcome", "ready", 1),
        (EventKind.INBOUND, "yes", "message", 2),
        (EventKind.STAGE, "screening", "agreed (person)", None),
        (EventKind.TASK, "hand_off", "wants a person", None),
    ]
    assert [event.text for event in latest] == ["Welcome", "yes", "screening", "hand_off"]


async def test_a_persons_detail_shows_conversation_and_reasons(store: Store, database: Database) -> None:
    await applied(store, Remember(field="color", value="red"), inbound=message(words="hi"))

    with database.reading() as session:
        (person,) = people.list_people(session, HUB.id)
        detail = people.describe(session, person)

    assert (detail.conversation, detail.version, detail.held_by) == ({"turn": 1}, 1, None)
    assert detail.answers == {"color": "red"}
    assert [address.user for address in detail.addresses] == [MARIA.user]
    assert [(trace.turn, trace.inbound, trace.trace) for trace in detail.traces] == [(1, "hi", ["thought"])]


async def test_nobody_is_brought_in_twice(store: Store, database: Database) -> None:
    await applied(store)

    with database.session() as session:
        assert people.add_person(session, HUB.id, MARIA, NOW) is None
        elsewhere = people.add_person(session, OTHER_HUB.id, MARIA, NOW, birth_date="1956-05-14", zip="02134", note="x")
        assert elsewhere is not None
        detail = people.describe(session, elsewhere)

    assert detail.answers == {"birth_date": "1956-05-14", "zip": "02134", "note": "x"}
    assert (detail.conversation, detail.version) == (None, 0)
    assert (elsewhere.zip, str(elsewhere.birth_date)) == ("02134", "1956-05-14")


async def test_a_coordinators_move_is_recorded(store: Store, database: Database) -> None:
    await applied(store)

    with database.session() as session:
        (person,) = people.list_people(session, HUB.id)
        people.move(session, person, Stage.ELIGIBLE, cause="approved", author="coordinator:dana", now=NOW)
        people.move(session, person, Stage.ELIGIBLE, cause="again", now=NOW)

    assert (await loaded(store)).person.stage is Stage.ELIGIBLE
    assert moves(database) == [
        ("coordinator:dana", {"from": "enquired", "to": "eligible", "cause": "approved"}),
    ]


async def test_tasks_are_closed_once_by_their_own_hub(store: Store, database: Database) -> None:
    await applied(store, HandOff(reason="one"), HandOff(reason="two"))

    with database.session() as session:
        (first, person), (second, _) = tasks.list_open(session, HUB.id)
        assert person is not None
        assert first.id is not None
        assert not tasks.close(session, OTHER_HUB.id, first.id, NOW)
        assert tasks.close(session, HUB.id, first.id, NOW)
        assert not tasks.close(session, HUB.id, first.id, NOW)
        assert [task.id for task, _ in tasks.list_open(session, HUB.id)] == [second.id]
        assert tasks.list_open(session, OTHER_HUB.id) == []


# --- schedule ---------------------------------------------------------------------------------------------------------


def only_ref(database: Database) -> str:
    """Read the only person's reference."""
    ref: str = value(database, "SELECT ref FROM person")
    return ref


async def test_who_attended_training_is_ready(store: Store, database: Database) -> None:
    training = new_slot(database, kind=SlotKind.TRAINING)
    await applied(store, MoveStage(stage=Stage.TRAINING, cause="booked"), Book(slot=training))

    with database.session() as session:
        result = schedule.mark_attended(session, HUB.id, only_ref(database), NOW)
        again = schedule.mark_attended(session, HUB.id, only_ref(database), NOW)

    assert isinstance(result, Attended)
    assert result == again
    assert result.stage is Stage.READY
    assert (await loaded(store)).bookings == ()
    assert moves(database)[-1] == (
        "coordinator",
        {"from": "training", "to": "ready", "cause": f"attended:{training}"},
    )
    assert rows(database, "SELECT DISTINCT status FROM reminder") == [{"status": "released"}]


async def test_who_has_no_training_booked_cannot_have_attended(store: Store, database: Database) -> None:
    shift, training = new_slot(database), new_slot(database, kind=SlotKind.TRAINING, starts=NOW + timedelta(days=6))
    await applied(store, Book(slot=shift), Book(slot=training))
    bookings = (await loaded(store)).bookings
    await applied(store, *(Release(booking=one.ref, cause="N") for one in bookings if one.slot.ref == training))
    ref = only_ref(database)

    with database.session() as session:
        assert schedule.mark_attended(session, HUB.id, ref, NOW) == NotBooked(person_ref=ref, slot_ref=None)
        assert schedule.mark_attended(session, OTHER_HUB.id, ref, NOW, slot_ref=shift) == NotBooked(
            person_ref=ref, slot_ref=shift
        )
    assert (await loaded(store)).person.stage is Stage.ENQUIRED


async def test_the_latest_training_counts_when_none_is_named(store: Store, database: Database) -> None:
    first = new_slot(database, kind=SlotKind.TRAINING, starts=NOW + timedelta(days=1))
    second = new_slot(database, kind=SlotKind.TRAINING, starts=NOW + timedelta(days=2))
    await applied(store, Book(slot=second), Book(slot=first))

    with database.session() as session:
        schedule.mark_attended(session, HUB.id, only_ref(database), NOW)

    assert [booking.slot.ref for booking in (await loaded(store)).bookings] == [first]


async def test_a_first_shift_makes_active_and_late_training_notes_move_nobody_back(
    store: Store, database: Database
) -> None:
    shift, training = new_slot(database), new_slot(database, kind=SlotKind.TRAINING, starts=NOW + timedelta(days=6))
    await applied(store, MoveStage(stage=Stage.PLACED, cause="x"), Book(slot=shift), Book(slot=training))

    with database.session() as session:
        served = schedule.mark_attended(session, HUB.id, only_ref(database), NOW, slot_ref=shift)
        trained = schedule.mark_attended(session, HUB.id, only_ref(database), NOW, slot_ref=training)

    assert isinstance(served, Attended)
    assert isinstance(trained, Attended)
    assert (served.stage, trained.stage) == (Stage.ACTIVE, Stage.ACTIVE)


async def test_slots_tell_their_seats_and_who_holds_them(store: Store, database: Database) -> None:
    late, soon = new_slot(database, starts=NOW + timedelta(days=3)), new_slot(database, starts=NOW + timedelta(days=1))
    await applied(store, Remember(field="given_name", value="Maria"), Book(slot=soon))
    await applied(store, Book(slot=soon), sender=OMAR)
    released = (await loaded(store, OMAR)).bookings[0]
    await applied(store, Release(booking=released.ref, cause="N"), sender=OMAR)

    with database.reading() as session:
        slots = schedule.list_slots(session, HUB.id, since=NOW)
        seats = schedule.list_seats(session, HUB.id, soon)
        trainings = schedule.list_slots(session, HUB.id, since=NOW, kind=SlotKind.TRAINING)

    assert [(slot.ref, slot.taken, slot.capacity) for slot in slots] == [(soon, 1, 5), (late, 0, 5)]
    assert [(seat.name, seat.status) for seat in seats] == [("Maria", BookingStatus.BOOKED)]
    assert trainings == []


async def test_a_site_belongs_to_a_partner(store: Store, database: Database) -> None:
    with database.session() as session:
        partner = schedule.add_partner(session, HUB.id, name="Readers")
        site = schedule.add_site(
            session, HUB.id, name="Grant School", zone="America/Chicago", partner_id=partner.id, street="12 Elm St"
        )
        slot = schedule.add_slot(
            session,
            HUB.id,
            kind=SlotKind.SHIFT,
            title={"en": "Reading"},
            starts_local=(NOW + timedelta(days=1)).replace(tzinfo=None),
            zone="America/Chicago",
            minutes=60,
            capacity=1,
            site_id=site.id,
        )

    (found,) = await store.find_slots(HUB.id, SlotKind.SHIFT, NOW, until=NOW + timedelta(days=3))
    assert (found.ref, found.place) == (slot.ref, "Grant School, 12 Elm St")
    assert found.starts_at == NOW + timedelta(days=1, hours=6)  # the wall clock in Chicago


# --- flows ------------------------------------------------------------------------------------------------------------


def test_revisions_are_kept_by_hub(database: Database) -> None:
    with database.session() as session:
        session.add(FlowRevision(revision="r1", hub=HUB.id, flow="screening", source="old", created_at=NOW))
        session.add(FlowRevision(revision="r1", hub=OTHER_HUB.id, flow="screening", source="old", created_at=NOW))

    with database.reading() as session:
        assert [(row.revision, row.source) for row in revisions.load(session, HUB.id)] == [("r1", "old")]
