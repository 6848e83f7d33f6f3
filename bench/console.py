"""Every page of the console at a hub of 50,000 people and two million messages, asked through the real application.

uv run python bench/console.py [--people 50000] [--messages 2000000] [--times 20] [--keep FILE] [--only PART]; SQLite.
"""

from __future__ import annotations

import argparse
import asyncio
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any, Final

import httpx
from sqlalchemy import event
from sqlalchemy.engine import Engine

from bench.console_references import paths
from bot.app import App
from bot.demo import build_page, open_demo, simulation
from bot.demo_staff import add_staff
from bot.seed import seed
from bot.simulator.movable_clock import MovableClock
from flows.rules.access import Role

#: A Monday, ten in the morning in Chicago.
NOW: Final = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
_HERE: Final = "http://localhost:8000"
_GOAL_MS: Final = 300.0
_GOAL_BYTES: Final = 200_000
#: The slowest whose plans are shown.
_PLANS: Final = 3
#: So many people of one hub fill one calendar: copies of people share the copied slots.
_SLOTS_FOR: Final = 8
_SITES: Final = 10
#: Copies whose open tasks stay open: staff of a large hub have more to do, but do it.
_TASKS_OF: Final = 10
_DAY: Final = 86_400_000_000


# --- a large hub ------------------------------------------------------------------------------------------------------


async def fill(path: Path, people: int, messages: int) -> None:
    """Seed the demo's hub, then copy its people until there are enough: their talks, places and evidence are theirs."""
    clock = MovableClock(begins_at=NOW)
    async with open_demo(path, clock, public_url=_HERE) as app:
        await seed(app, clock)
        add_staff(app)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA cache_size = -200000")
        _copy(connection, people, messages)
        _broadcast(connection)
        connection.execute("ANALYZE")


