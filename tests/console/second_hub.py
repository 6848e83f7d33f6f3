"""A second hub in a database: everything that the first one has, under other numbers, references and names."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

#: What everything is called there that has a name, and what everybody says.
CANARY = "Quetzalcanary"
SECOND = "second"
_FAR = 1_000_000
#: Unique in the whole database, so these begin with another letter there.
_REFERENCES = {"ref", "person_ref", "held_by", "token_hash", "code_hash", "ticket_hash", "dedupe_key", "provider_id"}
_NAMED = {
    "person": ("given_name", "family_name"),
    "console_user": ("name",),
    "hub": ("name",),
    "site": ("name", "street", "supervisor"),
    "partner": ("name",),
    "organisation": ("name", "code"),
    "note": ("text", "author"),
    "canned_reply": ("name",),
    "saved_audience": ("name",),
    "broadcast": ("name",),
    "slot": ("place",),
    "inbound": ("body",),
    "outbox": ("body",),
    "guardian": ("name",),
    "referee": ("name",),
    "holiday": ("name",),
    "draft_text": ("text",),
}
#: Columns that are not called like the table whose rows they name.
_TABLES = {"guardian_id": "person", "to_person_id": "person", "user_id": "console_user"}
#: Whoever asks is noted here.
_OF_BROWSERS = {"console_session"}


def add_second_hub(path: Path) -> None:
    """Copy the one hub of a database under other numbers, references and names."""
    with closing(sqlite3.connect(path)) as connection, connection:
        for table in _tables(connection):
            columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            values = [_value(table, str(name), str(kind)) for _, name, kind, *_ in columns]
            if table not in ("alembic_version", "sqlite_sequence"):
                connection.execute(f'INSERT INTO "{table}" SELECT {", ".join(values)} FROM "{table}"')  # noqa: S608 - our own tables


def _value(table: str, column: str, kind: str) -> str:
    if column == "hub" or (table, column) == ("hub", "id"):
        return f"'{SECOND}'"
    if kind == "INTEGER" and (column == "id" or column.endswith("_id")):
        return f'"{column}" + {_FAR}'
    if column in _REFERENCES:
        return f"'z' || \"{column}\""
    if column in _NAMED.get(table, ()):
        return f"'{CANARY}' || rowid"
    return f'"{column}"'


def _tables(connection: sqlite3.Connection) -> Sequence[str]:
    return [
        str(name) for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY 1")
    ]


def fingerprint(path: Path, *, hub: str | None = None) -> dict[str, str]:
    """Hash every table, sessions apart; of one hub or of all."""
    found: dict[str, str] = {}
    with closing(sqlite3.connect(path)) as connection:
        for table in _tables(connection):
            names = [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")')]
            if table in _OF_BROWSERS or (hub and "hub" not in names):
                continue
            where = f"WHERE hub = '{hub}'" if hub else ""
            rows = connection.execute(f'SELECT * FROM "{table}" {where} ORDER BY rowid')  # noqa: S608 - our own tables
            found[table] = hashlib.sha256("\n".join(map(repr, rows)).encode()).hexdigest()
    return found


def strays(path: Path) -> list[str]:
    """Find rows of one hub that name a row of another one."""
    found: list[str] = []
    with closing(sqlite3.connect(path)) as connection:
        tables = set(_tables(connection))
        for table in tables:
            names = [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")')]
            for name in names if "hub" in names else ():
                named = _TABLES.get(name, name.removesuffix("_id"))
                if name.endswith("_id") and named in tables:
                    query = (
                        f'SELECT * FROM "{table}" AS a JOIN "{named}" AS b ON b.id = a."{name}" WHERE a.hub <> b.hub'  # noqa: S608 - ours
                    )
                    found += [f"{table}.{name}: {row}" for row in connection.execute(query)]
    return found
