"""Copy a whole database into one SQLite file while others write, and back into an empty place.

The copy of an SQLite database is made by its online backup, that of a PostgreSQL database table by table within one
repeatable-read transaction: both show one instant. Whichever database it came from, the file can be restored into either.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, Engine, create_engine, func, insert, select, text
from sqlalchemy import exc as sql_errors
from sqlalchemy.schema import Table as SqlTable

from storage.database import migrate, parse_url, schema_is_current
from storage.errors import StorageError
from storage.tables import Table

#: Rows that are copied at once.
_AT_ONCE: Final = 1000


def back_up(url: str, to: Path) -> Mapping[str, int]:
    """Write a copy to a new file that nobody else may read; return how many rows each table has.

    Raises:
        StorageError: the file is there, the database cannot be read, or the copy is damaged.
    """
    if to.exists():
        raise StorageError(f"{to} is there already. Choose another name: a back-up is never written over.")
    with _partial(to) as partial:
        if parse_url(url).get_backend_name() == "sqlite":
            _copy_file(Path(parse_url(url).database or ""), partial)
        else:
            if not schema_is_current(url):
                raise StorageError("The database is of another version. Start this version once, then back up.")
            _copy_out(url, partial)
        rows = check(partial)
        _keep(partial, to)
    return rows


@contextmanager
def _partial(to: Path) -> Iterator[Path]:
    """Give a file beside the wanted one; whatever is left of it goes when the block ends."""
    partial = to.with_name(f".{to.name}.partial")
    _remove(partial)
    try:
        partial.touch(mode=0o600, exist_ok=False)
        yield partial
    except OSError as error:
        raise StorageError(f"{to} cannot be written: {error.strerror}.") from error
    finally:
        _remove(partial)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        with suppress(FileNotFoundError):
            file.with_name(file.name + suffix).unlink()


def _copy_file(source: Path, to: Path) -> None:
    if not source.exists():
        raise StorageError(f"There is no database at {source}.")
    try:
        with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(to)) as write:
            read.backup(write)  # in one step: others go on writing to their log meanwhile
            write.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    except sqlite3.Error as error:
        raise StorageError(f"The database {source} cannot be copied: {error}") from error


def _keep(partial: Path, to: Path) -> None:
    with partial.open("rb") as file:
        os.fsync(file.fileno())
    partial.rename(to)


def check(file: Path) -> dict[str, int]:
    """Look whether a copy is whole; return how many rows each table has.

    Raises:
        StorageError: it is damaged, or no database of ours.
    """
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            ((verdict,), *_) = connection.execute("PRAGMA integrity_check").fetchall()
            if verdict != "ok":
                raise StorageError(f"{file} is damaged: {verdict}")
            names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            if not {"alembic_version", "person", "outbox"} <= names:
                raise StorageError(f"{file} is no back-up of PeoplePower.")
            known = sorted(names & set(Table.metadata.tables))
            return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in known}  # noqa: S608 - names of ours
    except sqlite3.Error as error:
        raise StorageError(f"{file} is no database that can be read: {error}") from error


# --- table by table ---------------------------------------------------------------------------------------------------


def _copy_out(url: str, to: Path) -> None:
    migrate(f"sqlite:///{to}")
    with _opened(url) as source, _opened(f"sqlite:///{to}") as target, source.connect() as read:
        read = read.execution_options(isolation_level="REPEATABLE READ")
        with target.begin() as write:
            copy_tables(read, write)
            write.execute(text("PRAGMA optimize"))
        with target.connect().execution_options(isolation_level="AUTOCOMMIT") as alone:
            alone.execute(text("PRAGMA journal_mode = DELETE"))


def copy_tables(read: Connection, write: Connection) -> None:
    """Copy every row into tables that are empty, parents before their children."""
    for table in Table.metadata.sorted_tables:
        rows = read.execution_options(yield_per=_AT_ONCE).execute(select(table).order_by(*table.primary_key)).mappings()
        for some in rows.partitions(_AT_ONCE):
            write.execute(insert(table), [dict(row) for row in some])


def copy_in(file: Path, url: str) -> None:
    """Replace everything in a PostgreSQL database by what a file holds, in one transaction.

    Raises:
        StorageError: somebody else works with the database.
    """
    with (
        _opened(f"sqlite:///{file}") as source,
        _opened(url) as target,
        source.connect() as read,
        target.begin() as write,
    ):
        if others := write.execute(text(_OTHERS)).scalar_one():
            raise StorageError(f"{others} other connection(s) use the database. Stop every serve, then restore.")
        names = ", ".join(f'"{table.name}"' for table in Table.metadata.sorted_tables)
        write.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
        copy_tables(read, write)
        for table in Table.metadata.sorted_tables:
            _go_on_counting(write, table)


_OTHERS: Final = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


def _go_on_counting(write: Connection, table: SqlTable) -> None:
    """Let new rows be numbered behind those that were copied."""
    if "id" not in table.c or not table.c.id.primary_key or table.c.id.type.python_type is not int:
        return
    last = write.execute(select(func.max(table.c.id))).scalar_one()
    if last is not None:
        write.execute(
            text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :last)"), {"name": f'"{table.name}"', "last": last}
        )


@contextmanager
def _opened(url: str) -> Iterator[Engine]:
    engine = create_engine(parse_url(url))
    try:
        yield engine
    except sql_errors.OperationalError as error:
        raise StorageError(f"The database cannot be used: {str(error.orig).strip().splitlines()[0]}") from error
    finally:
        engine.dispose()
