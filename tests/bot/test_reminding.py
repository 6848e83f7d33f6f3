"""What a reminder says depends on what the person has said before; each leaves once, whatever becomes of processes."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from flows.effects import Book
from flows.facts import SlotKind
from flows.messages import Address, Inbound
from storage import schedule
from storage.database import Database
from storage.opening import open_store
from storage.store import Applied, Loaded, TurnWrite
from tests.bot.house import HUB, open_house, shown
from tests.bot.test_sending import VOLUNTEER, sign_up


async def test_person_who_confirmed_is_not_asked_again(tmp_path: Path) -> None:
    async with open_house(tmp_path) as house:
        house.add_training(datetime(2026, 12, 1, 17, 0))  # noqa: DTZ001 - wall clock of the place
        await sign_up(house)
        await house.say("sms", VOLUNTEER, "1")
        await house.say("sms", VOLUNTEER, "Ana Lopez")
        (asked,) = await house.jump(house.clock.at + timedelta(days=6), step=timedelta(hours=1))
        await house.say("sms", VOLUNTEER, "C")

        (again, _) = await house.jump(house.clock.at + timedelta(days=2, hours=5), step=timedelta(hours=1))

        assert shown(asked).endswith("Can you come?\nC I will come\nN I cannot come\nR Another time")
        assert shown(again).endswith("please say so.\nN I cannot come\nR Another time")


# --- real processes ---------------------------------------------------------------------------------------------------

PLACES = ("America/Chicago", "America/Phoenix", "America/Indiana/Indianapolis", "America/Indiana/Knox")
#: The Sundays on which clocks change; shifts begin at a time that there is not or twice, and well after it.
CHANGES = (date(2026, 3, 8), date(2026, 11, 1))
TIMES = (time(1, 30), time(2, 30), time(14, 0))
PEOPLE = 6


class Ticking:
    """A process that sends reminders."""

    def __init__(self, url: str, at: datetime, until: datetime) -> None:
        """Start it; it waits at the line."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.bot.reminding", url, at.isoformat(), until.isoformat()],
            cwd=Path(__file__).parent.parent.parent,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self.line() == "ready"

    def go(self) -> None:
        assert self._process.stdin
        self._process.stdin.write("go\n")
        self._process.stdin.flush()

    def line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()

    def kill_after(self, ticks: int) -> datetime:
        """End it without warning, somewhere in a tick; return the time up to which it had told that it was done."""
        told = [self.line() for _ in range(ticks)][-1]
        self._process.kill()
        self._process.communicate()
        return datetime.fromisoformat(told)

    def end(self) -> None:
        self._process.communicate(timeout=120)
        assert self._process.returncode == 0


async def book_everywhere(url: str, day: date, now: datetime) -> int:
    """Give people places on the day of a change of clocks; return how many reminders that makes."""
    database = Database(url)
    with database.session() as session:
        refs = [
            schedule.add_slot(
                session,
                HUB.id,
                kind=SlotKind.SHIFT,
                title={"en": "Session", "es": "Clase"},
                starts_local=datetime.combine(day, at),
                zone=zone,
                minutes=30,
                capacity=PEOPLE,
                place="Library",
            ).ref
            for zone in PLACES
            for at in TIMES
        ]
    store = open_store(url, HUB)
    await store.start()
    for number, slot in enumerate(slot for slot in refs for _ in range(PEOPLE)):
        sender = Address(channel="sms", account="MG1", user=f"+1312{day.month:03}{number:04}")
        inbound = Inbound(provider_id=f"{day}-{number}", sender=sender, text="x")
        loaded = await store.load(HUB.id, inbound, now)
        assert isinstance(loaded, Loaded)
        write = TurnWrite(
            hub=HUB.id,
            inbound=inbound,
            address=sender,
            person_id=None,
            version=0,
            conversation="",
            effects=(Book(slot=slot),),
            trace="[]",
            now=now,
        )
        assert isinstance(await store.apply(write), Applied)
    await store.close()
    with database.reading() as session:
        count = session.connection().execute(text("SELECT count(*) FROM reminder")).scalar_one()
    database.close()
    return int(count)


@pytest.mark.parametrize("day", CHANGES, ids=["forward", "back"])
async def test_two_processes_and_one_that_is_killed_send_each_reminder_once(url: str, day: date) -> None:
    begins = datetime.combine(day - timedelta(days=5), time(12), tzinfo=UTC)
    planned = await book_everywhere(url, day, begins)
    ends = datetime.combine(day + timedelta(days=1), time(12), tzinfo=UTC)
    one, other = Ticking(url, begins, ends), Ticking(url, begins, ends)
    one.go()
    other.go()
    kills = 0
    for ticks in (90, 75, 60):
        at = one.kill_after(ticks)
        kills += 1
        one = Ticking(url, at, ends)
        one.go()
    one.end()
    other.end()

    database = Database(url)
    with database.reading() as session:
        sent = [dict(row) for row in session.connection().execute(text(_SENT)).mappings()]
        left = session.connection().execute(text("SELECT count(*) FROM reminder WHERE status = 'pending'")).scalar_one()
    database.close()
    late = [row for row in sent if row["at"] >= row["starts_at"]]
    early = [row for row in sent if row["at"] < row["due_at"]]
    print(
        f"{planned} reminders planned for {day} at {len(PLACES) * len(TIMES)} places and times, two processes,"
        f" {kills} killed, on {url.partition(':')[0]}: {len(sent)} sent, {len(late)} late, {len(early)} early"
    )
    assert (len(sent), len({row["dedupe_key"] for row in sent})) == (planned, planned)
    assert (late, early, left) == ([], [], 0)


_SENT = """
    SELECT o.dedupe_key, o.created_at AS at, r.due_at, s.starts_at
    FROM outbox AS o
    JOIN reminder AS r ON o.dedupe_key = 'reminder:' || (SELECT b.ref FROM booking AS b WHERE b.id = r.booking_id)
        || ':' || r.kind
    JOIN booking AS k ON k.id = r.booking_id
    JOIN slot AS s ON s.id = k.slot_id
"""
