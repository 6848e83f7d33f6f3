"""A timer is one row, set by the turn that asks and taken by one turn alone, however many look at it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta

from flows.effects import (
    ClearTimer,
    Effect,
    Forget,
    OptOut,
    PauseSending,
    RecordConsent,
    ResumeSending,
    Say,
    SetTimer,
    TimerKind,
)
from flows.messages import Purpose
from storage import broadcasts
from storage.database import Database
from storage.opening import open_store
from storage.operations import timers
from storage.performing import perform
from storage.recipients import Recipients
from storage.statements import Operation, Row, Step
from storage.store import Applied, DueTimer, OutboxStatus, Settlement, Stale, Store, TurnWrite
from tests.storage.cases import HUB, MARIA, NOW, OMAR, OTHER_HUB, applied, loaded, new_slot, phone, rows, say, value

LATER = NOW + timedelta(days=1)


def timer(turn: int = 1, *, due_at: datetime = LATER, kind: TimerKind = TimerKind.NUDGE) -> SetTimer:
    return SetTimer(kind=kind, due_at=due_at, turn=turn)


def taken(due: DueTimer, *effects: Effect, now: datetime = LATER) -> TurnWrite:
    """Make the turn that a timer leads to."""
    assert due.address
    return TurnWrite(
        hub=HUB.id,
        inbound=None,
        address=due.address,
        person_id=due.person_id,
        version=due.loaded.version,
        conversation='{"turn":2}',
        effects=effects,
        trace="[]",
        now=now,
    )


def nudge() -> Say:
    return Say(text="Still there?", purpose=Purpose.NUDGE, expires_at=LATER + timedelta(days=1))


async def test_timer_is_due_when_its_time_has_come_and_brings_all_that_a_turn_needs(
    store: Store, database: Database
) -> None:
    new_slot(database)
    await applied(store, RecordConsent(purpose="texts", wording="w"), timer())

    assert await store.due_timers(HUB.id, LATER - timedelta(seconds=1), 10) == []
    assert await store.due_timers(OTHER_HUB.id, LATER, 10) == []
    (due,) = await store.due_timers(HUB.id, LATER, 10)

    assert (due.turn, due.kind, due.address) == (1, TimerKind.NUDGE, MARIA)
    assert due.loaded == await loaded(store)
    assert due.loaded.person.consented


async def test_every_turn_sets_it_anew_and_the_oldest_comes_first(store: Store, database: Database) -> None:
    await applied(store, timer(due_at=LATER))
    await applied(store, timer(due_at=LATER - timedelta(hours=2)), sender=OMAR)
    await applied(store, timer(turn=2, due_at=LATER - timedelta(hours=1), kind=TimerKind.CLOSE))

    due = await store.due_timers(HUB.id, LATER, 10)

    assert [(one.address, one.turn, one.kind) for one in due] == [
        (OMAR, 1, TimerKind.NUDGE),
        (MARIA, 2, TimerKind.CLOSE),
    ]
    assert len(await store.due_timers(HUB.id, LATER, 1)) == 1
    assert value(database, "SELECT count(*) FROM timer") == 2


async def test_turn_of_a_timer_leaves_no_receipt_and_takes_the_timer_along(store: Store, database: Database) -> None:
    await applied(store, timer())
    (due,) = await store.due_timers(HUB.id, LATER, 10)

    result = await store.apply(taken(due, nudge(), ClearTimer()))

    assert result == Applied(person_id=due.person_id, messages=1)
    assert await store.due_timers(HUB.id, LATER, 10) == []
    assert value(database, "SELECT count(*) FROM inbound") == 1
    assert value(database, "SELECT version FROM conversation") == 2
    (message,) = rows(database, "SELECT purpose, priority, turn, expires_at FROM outbox")
    assert message["purpose"] == "nudge"
    assert message["turn"] == 2
    assert message["expires_at"]


async def test_two_who_find_the_same_timer_take_one_turn(store: Store, url: str, database: Database) -> None:
    for user in range(20):
        sender = MARIA if user == 0 else phone(7770000 + user)
        await applied(store, timer(), sender=sender)
    other = open_store(url, HUB)
    await other.start()

    async def take(store: Store) -> list[object]:
        return [
            await store.apply(taken(due, nudge(), ClearTimer())) for due in await store.due_timers(HUB.id, LATER, 50)
        ]

    results = [result for found in await asyncio.gather(take(store), take(other)) for result in found]
    await other.close()

    assert sum(isinstance(result, Applied) for result in results) == 20
    assert all(isinstance(result, Applied | Stale) for result in results)
    assert value(database, "SELECT count(*) FROM outbox") == 20
    assert value(database, "SELECT count(*) FROM timer") == 0


async def test_turn_taken_by_another_process_between_two_statements_of_a_look_is_stale(
    store: Store, database: Database
) -> None:
    await applied(store, timer())
    (due,) = await store.due_timers(HUB.id, LATER, 10)
    look = timers.due_timers(HUB.id, LATER, 10)
    step, found = next(look), None
    while found is None:
        with database.session() as session:  # each statement sees what was committed before it, as on PostgreSQL
            seen = perform(session, _only(step))
        await store.apply(taken(due, nudge(), ClearTimer()))  # the other process; from the second time on, in vain
        try:
            step = look.send(seen)
        except StopIteration as stop:
            found = stop.value

    (mine,) = found
    assert isinstance(await store.apply(taken(mine, nudge(), ClearTimer())), Stale)
    assert value(database, "SELECT count(*) FROM outbox") == 1


def _only(step: Step) -> Operation[Sequence[Row]]:
    return (yield step)


async def test_person_who_writes_at_the_same_moment_wins_or_is_answered_after(store: Store) -> None:
    await applied(store, timer())
    (due,) = await store.due_timers(HUB.id, LATER, 10)
    await applied(store, timer(turn=2, due_at=LATER + timedelta(days=1)), now=LATER)

    assert await store.apply(taken(due, nudge(), ClearTimer())) == Stale()
    await store.drop_timers(HUB.id, [due])

    (kept,) = await store.due_timers(HUB.id, LATER + timedelta(days=1), 10)
    assert kept.turn == 2


async def test_timer_of_which_nothing_can_come_is_taken_away(store: Store, database: Database) -> None:
    await applied(store, timer())
    (due,) = await store.due_timers(HUB.id, LATER, 10)

    await store.drop_timers(HUB.id, [due])

    assert value(database, "SELECT count(*) FROM timer") == 0


async def test_timer_goes_with_the_person(store: Store, database: Database) -> None:
    await applied(store, timer())

    await applied(store, say("bye"), Forget(reason="too_young"))

    assert value(database, "SELECT count(*) FROM timer") == 0


async def test_turn_of_a_timer_does_not_say_that_somebody_can_be_reached(store: Store, database: Database) -> None:
    await applied(store, timer())
    with database.session() as session:
        session.connection().exec_driver_sql("UPDATE address SET reachable = FALSE")
    (due,) = await store.due_timers(HUB.id, LATER, 10)
    assert not due.loaded.person.reachable

    await store.apply(taken(due, ClearTimer()))

    assert not value(database, "SELECT reachable FROM address")


# --- at the sender ------------------------------------------------------------------------------------------------------


async def test_nudge_is_overtaken_by_any_later_turn(store: Store) -> None:
    await applied(store, timer())
    (due,) = await store.due_timers(HUB.id, LATER, 10)
    await store.apply(taken(due, nudge(), ClearTimer()))
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, LATER)
    await store.settle(
        [Settlement(id=claimed.id, status=OutboxStatus.WAITING, not_before=LATER, asked=False)],
        LATER,
    )
    await applied(store, now=LATER)
    await store.promote(LATER)

    (again,) = await store.claim(HUB.id, "sms", "MG1", 10, LATER)

    assert not claimed.recipient.overtaken
    assert again.recipient.overtaken


# --- the pause ----------------------------------------------------------------------------------------------------------


async def test_pause_is_known_to_the_turn_and_to_the_sender_until_it_ends(store: Store) -> None:
    await applied(store, PauseSending(), say("Shall we stop?"))
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    paused = await loaded(store)
    await applied(store, ResumeSending())

    assert claimed.recipient.paused
    assert paused.person.paused
    assert not (await loaded(store)).person.paused


async def test_what_waited_for_the_pause_to_end_waits_no_longer(store: Store) -> None:
    await applied(store, say("one"), PauseSending())
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    until = NOW + timedelta(minutes=30)
    await store.settle(
        [Settlement(id=claimed.id, status=OutboxStatus.WAITING, not_before=until, reason="paused", asked=False)], NOW
    )
    assert await store.promote(NOW) == 0

    await applied(store, ResumeSending())

    assert await store.promote(NOW) == 1


async def test_broadcast_leaves_out_who_is_paused_and_says_so(store: Store, database: Database) -> None:
    await applied(store, RecordConsent(purpose="texts", wording="w"), PauseSending())
    await applied(store, RecordConsent(purpose="texts", wording="w"), OptOut(cause="STOP"), PauseSending(), sender=OMAR)

    with database.reading() as session:
        preview = broadcasts.preview(session, HUB, Recipients(), NOW)

    assert preview.people == 0
    assert preview.left_out == {"opted_out": 1, "paused": 1}
