"""Looking for due reminders among a million rows, beside APScheduler's own job store with a hundred thousand jobs.

uv run python bench/reminders.py [--rows 1000000] [--jobs 100000] [--looks 200] [--sqlite-only]; PEOPLEPOWER_TEST_PG_DSN names a server.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Final

from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy import create_engine, text

from bench.turns_postgres import fresh, server
from flows.facts import Hub
from storage.database import Database, migrate, parse_url
from storage.opening import open_store
from storage.operations.reminders import DUE
from storage.statements import POSTGRES, SQLITE
from storage.store import Store
from storage.tables import to_micros

HUB: Final = Hub(id="hub", name="Hub", zone="America/Chicago")
NOW: Final = datetime(2026, 12, 1, 16, 0, tzinfo=UTC)
#: Reminders a booking, and how many of all have left already: a busy year.
_EACH: Final = 4
_LEFT: Final = 0.9
_LIMIT: Final = 500
#: What a look may take when nothing is due.
_GOAL_MS: Final = 1.0


def fill(url: str, rows: int) -> None:
    """Write people, bookings and reminders: nine in ten have left, the others are due from an hour on."""
    bookings = rows // _EACH
    numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {most})"
    person = numbers.format(most=1001)
    booking = numbers.format(most=bookings)
    now = to_micros(NOW)
    statements = (
        f"""INSERT INTO person (id, hub, ref, stage, answers, created_at, changed_at)
            {person} SELECT i, 'hub', 'p' || i, 'active', '{{}}', 0, 0 FROM n""",
        f"""INSERT INTO slot (id, hub, ref, kind, title, place, starts_local, zone, starts_at, minutes, capacity, taken,
                supervised, one_to_one, cancelled)
            {booking} SELECT i, 'hub', 's' || i, 'shift', '{{"en":"x","es":"x"}}', 'there', '2026-12-02T16:00',
                'America/Chicago', {now} + 3600000000 + i, 60, 1, 1, TRUE, FALSE, FALSE FROM n""",
        """INSERT INTO booking (id, hub, ref, person_id, slot_id, status, asked, created_at, changed_at)
            SELECT id, 'hub', 'b' || id, 1 + id - (id / 1000) * 1000, id, 'booked', FALSE, 0, 0 FROM slot""",
        f"""INSERT INTO reminder (hub, booking_id, kind, due_at, status)
            SELECT 'hub', b.id, 'kind' || k.i, {now} + (b.id - {int(bookings * _LEFT)}) * 3600000000,
                CASE WHEN b.id <= {int(bookings * _LEFT)} THEN 'queued' ELSE 'pending' END
            FROM booking AS b, (SELECT 1 AS i UNION ALL SELECT 2 UNION ALL SELECT 3 UNION ALL SELECT 4) AS k""",
    )
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def plan(url: str) -> str:
    """Ask the database how it looks; return what reads reminders."""
    is_sqlite = url.startswith("sqlite")
    sql = (SQLITE if is_sqlite else POSTGRES).render(DUE)
    for name, value in (("hub", "'hub'"), ("now", str(to_micros(NOW))), ("limit", str(_LIMIT))):
        sql = sql.replace(f":{name}", value)
    with Database(url).reading() as session:
        lines = session.connection().execute(text(("EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN ") + sql)).all()
    told = [str(line[-1]).strip() for line in lines]
    reads = [line for line in told if "reminder" in line]
    assert reads, told
    assert not any(
        line.startswith(("SCAN reminder", "->  Seq Scan on reminder", "Seq Scan on reminder")) for line in reads
    )
    return "; ".join(reads)


async def look(store: Store, at: datetime, looks: int) -> float:
    """Look for what is due, many times; return the median in milliseconds."""
    took = []
    for _ in range(looks):
        began = time.perf_counter()
        await store.due_reminders(HUB.id, at, _LIMIT)
        took.append(time.perf_counter() - began)
    return 1000 * median(took)


async def ours(url: str, looks: int) -> tuple[float, float]:
    """Measure a look when nothing is due, and one that finds as many as fit."""
    store = open_store(url, HUB)
    await store.start()
    await look(store, NOW, 20)
    nothing = await look(store, NOW, looks)
    assert await store.due_reminders(HUB.id, NOW, _LIMIT) == []
    many_at = NOW + timedelta(days=3650)
    found = len(await store.due_reminders(HUB.id, many_at, _LIMIT))
    full = await look(store, many_at, max(looks // 10, 5))
    await store.close()
    return nothing, full / max(found, 1)


def theirs(url: str, jobs: int, looks: int) -> tuple[float, float]:
    """Measure the same of a job store: a look when nothing is due, and one that finds as many as fit."""
    store = SQLAlchemyJobStore(url=parse_url(url).render_as_string(hide_password=False))
    scheduler = BackgroundScheduler(timezone="UTC")
    scheduler.add_jobstore(store)
    scheduler.start(paused=True)
    first = scheduler.add_job(print, "date", run_date=NOW + timedelta(hours=1), id="first")
    state = store.engine.connect()
    with state.begin():
        row = state.execute(text("SELECT job_state FROM apscheduler_jobs")).scalar_one()
        due = text("INSERT INTO apscheduler_jobs (id, next_run_time, job_state) VALUES (:id, :at, :state)")
        at = (NOW + timedelta(hours=1)).timestamp()
        for begin in range(1, jobs, 10_000):
            many = [{"id": f"j{n}", "at": at + n, "state": row} for n in range(begin, min(begin + 10_000, jobs))]
            state.execute(due, many)
    state.close()
    assert first.id == "first"

    def timed(work: Callable[[], object], times: int) -> float:
        took = []
        for _ in range(times):
            began = time.perf_counter()
            work()
            took.append(time.perf_counter() - began)
        return 1000 * median(took)

    nothing = timed(lambda: store.get_due_jobs(NOW), looks)
    found = len(store.get_due_jobs(NOW + timedelta(hours=1, seconds=_LIMIT)))
    full = timed(lambda: store.get_due_jobs(NOW + timedelta(hours=1, seconds=_LIMIT)), max(looks // 10, 5))
    scheduler.shutdown(wait=False)
    return nothing, full / max(found, 1)


async def compare(name: str, url: str, other: str, options: argparse.Namespace) -> None:
    """Measure one kind of database and print it."""
    await asyncio.to_thread(migrate, url)
    await asyncio.to_thread(fill, url, options.rows)
    reads = await asyncio.to_thread(plan, url)
    nothing, each = await ours(url, options.looks)
    their_nothing, their_each = await asyncio.to_thread(theirs, other, options.jobs, options.looks)
    verdict = "as hoped" if nothing <= _GOAL_MS else f"more than {_GOAL_MS} ms"
    print(f"{name}: {options.rows:,} reminders, {options.jobs:,} jobs of APScheduler")
    print(
        f"  nothing is due      {nothing:8.3f} ms a look ({verdict}); job store {their_nothing:.3f} ms: {their_nothing / nothing:.1f} x"
    )
    print(
        f"  many are due        {1000 * each:8.1f} us a reminder; job store {1000 * their_each:.1f} us a job: {their_each / each:.1f} x"
    )
    print(f"  reads               {reads}")


async def run(options: argparse.Namespace, step: Callable[[str, str, str], Awaitable[None]]) -> None:
    """Go through the databases that were asked for."""
    with tempfile.TemporaryDirectory() as folder:
        files = [f"sqlite:///{Path(folder) / name}.db" for name in ("ours", "theirs")]
        await step("SQLite", files[0], files[1])
    if options.sqlite_only:
        return
    with server() as address, fresh(address) as url, fresh(address) as other:
        await step("PostgreSQL", url, other)


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--jobs", type=int, default=100_000)
    parser.add_argument("--looks", type=int, default=200)
    parser.add_argument("--sqlite-only", action="store_true")
    options = parser.parse_args()
    asyncio.run(run(options, lambda name, url, other: compare(name, url, other, options)))


if __name__ == "__main__":
    main()
