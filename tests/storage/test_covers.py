"""Calls for cover: a seat given back late is offered wave by wave; of all who say yes at once exactly one has it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from flows.effects import Book, DeclineCover, Forget, JoinLine, MoveStage, OptOut, RecordConsent, Release, Remember
from flows.messages import Address, Purpose
from flows.stages import Stage
from storage.database import Database
from storage.store import Applied, CoverSettled, DueCover, NewMessage, SeatTaken, Stale, Store, TurnResult
from tests.storage.cases import HUB, MARIA, NOW, applied, change, loaded, new_slot, phone, rows, turn, value

#: In twenty hours.
SOON = NOW + timedelta(hours=20)


async def join(store: Store, *senders: Address) -> None:
    """Make people who may serve and agreed to be written to."""
    for sender in senders:
        await applied(
            store,
            Remember(field="role", value="tutor"),
            MoveStage(stage=Stage.READY, cause="trained", author="person"),
            RecordConsent(purpose="texts", wording="w"),
            sender=sender,
        )


async def late_release(store: Store, database: Database, *, capacity: int = 1, who: Address = MARIA) -> str:
    """Let somebody take a seat of a slot that is soon, and give it back; return the slot."""
    slot = new_slot(database, starts=SOON, capacity=capacity)
    await join(store, who)
    await applied(store, Book(slot=slot), sender=who)
    ((booking),) = (await loaded(store, who)).bookings
    await applied(store, Release(booking=booking.ref, cause="said N"), sender=who)
    return slot


async def ask(store: Store, cover: DueCover, *people: int) -> int:
    """Ask people to cover."""
    messages = tuple(
        NewMessage(dedupe_key=f"cover:{cover.ref}:{person}", person_id=person, text="Can you?", purpose=Purpose.NOTICE)
        for person in people
    )
    settled = CoverSettled(
        id=cover.id, wave=cover.wave, status="open", messages=messages, next_wave_at=NOW + timedelta(minutes=30)
    )
    return await store.settle_cover(HUB.id, settled, NOW)


async def test_a_late_release_calls_for_cover_and_alerts_staff_at_once(store: Store, database: Database) -> None:
    slot = await late_release(store, database)

    (cover,) = await store.due_covers(HUB.id, NOW, 10)

    assert (cover.slot.ref, cover.seats, cover.wave, cover.was_asked) == (slot, 1, 0, False)
    assert rows(database, "SELECT kind, reason FROM task") == [{"kind": "late_cancellation", "reason": "said N"}]


async def test_an_early_release_calls_for_nobody(store: Store, database: Database) -> None:
    slot = new_slot(database, starts=NOW + timedelta(hours=24, seconds=1))
    await join(store, MARIA)
    await applied(store, Book(slot=slot))
    ((booking),) = (await loaded(store)).bookings

    await applied(store, Release(booking=booking.ref, cause="said N"))

    assert value(database, "SELECT count(*) FROM cover") == 0
    assert value(database, "SELECT count(*) FROM task") == 0


async def test_two_hours_before_staff_hear_of_it_and_nobody_is_asked(store: Store, database: Database) -> None:
    slot = new_slot(database, starts=NOW + timedelta(hours=2))
    await join(store, MARIA)
    await applied(store, Book(slot=slot))
    ((booking),) = (await loaded(store)).bookings

    await applied(store, Release(booking=booking.ref, cause="said N"))

    assert value(database, "SELECT count(*) FROM cover") == 0
    assert value(database, "SELECT kind FROM task") == "late_cancellation"


async def test_a_seat_that_goes_to_whoever_waits_needs_no_cover(store: Store, database: Database) -> None:
    slot = new_slot(database, starts=SOON, capacity=1)
    await join(store, MARIA, phone(1))
    await applied(store, Book(slot=slot))
    await applied(store, JoinLine(slot=slot), sender=phone(1))
    ((booking),) = (await loaded(store)).bookings

    await applied(store, Release(booking=booking.ref, cause="said N"))

    assert value(database, "SELECT count(*) FROM cover") == 0


async def test_whoever_is_erased_leaves_a_call_for_cover(store: Store, database: Database) -> None:
    slot = new_slot(database, starts=SOON, capacity=1)
    await join(store, MARIA)
    await applied(store, Book(slot=slot))

    await applied(store, Forget(reason="asked"))

    (cover,) = await store.due_covers(HUB.id, NOW, 10)
    assert cover.slot.ref == slot


async def test_only_people_who_may_be_asked_are_found(store: Store, database: Database) -> None:
    names = {number: phone(number) for number in range(1, 9)}
    await join(store, *names.values())
    slot = await late_release(store, database)
    change(database, "UPDATE slot SET role = 'tutor' WHERE ref = :ref", ref=slot)
    other = new_slot(database, starts=SOON + timedelta(minutes=60))
    ids = {number: (await loaded(store, sender)).person_id for number, sender in names.items()}
    await applied(store, OptOut(cause="STOP"), sender=names[1])
    await applied(store, Book(slot=other), sender=names[2])  # elsewhere then
    await applied(store, Remember(field="role", value="mentor"), sender=names[3])
    await applied(store, MoveStage(stage=Stage.PAUSED, cause="rest", author="person"), sender=names[4])
    change(database, "UPDATE address SET reachable = FALSE WHERE person_id = :id", id=ids[5])
    change(database, "UPDATE conversation SET held_by = 'Ana' WHERE person_id = :id", id=ids[6])
    (cover,) = await store.due_covers(HUB.id, NOW, 10)

    found = await store.helpers(HUB.id, cover, limit=100, offset=0)

    assert [helper.person_id for helper in found] == [ids[7], ids[8]]  # nor the one who gave it back


async def test_helper_is_asked_wherever_they_are_open(store: Store, database: Database) -> None:
    await join(store, phone(1))
    await late_release(store, database)
    change(database, "UPDATE address SET consented_at = NULL")
    (cover,) = await store.due_covers(HUB.id, NOW, 10)
    assert await store.helpers(HUB.id, cover, limit=9, offset=0) == []

    change(
        database,
        'INSERT INTO address (hub, channel, account, "user", person_id, consented_at, reachable, created_at)'
        " SELECT hub, 'slack', 'T1', 'U1', person_id, 1, TRUE, 0 FROM address WHERE \"user\" = :user",
        user=phone(1).user,
    )

    (helper,) = await store.helpers(HUB.id, cover, limit=9, offset=0)
    assert helper.person_id == (await loaded(store, phone(1))).person_id


async def test_least_recently_asked_comes_first_and_nobody_is_asked_twice(store: Store, database: Database) -> None:
    await join(store, phone(1), phone(2), phone(3))
    ids = [(await loaded(store, phone(number))).person_id or 0 for number in (1, 2, 3)]
    await late_release(store, database)
    (first,) = await store.due_covers(HUB.id, NOW, 10)
    assert await ask(store, first, ids[0]) == 1
    assert await ask(store, first, ids[1]) == 0  # another clock has begun the next wave

    await late_release(store, database, who=phone(9))
    second = (await store.due_covers(HUB.id, NOW + timedelta(hours=1), 10))[0]
    found = await store.helpers(HUB.id, second, limit=2, offset=0)
    assert [helper.person_id for helper in found] == ids[1:]
    rest = await store.helpers(HUB.id, second, limit=9, offset=2)
    assert ids[0] in [helper.person_id for helper in rest]
    assert rest[-1].last_asked_at == NOW

    (again,) = [one for one in await store.due_covers(HUB.id, NOW + timedelta(hours=1), 10) if one.id == first.id]
    assert ids[0] not in [one.person_id for one in await store.helpers(HUB.id, again, limit=9, offset=0)]
    assert await ask(store, again, ids[0], ids[1]) == 1
    assert value(database, "SELECT count(*) FROM cover_ask WHERE person_id = :id", id=ids[0]) == 1


async def test_first_yes_has_it_and_the_others_are_too_late_though_seats_are_left(
    store: Store, database: Database
) -> None:
    await join(store, phone(1), phone(2))
    slot = await late_release(store, database, capacity=5)
    (cover,) = await store.due_covers(HUB.id, NOW, 10)
    ids = [(await loaded(store, phone(number))).person_id or 0 for number in (1, 2)]
    await ask(store, cover, *ids)
    ((asked),) = (await loaded(store, phone(1))).asks

    await applied(store, Book(slot=slot, cover=cover.ref), sender=phone(1))

    assert await turn(store, Book(slot=slot, cover=cover.ref), sender=phone(2)) == SeatTaken(slot=slot)
    assert (asked.ref, asked.slot.ref, asked.asked_at) == (cover.ref, slot, NOW)
    ((late),) = (await loaded(store, phone(2))).asks
    assert late.filled  # type: ignore[union-attr]
    await applied(store, DeclineCover(cover=cover.ref, too_late=True), sender=phone(2))
    assert (await loaded(store, phone(2))).asks == ()
    assert [row["status"] for row in rows(database, "SELECT status FROM cover_ask ORDER BY id")] == ["took", "thanked"]
    assert value(database, "SELECT closed_at IS NOT NULL FROM task")
    # what had not left to the others never will
    assert {row["reason"] for row in rows(database, "SELECT reason FROM outbox WHERE status = 8")} == {"filled"}


async def test_who_was_too_late_is_asked_first_when_the_place_is_free_again(store: Store, database: Database) -> None:
    await join(store, phone(1), phone(2), phone(3), phone(4))
    slot = await late_release(store, database)
    (cover,) = await store.due_covers(HUB.id, NOW, 10)
    first, late, never, unasked = [(await loaded(store, phone(n))).person_id or 0 for n in (1, 2, 3, 4)]
    await ask(store, cover, first, late, never)
    await applied(store, Book(slot=slot, cover=cover.ref), sender=phone(1))
    await applied(store, DeclineCover(cover=cover.ref, too_late=True), sender=phone(2))
    await applied(store, DeclineCover(cover=cover.ref), sender=phone(3))
    (booking,) = (await loaded(store, phone(1))).bookings

    await applied(store, Release(booking=booking.ref, cause="said N"), sender=phone(1))
    (again,) = await store.due_covers(HUB.id, NOW, 10)
    found = await store.helpers(HUB.id, again, limit=9, offset=0)

    assert [(one.person_id, one.wanted_it) for one in found] == [(late, True), (unasked, False)]
    assert await ask(store, again, never, late) == 1
    ((asked),) = (await loaded(store, phone(2))).asks
    assert (asked.ref, asked.filled) == (again.ref, False)  # type: ignore[union-attr]
    assert await store.helpers(HUB.id, again, limit=1, offset=1) == []
    await applied(store, Book(slot=slot, cover=again.ref), sender=phone(2))
    assert value(database, "SELECT count(*) FROM booking WHERE status = 'booked' AND person_id = :id", id=late) == 1


async def test_nobody_takes_a_call_they_were_not_asked_about(store: Store, database: Database) -> None:
    await join(store, phone(1))
    slot = await late_release(store, database)
    (cover,) = await store.due_covers(HUB.id, NOW, 10)

    assert await turn(store, Book(slot=slot, cover=cover.ref), sender=phone(1)) == SeatTaken(slot=slot)


async def test_whoever_takes_the_seat_by_themselves_ends_the_call(store: Store, database: Database) -> None:
    await join(store, phone(1))
    slot = await late_release(store, database)

    await applied(store, Book(slot=slot), sender=phone(1))

    assert value(database, "SELECT status FROM cover") == "filled"


async def test_a_call_that_is_given_up_leaves_a_task(store: Store, database: Database) -> None:
    await late_release(store, database)
    (cover,) = await store.due_covers(HUB.id, NOW, 10)

    await store.settle_cover(
        HUB.id, CoverSettled(id=cover.id, wave=cover.wave, status="gave_up", reason="nobody_took_it"), NOW
    )

    assert await store.due_covers(HUB.id, SOON, 10) == []
    assert rows(database, "SELECT kind, reason FROM task WHERE kind = 'no_cover'") == [
        {"kind": "no_cover", "reason": "nobody_took_it"}
    ]


async def test_fifty_who_say_yes_at_once_fill_one_seat(store: Store, database: Database) -> None:
    rounds, people = 4, 50
    told: list[tuple[int, int]] = []
    for round_ in range(rounds):
        senders = [phone(1000 * (round_ + 1) + number) for number in range(people)]
        await join(store, *senders)
        slot = await late_release(store, database, capacity=1 + 4 * (round_ % 2), who=phone(90 + round_))
        (cover,) = [one for one in await store.due_covers(HUB.id, NOW, 10) if one.slot.ref == slot]
        ids = [(await loaded(store, sender)).person_id or 0 for sender in senders]
        assert await ask(store, cover, *ids) == people

        async def says_yes(sender: Address, slot: str = slot, cover: str = cover.ref) -> TurnResult:
            while isinstance(result := await turn(store, Book(slot=slot, cover=cover), sender=sender), Stale):
                pass
            return result

        results = await asyncio.gather(*map(says_yes, senders))

        winners = [result for result in results if isinstance(result, Applied)]
        told.append((len(winners), sum(isinstance(result, SeatTaken) for result in results)))
        assert value(database, "SELECT taken FROM slot WHERE ref = :ref", ref=slot) == 1
    print(f"{rounds} calls, {people} yes at once each: {told}")
    assert told == [(1, people - 1)] * rounds


@pytest.mark.parametrize("zone", ["America/Chicago", "America/Phoenix", "America/Indiana/Indianapolis"])
@pytest.mark.parametrize("starts", ["2026-03-08T12:00", "2026-03-08T02:30", "2026-11-01T12:00", "2026-11-01T01:30"])
@pytest.mark.parametrize(("minutes", "is_late"), [(24 * 60, True), (24 * 60 + 1, False), (121, True)])
async def test_a_day_is_twenty_four_hours_whatever_the_clocks_do(
    store: Store, database: Database, zone: str, starts: str, minutes: int, is_late: bool
) -> None:
    starts_at = datetime.fromisoformat(starts).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    slot = new_slot(database, starts=starts_at, zone=zone)
    now = starts_at - timedelta(minutes=minutes)
    await applied(store, Book(slot=slot), now=now - timedelta(hours=1))
    ((booking),) = (await loaded(store, now=now)).bookings

    await applied(store, Release(booking=booking.ref, cause="said N"), now=now)

    assert len(await store.due_covers(HUB.id, now, 10)) == is_late
