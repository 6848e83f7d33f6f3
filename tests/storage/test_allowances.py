"""Awards and paid time off in the database: never overdrawn, whoever books at once, and given back with the seat."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from flows.effects import Book, BookSet, JoinOrganisation, Release, Remember
from flows.facts import SlotKind
from flows.rules.organisations import MembershipStatus, OrganisationKind, Policy
from storage import allowances, organisations, timetable
from storage.changes import Change, Changed, Reach
from storage.database import Database
from storage.series import Template
from storage.store import Applied, SeatTaken, Store
from tests.storage.cases import HUB, NOW, applied, change, loaded, new_slot, rows, turn, value

ROOT = Path(__file__).parent.parent.parent
PROCESSES, EACH, COVERED = 4, 50, 5


async def employee(store: Store, database: Database, *, hours: int = COVERED) -> None:
    """Let Maria be an employee on paid time."""
    with database.session() as session:
        row = organisations.add(
            session,
            HUB.id,
            kind=OrganisationKind.EMPLOYER,
            name="Acme",
            code="ACME42",
            policy=Policy(hours_per_year=hours),
        )
        number = row.id
    assert number is not None
    await applied(
        store,
        Remember(field="audience", value="employee"),
        Remember(field="time_off", value="vto"),
        JoinOrganisation(organisation=number, status=MembershipStatus.CONFIRMED, via="said"),
    )


def hour(database: Database, number: int, *, kind: SlotKind = SlotKind.SHIFT) -> str:
    """Add one hour's shift that overlaps no other."""
    starts = NOW + timedelta(days=7 + number // 10, hours=number % 10 - 6)
    return new_slot(database, starts=starts, minutes=60, kind=kind)


def used(database: Database) -> object:
    return value(database, "SELECT used_minutes FROM allowance")


def book_at_once(url: str, slots: list[str]) -> Counter[str]:
    """Let several processes book at the same moment; return what they were told."""
    booked = subprocess.run(
        [sys.executable, "-m", "tests.storage.paying", url, str(PROCESSES), ",".join(slots)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
        timeout=120,
        check=True,
    )
    return sum((Counter(json.loads(line)) for line in booked.stdout.splitlines()), Counter[str]())


@pytest.mark.parametrize("round_", range(2))
async def test_two_hundred_bookings_of_four_processes_never_overdraw(
    store: Store, url: str, database: Database, round_: int
) -> None:
    await employee(store, database)
    slots = [hour(database, number) for number in range(PROCESSES * EACH)]
    told = await asyncio.to_thread(book_at_once, url, slots)

    assert told == {"Applied": COVERED, "refused": PROCESSES * EACH - COVERED}
    assert used(database) == COVERED * 60
    assert value(database, "SELECT sum(taken) FROM slot") == COVERED
    assert value(database, "SELECT sum(minutes) FROM reservation") == COVERED * 60
    print(f"{sum(told.values())} bookings by {PROCESSES} processes tried on {url.partition(':')[0]}: {dict(told)}")


async def test_the_table_itself_refuses_to_be_overdrawn(store: Store, database: Database) -> None:
    await employee(store, database)
    await applied(store, Book(slot=hour(database, 0)))

    for wrong in ("used_minutes = granted_minutes + 1", "used_minutes = -1"):
        with pytest.raises(IntegrityError):
            change(database, f"UPDATE allowance SET {wrong}")  # noqa: S608 - a constant


async def test_minutes_come_back_with_the_seat_and_can_be_used_again(store: Store, database: Database) -> None:
    await employee(store, database, hours=1)
    first, second = hour(database, 0), hour(database, 1)
    await applied(store, Book(slot=first))
    assert isinstance(await turn(store, Book(slot=second)), SeatTaken)
    (booking,) = (await loaded(store)).bookings

    await applied(store, Release(booking=booking.ref, cause="test"))
    assert used(database) == 0
    await applied(store, Release(booking=booking.ref, cause="again"))
    await applied(store, Book(slot=second))

    assert used(database) == 60


async def test_training_takes_nothing(store: Store, database: Database) -> None:
    await employee(store, database, hours=0)

    assert isinstance(await turn(store, Book(slot=hour(database, 0, kind=SlotKind.TRAINING))), Applied)
    assert isinstance(await turn(store, Book(slot=hour(database, 1))), SeatTaken)


async def test_set_is_booked_as_far_as_it_is_paid_for(store: Store, database: Database) -> None:
    await employee(store, database, hours=2)
    slots = [hour(database, number * 10) for number in range(4)]
    change(
        database,
        """INSERT INTO series (id, hub, ref, rule, starts_local, zone, template, created_at)
           VALUES (1, 'hub', 'series', 'FREQ=DAILY', '2026-12-08T05:00', 'America/New_York', '{}', 0)""",
    )
    change(database, "UPDATE slot SET series_id = 1")

    await applied(store, BookSet(slot=slots[0], days=tuple(range(7)), until=NOW + timedelta(days=60)))

    assert used(database) == 120
    assert value(database, "SELECT count(*) FROM booking") == 2


async def test_no_show_gives_back_and_hours_served_longer_are_followed(store: Store, database: Database) -> None:
    await employee(store, database, hours=2)
    await applied(store, Book(slot=hour(database, 0)))
    change(
        database,
        """INSERT INTO hours (hub, ref, booking_id, ledger, starts_at, minutes, status, decided_by, created_at)
           SELECT 'hub', 'h', id, 'paid_time_off', 0, 90, 'approved', '', 0 FROM booking""",
    )
    follow(database)
    assert used(database) == 90
    change(database, "UPDATE hours SET minutes = 600")
    follow(database)
    follow(database)
    assert used(database) == 120
    assert [row["reason"] for row in rows(database, "SELECT reason FROM task")] == ["served_beyond_allowance"]

    change(database, "UPDATE booking SET status = 'no_show'")
    follow(database)
    assert used(database) == 0


def follow(database: Database) -> None:
    with database.session() as session:
        assert allowances.has_untrue(session, HUB.id)
        allowances.true_up(session, HUB.id, NOW)


async def test_years_are_apart(store: Store, database: Database) -> None:
    await employee(store, database, hours=1)
    await applied(store, Book(slot=hour(database, 0)))

    await applied(store, Book(slot=new_slot(database, starts=NOW + timedelta(days=40), minutes=60)))

    found = rows(database, "SELECT period, used_minutes FROM allowance ORDER BY period")
    assert [(row["period"], row["used_minutes"]) for row in found] == [("2026", 60), ("2027", 60)]


async def test_naming_another_employer_ends_the_first_and_the_same_twice_changes_nothing(
    store: Store, database: Database
) -> None:
    await employee(store, database)
    with database.session() as session:
        other = organisations.add(session, HUB.id, kind=OrganisationKind.EMPLOYER, name="Globex").id
    first = value(database, "SELECT min(id) FROM organisation")
    for number in (first, other, other):
        assert isinstance(number, int)
        await applied(store, JoinOrganisation(organisation=number, status=MembershipStatus.CONFIRMED, via="said"))

    found = rows(database, "SELECT organisation_id, status FROM membership ORDER BY id")
    assert [(row["organisation_id"], row["status"]) for row in found] == [(first, "ended"), (other, "confirmed")]
    assert value(database, "SELECT count(*) FROM audit WHERE what = 'membership'") == 2


# --- times at which a school district lets its students serve ---------------------------------------------------------


async def student(store: Store, database: Database, allowed_times: str, audience: str = "high_school") -> None:
    """Let Maria go to a school of a district."""
    with database.session() as session:
        kind, policy = OrganisationKind.DISTRICT, Policy(allowed_times=allowed_times)
        row = organisations.add(session, HUB.id, kind=kind, name="Northside", code="NORTH1", policy=policy)
        number = row.id
    assert number is not None
    joined = JoinOrganisation(organisation=number, status=MembershipStatus.CONFIRMED, via="said")
    await applied(store, Remember(field="audience", value=audience), joined)


@pytest.mark.parametrize(
    ("times", "audience", "taken"),
    [
        ("tue 11:00-13:00", "high_school", True),
        ("tue 11:00-12:59", "high_school", False),
        ("mon 11:00-13:00", "high_school", False),
        ("mon 11:00-13:00", "older_adult", True),
        ("outside of class", "high_school", True),
    ],
)
async def test_a_student_takes_no_seat_when_their_district_does_not_let_them(
    store: Store, database: Database, times: str, audience: str, taken: bool
) -> None:
    """The slot is on a Tuesday, 11:00 to 13:00 by the clock of the place."""
    await student(store, database, times, audience)
    shift, training = new_slot(database), new_slot(database, kind=SlotKind.TRAINING, starts=NOW + timedelta(days=8))

    assert isinstance(await turn(store, Book(slot=shift)), Applied if taken else SeatTaken)
    assert isinstance(await turn(store, Book(slot=training)), Applied)
    ((left,),) = (tuple(row.values()) for row in rows(database, "SELECT taken FROM slot WHERE kind = 'shift'"))
    assert left == taken


# --- a booked shift becomes longer or shorter ---------------------------------------------------------------------------


async def series_of(store: Store, database: Database, *, hours: int, shifts: int = 4) -> list[str]:
    """Let Maria have some hourly shifts of one series, on so many paid hours."""
    await employee(store, database, hours=hours)
    slots = [hour(database, number * 10) for number in range(shifts)]
    change(
        database,
        """INSERT INTO series (id, hub, ref, rule, starts_local, zone, template, created_at)
           VALUES (1, 'hub', 'series', 'FREQ=DAILY', '2026-12-08T05:00', 'America/New_York', :template, 0)""",
        template=Template(kind=SlotKind.SHIFT, title={"en": "a", "es": "a"}, minutes=60, capacity=5).write(),
    )
    for number, slot in enumerate(slots):
        day = (NOW + timedelta(days=7 + number)).date()
        change(database, "UPDATE slot SET series_id = 1, series_day = :day WHERE ref = :slot", day=day, slot=slot)
        await applied(store, Book(slot=slot))
    return slots


def edited(database: Database, slot: str, minutes: int, reach: Reach) -> Changed:
    with database.session() as session:
        return timetable.edit(
            session, HUB.id, slot, Change(minutes=minutes), reach=reach, quiet_hours=HUB.quiet_hours, now=NOW
        )


@pytest.mark.parametrize("reach", [Reach.ONE, Reach.FOLLOWING, Reach.ALL])
@pytest.mark.parametrize("minutes", [30, 75, 120, 300])
async def test_balance_follows_every_change_of_length_and_whoever_is_not_covered_is_named(
    store: Store, database: Database, minutes: int, reach: Reach
) -> None:
    slots = await series_of(store, database, hours=5)

    changed = edited(database, slots[1], minutes, reach)

    kept = rows(
        database,
        """SELECT s.ref, s.minutes, r.minutes AS taken FROM booking AS b JOIN slot AS s ON s.id = b.slot_id
           LEFT JOIN reservation AS r ON r.booking_id = b.id WHERE b.status = 'booked' ORDER BY s.starts_at""",
    )
    assert [row["taken"] for row in kept] == [row["minutes"] for row in kept]
    assert used(database) == sum(row["minutes"] for row in kept) <= 300
    assert len(kept) + len(changed.uncovered) == len(slots)
    concerned = {Reach.ONE: 1, Reach.FOLLOWING: 3, Reach.ALL: 4}[reach]
    fit = (300 - 60 * (4 - concerned)) // minutes
    assert len(changed.uncovered) == max(concerned - fit, 0)
    assert [row["ref"] for row in kept] == [
        slot for slot in slots if slot not in {one.after.ref for one in changed.uncovered}
    ]
    assert value(database, "SELECT count(*) FROM task WHERE reason = 'not_covered' AND kind = 'shift_at_risk'") == len(
        changed.uncovered
    )
    assert not {one.ref for one in changed.booked} & {one.ref for one in changed.uncovered}


async def test_what_a_manager_approved_is_asked_again_only_when_it_becomes_longer(
    store: Store, database: Database
) -> None:
    slots = await series_of(store, database, hours=5, shifts=1)
    change(database, """UPDATE organisation SET policy = '{"hours_per_year": 5, "needs_manager": true}'""")
    edited(database, slots[0], 45, Reach.ONE)
    assert value(database, "SELECT held_until FROM reservation") is None

    edited(database, slots[0], 90, Reach.ONE)
    assert value(database, "SELECT held_until FROM reservation") is not None


async def test_student_whose_shift_moves_out_of_the_allowed_times_leaves_and_is_named(
    store: Store, database: Database
) -> None:
    await student(store, database, "tue 11:00-13:00")
    slot = new_slot(database)
    await applied(store, Book(slot=slot))

    assert len(edited(database, slot, 60, Reach.ONE).uncovered) == 0
    assert len(edited(database, slot, 150, Reach.ONE).uncovered) == 1
    assert value(database, "SELECT taken FROM slot") == 0
