"""A place goes from one person to another in one transaction, and the seat is counted once all along."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from flows.effects import AnswerSwap, AskSwap, Book, MoveStage, Release
from flows.messages import Address, Purpose
from flows.stages import Stage
from storage.database import Database
from storage.store import Applied, NewMessage, SeatTaken, Store
from tests.storage.cases import HUB, MARIA, NOW, OMAR, applied, loaded, new_slot, phone, rows, turn, value
from tests.storage.test_covers import join

UNTIL = NOW + timedelta(hours=24)


async def asked(store: Store, database: Database, *, whom: Address = OMAR) -> tuple[str, str]:
    """Let Maria have the only seat of a slot and ask somebody to take it over; return slot and swap."""
    slot = new_slot(database, starts=NOW + timedelta(days=2), capacity=1)
    await join(store, MARIA, whom)
    await applied(store, Book(slot=slot))
    await ask(store, whom)
    ((ask_),) = (await loaded(store, whom)).asks
    return slot, ask_.ref


async def ask(store: Store, whom: Address) -> None:
    ((booking),) = (await loaded(store)).bookings
    found = await store.colleague(HUB.id, whom.user, NOW)
    assert found
    await applied(store, AskSwap(booking=booking.ref, colleague=found.ref, text="Can you?", choices=(), until=UNTIL))


def answer(swap: str, slot: str, *, taken: bool) -> AnswerSwap:
    return AnswerSwap(swap=swap, slot=slot, taken=taken, notice="They said so.")


async def test_taking_over_moves_the_seat_its_reminders_and_the_stage(store: Store, database: Database) -> None:
    slot, swap = await asked(store, database)
    await applied(store, MoveStage(stage=Stage.PLACED, cause="took a shift", author="person"))

    await applied(store, answer(swap, slot, taken=True), sender=OMAR)

    assert value(database, "SELECT taken FROM slot") == 1
    assert (await loaded(store)).bookings == ()
    assert [one.slot.ref for one in (await loaded(store, OMAR)).bookings] == [slot]
    assert (await loaded(store)).person.stage is Stage.READY
    by_booking = rows(
        database, "SELECT booking_id, status FROM reminder GROUP BY booking_id, status ORDER BY booking_id, status"
    )
    assert [row["status"] for row in by_booking] == ["released", "pending"]
    assert [row["body"] for row in rows(database, "SELECT body FROM outbox ORDER BY id")] == [
        "Can you?",
        "They said so.",
    ]
    assert value(database, "SELECT count(*) FROM cover") == 0  # nothing was given back


async def test_declining_leaves_everything_and_tells_whoever_asked(store: Store, database: Database) -> None:
    slot, swap = await asked(store, database)

    await applied(store, answer(swap, slot, taken=False), sender=OMAR)

    assert [one.slot.ref for one in (await loaded(store)).bookings] == [slot]
    assert (await loaded(store, OMAR)).asks == ()
    assert value(database, "SELECT count(*) FROM outbox WHERE body = 'They said so.'") == 1


async def test_place_that_was_given_back_or_asked_of_another_is_not_taken(store: Store, database: Database) -> None:
    slot, swap = await asked(store, database)
    await join(store, phone(5))
    await ask(store, phone(5))  # whoever was asked before need not answer any more

    assert await turn(store, answer(swap, slot, taken=True), sender=OMAR) == SeatTaken(slot=slot)
    ((second),) = (await loaded(store, phone(5))).asks
    ((booking),) = (await loaded(store)).bookings
    await applied(store, Release(booking=booking.ref, cause="said N"))

    assert await turn(store, answer(second.ref, slot, taken=True), sender=phone(5)) == SeatTaken(slot=slot)
    assert value(database, "SELECT taken FROM slot") == 0


async def test_nobody_answers_for_another_and_nobody_is_asked_twice(store: Store, database: Database) -> None:
    slot, swap = await asked(store, database)

    assert await turn(store, answer(swap, slot, taken=True), sender=phone(7)) == SeatTaken(slot=slot)
    await ask(store, OMAR)

    assert value(database, "SELECT count(*) FROM swap") == 1


async def test_whoever_is_elsewhere_then_takes_nothing_over(store: Store, database: Database) -> None:
    slot, swap = await asked(store, database)
    other = new_slot(database, starts=NOW + timedelta(days=2, hours=1))
    await applied(store, Book(slot=other), sender=OMAR)

    assert await turn(store, answer(swap, slot, taken=True), sender=OMAR) == SeatTaken(slot=slot)
    assert [one.slot.ref for one in (await loaded(store)).bookings] == [slot]


async def test_what_is_not_answered_in_time_ends_and_is_told_once(store: Store, database: Database) -> None:
    slot, swap = await asked(store, database)
    assert await store.lapsed_swaps(HUB.id, UNTIL - timedelta(seconds=1), 10) == []
    assert await turn(store, answer(swap, slot, taken=True), sender=OMAR, now=UNTIL) == SeatTaken(slot=slot)
    (lapsed,) = await store.lapsed_swaps(HUB.id, UNTIL, 10)
    message = NewMessage(
        dedupe_key=f"swap:{swap}:told", person_id=lapsed.person_id, text="No answer.", purpose=Purpose.NOTICE
    )

    await asyncio.gather(*(store.end_swaps(HUB.id, [(lapsed, message)], UNTIL) for _ in range(3)))

    assert value(database, "SELECT count(*) FROM outbox WHERE body = 'No answer.'") == 1
    assert (lapsed.slot.ref, (await loaded(store, OMAR)).asks) == (slot, ())


async def test_owner_who_gives_back_and_colleague_who_takes_over_at_once_never_lose_a_seat(
    store: Store, database: Database
) -> None:
    rounds = 20
    took = 0
    for number in range(rounds):
        owner, colleague = phone(100 + number), phone(300 + number)
        slot = new_slot(database, starts=NOW + timedelta(days=2), capacity=1)
        await join(store, owner, colleague)
        await applied(store, Book(slot=slot), sender=owner)
        ((booking),) = (await loaded(store, owner)).bookings
        found = await store.colleague(HUB.id, colleague.user, NOW)
        assert found
        question = AskSwap(booking=booking.ref, colleague=found.ref, text="?", choices=(), until=UNTIL)
        await applied(store, question, sender=owner)
        ((ask_),) = (await loaded(store, colleague)).asks

        both = [
            turn(store, Release(booking=booking.ref, cause="said N"), sender=owner),
            turn(store, answer(ask_.ref, slot, taken=True), sender=colleague),
        ]
        results = await asyncio.gather(*(both if number % 2 else reversed(both)))

        taken = results[1 if number % 2 else 0]
        took += isinstance(taken, Applied)
        live = value(
            database,
            "SELECT count(*) FROM booking AS b JOIN slot AS s ON s.id = b.slot_id "
            "WHERE s.ref = :ref AND b.status <> 'released'",
            ref=slot,
        )
        assert value(database, "SELECT taken FROM slot WHERE ref = :ref", ref=slot) == live
        assert live == isinstance(taken, Applied)
    print(f"{rounds} places given back and taken over at once: {took} taken over, {rounds - took} given back")
