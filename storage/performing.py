"""Perform an operation of the hot path within a page's or a command's transaction, so that it is written only once."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, text
from sqlmodel import Session

from storage.keying import KEY, answer
from storage.statements import POSTGRES, SQLITE, Batch, Keyed, Operation, Row, Scrub, Statement, Value

T = TypeVar("T")


def perform(session: Session, operation: Operation[T]) -> T:
    """Execute what an operation asks for, in the session's transaction, and return its outcome.

    Raises:
        Refused: the operation must leave nothing behind; let it end the transaction.
    """
    session.flush()
    connection = session.connection()
    try:
        step = next(operation)
        while True:
            match step:
                case Statement(sql, params):
                    rows: Sequence[Row] = _execute(connection, sql, params)
                case Batch(sql, many):
                    rows = [row for params in many for row in _execute(connection, sql, params)]
                case Scrub():
                    rows = []
                case Keyed(keyed):
                    rows = answer(session.info.get(KEY, ""), keyed)
            step = operation.send(rows)
    except StopIteration as stop:
        session.expire_all()  # rows read before may have been changed behind the session's back
        outcome: T = stop.value
        return outcome


#: A colon within quotes is no parameter, which SQLAlchemy would take it for.
_QUOTED: Final = re.compile(r"'[^'\n]*'")


def _execute(connection: Connection, sql: str, params: Mapping[str, Value]) -> list[Row]:
    is_sqlite = connection.dialect.name == "sqlite"
    rendered = (SQLITE if is_sqlite else POSTGRES).render(sql)
    values = {name: _written(value) if is_sqlite else value for name, value in params.items()}
    plainly = _QUOTED.sub(lambda quoted: quoted[0].replace(":", "\\:"), rendered)
    result = connection.execute(text(plainly), values)
    return [_Row(row) for row in result.mappings()] if result.returns_rows else []


class _Row(dict[str, Any]):
    """A row as those of the drivers are: read by name, gone through by value."""

    def __iter__(self) -> Iterator[Any]:
        return iter(self.values())


def _written(value: Value) -> Value:
    """Write a day as SQLAlchemy does; the driver's own way of doing so is on its way out."""
    return value.isoformat() if isinstance(value, date) else value
