"""Reminders become messages once, when they are due."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from flows.effects import Book, Confirm, Release, Remember
from flows.messages import Purpose
from flows.rules.reminders import SILENT, plan
from storage.database import Database
from storage.store import DueReminder, NewMessage, ReminderSettled, Store
from tests.storage.cases import HUB, MARIA, NOW, OMAR, OTHER_HUB, applied, change, loaded, new_slot, rows, value

AFTER_ALL = NOW + timedelta(days=7)


def remind(reminder: DueReminder, words: str = "Tomorrow!") -> ReminderSettled:
    """Settle a reminder by a message."""
    message = NewMessage(
        dedupe_key=f"reminder:{reminder.booking.ref}:{reminder.kind}",
        person_id=reminder.person_id,
        text=words,
        purpose=Purpose.REMINDER,
        expires_at=AFTER_ALL,
    )
    return ReminderSettled(id=reminder.id, booking=reminder.booking.ref, message=message, reason="due")


async def test_reminders_are_due_when_their_time_has_come_oldest_first(store: Store, database: Database) -> None:
    slot = new_slot(database)
    facts = (Remember(field="language", value="es"), Remember(field="zone", value="America/Denver"))
    result = await applied(store, *facts, Book(slot=slot))

    assert await store.due_reminders(HUB.id, NOW, 10) == []
    first, *others = await store.due_reminders(HUB.id, AFTER_ALL, 10)

    assert (first.kind, [other.kind for other in others]) == ("three_days", ["day_before", "two_hours"])
    assert (first.person_id, first.language, first.zone) == (result.person_id, "es", "America/Denver")
    assert (first.booking.slot.ref, first.due_at) == (slot, NOW + timedelta(days=4))
    assert len(await store.due_reminders(HUB.id, AFTER_ALL, 2)) == 2
    assert await store.due_reminders(OTHER_HUB.id, AFTER_ALL, 10) == []


async def test_a_due_reminder_becomes_one_message(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database)))
    due = await store.due_reminders(HUB.id, AFTER_ALL, 1)

    await store.settle_reminders(HUB.id, [remind(one) for one in due], NOW)
    await store.settle_reminders(HUB.id, [remind(one, "again") for one in due], NOW)

    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert (claimed.message.text, claimed.purpose, claimed.message.to) == ("Tomorrow!", Purpose.REMINDER, MARIA)
    assert claimed.message.expires_at == AFTER_ALL
    ((booking),) = (await loaded(store)).bookings
    assert booking.asked
    assert len(await store.due_reminders(HUB.id, AFTER_ALL, 10)) == 2


async def test_a_reminder_without_a_message_is_dropped_with_its_reason(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database)))
    due = await store.due_reminders(HUB.id, AFTER_ALL, 10)

    stale = [ReminderSettled(id=one.id, booking=one.booking.ref, message=None, reason="begun") for one in due]
    await store.settle_reminders(HUB.id, stale, NOW)

    assert rows(database, "SELECT DISTINCT status, reason FROM reminder") == [{"status": "dropped", "reason": "begun"}]
    assert value(database, "SELECT count(*) FROM outbox") == 0
    ((booking),) = (await loaded(store)).bookings
    assert not booking.asked


async def test_a_seat_given_back_meanwhile_gets_no_reminder(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database)))
    due = await store.due_reminders(HUB.id, AFTER_ALL, 10)
    await applied(store, Release(booking=due[0].booking.ref, cause="N"))

    await store.settle_reminders(HUB.id, [remind(one) for one in due], NOW)

    assert value(database, "SELECT count(*) FROM outbox") == 0
    assert rows(database, "SELECT DISTINCT status FROM reminder") == [{"status": "released"}]


async def test_other_hubs_reminders_are_left_alone(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database)))
    due = await store.due_reminders(HUB.id, AFTER_ALL, 10)

    await store.settle_reminders(OTHER_HUB.id, [remind(one) for one in due], NOW)

    assert rows(database, "SELECT DISTINCT status FROM reminder") == [{"status": "pending"}]


async def test_a_reminder_may_wait_in_the_outbox(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database)))
    (due,) = await store.due_reminders(HUB.id, AFTER_ALL, 1)
    settled = remind(due)
    assert settled.message is not None
    later = NewMessage(
        dedupe_key="x",
        person_id=due.person_id,
        text="later",
        purpose=Purpose.REMINDER,
        not_before=NOW + timedelta(hours=1),
    )

    await store.settle_reminders(
        HUB.id, [ReminderSettled(id=due.id, booking=due.booking.ref, message=later, reason="due")], NOW
    )

    assert await store.claim(HUB.id, "sms", "MG1", 10, NOW) == []
    assert await store.promote(NOW + timedelta(hours=1)) == 1


@pytest.mark.parametrize("lived", [None, "America/New_York", "America/Los_Angeles"])
@pytest.mark.parametrize("lives", [None, "America/New_York", "America/Denver", "Pacific/Honolulu"])
async def test_reminders_keep_the_quiet_hours_of_where_somebody_has_moved_and_leave_once(
    store: Store, database: Database, lived: str | None, lives: str | None
) -> None:
    slot = new_slot(database)
    await applied(store, Remember(field="zone", value=lived), Book(slot=slot))
    (first,) = await store.due_reminders(HUB.id, AFTER_ALL, 1)
    await store.settle_reminders(HUB.id, [remind(first)], NOW)

    await applied(store, Remember(field="zone", value=lives))

    left = await store.due_reminders(HUB.id, AFTER_ALL, 10)
    planned = plan(first.booking.slot, person_zone=lives, quiet_hours=HUB.quiet_hours, booked_at=NOW)
    assert {one.kind: one.due_at for one in left} == {one.kind: one.due_at for one in planned if one.kind != first.kind}
    assert value(database, "SELECT count(*) FROM reminder") == len(planned)
    assert value(database, "SELECT count(*) FROM outbox") == 1


async def test_reminder_that_was_too_soon_for_a_seat_is_not_added_by_a_move(store: Store, database: Database) -> None:
    await applied(store, Book(slot=new_slot(database, starts=NOW + timedelta(hours=3))))
    before = rows(database, "SELECT kind, status FROM reminder")

    await applied(store, Remember(field="zone", value="America/Los_Angeles"))

    assert rows(database, "SELECT kind, status FROM reminder") == before


async def test_a_reminder_for_somebody_without_an_address_is_not_lost_silently(
    store: Store, database: Database
) -> None:
    await applied(store, Book(slot=new_slot(database)), sender=OMAR)
    change(database, "UPDATE person SET address_id = NULL")
    (due,) = await store.due_reminders(HUB.id, AFTER_ALL, 1)

    await store.settle_reminders(HUB.id, [remind(due)], NOW)

    assert rows(database, "SELECT status, reason FROM reminder WHERE status <> 'pending'") == [
        {"status": "dropped", "reason": "no_address"}
    ]


async def test_who_leaves_the_last_reminder_unanswered_is_shown_to_staff_until_they_answer(
    store: Store, database: Database
) -> None:
    await applied(store, Book(slot=new_slot(database)))
    look_at = AFTER_ALL + timedelta(minutes=30)
    *early, last = await store.due_reminders(HUB.id, AFTER_ALL, 10)
    for one in (*early, last):
        asks = replace(remind(one), look_at=look_at)
        await store.settle_reminders(HUB.id, [asks], AFTER_ALL)
    (look,) = await store.due_reminders(HUB.id, look_at, 10)  # one, behind the last of three
    silent = ReminderSettled(id=look.id, booking=look.booking.ref, message=None, reason="unanswered", is_silent=True)

    await store.settle_reminders(HUB.id, [silent], look_at)
    await store.settle_reminders(HUB.id, [silent], look_at)

    assert (look.kind, look.due_at) == (SILENT, look_at)
    tasks = "SELECT kind, closed_at IS NULL AS open FROM task"
    assert [(row["kind"], bool(row["open"])) for row in rows(database, tasks)] == [("silent", True)]
    await applied(store, Confirm(booking=look.booking.ref))
    assert [bool(row["open"]) for row in rows(database, tasks)] == [False]


@pytest.mark.parametrize("reminded_again", [False, True])
async def test_who_answers_meanwhile_is_not_shown(store: Store, database: Database, reminded_again: bool) -> None:
    await applied(store, Book(slot=new_slot(database)))
    for one in await store.due_reminders(HUB.id, AFTER_ALL, 10):
        await store.settle_reminders(HUB.id, [replace(remind(one), look_at=AFTER_ALL)], AFTER_ALL)
    (look,) = await store.due_reminders(HUB.id, AFTER_ALL, 10)
    await applied(store, Confirm(booking=look.booking.ref))
    if reminded_again:
        change(database, "UPDATE booking SET asked = TRUE")

    await store.settle_reminders(
        HUB.id,
        [ReminderSettled(id=look.id, booking=look.booking.ref, message=None, reason="unanswered", is_silent=True)],
        AFTER_ALL,
    )

    assert value(database, "SELECT count(*) FROM task") == 0
