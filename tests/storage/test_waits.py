"""Wait-lists: a freed seat is kept for whoever waits longest, and never lies idle while somebody waits."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest

from flows.effects import Book, Forget, JoinLine, LeaveLine, OptOut, RecordConsent, Release
from flows.messages import Address, Purpose
from storage.database import Database
from storage.store import Applied, NewMessage, SeatTaken, SeatTold, Stale, Store
from tests.storage.cases import HUB, NOW, OTHER_HUB, applied, change, loaded, new_slot, phone, rows, turn, value

UNTIL = NOW + timedelta(hours=4)


async def full_with_line(store: Store, database: Database, *, waiting: int, capacity: int = 1) -> str:
    """Fill a slot by people 0, 1 …, and let others stand in line behind them."""
    slot = new_slot(database, capacity=capacity)
    for number in range(capacity):
        await applied(store, Book(slot=slot), sender=phone(number))
    for number in range(capacity, capacity + waiting):
        await applied(store, RecordConsent(purpose="texts", wording="w"), JoinLine(slot=slot), sender=phone(number))
    return slot


async def give_back(store: Store, person: Address) -> None:
    ((booking),) = (await loaded(store, person)).bookings
    await applied(store, Release(booking=booking.ref, cause="N"), sender=person)


async def tell_all(store: Store) -> list[int]:
    """Offer every kept seat, as the clock does; return to whom."""
    kept = await store.kept_seats(HUB.id, 100)
    told = [
        SeatTold(
            id=one.id,
            message=NewMessage(
                dedupe_key=f"seat:{one.ref}", person_id=one.person_id, text="A seat!", purpose=Purpose.NOTICE
            )
            if one.can_be_told
            else None,
            until=UNTIL,
        )
        for one in kept
    ]
    await store.tell_kept(HUB.id, told, NOW)
    return [one.person_id for one in kept]


def line(database: Database) -> list[str]:
    return [row["status"] for row in rows(database, "SELECT status FROM wait ORDER BY id")]


async def test_freed_seat_is_kept_for_the_first_in_line(store: Store, database: Database) -> None:
    slot = await full_with_line(store, database, waiting=2)

    await give_back(store, phone(0))

    assert line(database) == ["offered", "waiting"]
    assert value(database, "SELECT taken FROM slot") == 1
    assert await turn(store, Book(slot=slot), sender=phone(9)) == SeatTaken(slot=slot)


async def test_they_are_told_once_and_see_the_offer(store: Store, database: Database) -> None:
    slot = await full_with_line(store, database, waiting=2)
    await give_back(store, phone(0))
    assert (await loaded(store, phone(1))).offers == ()
    assert [one.ref for one in (await loaded(store, phone(2))).lines] == [slot]
    assert (await loaded(store, phone(1))).lines == ()

    first, again = await tell_all(store), await tell_all(store)

    assert (len(first), again) == (1, [])
    assert value(database, "SELECT count(*) FROM outbox") == 1
    ((offer),) = (await loaded(store, phone(1))).offers
    assert (offer.slot.ref, offer.offered_at) == (slot, NOW)
    assert (await loaded(store, phone(2))).offers == ()
    assert (await loaded(store, phone(1), now=UNTIL)).offers == ()


async def test_taking_the_offer_makes_the_kept_seat_theirs(store: Store, database: Database) -> None:
    slot = await full_with_line(store, database, waiting=2)
    await give_back(store, phone(0))
    await tell_all(store)

    await applied(store, Book(slot=slot), sender=phone(1))

    assert line(database) == ["taken", "waiting"]
    assert value(database, "SELECT taken FROM slot") == 1
    assert len((await loaded(store, phone(1))).bookings) == 1
    assert value(database, "SELECT count(*) FROM reminder WHERE status = 'pending'") == 3


async def test_saying_no_passes_it_on_and_keeps_the_others_places(store: Store, database: Database) -> None:
    slot = await full_with_line(store, database, waiting=3)
    await give_back(store, phone(0))

    await applied(store, LeaveLine(slot=slot), sender=phone(1))
    await applied(store, LeaveLine(slot=slot), sender=phone(1))

    assert line(database) == ["passed", "offered", "waiting"]
    assert value(database, "SELECT taken FROM slot") == 1


async def test_time_that_is_up_passes_it_on(store: Store, database: Database) -> None:
    await full_with_line(store, database, waiting=2)
    await give_back(store, phone(0))
    await tell_all(store)

    assert not await store.move_lines(HUB.id, UNTIL - timedelta(seconds=1))
    assert not await store.move_lines(OTHER_HUB.id, UNTIL)
    assert await store.move_lines(HUB.id, UNTIL)

    assert line(database) == ["expired", "offered"]
    assert value(database, "SELECT status FROM outbox") == 8  # an offer that waits for the morning leaves no more
    assert not await store.move_lines(HUB.id, UNTIL)


async def test_seat_added_by_hand_goes_to_the_line(store: Store, database: Database) -> None:
    await full_with_line(store, database, waiting=3)
    change(database, "UPDATE slot SET capacity = 3")

    assert await store.move_lines(HUB.id, NOW)

    assert line(database) == ["offered", "offered", "waiting"]
    assert value(database, "SELECT taken FROM slot") == 3


async def test_whoever_left_for_good_holds_up_nobody(store: Store, database: Database) -> None:
    await full_with_line(store, database, waiting=3)
    await applied(store, OptOut(cause="STOP"), sender=phone(1))
    await give_back(store, phone(0))

    await tell_all(store)
    assert line(database) == ["expired", "offered", "waiting"]
    await applied(store, Forget(reason="wish"), sender=phone(2))
    await store.move_lines(HUB.id, NOW)

    assert line(database) == ["expired", "offered"]
    assert value(database, "SELECT taken FROM slot") == 1


async def test_line_ends_when_it_begins_or_is_called_off(store: Store, database: Database) -> None:
    await full_with_line(store, database, waiting=2)
    await give_back(store, phone(0))

    await store.move_lines(HUB.id, NOW + timedelta(days=7))

    assert line(database) == ["expired", "expired"]
    assert value(database, "SELECT taken FROM slot") == 0


async def test_nobody_stands_in_line_twice_or_with_a_seat(store: Store, database: Database) -> None:
    slot = await full_with_line(store, database, waiting=1)

    await applied(store, JoinLine(slot=slot), sender=phone(0))
    await applied(store, JoinLine(slot=slot), JoinLine(slot="unknown"), sender=phone(1))

    assert line(database) == ["waiting"]


async def test_joining_a_line_whose_seat_has_just_become_free_keeps_it(store: Store, database: Database) -> None:
    slot = await full_with_line(store, database, waiting=0)
    await give_back(store, phone(0))

    await applied(store, JoinLine(slot=slot), sender=phone(5))

    assert line(database) == ["offered"]


async def test_two_places_at_once_are_refused(store: Store, database: Database) -> None:
    one, other = new_slot(database), new_slot(database, starts=NOW + timedelta(days=7, hours=1))
    await applied(store, Book(slot=one))

    assert await turn(store, Book(slot=other)) == SeatTaken(slot=other)
    assert value(database, "SELECT sum(taken) FROM slot") == 1


_TWICE = """
    SELECT count(*) FROM booking AS a JOIN booking AS b ON b.person_id = a.person_id AND b.id > a.id
    JOIN slot AS x ON x.id = a.slot_id JOIN slot AS y ON y.id = b.slot_id
    WHERE a.status <> 'released' AND b.status <> 'released'
        AND x.starts_at < y.starts_at + CAST(y.minutes AS BIGINT) * 60000000
            AND y.starts_at < x.starts_at + CAST(x.minutes AS BIGINT) * 60000000
