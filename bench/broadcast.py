"""A broadcast to a quarter million people: written to the outbox, emptied in order, and replied to meanwhile.

uv run python bench/broadcast.py [--people 250000] [--rounds 3] [--seconds 20] [--sqlite-only]; PEOPLEPOWER_TEST_PG_DSN names a server.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import resource
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Final

from sqlalchemy import create_engine

from bench.broadcast_raw import NOW, WORDS, Longest, bare
from bench.turns_postgres import fresh, server
from bot.broadcasts import BATCH
from bot.memory import settle_in
from bot.sender import Sender
from channels.capabilities import SMS
from channels.simulator import SimulatorChannel
from flows.broadcast_text import read_text
from flows.facts import ContactPolicy, Hub
from flows.messages import Outbound, Purpose, Receipt
from storage import broadcasts, outbox, sqlite_driver
from storage.broadcasts import Confirmed
from storage.database import Database, migrate, parse_url
from storage.opening import open_store
from storage.recipients import Recipients
from storage.store import NewMessage, Store
from storage.tables import to_micros

#: No limit of a day: nothing else is measured than what it takes.
HUB: Final = Hub(id="hub", name="Hub", zone="America/Chicago", contact=ContactPolicy(texts_a_day=0))
_FAN_OUT_GOAL: Final = 0.7
_DRAIN_GOAL: Final = 0.6
_LONGEST_MS: Final = 50.0
_REPLY_GOAL_S: Final = 0.5
#: How fast the broadcast runs while people are replied to.
_RATE: Final = 100.0


def fill(url: str, people: int) -> None:
    """Write people who agreed to be written to; half of them read Spanish."""
    now = to_micros(NOW)
    numbers = f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {people})"
    statements = (
        f"""INSERT INTO person (id, hub, ref, stage, language, zone, zip, role, answers, address_id, created_at, changed_at)
            {numbers} SELECT i, 'hub', 'p' || i, 'active', CASE WHEN i & 1 = 0 THEN 'es' END, 'America/Chicago', '60614',
                'tutor', '{{}}', i, {now}, {now} FROM n""",
        f"""INSERT INTO address (id, hub, channel, account, "user", person_id, consented_at, reachable, country, created_at)
            SELECT id, 'hub', 'sms', 'MG1', '+1312' || (1000000 + id), id, {now}, TRUE, 'US', {now} FROM person""",
    )
    engine = create_engine(parse_url(url))
    with engine.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql("ANALYZE")
    engine.dispose()


def confirm(database: Database) -> str:
    """Confirm a broadcast to everybody."""
    texts = {
        language: read_text(text, language, shared={"hub": "Hub"}, max_chars=1600) for language, text in WORDS.items()
    }
    with database.session() as session:
        draft = broadcasts.save_draft(
            session,
            HUB,
            recipients=Recipients(role="tutor"),
            body=WORDS,
            author="bench",
            now=NOW,
            expires_at=NOW + timedelta(days=3),
        )
        done = broadcasts.confirm(session, HUB, draft, texts, typed=None, author="bench", now=NOW)
        assert isinstance(done, Confirmed)
        return draft.ref


def clear(url: str) -> None:
    """Empty the outbox again, and let the disk come to rest: whoever comes second begins with as little as the first."""
    engine = create_engine(parse_url(url))
    is_sqlite = engine.dialect.name == "sqlite"
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM outbox" if is_sqlite else "TRUNCATE outbox")
        connection.exec_driver_sql("DELETE FROM broadcast")
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)" if is_sqlite else "CHECKPOINT")
    engine.dispose()


# --- ours -------------------------------------------------------------------------------------------------------------


@contextmanager
def watched(took: Longest) -> Iterator[None]:
    """Time what the writing thread of SQLite does between two looks into its queue."""
    run = sqlite_driver._Writing.run

    def timed_run(writing: sqlite_driver._Writing, jobs: Sequence[sqlite_driver._Job]) -> None:
        with took.timed():
            run(writing, jobs)

    sqlite_driver._Writing.run = timed_run  # type: ignore[method-assign, assignment]
    try:
        yield
    finally:
        sqlite_driver._Writing.run = run  # type: ignore[method-assign]


class Nowhere(SimulatorChannel):
    """Takes every message at once, keeps none, and notes when replies came."""

    def __init__(self, per_second: float) -> None:
        """Be a channel of texts, as fast as is asked."""
        super().__init__("sms", "MG1", replace(SMS, messages_per_second=per_second))
        self.taken = 0
        self.last_id = 0
        self.replied_at: dict[str, float] = {}

    async def send(self, message: Outbound) -> Receipt:
        """Count a message."""
        self.taken += 1
        if message.purpose is Purpose.REPLY:
            self.replied_at[message.text] = time.perf_counter()
        return Receipt(provider_id=f"n{self.taken}")


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Store]:
    """Open the store as the program does."""
    store = open_store(url, HUB)
    await store.start()
    settle_in()
    yield store
    await store.close()


def sender_of(store: Store, channel: Nowhere) -> Sender:
    """Return the sender as the program makes it."""
    return Sender(store=store, hub=HUB, channel=channel, now=lambda: NOW)


@dataclass(slots=True)
class Seen:
    """What was measured in all rounds."""

    fan_out: list[Pace] = field(default_factory=list)
    bare_fan_out: list[Pace] = field(default_factory=list)
    drain: list[Pace] = field(default_factory=list)
    bare_drain: list[Pace] = field(default_factory=list)
    took: Longest = field(default_factory=lambda: Longest())
    bare_took: Longest = field(default_factory=lambda: Longest())
    grown_mb: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Pace:
    """People a second by the clock, and by our own processor time: the server of PostgreSQL has its own."""

    wall: float
    cpu: float


async def timed(work: Callable[[], Awaitable[object]], people: int) -> Pace:
    """Time what is done for some number of people."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    await work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return Pace(wall=people / wall, cpu=people / cpu)


