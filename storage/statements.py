"""The language between an operation and a database: statements go out, rows come back, an outcome is returned.

An operation of the hot path is written once, as a generator. It yields what it wants to have executed, is sent the rows
and returns its outcome; it opens no connection and commits nothing, so the same text runs on SQLite inside one writer
thread and on PostgreSQL over the network. What the two call differently stands in braces and is filled in by ``Dialect``.
Costs: an extra Python frame for each statement, and SQL that both understand.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Protocol, TypeVar

from storage.store import TurnResult

#: What a parameter may hold; instants are microseconds, see ``storage.tables``.
Value = str | int | float | bool | date | None
Params = Mapping[str, Value]


class Row(Protocol):
    """One row of an answer, read by column name; or whole, in the order of its columns, where many thousands are."""

    def __getitem__(self, column: Any, /) -> Any:
        """Return a column's value."""

    def __iter__(self) -> Iterator[Any]:
        """Go through the values."""


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement with ``:name`` parameters, answered by its rows."""

    sql: str
    params: Params


@dataclass(frozen=True, slots=True)
class Batch:
    """The same statement for many sets of parameters, in order, answered by all rows one after the other."""

    sql: str
    params: Sequence[Params]


@dataclass(frozen=True, slots=True)
class Scrub:
    """Once this is committed, leave no copy of deleted content in the database's own log; answered by no row."""


@dataclass(frozen=True, slots=True)
class Keyed:
    """Hash a text with the hub's secret key; answered by one row with the ``hash``. Operations never see the key."""

    text: str


Step = Statement | Batch | Scrub | Keyed
T = TypeVar("T")
Operation = Generator[Step, Sequence[Row], T]
#: Begins an operation anew, so that it can be tried again.
Begin = Callable[[], Operation[T]]


class Refused(Exception):  # noqa: N818 - it is an outcome
    """The operation must leave nothing behind; the outcome tells why."""

    def __init__(self, outcome: TurnResult) -> None:
        """Carry the outcome that the caller of the operation receives."""
        super().__init__(outcome)
        self.outcome = outcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """What the databases call differently."""

    #: Keeps the rows that were read from being changed by others until the commit.
    for_update: str
    #: The same, passing over rows that somebody else holds.
    skip_locked: str
    #: The numbers of the JSON list ``:ids``, as a subquery.
    ids: str
    #: The texts of the JSON list ``:countries``, as a subquery.
    countries: str
    #: Rows of the JSON list ``:settled``, one list each: ``id``, ``status`` … as ``storage.operations.settling`` writes them.
    settled: str
    #: Those of the JSON list ``:sent``: ``id``, ``provider_id``, ``segments``.
    sent: str

    def render(self, sql: str) -> str:
        """Fill in the words in braces."""
        return sql.format(
            for_update=self.for_update,
            skip_locked=self.skip_locked,
            ids=self.ids,
            countries=self.countries,
            settled=self.settled,
            sent=self.sent,
        )


#: A settlement's parts in their order, and what each is.
_SETTLED: Final = (
    ("id", "BIGINT"),
    ("status", "INTEGER"),
    ("reason", "TEXT"),
    ("not_before", "BIGINT"),
    ("settled_at", "BIGINT"),
    ("unasked", "INTEGER"),
    ("provider_id", "TEXT"),
    ("segments", "INTEGER"),
)
#: The parts of one that says no more than that a message was sent.
_SENT: Final = (("id", "BIGINT"), ("provider_id", "TEXT"), ("segments", "INTEGER"))


def _rows_in_sqlite(name: str, columns: Sequence[tuple[str, str]]) -> str:
    read = ", ".join(f"json_extract(value, '$[{at}]') AS {column}" for at, (column, _) in enumerate(columns))
    return f"SELECT {read} FROM json_each(:{name})"  # noqa: S608 - constants


def _rows_in_postgres(name: str, columns: Sequence[tuple[str, str]]) -> str:
    read = ", ".join(f"CAST(value ->> {at} AS {kind}) AS {column}" for at, (column, kind) in enumerate(columns))
    return f"SELECT {read} FROM jsonb_array_elements(CAST(:{name} AS JSONB))"  # noqa: S608 - constants


SQLITE: Final = Dialect(
    for_update="",  # there is one writer, and it began IMMEDIATE
    skip_locked="",
    ids="SELECT value FROM json_each(:ids)",
    countries="SELECT value FROM json_each(:countries)",
    settled=_rows_in_sqlite("settled", _SETTLED),
    sent=_rows_in_sqlite("sent", _SENT),
)

POSTGRES: Final = Dialect(
    for_update="FOR UPDATE",
    skip_locked="FOR UPDATE SKIP LOCKED",
    ids="SELECT CAST(value AS BIGINT) FROM jsonb_array_elements_text(CAST(:ids AS JSONB))",
    countries="SELECT value FROM jsonb_array_elements_text(CAST(:countries AS JSONB))",
    settled=_rows_in_postgres("settled", _SETTLED),
    sent=_rows_in_postgres("sent", _SENT),
)
