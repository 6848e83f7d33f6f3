"""Run operations on SQLite: one thread writes, many operations a commit; another reads beside it.

A commit waits for the disk, so one commit a turn wastes most of its time. The writer takes all turns that have gathered
while the last commit was under way and commits them together, each in a savepoint of its own, so that a refused one
leaves the others alone. Nobody is told of success before the commit. Measured here against one commit a turn: twice as
many turns a second. Long operations take turns with the short ones, one between two batches.
"""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Final, TypeVar

from storage.database import BUSY_TIMEOUT_MS, check_sqlite_version, prepare_sqlite
from storage.errors import StorageError
from storage.keying import answer
from storage.statements import SQLITE, Batch, Begin, Keyed, Operation, Refused, Row, Scrub, Statement

_MOST_IN_ONE_COMMIT: Final = 128
#: Rows that a long operation may touch in one commit; keeps each under some 20 ms.
LARGEST_STRETCH: Final = 2_000
#: How long the log may wait for readers before it is emptied another time, in milliseconds.
_SCRUB_PATIENCE_MS: Final = 200
T = TypeVar("T")


class SqliteDriver:
    """The threads that write to and read from one database file."""

    largest_stretch = LARGEST_STRETCH

    def __init__(self, path: str, *, key: str = "") -> None:
        """Prepare; the file is opened by ``start``."""
        self._path = path
        self._key = key
        self._writer: _Lane | None = None
        self._reader: _Lane | None = None

    async def start(self) -> None:
        """Open the file in two threads.

        Raises:
            StorageError: when it cannot be opened.
        """
        check_sqlite_version()
        loop = asyncio.get_running_loop()
        self._writer = _Lane("storage-writer", loop, _Writing(_connect(self._path), self._key))
        self._reader = _Lane("storage-reader", loop, _Reading(_connect(self._path, reads_only=True), self._key))

    async def close(self) -> None:
        """Finish what is queued, then close the file."""
        lanes, self._reader, self._writer = (self._reader, self._writer), None, None
        for lane in lanes:
            if lane is not None:
                await asyncio.to_thread(lane.stop)

    async def read(self, begin: Begin[T]) -> T:
        """Run an operation that changes nothing, on what has been committed by now."""
        return await _lane(self._reader).submit(begin, is_long=False)

    async def write(self, begin: Begin[T], *, is_long: bool = False) -> T:
        """Run an operation in the next commit; return once that is on the disk."""
        return await _lane(self._writer).submit(begin, is_long=is_long)


def _lane(lane: _Lane | None) -> _Lane:
    assert lane is not None, "the store is not started"
    return lane


def _connect(path: str, *, reads_only: bool = False) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, check_same_thread=False, cached_statements=512)
        prepare_sqlite(connection)
    except sqlite3.Error as error:
        raise StorageError(f"The database file {path} cannot be used: {error}") from error
    connection.row_factory = sqlite3.Row
    if reads_only:
        connection.execute("PRAGMA query_only = ON")
    return connection


# --- a thread and its queue -------------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class _Job:
    """An operation, who waits for it, and what came of it."""

    begin: Begin[Any]
    future: asyncio.Future[Any]
    outcome: Any = None
    error: BaseException | None = None

    def tell(self) -> None:
        if self.future.done():  # nobody waits any more
            return
        if self.error is None:
            self.future.set_result(self.outcome)
        else:
            self.future.set_exception(self.error)


class _Lane:
    """A thread that takes jobs from a queue, many at once, and tells the event loop when they are done."""

    def __init__(self, name: str, loop: asyncio.AbstractEventLoop, work: _Writing | _Reading) -> None:
        self._loop = loop
        self._work = work
        self._short: deque[_Job] = deque()
        self._long: deque[_Job] = deque()
        self._stopping = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, begin: Begin[T], *, is_long: bool) -> asyncio.Future[T]:
        future: asyncio.Future[T] = self._loop.create_future()
        with self._changed:
            if self._stopping:
                raise StorageError("The store is closed.")
            (self._long if is_long else self._short).append(_Job(begin, future))
            self._changed.notify()
        return future

    def stop(self) -> None:
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join()

    def _run(self) -> None:
        long_is_next = False
        while jobs := self._next(long_is_next=long_is_next):
            long_is_next = not long_is_next
            self._work.run(jobs)
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                self._loop.call_soon_threadsafe(_tell_all, jobs)
        self._work.close()

    def _next(self, *, long_is_next: bool) -> list[_Job]:
        """Wait for jobs; long ones come singly and never twice in a row while short ones wait."""
        with self._changed:
            while not self._short and not self._long and not self._stopping:
                self._changed.wait()
            if self._long and (long_is_next or not self._short):
                return [self._long.popleft()]
            return [self._short.popleft() for _ in range(min(len(self._short), _MOST_IN_ONE_COMMIT))]