async def round_of(url: str, people: int, seen: Seen) -> None:
    """Let raw SQL and us do the same, one after the other."""
    raw = await bare(url)
    seen.bare_fan_out.append(await timed(lambda: raw.fan_out(people), people))
    seen.bare_drain.append(await timed(raw.drain, people))
    await raw.close()
    seen.bare_took.add(raw.took)
    await asyncio.to_thread(clear, url)
    database = Database(url)
    ref = await asyncio.to_thread(confirm, database)
    with watched(seen.took):
        await _ours(url, ref, people, seen)
    database.close()
    await asyncio.to_thread(clear, url)


async def _ours(url: str, ref: str, people: int, seen: Seen) -> None:
    async with opened(url) as store:

        async def fan_out() -> None:
            while await store.fan_out(HUB.id, ref, BATCH, NOW):
                pass

        seen.fan_out.append(await timed(fan_out, people))
        channel = Nowhere(per_second=1_000_000)
        sender = sender_of(store, channel)
        before = _memory_mb()

        async def drain() -> None:
            sending = asyncio.create_task(sender.run())
            while await _left(store):  # noqa: ASYNC110 - the database is asked
                await asyncio.sleep(0.05)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

        seen.drain.append(await timed(drain, people))
        seen.grown_mb.append(_memory_mb() - before)
        assert channel.taken == people, f"{people} people, {channel.taken} messages"
        await store.tend(HUB.id, ref, 1000, NOW)


async def _left(store: Store) -> bool:
    """Tell whether anything is ready or on its way."""
    return bool(await store.waiting_senders(HUB.id) or await store.unsettled(HUB.id, NOW + timedelta(days=1), 1))


