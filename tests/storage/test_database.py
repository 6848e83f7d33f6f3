"""The database is opened by its URL, migrated, and its faults are told in plain words."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text
from sqlalchemy.exc import StatementError
from sqlmodel import select

from storage.database import Database, migrate, schema_is_current
from storage.errors import StorageError
from storage.opening import open_store
from storage.store import Applied, Store
from storage.tables import PersonRow, Table
from tests.databases import NewDatabase
from tests.storage.cases import HUB, NOW, applied, change, loaded, message, value, write


def test_the_migrations_make_what_the_tables_say(database: Database) -> None:
    with database.session() as session:
        context = MigrationContext.configure(
            session.connection(), opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, Table.metadata) == []


def test_migrating_again_changes_nothing(url: str) -> None:
    migrate(url)

    assert schema_is_current(url)


def test_an_empty_database_is_not_current(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"

    assert not schema_is_current(url)
    migrate(url)
    assert schema_is_current(url)


async def test_a_new_file_can_be_read_by_its_owner_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"
    migrate(url)
    store = open_store(url, HUB)
    await store.start()
    await applied(store)

    rights = await asyncio.to_thread(lambda: {file.stat().st_mode & 0o777 for file in tmp_path.iterdir()})
    await store.close()

    assert rights == {0o600}


def test_several_processes_may_migrate_at_once(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'new.db'}"

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(migrate, [url] * 4))

    assert schema_is_current(url)


def test_a_newer_schema_is_refused(url: str, database: Database) -> None:
    change(database, "UPDATE alembic_version SET version_num = '9999'")

    assert not schema_is_current(url)
    with pytest.raises(StorageError, match="newer PeoplePower"):
        migrate(url)


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("mysql://u:secret@h/d", "scheme 'mysql' is not supported"),
        ("no url: secret", "cannot be read"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:////no/such/secret/../folder/x.db", "unable to open"),
        ("postgresql://u:secret@127.0.0.1:1/d", "refused"),
    ],
    ids=["scheme", "garbage", "no file", "memory", "no folder", "no server"],
)
def test_faults_are_told_without_the_password(url: str, says: str) -> None:
    with pytest.raises(StorageError, match=says) as caught:
        migrate(url)

    assert "secret" not in str(caught.value) or "/no/such/" in url


def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "letter.db"
    path.write_text("Dear reader, " * 100)

    with pytest.raises(StorageError, match="not a database"):
        migrate(f"sqlite:///{path}")


def test_an_old_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sqlite3, "sqlite_version_info", (3, 34, 1))
    monkeypatch.setattr(sqlite3, "sqlite_version", "3.34.1")

    with pytest.raises(StorageError, match=r"3\.34\.1 is too old"):
        migrate(f"sqlite:///{tmp_path / 'x.db'}")


@pytest.mark.parametrize("url", ["postgresql://u:secret@127.0.0.1:1/d", "sqlite:////no/such/folder/x.db"])
async def test_a_store_that_cannot_be_opened_says_so(url: str) -> None:
    with pytest.raises(StorageError) as caught:
        await open_store(url, HUB).start()

    assert "secret" not in str(caught.value)


# --- sessions ---------------------------------------------------------------------------------------------------------


def person() -> PersonRow:
    """Make a row that can be stored."""
    return PersonRow(hub="hub", stage="enquired", created_at=NOW, changed_at=NOW)


def test_a_session_commits_as_a_whole_or_not_at_all(database: Database) -> None:
    with database.session() as session:
        session.add(person())
    with pytest.raises(StatementError):
        _add_two(database)

    assert value(database, "SELECT count(*) FROM person") == 1


def _add_two(database: Database) -> None:
    with database.session() as session:
        session.add(person())
        session.flush()
        session.connection().execute(text("INSERT INTO partner (name) VALUES ('of no hub')"))


def test_instants_are_kept_to_the_microsecond_and_naive_ones_refused(database: Database) -> None:
    exact = NOW.replace(microsecond=123456)
    with database.session() as session:
        session.add(PersonRow(hub="hub", stage="enquired", created_at=exact, changed_at=NOW))
    with pytest.raises(StatementError, match="needs a zone"), database.session() as session:
        session.add(PersonRow(hub="hub", stage="x", created_at=datetime(2026, 1, 1), changed_at=NOW))  # noqa: DTZ001

    with database.reading() as session:
        assert [row.created_at for row in session.exec(select(PersonRow))] == [exact]


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_sqlite_connections_are_durable_checked_and_erasing(database: Database) -> None:
    pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 10_000}

    assert {name: value(database, f"PRAGMA {name}") for name in pragmas} == pragmas


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
def test_writing_sessions_wait_for_each_other(database: Database) -> None:
    """Each reads before it writes: begun any other way, one would fail at once, whatever the time-out."""
    change(database, "INSERT INTO partner (hub, name) VALUES ('hub', '0')")

    def add_one(_: int) -> None:
        with database.session() as session:
            (name,) = session.connection().execute(text("SELECT name FROM partner")).one()
            session.connection().execute(text("UPDATE partner SET name = :name"), {"name": str(int(name) + 1)})

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(add_one, range(40)))

    assert value(database, "SELECT name FROM partner") == "40"


# --- trouble ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("url", ["sqlite"], indirect=True)
async def test_a_turn_that_cannot_be_written_is_refused_and_the_next_goes_on(
    store: Store, database: Database, url: str
) -> None:
    await applied(store)
    change(database, "CREATE TRIGGER full BEFORE INSERT ON inbound BEGIN SELECT RAISE(ROLLBACK, 'disk full'); END")

    results = await asyncio.gather(*(applied(store) for _ in range(3)), return_exceptions=True)
    change(database, "DROP TRIGGER full")
    await applied(store)

    assert all(isinstance(result, sqlite3.Error | StorageError) for result in results)
    assert value(database, "SELECT count(*) FROM inbound") == value(database, "SELECT version FROM conversation")


async def test_a_store_tells_whether_it_answers(store: Store) -> None:
    assert await store.ready()


async def test_what_is_queued_is_finished_before_the_store_closes(url: str, database: Database) -> None:
    store = open_store(url, HUB)
    await store.start()
    await applied(store)
    start = await loaded(store)

    writing = asyncio.create_task(store.apply(write(start, message())))
    await asyncio.sleep(0)  # it has begun
    await store.close()

    assert isinstance(await writing, Applied)
    assert value(database, "SELECT version FROM conversation") == 2
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("storage-")]


async def test_postgres_that_goes_away_is_told_and_comes_back(new_postgres: NewDatabase) -> None:
    with new_postgres() as url:
        store, database = open_store(url, HUB), Database(url)
        await store.start()
        await applied(store)
        change(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )

        outcomes = [await store.ready() for _ in range(3)]
        await applied(store)

        assert outcomes[-1]
        await store.close()
        database.close()
