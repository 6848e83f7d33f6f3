"""What all tables share: instants, references and the names of their keys."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, Dialect, TypeDecorator
from sqlalchemy.schema import MetaData
from sqlmodel import SQLModel

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
#: SQLite gives the number of a deleted last row to the next one; whoever still holds it would then hit a stranger's row.
NEVER_REUSED: Final = {"sqlite_autoincrement": True}


def to_micros(instant: datetime) -> int:
    """Write an aware instant as microseconds since 1970 UTC: how both databases store it."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Read an instant back, in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


class Instant(TypeDecorator[datetime]):
    """An aware instant, stored as a whole number so that both databases compare it alike and no driver guesses a zone."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:
        """Refuse naive times: they are a bug of the caller."""
        if value is None:
            return None
        assert value.tzinfo is not None, "an instant needs a zone"
        return to_micros(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Return an aware UTC instant."""
        return None if value is None else from_micros(int(value))


def new_ref() -> str:
    """Make an unguessable name for a row that people outside may see: 96 bits, 16 characters.

    It begins and ends with a letter or a digit: a command would take a dash in front for an option, and telephones leave
    one at the end out of a link.
    """
    while True:
        ref = secrets.token_urlsafe(12)
        if ref[0].isalnum() and ref[-1].isalnum():
            return ref


def new_message_ref(micros: int) -> str:
    """Make an unguessable name that begins with an instant: the index of a growing table is then written at its end."""
    return f"{micros:014x}{new_ref()}"


class Table(SQLModel):
    """Base of all tables."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
