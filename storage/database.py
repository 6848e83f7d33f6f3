"""Open the database by its URL, bring its schema up to date, and give transactions to everything that is not hot."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, TypeAlias

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event, exc, make_url, text
from sqlmodel import Session

from storage.errors import StorageError
from storage.keying import KEY

#: RETURNING and UPDATE … FROM came with these.
_OLDEST_SQLITE: Final = (3, 35, 0)
#: The oldest that is still looked after by its makers.
_OLDEST_POSTGRES: Final = 140_000
#: How long a writer waits for another one, in milliseconds.
BUSY_TIMEOUT_MS: Final = 10_000
_SWITCH_AGAIN_S: Final = 0.01
#: Any number will do, as long as every process that migrates takes the same one.
_MIGRATION_LOCK: Final = 7_305_216
_BEGIN: Final = "peoplepower_begin"
#: What a page or a command works in; whoever is outside this package knows it by this name.
Transaction: TypeAlias = Session


class Database:
    """A pool of connections for pages, rules and admin commands; the hot path has its own."""

    def __init__(self, url: str, *, key: str = "") -> None:
        """Prepare the pool; nothing is opened yet.

        Args:
            key: the secret under which addresses of erased people are recognised.

        Raises:
            StorageError: when the URL cannot be used.
        """
        self._engine = _engine(parse_url(url))
        self._key = key
        self._writing = self._engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE"})

    @contextmanager
    def session(self) -> Iterator[Session]:
        """Open a transaction that may write; it commits when the block ends and rolls back when it raises."""
        with _plainly(self._engine.url), Session(self._writing, expire_on_commit=False) as session, session.begin():
            session.info[KEY] = self._key
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Open a transaction that only reads: it waits for nobody and nobody waits for it."""
        with _plainly(self._engine.url), Session(self._engine) as session:
            session.info[KEY] = self._key
            yield session

    def close(self) -> None:
        """Close the pool's connections."""
        self._engine.dispose()


def parse_url(url: str) -> URL:
    """Read a database URL: ``sqlite:///people.db`` or ``postgresql://user:password@host/name``.

    Raises:
        StorageError: when it is not one of these; the message does not repeat the URL, which may hold a password.
    """
    try:
        parsed = make_url(url)
    except (exc.ArgumentError, ValueError):
        raise StorageError(
            "The database URL cannot be read. Write it like sqlite:///peoplepower.db or "
            "postgresql://user:password@host/peoplepower."
        ) from None
    match parsed.drivername:
        case "sqlite":
            if parsed.database in (None, "", ":memory:"):
                raise StorageError("SQLite needs a file that all parts can open, like sqlite:///peoplepower.db.")
            return parsed
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case other:
            raise StorageError(
                f"The database scheme {other!r} is not supported. Use sqlite:///… or postgresql://… instead."
            )


def prepare_sqlite(connection: sqlite3.Connection) -> None:
    """Set what every SQLite connection needs: durable commits, checked references, erased deletions."""
    connection.isolation_level = None  # transactions begin where we say, not where the module guesses
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    _write_ahead(connection)
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA secure_delete = ON")
    connection.execute("PRAGMA cache_size = -32768")
    connection.execute("PRAGMA journal_size_limit = 67108864")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch a file to its write-ahead log. SQLite does not wait for others who switch the same new file, so we do."""
    patience = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > patience:
                raise
            time.sleep(_SWITCH_AGAIN_S)
        else:
            return


def check_sqlite_version() -> None:
    """Refuse an SQLite library that lacks what our statements use.

    Raises:
        StorageError: when it is too old.
    """
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        needed = ".".join(map(str, _OLDEST_SQLITE))
        raise StorageError(
            f"SQLite {sqlite3.sqlite_version} is too old; {needed} or newer is needed. "
            "Use a newer Python, which brings its own SQLite, or PostgreSQL."
        )


def migrate(url: str) -> None:
    """Bring the schema up to date; safe to run at every start and by several processes at once.

    Raises:
        StorageError: when the database cannot be reached or was written by a newer version.
    """
    _create_privately(parse_url(url))
    with _connection(url) as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        scripts = ScriptDirectory.from_config(_alembic())
        if (current := _revision(connection)) is not None and current not in _known(scripts):
            raise StorageError(
                f"The database was written by a newer PeoplePower (schema {current}); this one knows up to "
                f"{scripts.get_current_head()}. Install the newer version, or restore a backup made before it."
            )
        command.upgrade(_alembic(connection), "head")


def _create_privately(url: URL) -> None:
    """Let nobody but the owner read a new SQLite file; its log takes over the file's rights."""
    if url.get_backend_name() == "sqlite" and url.database:
        with suppress(OSError):  # SQLite says it better
            Path(url.database).touch(mode=0o600)


def schema_is_current(url: str) -> bool:
    """Tell whether the database answers and has exactly the schema that this version needs.

    Raises:
        StorageError: when the database cannot be reached.
    """
    with _connection(url, writes=False) as connection:
        return _revision(connection) == ScriptDirectory.from_config(_alembic()).get_current_head()


@contextmanager
def _connection(url: str, *, writes: bool = True) -> Iterator[Connection]:
    parsed = parse_url(url)
    engine = _engine(parsed)
    try:
        with (
            _plainly(parsed),
            engine.execution_options(**{_BEGIN: "BEGIN IMMEDIATE" if writes else "BEGIN"}).begin() as c,
        ):
            yield c
    finally:
        engine.dispose()


def _alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def _known(scripts: ScriptDirectory) -> set[str]:
    return {script.revision for script in scripts.walk_revisions()}


def _engine(url: URL) -> Engine:
    if url.get_backend_name() == "sqlite":
        check_sqlite_version()
        engine = create_engine(url)
        event.listen(engine, "connect", _prepare)
        event.listen(engine, "begin", _begin)
        return engine
    engine = create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    event.listen(engine, "connect", _check_postgres_version)
    return engine


def _prepare(connection: sqlite3.Connection, _record: Any) -> None:
    prepare_sqlite(connection)


def _begin(connection: Connection) -> None:
    # A transaction that reads first and writes later cannot wait for another writer: it fails at once, whatever the
    # time-out. So whoever may write says so at its beginning.
    connection.exec_driver_sql(connection.get_execution_options().get(_BEGIN, "BEGIN"))


def _check_postgres_version(connection: Any, _record: Any) -> None:
    if (version := connection.info.server_version) < _OLDEST_POSTGRES:
        raise StorageError(
            f"PostgreSQL {version // 10_000} is too old; {_OLDEST_POSTGRES // 10_000} or newer is needed."
        )


@contextmanager
def _plainly(url: URL) -> Iterator[None]:
    try:
        yield
    except (exc.IntegrityError, exc.ProgrammingError, exc.DataError):
        raise  # a fault of ours, or of what was handed in
    except exc.DatabaseError as error:
        name = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
        raise StorageError(f"The database {name} cannot be used: {_first_line(error.orig)}") from error


def _first_line(error: BaseException | None) -> str:
    return str(error).strip().split("\n", maxsplit=1)[0]