def _tell_all(jobs: Sequence[_Job]) -> None:
    for job in jobs:
        job.tell()


# --- what the threads do ----------------------------------------------------------------------------------------------


class _Writing:
    """Commits a batch of jobs at once."""

    def __init__(self, connection: sqlite3.Connection, key: str) -> None:
        self._connection = connection
        self._key = key
        self._scrub_is_due = False

    def run(self, jobs: Sequence[_Job]) -> None:
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            for job in jobs:
                self._run_one(job)
            connection.execute("COMMIT")
        except sqlite3.Error as error:  # nothing of the batch is on the disk, whatever the single jobs believe
            _fail(connection, jobs, error)
        if self._scrub_is_due:
            self._scrub()

    def _run_one(self, job: _Job) -> None:
        connection = self._connection
        connection.execute("SAVEPOINT job")
        try:
            job.outcome = _perform(connection, job.begin(), self._note_scrub, self._key)
        except Refused as refused:
            job.outcome = refused.outcome
            connection.execute("ROLLBACK TO job")
        except Exception as error:
            if not connection.in_transaction:  # a full or failing disk ends the whole transaction, not the savepoint
                raise
            job.error = _plainly(error)
            connection.execute("ROLLBACK TO job")
        connection.execute("RELEASE job")

    def _note_scrub(self) -> None:
        self._scrub_is_due = True

    def _scrub(self) -> None:
        """Move the log into the file, where deleted content is overwritten, and empty it; again later if it is read."""
        with contextlib.suppress(sqlite3.Error):  # the next batch tries again, and meets whatever is wrong
            self._connection.execute(f"PRAGMA busy_timeout = {_SCRUB_PATIENCE_MS}")
            (is_busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            self._scrub_is_due = bool(is_busy)
        self._connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")

    def close(self) -> None:
        self._connection.close()


class _Reading:
    """Answers a batch of jobs from one snapshot, taken after the last of them was asked."""

    def __init__(self, connection: sqlite3.Connection, key: str) -> None:
        self._connection = connection
        self._key = key

    def run(self, jobs: Sequence[_Job]) -> None:
        try:
            self._connection.execute("BEGIN")
            for job in jobs:
                self._run_one(job)
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            _fail(self._connection, jobs, error)

    def _run_one(self, job: _Job) -> None:
        try:
            job.outcome = _perform(self._connection, job.begin(), _no_scrub, self._key)
        except Exception as error:  # noqa: BLE001 - it is handed to whoever waits
            job.error = _plainly(error)

    def close(self) -> None:
        self._connection.close()


def _fail(connection: sqlite3.Connection, jobs: Sequence[_Job], error: sqlite3.Error) -> None:
    with contextlib.suppress(sqlite3.Error):
        if connection.in_transaction:
            connection.execute("ROLLBACK")
    for job in jobs:
        job.error = _plainly(error)


def _no_scrub() -> None:
    raise AssertionError("an operation that only reads has nothing to erase")


def _perform(connection: sqlite3.Connection, operation: Operation[T], note_scrub: Callable[[], None], key: str) -> T:
    """Execute what an operation asks for, step by step, and return its outcome."""
    try:
        step = next(operation)
        while True:
            match step:
                case Statement(sql, params):
                    rows: Sequence[Row] = connection.execute(_render(sql), params).fetchall()
                case Batch(sql, many):
                    rendered = _render(sql)
                    rows = [row for params in many for row in connection.execute(rendered, params)]
                case Scrub():
                    note_scrub()
                    rows = ()
                case Keyed(text):
                    rows = answer(key, text)
            step = operation.send(rows)
    except StopIteration as stop:
        outcome: T = stop.value
        return outcome


_render: Final = lru_cache(maxsize=None)(SQLITE.render)


def _plainly(error: Exception) -> Exception:
    """Say what is wrong with the database in a sentence; leave faults of ours as they are."""
    if isinstance(error, sqlite3.DatabaseError) and not isinstance(
        error, sqlite3.IntegrityError | sqlite3.ProgrammingError
    ):
        plain = StorageError(f"The database did not take it: {error}")
        plain.__cause__ = error
        return plain
    return error


#: Days are written as SQLAlchemy writes them. The module's own way of doing so is on its way out.
sqlite3.register_adapter(date, date.isoformat)
