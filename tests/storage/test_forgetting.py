"""Who is too young is forgotten: at once, and wholly once our last words have left."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url

from flows.effects import Alert, Book, Forget, MoveStage, RecordConsent, Remember
from flows.messages import DeliveryReport, DeliveryStatus
from flows.stages import Stage
from storage.database import Database
from storage.store import Known, OutboxStatus, Settlement, Store
from tests.storage.cases import HUB, MARIA, NOW, OMAR, applied, loaded, message, new_slot, rows, say, turn, value

_TABLES = ("person", "address", "conversation", "consent", "task", "booking", "reminder", "outbox")


async def live_a_little(store: Store, database: Database) -> None:
    """Leave a trace of a person in every table."""
    slot = new_slot(database, capacity=1)
    await applied(
        store,
        Remember(field="given_name", value="Zebulon"),
        Remember(field="birth_date", value="2015-05-14"),
        RecordConsent(purpose="texts", wording="wordingofconsent"),
        MoveStage(stage=Stage.SCREENING, cause="flow screening"),  # the trail keeps it, under a name nobody knows
        Book(slot=slot),
        Alert(kind="alertaboutchild"),
        say("Hi Zebulon, welcome"),
        inbound=message(words="I am Zebulon from Elm"),
    )


def left(database: Database) -> dict[str, int]:
    """Count what is left in each table."""
    return {table: value(database, f"SELECT count(*) FROM {table}") for table in _TABLES}  # noqa: S608


async def say_goodbye(store: Store) -> None:
    """Take the turn that forgets."""
    await applied(store, say("You have to be 13"), Forget(reason="too_young"), inbound=message(words="I am eleven"))


async def test_all_but_the_address_is_erased_at_once(store: Store, database: Database) -> None:
    await live_a_little(store, database)

    await say_goodbye(store)

    assert left(database) == dict.fromkeys(_TABLES, 0) | {"person": 1, "address": 1, "conversation": 1, "outbox": 1}
    (person,) = rows(database, "SELECT answers, given_name, birth_date, zone, language FROM person")
    assert tuple(person.values()) == ("{}", None, None, None, None)
    assert rows(database, "SELECT DISTINCT person_id, body, trace FROM inbound") == [
        {"person_id": None, "body": "", "trace": "[]"}
    ]
    assert value(database, "SELECT state FROM conversation") == ""
    assert value(database, "SELECT taken FROM slot") == 0


@pytest.mark.parametrize("end", [OutboxStatus.SENT, OutboxStatus.FAILED, OutboxStatus.DROPPED])
async def test_with_the_last_message_goes_the_person(store: Store, database: Database, end: OutboxStatus) -> None:
    await live_a_little(store, database)
    await say_goodbye(store)
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    assert claimed.message.to == MARIA

    await store.settle([Settlement(id=claimed.id, status=end, provider_id="SM9")], NOW)

    assert left(database) == dict.fromkeys(_TABLES, 0)


async def test_nobody_is_erased_before_the_last_message_has_left(store: Store, database: Database) -> None:
    await applied(store, say("one"), Forget(reason="too_young"), say("two"))
    for expected in (1, 0):
        (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
        unknown = Settlement(id=claimed.id, status=OutboxStatus.UNKNOWN)
        await store.settle([unknown], NOW)
        assert value(database, "SELECT count(*) FROM address") == 1

        report = DeliveryReport(
            channel="sms",
            account="MG1",
            provider_id="SM9",
            status=DeliveryStatus.SENT,
            reference=claimed.message.reference,
        )
        assert await store.report(HUB.id, report, NOW)

        assert value(database, "SELECT count(*) FROM outbox") == expected
        assert value(database, "SELECT count(*) FROM person") == expected


async def test_a_turn_without_words_erases_everything_at_once(store: Store, database: Database) -> None:
    await live_a_little(store, database)

    await applied(store, Forget(reason="too_young"))

    assert left(database) == dict.fromkeys(_TABLES, 0)


async def test_a_forgotten_text_that_is_redelivered_is_still_known(store: Store) -> None:
    inbound = message()
    await applied(store, Forget(reason="too_young"), inbound=inbound)

    assert await turn(store, say("again?"), inbound=inbound) == Known()
    assert (await loaded(store)).person_id is None


async def test_whoever_writes_again_before_the_last_message_left_is_kept(store: Store, database: Database) -> None:
    await say_goodbye(store)
    (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
    start = await loaded(store)
    await applied(store, say("Let us begin anew"), inbound=message(words="sorry, I am 31"))

    await store.settle([Settlement(id=claimed.id, status=OutboxStatus.SENT)], NOW)

    assert start.conversation is None
    assert start.person.answers == {}
    assert [row["body"] for row in rows(database, "SELECT body FROM outbox")] == ["Let us begin anew"]
    assert (await loaded(store)).version == 2


async def test_who_is_forgotten_twice_is_erased_in_the_end(store: Store, database: Database) -> None:
    await say_goodbye(store)
    await say_goodbye(store)
    for _ in range(2):
        (claimed,) = await store.claim(HUB.id, "sms", "MG1", 10, NOW)
        await store.settle([Settlement(id=claimed.id, status=OutboxStatus.SENT)], NOW)

    assert left(database) == dict.fromkeys(_TABLES, 0)


async def test_others_keep_everything(store: Store, database: Database) -> None:
    await live_a_little(store, database)
    before = left(database)
    await applied(store, say("hello"), sender=OMAR)
    await applied(store, Forget(reason="too_young"), sender=OMAR)

    assert left(database) == before


async def test_numbers_of_the_forgotten_are_not_given_to_others(store: Store) -> None:
    forgotten = await applied(store, Forget(reason="too_young"))

    next_one = await applied(store, sender=OMAR)

    assert next_one.person_id > forgotten.person_id


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_nothing_can_be_found_in_the_file_or_its_log(store: Store, url: str) -> None:
    database = Database(url)
    for number in range(30):  # neighbours on the same pages
        await applied(store, say(f"hello {number}"), sender=MARIA if number == 15 else OMAR)
    await live_a_little(store, database)
    await applied(store, say("More about Zebulon"), inbound=message(words="Zebulon again"))
    await say_goodbye(store)
    database.close()
    path = Path(make_url(url).database or "")

    while claimed := await store.claim(HUB.id, "sms", "MG1", 10, NOW + timedelta(minutes=1)):
        await store.settle([Settlement(id=one.id, status=OutboxStatus.SENT) for one in claimed], NOW)

    traces = (
        b"Zebulon",
        b"2015-05-14",
        b"wordingofconsent",
        b"alertaboutchild",
        b"eleven",
        b"have to be",
    )
    files = await asyncio.to_thread(lambda: [file.read_bytes() for file in path.parent.glob(path.name + "*")])
    found = {trace for trace in (*traces, MARIA.user.encode()) for file in files if trace in file}
    assert found == set()
    assert any(OMAR.user.encode() in file for file in files)