def _copy(connection: sqlite3.Connection, people: int, messages: int) -> None:
    (here,) = connection.execute("SELECT count(*) FROM person").fetchone()
    (said,) = connection.execute("SELECT (SELECT count(*) FROM inbound) + (SELECT count(*) FROM outbox)").fetchone()
    copies = max(0, -(-(people - here) // here))
    rounds = max(1, -(-messages // (said * (copies + 1))))
    far = {table: connection.execute(f'SELECT COALESCE(max(id), 0) + 1 FROM "{table}"').fetchone()[0] for table in _ALL}
    connection.execute("CREATE TEMP TABLE copy (k INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO copy VALUES (?)", [(k,) for k in range(1, copies + 1)])
    connection.execute("CREATE TEMP TABLE earlier (j INTEGER PRIMARY KEY)")
    connection.executemany("INSERT INTO earlier VALUES (?)", [(j,) for j in range(rounds)])
    for table in _ALL:
        _copy_table(connection, table, far, rounds)
    connection.execute(
        "UPDATE slot SET taken = (SELECT count(*) FROM booking AS b WHERE b.slot_id = slot.id AND b.status <> 'released')"
    )
    connection.execute("UPDATE slot SET capacity = max(capacity, taken)")


#: What is copied; those first whose numbers the others name.
_ALL: Final = (
    *("site", "slot", "person", "address", "consent", "guardian", "guardian_consent", "booking", "hours", "reminder"),
    *("membership", "requirement", "referee", "task", "audit", "inbound", "outbox"),
)
#: Columns that name a row of a table that is copied.
_NAMES: Final = {
    "person_id": "person",
    "guardian_id": "person",
    "address_id": "address",
    "booking_id": "booking",
    "slot_id": "slot",
    "site_id": "site",
}
#: Nobody may have these twice.
_UNIQUE: Final = {"ref", "dedupe_key", "provider_id", "person_ref"}


def _copy_table(connection: sqlite3.Connection, table: str, far: Mapping[str, int], rounds: int) -> None:
    slot_copy, site_copy = f"(k.k / {_SLOTS_FOR})", f"(k.k / {_SLOTS_FOR} % {_SITES})"
    step = {"slot": slot_copy, "site": site_copy}
    columns = [str(row[1]) for row in connection.execute(f'PRAGMA table_info("{table}")')]
    talks = table in ("inbound", "outbox")

    def value(column: str) -> str:
        if column == "id":
            own = step.get(table, "k.k")
            # The latest of a talk has the highest number of its copy.
            return (
                f"o.id + ({own} * {rounds} + {rounds - 1} - e.j) * {far[table]}"
                if talks
                else f"o.id + {own} * {far[table]}"
            )
        if column in _NAMES:
            return f'o."{column}" + {step.get(_NAMES[column], "k.k")} * {far[_NAMES[column]]}'
        if column in _UNIQUE:
            whole = slot_copy if table == "slot" else "k.k"
            return f"o.\"{column}\" || '-' || {whole}" + (" || '-' || e.j" if talks and column != "person_ref" else "")
        return _particular(table, column, slot_copy) or f'o."{column}"'

    kept = [column for column in columns if (table, column) not in {("audit", "seal_no"), ("audit", "seal")}]
    once = {"slot": f"k.k % {_SLOTS_FOR} = 0", "site": f"k.k % {_SLOTS_FOR} = 0 AND k.k / {_SLOTS_FOR} < {_SITES}"}
    names, values = ", ".join(f'"{name}"' for name in kept), ", ".join(value(name) for name in kept)
    connection.execute(f"""
        INSERT INTO "{table}" ({names}) SELECT {values}
        FROM copy AS k JOIN "{table}" AS o {"JOIN earlier AS e" if talks else ""}
        WHERE {once.get(table, "TRUE")} AND o.id < {far[table]} ORDER BY k.k, {"e.j DESC, " if talks else ""}o.id
    """)
    if talks:  # the first people have talked as much
        values = ", ".join(value(name) for name in kept if name != "id").replace("k.k", "0")
        names = ", ".join(f'"{name}"' for name in kept if name != "id")
        connection.execute(f"""
            INSERT INTO "{table}" ({names}) SELECT {values} FROM earlier AS e JOIN "{table}" AS o
            WHERE e.j > 0 AND o.id < {far[table]} ORDER BY e.j DESC, o.id
        """)
    if table == "person":
        _copy_conversations(connection, far["person"])


def _particular(table: str, column: str, slot_copy: str) -> str:
    """Return what a copy has of its own; empty when the same."""
    weeks = f"({slot_copy} % 104 * 7)"
    match table, column:
        case "address", "user":
            return (
                "CASE o.channel WHEN 'sms' THEN '+1' || (2000000000 + o.id * 7919 + k.k * 104729)"
                " ELSE o.\"user\" || '-' || k.k END"
            )
        case "slot", "starts_local":
            return f"strftime('%Y-%m-%dT%H:%M', o.starts_local, '-' || {weeks} || ' days')"
        case "slot", "starts_at":
            return f"o.starts_at - {weeks} * {_DAY}"
        case "slot", "series_id":
            return "NULL"
        case "task", "closed_at":
            return f"CASE WHEN k.k < {_TASKS_OF} THEN o.closed_at ELSE COALESCE(o.closed_at, o.opened_at) END"
        case "person", "family_name":
            return "o.family_name || CASE WHEN k.k % 3 THEN '' ELSE '-' || substr('abcdefghijkl', 1 + k.k % 12, 1) END"
        case "person", "created_at" | "changed_at":
            return f'o."{column}" - k.k % 700 * {_DAY}'
        case "inbound", "received_at":
            return f"o.received_at - (k.k % 700 + 30 * e.j) * {_DAY}"
        case "outbox", "created_at" | "claimed_at" | "settled_at":
            return f'o."{column}" - (k.k % 700 + 30 * e.j) * {_DAY}'
        case _:
            return ""


def _copy_conversations(connection: sqlite3.Connection, far: int) -> None:
    connection.execute(f"""
        INSERT INTO conversation (person_id, hub, version, state, changed_at)
        SELECT o.person_id + k.k * {far}, o.hub, o.version, o.state, o.changed_at - k.k % 700 * {_DAY}
        FROM copy AS k JOIN conversation AS o WHERE o.person_id < {far} ORDER BY 1
    """)


def _broadcast(connection: sqlite3.Connection) -> None:
    """Let one broadcast have gone to everybody, and another one be written."""
    columns = "id, hub, ref, recipients, body, status, created_at, confirmed_at, ended_at, is_written, total, written, last_person_id"
    (people,) = connection.execute("SELECT count(*) FROM person").fetchone()
    words = '{"en": "More tutors wanted on Fridays.", "es": "Faltan tutores los viernes."}'
    at = int(NOW.timestamp() * 1_000_000)
    for values in (
        (1, "gone", "done", at - 2 * _DAY, at - 2 * _DAY, at - _DAY, True, people, people),
        (2, "draft", "draft", at, None, None, False, 0, 0),
    ):
        number, ref, status, *rest = values
        connection.execute(
            f"INSERT INTO broadcast ({columns}) SELECT ?, id, ?, '{{}}', ?, ?, ?, ?, ?, ?, ?, ?, 0 FROM hub",
            (number, ref, words, status, *rest),
        )
    connection.execute(
        "UPDATE outbox SET broadcast_id = 1, purpose = 'broadcast'"
        " WHERE id IN (SELECT max(id) FROM outbox WHERE person_id IS NOT NULL AND status > 3 GROUP BY person_id)"
    )


# --- ask --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What one page took."""

    path: str
    seconds: Sequence[float]
    #: Of the processor, all threads together: what it would take on a machine that does nothing else.
    cpu_seconds: Sequence[float]
    size: int
    status: int
    #: Statements of one answer, and their values.
    statements: Sequence[tuple[str, Any]]

    @property
    def p95_ms(self) -> float:
        """The time within which 19 of 20 answers came."""
        return _p95_ms(self.seconds)

    @property
    def cpu_p95_ms(self) -> float:
        """The same of the processor's time."""
        return _p95_ms(self.cpu_seconds)

    @property
    def is_file(self) -> bool:
        """Whether it is to be kept, not to be looked at: it may be large, and take a while."""
        return self.path.endswith(".csv")

    @property
    def is_over(self) -> bool:
        """Whether it is slower or larger than hoped for."""
        return not self.is_file and (self.p95_ms > _GOAL_MS or self.size > _GOAL_BYTES)


def _p95_ms(seconds: Sequence[float]) -> float:
    return 1000 * sorted(seconds)[max(0, -(-95 * len(seconds) // 100) - 1)]


class _Heard:
    """Notes every statement and its values."""

    def __init__(self) -> None:
        self.statements: list[tuple[str, Any]] = []
        event.listen(Engine, "before_cursor_execute", self._note)

    def _note(self, _c: Any, _cursor: Any, statement: str, values: Any, _context: Any, _many: bool) -> None:
        self.statements.append((statement, values))


async def ask(app: App, clock: MovableClock, *, times: int, only: str) -> list[Asked]:
    """Ask for every page as the administrator, one after the other."""
    heard, asked = _Heard(), []
    web = build_page(app, simulation(app, clock))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(web, raise_app_exceptions=False), base_url=_HERE
    ) as client:
        await client.post(f"/demo/enter/{Role.ADMINISTRATOR.value}", headers={"sec-fetch-site": "same-origin"})
        for path in [path for path in (*_pages(app), *_searches(app)) if only in path]:
            seconds: list[float] = []
            cpu: list[float] = []
            for _ in range(times + 1):
                heard.statements.clear()
                began, cpu_began = time.perf_counter(), time.process_time()
                answer = await client.get(path)
                seconds.append(time.perf_counter() - began)
                cpu.append(time.process_time() - cpu_began)
            one = Asked(
                path=path,
                seconds=seconds[1:],  # the first one reads templates and pages of the file
                cpu_seconds=cpu[1:],
                size=len(answer.content),
                status=answer.status_code,
                statements=list(heard.statements),
            )
            asked.append(one)
            print(_line(one), flush=True)
    return asked


def _pages(app: App) -> Iterator[str]:
    with app.database.reading() as session:
        yield from paths(session, app.hub.id)


def _searches(app: App) -> Iterator[str]:
    """What coordinators type: a name, a part of one, two, the end of a phone number, an e-mail address; and filters."""
    with app.database.reading() as session:
        run = session.connection().exec_driver_sql
        given, family = run("SELECT given_name, family_name FROM person WHERE family_name IS NOT NULL LIMIT 1").one()
        phone = str(run("SELECT \"user\" FROM address WHERE channel = 'sms' ORDER BY id DESC LIMIT 1").scalar_one())
        email = run("SELECT \"user\" FROM address WHERE channel = 'email' ORDER BY id DESC LIMIT 1").scalar()
    for words in (
        given,
        family,
        f"{given}+{family}",
        given[:2],
        phone[-4:],
        phone[-7:],
        email or "karen@example.org",
        "nobody-has-this",
    ):
        yield f"/console/people?words={words}"
    yield "/console/people?stage=active"
    yield "/console/people?role=tutor&language=es"
    yield "/console/people?site=1"
    yield "/console/people?from=20000"


def _line(one: Asked) -> str:
    over = [
        *(["a file"] if one.is_file else []),
        *(["slow"] if one.p95_ms > _GOAL_MS else []),
        *(["large"] if one.size > _GOAL_BYTES else []),
    ]
    p50 = 1000 * median(one.seconds)
    return f"{one.path[:64]:64} {p50:7.0f} {one.p95_ms:7.0f} {one.cpu_p95_ms:7.0f} {one.size:8} {one.status:4} {len(one.statements):4}  {' '.join(over)}".rstrip()


def show_plans(path: Path, asked: Sequence[Asked]) -> None:
    """Print how the database finds what the slowest pages ask for."""
    with closing(sqlite3.connect(path)) as connection:
        for one in sorted((one for one in asked if not one.is_file), key=lambda one: -one.cpu_p95_ms)[:_PLANS]:
            print(f"\n{one.path}")
            timed = [(_time(connection, *each), *each) for each in one.statements]
            for seconds, statement, values in sorted(timed, key=lambda each: -each[0])[:2]:
                print(f"  {1000 * seconds:.1f} ms: {' '.join(statement.split())[:600]}")
                for row in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values):
                    print(f"      {row[3]}")


def _time(connection: sqlite3.Connection, statement: str, values: Any) -> float:
    """Run a statement alone and read all of it; what a page does with it is not counted."""
    if not statement.lstrip().upper().startswith(("SELECT", "WITH")):
        return 0.0
    began = time.perf_counter()
    connection.execute(statement, values).fetchall()
    return time.perf_counter() - began


async def measure(path: Path, *, times: int, only: str) -> int:
    """Ask, and tell; return how many pages are over a goal."""
    clock = MovableClock(begins_at=NOW)
    async with open_demo(path, clock, public_url=_HERE) as app:
        print(f"{'':64} {'p50 ms':>7} {'p95 ms':>7} {'CPU p95':>7} {'bytes':>8} {'':>4} {'SQL':>4}")
        asked = await ask(app, clock, times=times, only=only)
    show_plans(path, asked)
    over = sum(one.is_over for one in asked)
    pages = [one for one in asked if not one.is_file]
    slowest, cpu = max(one.p95_ms for one in pages), max(one.cpu_p95_ms for one in pages)
    print(
        f"\n{len(pages)} pages, slowest p95 {slowest:.0f} ms (goal {_GOAL_MS:.0f}), of the processor {cpu:.0f} ms; "
        f"{over} over a goal"
    )
    failed = [one.path for one in asked if one.status >= 400]
    if failed:
        sys.exit(f"did not answer: {failed}")
    return over


def main() -> None:
    """Read what was asked for, and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--messages", type=int, default=2_000_000)
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--keep", type=Path, help="a file to make, or to ask again when it is there")
    parser.add_argument("--only", default="", help="pages whose address contains this")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = asked.keep or Path(folder) / "hub.db"
        if not path.exists():
            asyncio.run(fill(path, asked.people, asked.messages))
        with closing(sqlite3.connect(path)) as connection:
            counted = [
                connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
                for table in ("person", "inbound", "outbox", "slot", "booking")
            ]
        print("{} people, {} + {} messages, {} slots, {} places".format(*counted))
        asyncio.run(measure(path, times=asked.times, only=asked.only))


if __name__ == "__main__":
    main()
