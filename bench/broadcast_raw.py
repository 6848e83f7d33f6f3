"""The same broadcast in raw SQL: what somebody would write who has nothing to decide and nobody to protect."""

from __future__ import annotations

import json
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Final

import asyncpg

from bot.broadcasts import BATCH
from storage import postgres_driver, sqlite_driver
from storage.database import prepare_sqlite
from storage.tables import to_micros

#: A Tuesday noon in Chicago.
NOW: Final = datetime(2026, 12, 1, 18, 0, tzinfo=UTC)
WORDS: Final = {"en": "{hub}: two more tutors wanted on Fridays. Text SHIFTS to see.", "es": "{hub}: faltan tutores."}
#: What a bare loop claims at once.
_BARE_BATCH: Final = 500


#: What somebody would write who needs nothing but the rows: one statement, the same columns.
_RAW_FAN_OUT: Final = """
    INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status, body,
        choices, step, broadcast_id, forget, expires_at, attempts, created_at)
    SELECT p.hub, 'raw-' || a.id, 'raw:' || a.id, a.channel, a.account, a.id, p.id, 'broadcast', 9, 1,
        CASE WHEN p.language = 'es' THEN '{es}' ELSE '{en}' END, '[]', '', 0, FALSE, {expires}, 0, {now}
    FROM person AS p JOIN address AS a ON a.id = p.address_id
    WHERE p.hub = 'hub' AND p.role = 'tutor' AND a.consented_at IS NOT NULL AND a.opted_out_at IS NULL AND a.reachable
        AND p.id > {last} AND p.id <= {last} + {batch}
    ORDER BY p.id
"""
#: The columns that a message and whoever may get it consist of: what a loop has to read that does not send blindly.
_RAW_CLAIM: Final = """
    UPDATE outbox SET status = 2, claimed_at = {now}, attempts = attempts + 1 WHERE id IN (
        SELECT id FROM outbox WHERE status = 1 AND hub = 'hub' AND channel = 'sms' AND account = 'MG1'
        ORDER BY priority, id LIMIT {batch})
    RETURNING id, hub, ref, channel, account, address_id, person_id, purpose, priority, body, choices, step, turn, calendar,
        expires_at, attempts, created_at, broadcast_id, status
"""
_RAW_ADDRESSES: Final = """
    SELECT a.id, a."user", a.opted_out_at, a.reachable, a.consented_at, a.paused_at, a.no_broadcasts_at, a.country, p.zone,
        p.zip, c.held_by, c.version
    FROM address AS a LEFT JOIN person AS p ON p.id = a.person_id LEFT JOIN conversation AS c ON c.person_id = a.person_id
    WHERE a.id IN ({ids})
"""


def _raw_statement(last: int, batch: int) -> str:
    told = {"es": WORDS["es"].replace("{hub}", "Hub"), "en": WORDS["en"].replace("{hub}", "Hub")}
    times = {"now": to_micros(NOW), "expires": to_micros(NOW + timedelta(days=3))}
    return _RAW_FAN_OUT.format(**told, **times, last=last, batch=batch)


class Longest:
    """The longest of some transactions, by the clock and by the processor time of its thread, in milliseconds."""

    def __init__(self) -> None:
        self.wall = self.cpu = 0.0

    @contextmanager
    def timed(self) -> Iterator[None]:
        """Time one."""
        wall, cpu = time.perf_counter(), time.thread_time()
        yield
        self.wall = max(self.wall, 1000 * (time.perf_counter() - wall))
        self.cpu = max(self.cpu, 1000 * (time.thread_time() - cpu))

    def add(self, other: Longest) -> None:
        """Take over what was longer elsewhere."""
        self.wall, self.cpu = max(self.wall, other.wall), max(self.cpu, other.cpu)


class BareSqlite:
    """The driver in one thread."""

    def __init__(self, url: str) -> None:
        self._connection = sqlite3.connect(url.removeprefix("sqlite:///"), cached_statements=512)
        prepare_sqlite(self._connection)
        self.took = Longest()

    async def fan_out(self, people: int) -> None:
        """Insert from select, as many people a commit as we write."""
        batch = min(BATCH, sqlite_driver.LARGEST_STRETCH)
        for last in range(0, people, batch):
            with self.took.timed():
                self._connection.execute("BEGIN IMMEDIATE")
                self._connection.execute(_raw_statement(last, batch))
                self._connection.execute("COMMIT")

    async def drain(self) -> int:
        """Claim, read the addresses, settle: two commits a batch, since a crash in between must be seen."""
        sent, now = 0, to_micros(NOW)
        settle = (
            "UPDATE outbox SET status = 4, provider_id = ?, settled_at = ?, segments = 1 WHERE id = ? AND status = 2"
        )
        while True:
            self._connection.execute("BEGIN IMMEDIATE")
            rows = self._connection.execute(_RAW_CLAIM.format(now=now, batch=_BARE_BATCH)).fetchall()
            self._connection.execute("COMMIT")
            if not rows:
                return sent
            ids = json.dumps([row[5] for row in rows])
            self._connection.execute(_RAW_ADDRESSES.format(ids="SELECT value FROM json_each(?)"), (ids,)).fetchall()
            self._connection.execute("BEGIN IMMEDIATE")
            self._connection.executemany(settle, [(f"bare-{row[0]}", now, row[0]) for row in rows])
            self._connection.execute("COMMIT")
            sent += len(rows)

    async def close(self) -> None:
        """Close it."""
        self._connection.close()


class BarePostgres:
    """The driver on one connection."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection
        self.took = Longest()

    async def fan_out(self, people: int) -> None:
        """Insert from select, as many people a commit as we write."""
        batch = min(BATCH, postgres_driver.LARGEST_STRETCH)
        for last in range(0, people, batch):
            with self.took.timed():
                await self._connection.execute(_raw_statement(last, batch))

    async def drain(self) -> int:
        """Claim, read the addresses, settle: two commits a batch."""
        sent, now = 0, to_micros(NOW)
        settle = (
            "UPDATE outbox SET status = 4, provider_id = $1, settled_at = $2, segments = 1 WHERE id = $3 AND status = 2"
        )
        while rows := await self._connection.fetch(_RAW_CLAIM.format(now=now, batch=_BARE_BATCH)):
            ids = [row["address_id"] for row in rows]
            await self._connection.fetch(_RAW_ADDRESSES.format(ids="SELECT unnest($1::bigint[])"), ids)
            async with self._connection.transaction():
                await self._connection.executemany(settle, [(f"bare-{row['id']}", now, row["id"]) for row in rows])
            sent += len(rows)
        return sent

    async def close(self) -> None:
        """Close it."""
        await self._connection.close()


async def bare(url: str) -> BareSqlite | BarePostgres:
    """Open the driver alone."""
    return BareSqlite(url) if url.startswith("sqlite") else BarePostgres(await asyncpg.connect(url))
