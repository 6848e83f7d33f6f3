"""Seats: taken, kept, given back, never more than there are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from flows.effects import Alert, Book, BookSet, Confirm, Release, Remember
from flows.facts import BookingStatus, SlotKind
from flows.rules.series import Series
from storage import series
from storage.database import Database
from storage.series import Template
from storage.store import SeatTaken, Store
from tests.storage.cases import (
    HUB,
    MARIA,
    NOW,
    OMAR,
    OTHER_HUB,
    applied,
    change,
    loaded,
    new_slot,
    rows,
    say,
    turn,
    value,
)


async def test_booking_takes_a_seat_and_plans_reminders(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=2)

    await applied(store, Book(slot=slot))

    assert value(database, "SELECT taken FROM slot") == 1
    ((booking),) = (await loaded(store)).bookings
    assert (booking.slot.ref, booking.status, booking.asked) == (slot, BookingStatus.BOOKED, False)
    assert (booking.slot.place, booking.slot.title["es"], booking.slot.seats_left) == ("Online", "Lectura", 1)
    planned = rows(database, "SELECT kind, status FROM reminder ORDER BY due_at")
    assert [tuple(row.values()) for row in planned] == [
        ("three_days", "pending"),
        ("day_before", "pending"),
        ("two_hours", "pending"),
    ]


async def test_reminders_follow_the_zone_that_the_same_turn_learned(store: Store, database: Database) -> None:
    early_in_new_york = datetime(2026, 12, 8, 13, 0, tzinfo=UTC)  # 8:00 there, 5:00 in Los Angeles
    slot = new_slot(database, starts=early_in_new_york)

    await applied(store, Book(slot=slot), Remember(field="zone", value="America/Los_Angeles"))

    two_hours = value(database, "SELECT due_at FROM reminder WHERE kind = 'two_hours'")
    assert datetime.fromtimestamp(two_hours / 1e6, UTC) == datetime(
        2026, 12, 8, 3, 59, tzinfo=UTC
    )  # 19:59 the day before


async def test_a_full_slot_refuses_the_whole_turn(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=1)
    await applied(store, Book(slot=slot), sender=OMAR)
    await applied(store)

    result = await turn(store, say("You are in!"), Remember(field="x", value=1), Book(slot=slot))

    assert result == SeatTaken(slot=slot)
    assert (await loaded(store)).version == 1
    assert (await loaded(store)).person.answers == {}
    assert value(database, "SELECT count(*) FROM outbox") == 0
    assert value(database, "SELECT count(*) FROM inbound") == 2


async def test_a_strangers_refused_booking_leaves_nobody_behind(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=0)

    result = await turn(store, Book(slot=slot))

    assert result == SeatTaken(slot=slot)
    assert value(database, "SELECT count(*) FROM person") == 0


async def test_slot_that_has_begun_has_no_seat(store: Store, database: Database) -> None:
    slot = new_slot(database, starts=NOW - timedelta(minutes=1))

    assert await turn(store, Book(slot=slot)) == SeatTaken(slot=slot)


async def test_cancelled_foreign_and_unknown_slots_have_no_seat(store: Store, database: Database) -> None:
    cancelled, foreign = new_slot(database), new_slot(database, hub=OTHER_HUB.id)
    change(database, "UPDATE slot SET cancelled = TRUE WHERE ref = :ref", ref=cancelled)

    for slot in (cancelled, foreign, "unknown"):
        assert await turn(store, Book(slot=slot)) == SeatTaken(slot=slot)


async def test_booking_the_same_slot_twice_keeps_one_seat(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=1)

    await applied(store, Book(slot=slot))
    await applied(store, Book(slot=slot), Book(slot=slot))

    assert value(database, "SELECT taken FROM slot") == 1
    assert value(database, "SELECT count(*) FROM booking") == 1


async def test_releasing_twice_gives_back_one_seat(store: Store, database: Database) -> None:
    slot = new_slot(database)
    await applied(store, Book(slot=slot), sender=OMAR)
    await applied(store, Book(slot=slot))
    ((booking),) = (await loaded(store)).bookings

    await applied(store, Release(booking=booking.ref, cause="N"))
    await applied(store, Release(booking=booking.ref, cause="N"))

    assert value(database, "SELECT taken FROM slot") == 1
    assert (await loaded(store)).bookings == ()
    released = "SELECT count(*) FROM reminder WHERE status = 'released'"
    assert value(database, released) == 3
    assert value(database, "SELECT count(*) FROM reminder WHERE status = 'pending'") == 3  # Omar's


async def test_a_seat_given_back_may_be_taken_again(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=1)
    await applied(store, Book(slot=slot))
    ((booking),) = (await loaded(store)).bookings
    await applied(store, Release(booking=booking.ref, cause="N"))

    await applied(store, Book(slot=slot))

    assert value(database, "SELECT taken FROM slot") == 1
    assert len((await loaded(store)).bookings) == 1


async def test_nobody_releases_or_confirms_for_another(store: Store, database: Database) -> None:
    slot = new_slot(database)
    await applied(store, Book(slot=slot))
    ((booking),) = (await loaded(store)).bookings

    await applied(store, Release(booking=booking.ref, cause="N"), Confirm(booking=booking.ref), sender=OMAR)

    assert value(database, "SELECT status FROM booking") == "booked"
    assert value(database, "SELECT taken FROM slot") == 1


async def test_confirming_answers_the_reminder(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database)))
    change(database, "UPDATE booking SET asked = TRUE")
    ((booking),) = (await loaded(store)).bookings

    await applied(store, Confirm(booking=booking.ref), Alert(kind="check", booking=booking.ref))

    ((after),) = (await loaded(store)).bookings
    assert (booking.asked, after.asked, after.status) == (True, False, BookingStatus.CONFIRMED)
    assert value(database, "SELECT booking_id FROM task") == value(database, "SELECT id FROM booking")


async def test_releasing_drops_a_reminder_that_waits_in_the_outbox(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database)), say("booked"))
    ((booking),) = (await loaded(store)).bookings
    change(
        database,
        "UPDATE outbox SET dedupe_key = :key, status = 0, not_before = 1",
        key=f"reminder:{booking.ref}:day_before",
    )

    await applied(store, Release(booking=booking.ref, cause="N"))

    assert rows(database, "SELECT status, reason FROM outbox") == [{"status": 8, "reason": "released"}]


async def test_only_seats_ahead_are_loaded_soonest_first(store: Store, database: Database) -> None:
    starts = [NOW + timedelta(days=day) for day in (9, 3, 6)]
    slots = [new_slot(database, starts=at) for at in starts]
    await applied(store, *(Book(slot=slot) for slot in slots))

    now = await loaded(store)
    during_the_first = await loaded(store, now=starts[1] + timedelta(minutes=119))
    after_the_first = await loaded(store, now=starts[1] + timedelta(minutes=120))

    assert [booking.slot.ref for booking in now.bookings] == [slots[1], slots[2], slots[0]]
    assert len(during_the_first.bookings) == 3
    assert [booking.slot.ref for booking in after_the_first.bookings] == [slots[2], slots[0]]


async def test_at_most_thirteen_bookings_are_loaded(store: Store, database: Database) -> None:
    slots = [new_slot(database, starts=NOW + timedelta(days=1 + day)) for day in range(15)]

    await applied(store, *(Book(slot=slot) for slot in slots))

    assert [booking.slot.ref for booking in (await loaded(store)).bookings] == slots[:13]


async def test_open_slots_are_found_soonest_first(store: Store, database: Database) -> None:
    late, soon = new_slot(database, starts=NOW + timedelta(days=5)), new_slot(database, starts=NOW + timedelta(days=2))
    full = new_slot(database, capacity=0)
    cancelled = new_slot(database)
    change(database, "UPDATE slot SET cancelled = TRUE WHERE ref = :ref", ref=cancelled)
    new_slot(database, starts=NOW - timedelta(hours=1))
    new_slot(database, starts=NOW + timedelta(days=60))
    new_slot(database, kind=SlotKind.TRAINING)
    new_slot(database, hub=OTHER_HUB.id)

    found = await store.find_slots(HUB.id, SlotKind.SHIFT, NOW, until=NOW + timedelta(days=30))

    assert [slot.ref for slot in found] == [soon, late, full]
    assert found[2].seats_left == 0
    assert (found[0].starts_at, found[0].zone, found[0].seats_left) == (NOW + timedelta(days=2), "America/New_York", 5)


async def test_a_slot_at_a_site_names_site_and_street(store: Store, database: Database) -> None:
    slot = new_slot(database)
    change(
        database,
        "INSERT INTO site (hub, name, street, city, state, zip, zone, latitude) "
        "VALUES ('hub', 'Grant School', '12 Elm St', '', '', '', 'America/New_York', 40.7)",
    )
    change(database, "UPDATE slot SET site_id = (SELECT id FROM site) WHERE ref = :ref", ref=slot)

    (found,) = await store.find_slots(HUB.id, SlotKind.SHIFT, NOW, until=NOW + timedelta(days=30))

    assert (found.place, found.latitude) == ("Grant School, 12 Elm St", 40.7)


async def test_everybody_keeps_their_own_bookings(store: Store, database: Database) -> None:
    slot = new_slot(database)

    await applied(store, Book(slot=slot), sender=MARIA)

    assert (await loaded(store, OMAR)).bookings == ()


async def test_a_set_takes_the_days_that_fit_and_are_free(store: Store, database: Database) -> None:
    with database.session() as session:
        row = series.add_series(
            session,
            HUB.id,
            series=Series(
                rule="FREQ=DAILY;COUNT=8",
                starts_local=datetime.fromisoformat("2026-12-07T15:00"),
                zone="America/New_York",
            ),
            template=Template(kind=SlotKind.SHIFT, title={"en": "x"}, minutes=60, capacity=1, place="there"),
            now=NOW,
        )
        refs = [slot.ref for slot in series.list_slots_of(session, row, since=NOW)]
    await applied(store, Book(slot=refs[2]), sender=OMAR)  # Wednesday is full

    whole = BookSet(slot=refs[0], days=(0, 2, 4), until=NOW + timedelta(days=42))
    await applied(store, whole)
    await applied(store, whole)

    held = [booking.slot.starts_local.day for booking in (await loaded(store)).bookings]
    assert held == [7, 11, 14]  # Monday, Friday, and the Monday after
    assert await turn(store, whole, sender=OMAR) == SeatTaken(slot=refs[0])
