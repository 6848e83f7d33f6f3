"""The trail of decisions: chained once by whoever comes first, and whatever is changed in it is named."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from flows.effects import MoveStage
from flows.stages import Stage
from storage import audit, people
from storage.audit import Head, Verified, verify
from storage.database import Database
from storage.opening import open_store
from storage.store import Store
from tests.storage.cases import HUB, NOW, OTHER_HUB, applied, moves, rows, value


def add_notes(database: Database, count: int, *, hub: str = HUB.id) -> None:
    with database.session() as session:
        for number in range(count):
            audit.note(
                session,
                hub,
                person_ref=f"p{number}",
                author="coordinator:dana",
                what="requirement",
                detail={"kind": "reference", "note": "ñandú", "number": number},
                now=NOW,
            )


def verified(database: Database, noted: Head | None = None) -> Verified:
    with database.reading() as session:
        return verify(session, HUB.id, noted=noted)


def tamper(database: Database, sql: str) -> None:
    with database.session() as session:
        session.connection().execute(text(sql))


async def sealed(store: Store, database: Database, count: int = 6) -> Head:
    add_notes(database, count)
    await store.seal_trail(HUB.id, NOW)
    return verified(database).head


async def test_what_was_added_is_chained_in_order(store: Store, database: Database) -> None:
    add_notes(database, 3)
    before = verified(database)
    await store.seal_trail(HUB.id, NOW)
    add_notes(database, 2)
    await store.seal_trail(HUB.id, NOW)

    assert (before.head.seal_no, before.unsealed, before.fault) == (0, 3, None)
    after = verified(database)
    assert (after.head.seal_no, after.unsealed, after.fault) == (5, 0, None)
    assert len({row["seal"] for row in rows(database, "SELECT seal FROM audit")}) == 5


async def test_moves_are_in_the_trail_with_whoever_is_behind_them(store: Store, database: Database) -> None:
    await applied(store, MoveStage(stage=Stage.SCREENING, cause="flow screening"))
    await applied(store, MoveStage(stage=Stage.WAITING_GUARDIAN, cause="birth_date", author="rule:stage_after"))
    with database.session() as session:
        (person,) = people.list_people(session, HUB.id)
        people.move(session, person, Stage.ELIGIBLE, cause="called them", author="coordinator:dana", now=NOW)
        told = audit.tell(session, person)

    assert [author for author, _ in moves(database)] == ["person", "rule:stage_after", "coordinator:dana"]
    assert [(one.stage, one.cause) for one in told][-1] == ("eligible", "called them")
    assert {row["person_ref"] for row in rows(database, "SELECT person_ref FROM audit")} == {
        value(database, "SELECT ref FROM person")
    }


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("UPDATE audit SET detail = '{}' WHERE seal_no = 3", "entry 3 "),
        ("UPDATE audit SET author = 'coordinator:eve' WHERE seal_no = 4", "entry 4 "),
        ("UPDATE audit SET person_ref = 'p9' WHERE seal_no = 1", "entry 1 "),
        ("UPDATE audit SET at = at + 1 WHERE seal_no = 6", "entry 6 "),
        ("UPDATE audit SET seal = 'x' WHERE seal_no = 2", "entry 2 "),
        ("DELETE FROM audit WHERE seal_no = 1", "entry 1 is missing"),
        ("DELETE FROM audit WHERE seal_no = 4", "entry 4 is missing"),
        ("DELETE FROM audit WHERE seal_no = 6", "entries 6 to 6 are missing"),
        ("DELETE FROM audit WHERE seal_no >= 3", "entries 3 to 6 are missing"),
        ("DELETE FROM audit", "entries 1 to 6 are missing"),
        (
            "INSERT INTO audit (hub, person_ref, author, what, detail, at, seal_no, seal) "
            "SELECT hub, person_ref, author, what, detail, at, 7, seal FROM audit WHERE seal_no = 6",
            "entry 7 ",
        ),
        ("UPDATE audit SET seal_no = seal_no + 1 WHERE seal_no = 6", "entry 6 is missing"),
        ("UPDATE audit SET seal_no = NULL WHERE seal_no = 5", "entry 5 is missing"),
        ("UPDATE audit_head SET seal_no = 5", "not the end that the sealer kept"),
        ("DELETE FROM audit_head", "not the end that the sealer kept"),
    ],
)
async def test_tampering_is_named_at_the_first_entry(store: Store, database: Database, sql: str, named: str) -> None:
    await sealed(store, database)

    tamper(database, sql)

    assert (verified(database).fault or "").startswith(named) or named in (verified(database).fault or "")


async def test_a_chain_written_anew_does_not_pass_through_the_end_noted_elsewhere(
    store: Store, database: Database
) -> None:
    noted = await sealed(store, database)
    tamper(database, "UPDATE audit SET author = 'coordinator:eve', seal_no = NULL, seal = NULL")
    tamper(database, "DELETE FROM audit_head")
    await store.seal_trail(HUB.id, NOW)

    assert verified(database).fault is None  # by itself it holds
    assert "written anew" in (verified(database, noted).fault or "")
    tamper(database, "DELETE FROM audit")
    tamper(database, "DELETE FROM audit_head")
    assert "cut off" in (verified(database, noted).fault or "")


async def test_the_end_that_was_noted_fits_a_chain_that_has_grown(store: Store, database: Database) -> None:
    noted = await sealed(store, database)

    await sealed(store, database)

    assert verified(database, noted).fault is None


async def test_two_processes_never_fork_the_chain(url: str, database: Database) -> None:
    stores = [open_store(url, HUB, OTHER_HUB) for _ in range(4)]
    for store in stores:
        await store.start()
    for _ in range(5):
        add_notes(database, 20)
        await asyncio.gather(*(store.seal_trail(HUB.id, NOW) for store in stores))
    for store in stores:
        await store.close()

    after = verified(database)
    assert (after.head.seal_no, after.unsealed, after.fault) == (100, 0, None)


async def test_each_hub_has_a_chain_of_its_own(store: Store, database: Database) -> None:
    add_notes(database, 2)
    add_notes(database, 3, hub=OTHER_HUB.id)
    await store.seal_trail(HUB.id, NOW)
    await store.seal_trail(OTHER_HUB.id, NOW)

    assert verified(database).head.seal_no == 2
    with database.reading() as session:
        assert verify(session, OTHER_HUB.id).head.seal_no == 3
