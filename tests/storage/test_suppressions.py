"""Whoever asked to be erased is written to by nobody, until they write by themselves."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import make_url

from flows.effects import AskGuardian, Book, ClaimHours, Forget, MoveStage, RecordConsent, Remember
from flows.messages import Address
from flows.stages import Stage
from storage import people
from storage.database import Database
from storage.opening import open_store
from storage.store import OutboxStatus, Settlement, Store
from storage.tables import AddressRow, Table
from tests.storage.cases import HUB, MARIA, NOW, OMAR, applied, loaded, message, new_slot, rows, say, value


async def erase(store: Store, sender: Address = MARIA) -> None:
    """Erase somebody who asks for it, with the last word."""
    await applied(store, say("All is erased"), Forget(reason="asked"), sender=sender)
    await leave(store)


async def leave(store: Store) -> None:
    """Let everything leave."""
    while claimed := await store.claim(HUB.id, "sms", "MG1", 10, NOW):
        await store.settle([Settlement(id=one.id, status=OutboxStatus.SENT) for one in claimed], NOW)


def bring_in(database: Database, address: Address) -> bool:
    """Bring somebody in as a coordinator does."""
    with database.session() as session:
        return people.add_person(session, HUB.id, address, NOW) is not None


async def test_nobody_brings_in_who_asked_to_be_erased(store: Store, database: Database) -> None:
    await applied(store, Remember(field="given_name", value="Maria"))
    await erase(store)

    assert not bring_in(database, MARIA)
    assert bring_in(database, OMAR)
    assert value(database, "SELECT count(*) FROM suppression") == 1


async def test_nobody_is_asked_as_a_guardian_who_asked_to_be_erased(store: Store, database: Database) -> None:
    await erase(store)

    ask = AskGuardian(to=MARIA, name="Maria", language="en", text="Please see {token}", reminder="Again {token}")
    await applied(store, say("We ask them"), ask, sender=OMAR)

    assert [row["body"] for row in rows(database, "SELECT body FROM outbox")] == ["We ask them"]
    assert rows(database, "SELECT reason FROM task") == [{"reason": "guardian_not_asked"}]


async def test_all_addresses_of_a_person_are_remembered_but_none_can_be_read(store: Store, database: Database) -> None:
    await applied(store, Remember(field="given_name", value="Maria"))
    with database.session() as session:
        person = people.find_by_user(session, HUB.id, MARIA.user, channel="sms")
        assert person is not None
        assert person.id is not None
        row = AddressRow(hub=HUB.id, channel="slack", account="T1", user="U77", person_id=person.id, created_at=NOW)
        session.add(row)
    await erase(store)

    assert not bring_in(database, MARIA)
    assert not bring_in(database, Address(channel="slack", account="T2", user="U77"))
    assert all(len(row["address_hash"]) == 64 for row in rows(database, "SELECT address_hash FROM suppression"))


async def test_whoever_writes_by_themselves_is_written_to_again(store: Store, database: Database) -> None:
    await applied(store, RecordConsent(purpose="texts", wording="w"))
    await erase(store)

    await applied(store, say("Welcome"))

    assert value(database, "SELECT count(*) FROM suppression") == 0
    assert (await loaded(store)).person.consented is False  # it is asked anew


async def test_so_is_who_writes_before_the_last_word_has_left(store: Store, database: Database) -> None:
    await applied(store, say("All is erased"), Forget(reason="asked"))
    await applied(store, say("Welcome"), inbound=message(words="hi"))
    await leave(store)

    assert value(database, "SELECT count(*) FROM suppression") == 0
    assert (await loaded(store)).version == 2


async def test_of_a_child_not_even_a_hash_is_kept(store: Store, database: Database) -> None:
    await applied(store, say("You have to be 13"), Forget(reason="too_young"))

    assert value(database, "SELECT count(*) FROM suppression") == 0


async def test_hash_depends_on_the_key(url: str, database: Database) -> None:
    store = open_store(url, HUB, key="one key")
    await store.start()
    await erase(store)
    await store.close()
    other, same = Database(url, key="another key"), Database(url, key="one key")

    assert not bring_in(same, MARIA)
    assert bring_in(other, MARIA)
    other.close()
    same.close()


async def test_hours_stay_without_a_name(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=1)
    await applied(store, Book(slot=slot))
    (ref,) = [row["ref"] for row in rows(database, "SELECT ref FROM booking")]
    await applied(store, ClaimHours(booking=ref, minutes=45))
    await erase(store)

    assert rows(database, "SELECT person_id, booking_id, minutes FROM hours") == [
        {"person_id": None, "booking_id": None, "minutes": 45}
    ]


#: Columns that hold the number of a person or an address, in tables that keep a row of the erased: it must be empty.
_KEPT_WITHOUT_A_NAME = {("hours", "person_id"), ("inbound", "person_id"), ("letter", "person_id")}


async def test_no_table_leads_to_who_was_erased(store: Store, database: Database) -> None:
    slot = new_slot(database, capacity=1)
    await applied(
        store,
        Remember(field="given_name", value="Maria"),
        RecordConsent(purpose="texts", wording="w"),
        MoveStage(stage=Stage.SCREENING, cause="flow screening"),
        Book(slot=slot),
    )
    before = value(database, "SELECT id FROM person")
    await erase(store)

    held = [
        (table.name, column.name)
        for table in Table.metadata.sorted_tables
        for column in table.columns
        if column.name in ("person_id", "guardian_id", "to_person_id", "by_person_id", "address_id")
    ]
    assert {pair for pair in _KEPT_WITHOUT_A_NAME if pair not in held} == set()
    for table, column in held:
        assert value(database, f"SELECT count(*) FROM {table} WHERE {column} = {before}") == 0, table  # noqa: S608


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_nothing_of_who_asked_is_found_in_the_file_or_its_log(store: Store, url: str) -> None:
    await applied(store, sender=OMAR)
    await applied(
        store,
        Remember(field="family_name", value="Quarkington"),
        RecordConsent(purpose="texts", wording="wordingofconsent"),
        say("Hi Quarkington"),
        inbound=message(words="I am Quarkington"),
    )
    await erase(store)
    path = Path(make_url(url).database or "")

    files = await asyncio.to_thread(lambda: [file.read_bytes() for file in path.parent.glob(path.name + "*")])

    traces = (b"Quarkington", b"wordingofconsent", MARIA.user.encode())
    assert {trace for trace in traces for file in files if trace in file} == set()
    assert any(OMAR.user.encode() in file for file in files)
