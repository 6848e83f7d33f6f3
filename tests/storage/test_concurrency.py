"""Many at once: nothing is lost, doubled, overbooked or out of order."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from flows.effects import Book, Remember
from flows.messages import Inbound
from storage.database import Database
from storage.store import Applied, Known, OutboxStatus, SeatTaken, Settlement, Stale, Store, TurnResult
from tests.storage.cases import (
    HUB,
    MARIA,
    NOW,
    applied,
    change,
    loaded,
    message,
    new_slot,
    phone,
    rows,
    say,
    turn,
    value,
)


async def until_taken(store: Store, inbound: Inbound) -> TurnResult:
    """Load and write until the turn is taken or known, as the inbox does."""
    while (result := await turn(store, Remember(field="last", value=inbound.text), say(), inbound=inbound)) == Stale():
        pass
    return result


async def test_two_hundred_people_want_five_seats(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=5)

    results = await asyncio.gather(*(turn(store, Book(slot=slot), sender=phone(number)) for number in range(200)))

    assert Counter(type(result) for result in results) == {Applied: 5, SeatTaken: 195}
    assert value(database, "SELECT taken FROM slot") == 5
    assert value(database, "SELECT count(*) FROM booking") == 5
    assert value(database, "SELECT count(*) FROM person") == 5


async def test_hot_conversations_lose_no_turn(store: Store, database: Database) -> None:
    people, turns = 20, 15
    texts = [message(phone(person), f"text {number}") for person in range(people) for number in range(turns)]
    redelivered = [*texts, *texts[::3]]

    results = await asyncio.gather(*(until_taken(store, text) for text in redelivered))

    assert Counter(type(result) for result in results) == {Applied: people * turns, Known: len(texts[::3])}
    assert value(database, "SELECT count(*) FROM inbound") == people * turns
    assert rows(database, "SELECT DISTINCT version FROM conversation") == [{"version": turns}]
    assert value(database, "SELECT count(*) FROM outbox") == people * turns
    assert value(database, "SELECT count(DISTINCT (person_id * 1000 + turn)) FROM inbound") == people * turns
    assert value(database, "SELECT count(*) FROM person") == people


async def test_the_same_event_ten_times_is_one_turn(store: Store, database: Database) -> None:
    await applied(store)
    for inbound in (message(), message(phone(1))):  # from somebody we know, and from a stranger
        results = await asyncio.gather(*(until_taken(store, inbound) for _ in range(10)))
        assert Counter(type(result) for result in results) == {Applied: 1, Known: 9}

    assert value(database, "SELECT count(*) FROM outbox") == 2
    assert value(database, "SELECT count(*) FROM person") == 2


async def test_a_faulty_turn_fails_alone(store: Store, database: Database) -> None:
    faulty = Remember(field="birth_date", value="yesterday")

    results = await asyncio.gather(
        *(turn(store, say(), *([faulty] if number == 7 else []), sender=phone(number)) for number in range(15)),
        return_exceptions=True,
    )

    assert [number for number, result in enumerate(results) if not isinstance(result, Applied)] == [7]
    assert isinstance(results[7], ValueError)
    assert value(database, "SELECT count(*) FROM person") == 14


async def test_several_pumps_of_one_sender_neither_double_nor_swap(store: Store) -> None:
    people, each = 30, 4
    for person in range(people):
        await applied(store, *(say(f"{person}:{number}") for number in range(each)))
        await applied(store, *(say(f"{number}") for number in range(each)), sender=phone(person))
    sent: list[tuple[str, str]] = []

    async def pump() -> None:
        while len(sent) < people * each * 2:
            claimed = await store.claim(HUB.id, "sms", "MG1", 7, NOW)
            sent.extend((one.message.to.user, one.message.text) for one in claimed)
            await store.settle([Settlement(id=one.id, status=OutboxStatus.SENT) for one in claimed], NOW)

    async with asyncio.timeout(30), asyncio.TaskGroup() as group:
        for _ in range(4):
            group.create_task(pump())

    assert len(sent) == people * each * 2
    for person in range(people):
        assert [words for user, words in sent if user == phone(person).user] == [str(n) for n in range(each)]
    to_maria = [words for user, words in sent if user == MARIA.user]
    assert to_maria == [f"{person}:{number}" for person in range(people) for number in range(each)]


async def test_a_turn_need_not_wait_for_a_long_piece_of_work(store: Store, database: Database) -> None:
    await applied(store, say())
    change(
        database,
        """INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status,
               body, choices, step, forget, attempts, created_at, not_before)
           WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
           SELECT hub, ref || i, dedupe_key || i, channel, account, address_id, person_id, purpose, 9, 0,
               body, choices, step, forget, 0, 0, i FROM outbox, n""",
    )

    promotion = asyncio.create_task(store.promote(NOW))
    await asyncio.sleep(0)
    await applied(store, say(), sender=phone(1))

    assert not promotion.done()
    assert await promotion == 40_000


@pytest.mark.parametrize("cancelled_after", [0, 1, 3])
async def test_whoever_stops_waiting_harms_nobody(store: Store, database: Database, cancelled_after: int) -> None:
    task = asyncio.create_task(turn(store, say()))
    for _ in range(cancelled_after):
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)

    await applied(store, say(), sender=phone(1))

    assert (await loaded(store, phone(1))).version == 1
    assert value(database, "SELECT count(*) FROM outbox") == value(database, "SELECT count(*) FROM inbound")