def _memory_mb() -> float:
    """Return the most memory that the process has had."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def reply_meanwhile(url: str, seconds: float) -> tuple[list[float], float]:
    """Send replies behind a running broadcast; return how long each waited, and how many messages left a second."""
    database = Database(url)
    ref = await asyncio.to_thread(confirm, database)
    waited: list[float] = []
    async with opened(url) as store:
        channel = Nowhere(per_second=_RATE)
        sender = sender_of(store, channel)

        async def write_out() -> None:
            while await store.fan_out(HUB.id, ref, BATCH, NOW):  # noqa: ASYNC110 - turns come in between
                await asyncio.sleep(0)

        writing = asyncio.create_task(write_out())
        sending = asyncio.create_task(sender.run())
        await asyncio.sleep(1.0)  # the burst of an idle second
        before, began = channel.taken, time.perf_counter()
        asked: dict[str, float] = {}
        for number in range(int(seconds * 10)):
            words = f"reply {number}"
            message = NewMessage(dedupe_key=words, person_id=1 + number % 100, text=words, purpose=Purpose.REPLY)
            await asyncio.to_thread(_enqueue, database, message)
            asked[words] = time.perf_counter()
            sender.wake()
            await asyncio.sleep(0.1)
        rate = (channel.taken - before) / (time.perf_counter() - began)
        await asyncio.sleep(2.0)
        sending.cancel()
        writing.cancel()
        await asyncio.gather(sending, writing, return_exceptions=True)
        waited = [channel.replied_at[words] - at for words, at in asked.items()]
    database.close()
    return waited, rate


def _enqueue(database: Database, message: NewMessage) -> None:
    with database.session() as session:
        assert outbox.enqueue(session, HUB.id, message, NOW)


# --- told -------------------------------------------------------------------------------------------------------------


async def compare(name: str, url: str, options: argparse.Namespace) -> None:
    """Measure one kind of database and print it."""
    await asyncio.to_thread(migrate, url)
    await asyncio.to_thread(fill, url, options.people)
    seen = Seen()
    for _ in range(options.rounds):
        await round_of(url, options.people, seen)
    waited, rate = await reply_meanwhile(url, options.seconds)
    print(f"{name}: {options.people:,} people, median of {options.rounds} rounds")
    _show("fan-out", seen.fan_out, seen.bare_fan_out, _FAN_OUT_GOAL)
    _show("ordered drain", seen.drain, seen.bare_drain, _DRAIN_GOAL)
    if seen.took.cpu:
        print(
            f"  longest transaction {seen.took.wall:8.1f} ms (raw SQL's {seen.bare_took.wall:.1f} ms); by processor time"
            f" {seen.took.cpu:.1f} ms{_verdict(seen.took.cpu <= _LONGEST_MS, f'<= {_LONGEST_MS:.0f} ms')}"
        )
    print(f"  memory grown by the drain   {max(seen.grown_mb):8.1f} MB")
    late = sorted(waited)[min(len(waited) - 1, int(len(waited) * 0.99))]
    print(
        f"  reply behind {rate:.0f} messages/s   p50 {1000 * median(waited):.0f} ms, p99 {1000 * late:.0f} ms of {len(waited)}"
        f"{_verdict(late <= _REPLY_GOAL_S, f'<= {1000 * _REPLY_GOAL_S:.0f} ms')}"
    )


def _show(what: str, ours: list[Pace], raw: list[Pace], goal: float) -> None:
    rounds = list(zip(ours, raw, strict=True))
    ratio = median(our.wall / their.wall for our, their in rounds)
    by_cpu = median(our.cpu / their.cpu for our, their in rounds)
    print(
        f"  {what:15} {median(pace.wall for pace in ours):9.0f} people/s, raw SQL {median(pace.wall for pace in raw):9.0f}:"
        f" {ratio:.2f} x{_verdict(ratio >= goal, f'>= {goal}')}; by processor time of the program {by_cpu:.2f} x"
    )


def _verdict(is_good: bool, goal: str) -> str:
    return f" (goal {goal}: {'met' if is_good else 'MISSED'})"


async def run(options: argparse.Namespace) -> None:
    """Go through the databases that were asked for."""
    with tempfile.TemporaryDirectory(prefix="peoplepower-bench-") as folder:
        await compare("SQLite", f"sqlite:///{Path(folder) / 'people.db'}", options)
    if options.sqlite_only:
        return
    with server() as address, fresh(address) as url:
        await compare("PostgreSQL", url, options)


def main() -> None:
    """Run the comparison and print it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=250_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--sqlite-only", action="store_true")
    asyncio.run(run(parser.parse_args()))


if __name__ == "__main__":
    main()
