"""A copy made under writes is whole; going back to it sends nothing old, and brings nobody back who is gone."""

from __future__ import annotations

import sqlite3
import threading
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select, text
from sqlmodel import Session

from flows.effects import Forget, OptOut, RecordConsent, Remember, Say
from flows.messages import Purpose
from storage.backup import back_up, check
from storage.database import Database, migrate, parse_url
from storage.errors import StorageError
from storage.opening import open_store
from storage.restoring import restore
from storage.tables import PersonRow, Table
from tests.databases import NewDatabase
from tests.storage.cases import HUB, MARIA, NOW, OMAR, applied, message

KEY = "k" * 32
LATER = NOW + timedelta(days=1)


def contents(url: str) -> dict[str, list[Any]]:
    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        found = {
            table.name: [tuple(row) for row in connection.execute(select(table).order_by(*table.primary_key))]
            for table in Table.metadata.sorted_tables
        }
    engine.dispose()
    return found


def one(url: str, sql: str) -> Any:
    engine = create_engine(parse_url(url))
    with engine.connect() as connection:
        row = connection.execute(text(sql)).first()
    engine.dispose()
    return row


async def say(url: str, *effects: Any, sender: Any = MARIA, now: datetime = NOW) -> None:
    store = open_store(url, HUB, key=KEY)
    await store.start()
    try:
        await applied(store, *effects, inbound=message(sender), now=now)
    finally:
        await store.close()


AGREE = (RecordConsent(purpose="messages", wording="w"), Remember(field="given_name", value="Maria"))


async def test_what_is_restored_equals_what_was_there(url: str, tmp_path: Path) -> None:
    await say(url, *AGREE)
    before = contents(url)
    back_up(url, tmp_path / "copy")
    await say(url, *AGREE, sender=OMAR)

    restore(url, tmp_path / "copy", LATER, key=KEY)

    after = contents(url)
    task = after.pop("task")
    assert len(task) == 1  # it says that a back-up was restored
    assert {**after, "task": []} == {**before, "task": []}
    await say(url, *AGREE, sender=OMAR)  # new rows are numbered behind those that were copied
    assert one(url, "SELECT count(*) FROM person") == (2,)


async def test_a_copy_can_be_read_by_its_owner_alone_and_is_never_written_over(url: str, tmp_path: Path) -> None:
    rows = back_up(url, tmp_path / "copy")

    assert rows["person"] == 0
    assert (tmp_path / "copy").stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    with pytest.raises(StorageError, match="there already"):
        back_up(url, tmp_path / "copy")


async def test_nothing_that_waited_leaves_after_a_restore(url: str, tmp_path: Path) -> None:
    await say(url, *AGREE, Say(text="Hello", purpose=Purpose.REPLY))
    back_up(url, tmp_path / "copy")

    done = restore(url, tmp_path / "copy", LATER, key=KEY)

    assert done.held == {"messages": 1}
    assert one(url, "SELECT status, reason, body FROM outbox") == (8, "restored", "Hello")
    assert one(url, "SELECT count(*) FROM task WHERE kind = 'restored' AND closed_at IS NULL") == (1,)


@pytest.mark.parametrize("by_wish", [True, False])
async def test_who_was_erased_since_stays_erased(url: str, tmp_path: Path, *, by_wish: bool) -> None:
    await say(url, *AGREE)
    await say(url, *AGREE, sender=OMAR)
    back_up(url, tmp_path / "copy")
    await say(url, Forget(reason="wish" if by_wish else "too_young"), now=LATER)

    done = restore(url, tmp_path / "copy", LATER, key=KEY)

    assert done.erased == 1
    assert one(url, "SELECT count(*) FROM person") == (1,)
    assert one(url, "SELECT count(*) FROM address") == (1,)
    assert one(url, "SELECT count(*) FROM erasure")[0] == 1


async def test_who_left_since_is_not_written_to(url: str, tmp_path: Path) -> None:
    await say(url, *AGREE)
    back_up(url, tmp_path / "copy")
    await say(url, OptOut(cause="STOP"), now=LATER)

    restore(url, tmp_path / "copy", LATER, key=KEY)

    assert one(url, "SELECT opted_out_at IS NOT NULL FROM address") in ((1,), (True,))


async def test_a_copy_goes_from_one_kind_of_database_to_the_other(
    new_sqlite: NewDatabase, new_postgres: NewDatabase, tmp_path: Path
) -> None:
    with new_sqlite() as small, new_postgres() as large, new_sqlite() as back:
        await say(small, *AGREE)
        back_up(small, tmp_path / "there")
        restore(large, tmp_path / "there", LATER, key=KEY)
        back_up(large, tmp_path / "and-back")
        restore(back, tmp_path / "and-back", LATER, key=KEY)

        assert contents(large) == contents(back) | {"task": contents(large)["task"]}
        assert contents(small)["person"] == contents(back)["person"] != []


def test_a_copy_under_writes_shows_one_instant(new_sqlite: NewDatabase, tmp_path: Path) -> None:
    with new_sqlite() as url:
        stop = threading.Event()

        def write() -> None:
            database = Database(url)
            number = 0
            while not stop.is_set():
                with database.session() as session:  # two rows a commit: a copy with an odd number is torn
                    for _ in range(2):
                        number += 1
                        session.add(_person(number))
            database.close()

        writer = threading.Thread(target=write)
        writer.start()
        try:
            counts = [back_up(url, tmp_path / f"copy{number}")["person"] for number in range(5)]
        finally:
            stop.set()
            writer.join()

        assert [count % 2 for count in counts] == [0] * 5
        assert counts == sorted(counts)


def _person(number: int) -> PersonRow:
    return PersonRow(hub="hub", stage="enquired", given_name=str(number), created_at=NOW, changed_at=NOW)


async def test_a_database_that_somebody_works_with_is_not_replaced(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "copy")
    store = open_store(url, HUB, key=KEY)
    await store.start()
    try:
        with pytest.raises(StorageError, match=r"Stop (every )?serve"):
            restore(url, tmp_path / "copy", LATER, key=KEY)
    finally:
        await store.close()


def test_a_damaged_copy_changes_nothing(new_sqlite: NewDatabase, tmp_path: Path) -> None:
    with new_sqlite() as url:
        back_up(url, tmp_path / "copy")
        whole = (tmp_path / "copy").read_bytes()
        for name, content in {
            "cut": whole[: len(whole) // 2],
            "other": b"hello",
            "torn": whole[:8192] + b"x" * 9000,
        }.items():
            (tmp_path / name).write_bytes(content)
            with pytest.raises(StorageError):
                restore(url, tmp_path / name, LATER, key=KEY)
        empty = tmp_path / "empty"
        with closing(sqlite3.connect(empty)) as connection:
            connection.execute("CREATE TABLE mine (a)")
        with pytest.raises(StorageError, match="no back-up of PeoplePower"):
            check(empty)
        migrate(url)


def test_a_hub_whose_database_is_lost_starts_from_the_copy(new_sqlite: NewDatabase, tmp_path: Path) -> None:
    with new_sqlite() as url:
        with Session(create_engine(url)) as session:
            session.add(_person(1))
            session.commit()
        back_up(url, tmp_path / "copy")

    done = restore(f"sqlite:///{tmp_path / 'new.db'}", tmp_path / "copy", LATER, key=KEY)

    assert (done.rows["person"], done.carried, done.replaced) == (1, False, None)
    assert (tmp_path / "new.db").stat().st_mode & 0o077 == 0