"""
_COUNTS = """
    SELECT s.taken, s.capacity,
        (SELECT count(*) FROM booking AS b WHERE b.slot_id = s.id AND b.status <> 'released') AS held,
        (SELECT count(*) FROM wait AS w WHERE w.slot_id = s.id AND w.status = 'offered') AS kept,
        (SELECT count(*) FROM wait AS w WHERE w.slot_id = s.id AND w.status = 'waiting') AS waiting
    FROM slot AS s
"""


@pytest.mark.parametrize("seed", range(4))
async def test_no_seat_too_many_none_idle_and_nobody_in_two_places(store: Store, database: Database, seed: int) -> None:
    """Everybody does something at random, many at once, in slots of which two overlap, and the clock goes on between."""
    chance, people = random.Random(seed), 24
    slots = [
        new_slot(database, capacity=4),
        new_slot(database, capacity=3, starts=NOW + timedelta(days=7, hours=1)),
        new_slot(database, capacity=2, starts=NOW + timedelta(days=8)),
    ]
    tried = 0

    async def act(number: int) -> None:
        nonlocal tried
        tried += 1
        me, slot = phone(number), chance.choice(slots)
        what = chance.choice(["book", "book", "join", "join", "leave", "release"])
        while True:
            mine = (await loaded(store, me)).bookings
            if what == "release" and mine:
                result = await turn(store, Release(booking=mine[0].ref, cause="N"), sender=me)
            elif what == "leave":
                result = await turn(store, LeaveLine(slot=slot), sender=me)
            elif what == "join":
                consent = RecordConsent(purpose="texts", wording="w")
                result = await turn(store, consent, JoinLine(slot=slot), sender=me)
            else:
                result = await turn(store, Book(slot=slot), sender=me)
            if not isinstance(result, Stale):
                return

    for _ in range(6):
        await asyncio.gather(*(act(number) for number in chance.sample(range(people), 16)))
        await store.move_lines(HUB.id, NOW)
        await tell_all(store)
        if chance.random() < 0.5:
            await store.move_lines(HUB.id, UNTIL)

        for row in rows(database, _COUNTS):
            assert row["taken"] == row["held"] + row["kept"] <= row["capacity"]
            assert not row["waiting"] or row["taken"] == row["capacity"]
        assert value(database, _TWICE) == 0
    print(f"{tried} claims, joins, leaves and releases tried")


async def test_fifty_answers_to_one_offer_take_one_seat(store: Store, database: Database) -> None:
    slot = await full_with_line(store, database, waiting=1)
    await give_back(store, phone(0))
    await tell_all(store)

    results = await asyncio.gather(
        *(turn(store, Book(slot=slot), sender=phone(1 if number % 2 else number)) for number in range(50))
    )

    assert value(database, "SELECT taken FROM slot") == 1
    assert (await loaded(store, phone(1))).bookings
    assert sum(isinstance(result, Applied) for result in results) >= 1
