"""Who is asked to take a shift over, how many at once and how often; by the clock that passes, not the one on the wall."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import History, Person, QuietHours, Slot, SlotKind
from flows.rules.contact import next_open
from flows.rules.covering import (
    LAST_ASK,
    LAST_SWAP,
    Helper,
    is_over,
    keeps_from,
    next_wave,
    size_and_pause,
    swap_until,
)
from flows.rules.organisations import Allowance, PaidBy
from flows.rules.requirements import Held, Need, Status
from flows.stages import Stage

CHICAGO = "America/Chicago"
#: A Wednesday, 15:00 in Chicago.
STARTS = datetime(2026, 11, 25, 15, 0)  # noqa: DTZ001 - wall clock of the place
SHIFT = Slot(
    ref="s",
    kind=SlotKind.SHIFT,
    title={"en": "Reading"},
    place="Lincoln School",
    starts_local=STARTS,
    zone=CHICAGO,
    minutes=60,
    seats_left=1,
    role="tutor",
)
START = SHIFT.starts_at.astimezone(UTC)
QUIET = QuietHours()


def helper(number: int, *, asked: datetime | None = None, zone: str | None = CHICAGO, **answers: str) -> Helper:
    person = Person(stage=Stage.ACTIVE, zone=zone, answers={"role": "tutor", **answers}, consented=True)
    return Helper(person_id=number, person=person, history=History(), last_asked_at=asked)


def test_who_wanted_the_shift_before_comes_first_though_asked_a_moment_ago() -> None:
    now = SHIFT.starts_at - timedelta(hours=20)
    helpers = [*(helper(n) for n in range(3)), replace(helper(3, asked=now), wanted_it=True)]

    assert asked_of(*helpers, now=now) == [3, 0, 1]


def asked_of(*helpers: Helper, now: datetime, seats: int = 1) -> list[int]:
    wave = next_wave(helpers, SHIFT, seats=seats, courses={}, needs=(), quiet_hours=QUIET, now=now)
    return [one.person_id for one in wave.asked]


@pytest.mark.parametrize(
    ("before", "over"),
    [
        (timedelta(hours=2, seconds=1), False),
        (timedelta(hours=2), True),
        (timedelta(seconds=1), True),
        (timedelta(), True),
        (timedelta(hours=-1), True),
    ],
)
def test_nobody_is_asked_in_the_last_two_hours(before: timedelta, over: bool) -> None:
    assert is_over(SHIFT.starts_at, START - before) is over


@pytest.mark.parametrize(
    ("zone", "starts"),
    [
        ("America/Chicago", datetime(2026, 11, 1, 12, 0)),  # noqa: DTZ001 - clocks went back in the night before
        ("America/Chicago", datetime(2026, 3, 8, 12, 0)),  # noqa: DTZ001 - clocks went forward
        ("America/Chicago", datetime(2026, 3, 8, 2, 30)),  # noqa: DTZ001 - a time that there is not
        ("America/Chicago", datetime(2026, 11, 1, 1, 30)),  # noqa: DTZ001 - a time that there is twice
        ("America/Phoenix", datetime(2026, 3, 8, 2, 30)),  # noqa: DTZ001 - no change there
        ("America/Indiana/Indianapolis", datetime(2026, 11, 1, 2, 30)),  # noqa: DTZ001
        ("America/Indiana/Knox", datetime(2026, 3, 8, 2, 30)),  # noqa: DTZ001
    ],
)
def test_hours_are_counted_as_they_pass_whatever_the_clocks_do(zone: str, starts: datetime) -> None:
    starts_at = starts.replace(tzinfo=ZoneInfo(zone))
    start = starts_at.astimezone(UTC)

    sizes = [
        size_and_pause(starts_at, now, seats=1)
        for now in (start - timedelta(hours=6), (start - timedelta(hours=6)).astimezone(ZoneInfo(zone)))
    ]
    assert sizes[0] == sizes[1] == size_and_pause(SHIFT.starts_at, START - timedelta(hours=6), seats=1)
    assert is_over(starts_at, start - timedelta(hours=2))
    assert not is_over(starts_at, start - timedelta(hours=2, minutes=1))
    assert swap_until(starts_at, start - timedelta(hours=5)) == start - LAST_SWAP
    assert swap_until(starts_at, start - timedelta(hours=3)) is None


def test_waves_grow_and_come_faster_as_the_start_comes_near() -> None:
    waves = [size_and_pause(SHIFT.starts_at, START - timedelta(hours=hours), seats=1) for hours in (24, 12, 6, 2)]

    assert [size for size, _ in waves] == sorted(size for size, _ in waves)
    assert [pause for _, pause in waves] == sorted((pause for _, pause in waves), reverse=True)
    assert size_and_pause(SHIFT.starts_at, START - timedelta(hours=24), seats=3)[0] == 3 * waves[0][0]


def test_least_recently_asked_are_asked_first() -> None:
    now = START - timedelta(hours=23)
    days = [3, None, 9, 1, None]
    helpers = [helper(n, asked=now - timedelta(days=day) if day else None) for n, day in enumerate(days)]

    assert asked_of(*helpers, now=now) == [1, 4, 2]
    assert asked_of(*helpers, now=now, seats=2) == [1, 4, 2, 0, 3]


def test_whom_a_rule_keeps_from_the_shift_is_not_asked() -> None:
    now = START - timedelta(hours=23)
    far = helper(1, zip="90001")
    near = helper(2, zip="60614")
    wrong = helper(3, role="mentor")
    resting = Helper(
        person_id=4, person=Person(stage=Stage.PAUSED, answers={"role": "tutor"}), history=History(), last_asked_at=None
    )
    placed = Slot(
        **{**{name: getattr(SHIFT, name) for name in SHIFT.__slots__}, "latitude": 41.92, "longitude": -87.65}
    )

    wave = next_wave([far, near, wrong, resting], placed, seats=1, courses={}, needs=(), quiet_hours=QUIET, now=now)

    assert [one.person_id for one in wave.asked] == [2]


def test_who_lacks_on_the_day_what_is_asked_is_not_asked_to_cover() -> None:
    now = START - timedelta(hours=23)
    needs = (Need(kind="background_check"),)
    day = STARTS.date()
    held = {
        1: (),
        2: (Held(kind="background_check", status=Status.PENDING),),
        3: (Held(kind="background_check", status=Status.MET, valid_until=day - timedelta(days=1)),),
        4: (Held(kind="background_check", status=Status.MET, valid_until=day),),
    }
    helpers = [replace(helper(n), person=replace(helper(n).person, requirements=own)) for n, own in held.items()]

    wave = next_wave(helpers, SHIFT, seats=1, courses={}, needs=needs, quiet_hours=QUIET, now=now)

    assert [one.person_id for one in wave.asked] == [4]


def test_who_has_used_up_what_their_college_pays_is_not_asked_to_cover() -> None:
    now = START - timedelta(hours=23)
    left = {1: 59, 2: 60}
    awards = {n: Allowance(paid_by=PaidBy.COLLEGE, authorised=True, left={"award": m}) for n, m in left.items()}
    helpers = [replace(helper(n), history=History(allowance=one)) for n, one in awards.items()]

    assert asked_of(*helpers, now=now) == [2]


def test_notice_of_placement_does_not_count_for_cover() -> None:
    one = helper(1)

    assert keeps_from(SHIFT, one.person, one.history, courses={}, needs=(), now=START - LAST_ASK) is None
    assert (
        keeps_from(SHIFT, one.person, one.history, courses={}, needs=(), now=START + timedelta(minutes=1)) == "too_soon"
    )


def test_sleeping_people_are_asked_in_the_morning() -> None:
    night = datetime(2026, 11, 25, 2, 0, tzinfo=ZoneInfo(CHICAGO)).astimezone(UTC)  # thirteen hours before
    wave = next_wave([helper(1), helper(2)], SHIFT, seats=1, courses={}, needs=(), quiet_hours=QUIET, now=night)

    assert wave.asked == ()
    assert wave.next_at == datetime(2026, 11, 25, 9, 0, tzinfo=ZoneInfo(CHICAGO))


def test_where_nobody_is_left_it_is_looked_at_again_at_the_end() -> None:
    wave = next_wave([], SHIFT, seats=1, courses={}, needs=(), quiet_hours=QUIET, now=START - timedelta(hours=20))

    assert (wave.asked, wave.next_at) == ((), START - LAST_ASK)


ZONES = [CHICAGO, "America/New_York", "America/Phoenix", "America/Indiana/Indianapolis", "Pacific/Honolulu", None]


@given(
    minutes=st.integers(121, 24 * 60),
    people=st.lists(st.tuples(st.sampled_from(ZONES), st.none() | st.integers(0, 400)), max_size=30),
    seats=st.integers(1, 4),
    day=st.dates(datetime(2026, 1, 1).date(), datetime(2027, 12, 30).date()),  # noqa: DTZ001
    minute=st.integers(0, 24 * 60 - 1),
)
def test_every_wave_keeps_to_hours_size_order_and_end(
    minutes: int, people: list[tuple[str | None, int | None]], seats: int, day: datetime, minute: int
) -> None:
    starts = datetime(day.year, day.month, day.day, *divmod(minute, 60))  # noqa: DTZ001 - wall clock of the place
    shift = Slot(**{**{name: getattr(SHIFT, name) for name in SHIFT.__slots__}, "starts_local": starts})
    start = shift.starts_at.astimezone(UTC)
    now = start - timedelta(minutes=minutes)
    helpers = [
        helper(n, zone=zone, asked=now - timedelta(hours=hours) if hours is not None else None)
        for n, (zone, hours) in enumerate(people)
    ]

    wave = next_wave(helpers, shift, seats=seats, courses={}, needs=(), quiet_hours=QUIET, now=now)

    assert len(wave.asked) <= size_and_pause(shift.starts_at, now, seats=seats)[0]
    assert now < wave.next_at <= start - LAST_ASK
    awake = {one.person_id for one in helpers if next_open(now, zone=one.person.zone, quiet_hours=QUIET) <= now}
    chosen = {one.person_id for one in wave.asked}
    assert chosen <= awake
    left_out = [one for one in helpers if one.person_id in awake - chosen]
    latest = max((one.last_asked_at or datetime.min.replace(tzinfo=UTC) for one in wave.asked), default=None)
    assert all(
        latest is not None and (one.last_asked_at or datetime.min.replace(tzinfo=UTC)) >= latest for one in left_out
    )
