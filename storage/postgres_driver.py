"""Run operations on PostgreSQL: a pool of connections, one transaction an operation, tried again after a deadlock."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from functools import cache
from typing import Any, Final, TypeVar

import asyncpg

from storage.errors import StorageError
from storage.keying import answer
from storage.statements import POSTGRES, Batch, Begin, Keyed, Operation, Refused, Row, Scrub, Statement, Step

#: Rows that a long operation may touch in one transaction.
LARGEST_STRETCH: Final = 5_000
#: Enough for whatever two operations can do to each other; a third time is a fault of ours.
_ATTEMPTS: Final = 5
_TIMEOUT_S: Final = 30
_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")
T = TypeVar("T")


class PostgresDriver:
    """A pool of connections to one PostgreSQL database."""

    largest_stretch = LARGEST_STRETCH

    def __init__(self, dsn: str, *, connections: int = 10, key: str = "") -> None:
        """Prepare; ``start`` connects."""
        self._dsn = dsn
        self._key = key
        self._connections = connections
        self._pool: asyncpg.Pool | None = None

    async def start(self) -> None:
        """Connect.

        Raises:
            StorageError: when the database cannot be reached.
        """
        try:
            self._pool = await asyncpg.create_pool(
                self._dsn,
                min_size=1,
                max_size=self._connections,
                timeout=_TIMEOUT_S,
                command_timeout=_TIMEOUT_S,
                statement_cache_size=512,
                reset=_keep,
            )
        except (OSError, TimeoutError, asyncpg.PostgresError) as error:
            raise _plainly(error) from error

    async def close(self) -> None:
        """Wait for what is under way and disconnect."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            async with asyncio.timeout(_TIMEOUT_S):
                await pool.close()

    async def read(self, begin: Begin[T]) -> T:
        """Run an operation that changes nothing."""
        try:
            async with self._connected() as connection:
                return await _perform(connection, begin(), self._key)
        except _UNREACHABLE as error:
            raise _plainly(error) from error

    async def write(self, begin: Begin[T], *, is_long: bool = False) -> T:
        """Run an operation in a transaction; return once it is durable."""
        try:
            async with self._connected() as connection:
                return await _write(connection, begin, self._key)
        except _UNREACHABLE as error:
            raise _plainly(error) from error

    def _connected(self) -> Any:
        assert self._pool is not None, "the store is not started"
        return self._pool.acquire(timeout=_TIMEOUT_S)


async def _write(connection: asyncpg.Connection, begin: Begin[T], key: str) -> T:
    for attempt in range(_ATTEMPTS):
        transaction = connection.transaction()
        await transaction.start()
        try:
            outcome = await _perform(connection, begin(), key)
        except Refused as refused:
            await transaction.rollback()
            return refused.outcome  # type: ignore[return-value]  # only operations that return it refuse
        except (asyncpg.DeadlockDetectedError, asyncpg.SerializationError):
            await transaction.rollback()
            if attempt == _ATTEMPTS - 1:
                raise
        except BaseException:
            if not connection.is_closed():
                await transaction.rollback()
            raise
        else:
            await transaction.commit()
            return outcome
    raise AssertionError("unreachable")


async def _perform(connection: asyncpg.Connection, operation: Operation[T], key: str) -> T:
    """Execute what an operation asks for, step by step, and return its outcome."""
    try:
        step = next(operation)
        while True:
            step = operation.send(await _execute(connection, step, key))
    except StopIteration as stop:
        outcome: T = stop.value
        return outcome


async def _execute(connection: asyncpg.Connection, step: Step, key: str) -> Sequence[Row]:
    match step:
        case Statement(sql, params):
            translated, names = _translate(sql)
            rows: Sequence[Row] = await connection.fetch(translated, *[params[name] for name in names])
        case Batch(sql, many):  # all sets of parameters travel at once
            translated, names = _translate(sql)
            rows = await connection.fetchmany(translated, [[params[name] for name in names] for params in many])
        case Scrub():  # deleted rows are overwritten when the server vacuums
            rows = ()
        case Keyed(text):
            rows = answer(key, text)
    return rows


@cache
def _translate(sql: str) -> tuple[str, tuple[str, ...]]:
    """Write ``:name`` as ``$1``, which is what the server knows, and list the names in order."""
    names: list[str] = []

    def number(match: re.Match[str]) -> str:
        if match[1] not in names:
            names.append(match[1])
        return f"${names.index(match[1]) + 1}"

    return _PARAMETER.sub(number, POSTGRES.render(sql)), tuple(names)


async def _keep(_connection: asyncpg.Connection) -> None:
    """Leave a connection as it is when it goes back to the pool; we set nothing on it that the next must not see."""


_UNREACHABLE: Final = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


def _plainly(error: BaseException) -> StorageError:
    return StorageError(f"The database did not answer: {str(error) or type(error).__name__}")
