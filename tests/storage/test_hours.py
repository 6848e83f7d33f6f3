"""The ledgers in both databases: whatever is texted, corrected, approved or missed, no minute of a person counts twice."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from flows.facts import SlotKind
from flows.rules.ledger import HoursStatus
from flows.stages import Stage
from storage import hours, schedule, unsettled
from storage.database import Database
from storage.operations import hours as operations
from storage.operations.scope import Scope
from storage.people import add_person
from storage.performing import perform
from storage.reports import Question, all_reports
from storage.tables import BookingRow, HoursRow, PersonRow, Site, to_micros
from tests.storage.cases import HUB, NOW, phone

_COUNT = iter(range(1, 1_000_000))


def new_person(session: Session, *, audience: str = "employee") -> PersonRow:
    person = add_person(session, HUB.id, phone(next(_COUNT)), NOW, stage=Stage.PLACED)
    assert person
    person.audience, person.role = audience, "tutor"
    session.flush()
    return person


def new_booking(session: Session, person: PersonRow, starts: datetime, minutes: int, site: Site) -> BookingRow:
    """Book somebody, even where places overlap: the ledgers must hold by themselves."""
    slot = schedule.add_slot(
        session, HUB.id, kind=SlotKind.SHIFT, title={"en": "Reading"}, starts_local=starts.replace(tzinfo=None), zone="UTC",
        minutes=minutes, capacity=5, site_id=site.id, role="tutor",
    )  # fmt: skip
    assert person.id
    assert slot.id
    booking = BookingRow(
        hub=HUB.id, person_id=person.id, slot_id=slot.id, status="booked", created_at=NOW, changed_at=NOW
    )
    session.add(booking)
    session.flush()
    return booking


def scope_of(person: PersonRow) -> Scope:
    assert person.id
    return Scope(hub=HUB.id, person_id=person.id, address_id=person.address_id or 0, now=to_micros(NOW))


def live(session: Session, person_id: int | None = None) -> list[HoursRow]:
    query = select(HoursRow).where(col(HoursRow.status) != HoursStatus.VOID.value).order_by(col(HoursRow.starts_at))
    if person_id is not None:
        query = query.where(col(HoursRow.person_id) == person_id)
    return list(session.exec(query))


def site_of(session: Session) -> Site:
    return schedule.add_site(session, HUB.id, name="Lincoln", zone="UTC")


# --- the rule that must always hold -----------------------------------------------------------------------------------

_STARTS = st.lists(st.tuples(st.integers(0, 20), st.sampled_from([30, 60, 90, 120])), min_size=2, max_size=4)
_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["here", "done", "correct", "attend", "approve", "dispute", "miss"]),
        st.integers(0, 3),
        st.integers(1, 300),
    ),
    min_size=3,
    max_size=12,
)


def test_no_minute_of_a_person_is_counted_twice(database: Database, url: str) -> None:
    tried = {"talks": 0, "steps": 0}

    @settings(max_examples=120, deadline=None)
    @given(starts=_STARTS, steps=_STEPS)
    def try_one(starts: list[tuple[int, int]], steps: list[tuple[str, int, int]]) -> None:
        with database.session() as session:
            person, site = new_person(session), site_of(session)
            booked = [new_booking(session, person, NOW + timedelta(minutes=15 * at), m, site) for at, m in starts]
            for what, which, minutes in steps:
                _do(session, person, booked[which % len(booked)], site, what, minutes)
                _check(session, person)
            _check_reports(session)
        tried["talks"] += 1
        tried["steps"] += len(steps)

    try_one()
    print(f"{tried['steps']} texts and decisions in {tried['talks']} lives tried on {url.partition(':')[0]}")


def _do(session: Session, person: PersonRow, booking: BookingRow, site: Site, what: str, minutes: int) -> None:
    scope, ref = scope_of(person), booking.ref
    assert site.id
    entries = {entry.booking: entry for entry in hours.list_entries(session, HUB.id, site.id, since=NOW)}
    actions: dict[str, Callable[[], object]] = {
        "here": lambda: perform(session, operations.check_in(scope, ref)),
        "done": lambda: perform(session, operations.claim(scope, ref, minutes=minutes)),
        "correct": lambda: perform(session, operations.set_minutes(scope, ref, minutes=minutes, author="link:hours")),
        "attend": lambda: perform(session, operations.attend(scope, ref, author="coordinator")),
        "miss": lambda: perform(session, operations.miss(scope, ref, cause="said so")),
    }
    if what in actions:
        actions[what]()
    elif ref in entries:
        status = HoursStatus.APPROVED if what == "approve" else HoursStatus.DISPUTED
        hours.decide(session, HUB.id, site.id, entries[ref], status, author="link:hours", now=NOW)


def _check(session: Session, person: PersonRow) -> None:
    session.expire_all()
    rows = live(session, person.id)
    for earlier, later in pairwise(rows):
        assert earlier.starts_at + timedelta(minutes=earlier.minutes) <= later.starts_at
    assert len({row.booking_id for row in rows}) == len(rows)
    attended = select(BookingRow).where(col(BookingRow.person_id) == person.id, col(BookingRow.status) == "attended")
    assert {row.booking_id for row in rows} <= {booking.id for booking in session.exec(attended)}


def _check_reports(session: Session) -> None:
    """Add up what the report says and what the ledgers hold, ledger by ledger."""
    lines = list(all_reports()["hours"].build(session, Question(hub=HUB.id, zone=HUB.zone)))
    by_ledger: dict[object, int] = {}
    for row in live(session):
        by_ledger[row.ledger] = by_ledger.get(row.ledger, 0) + row.minutes
    reported: dict[object, int] = {}
    for line in lines:
        parts = [line[f"{status}_minutes"] for status in ("approved", "claimed", "disputed")]
        assert sum(map(int, parts)) == line["minutes"]
        reported[line["ledger"]] = reported.get(line["ledger"], 0) + int(line["minutes"])
    assert reported == by_ledger


def test_two_who_count_overlapping_time_at_once_count_it_once(database: Database, url: str) -> None:
    rounds, counted = 12, 0
    for _ in range(rounds):
        with database.session() as session:
            person, site = new_person(session), site_of(session)
            starts = [NOW + timedelta(minutes=20 * n) for n in range(4)]
            refs = [new_booking(session, person, at, 60, site).ref for at in starts]
            scope = scope_of(person)

        def count(ref: str, scope: Scope = scope) -> bool:
            with database.session() as session:
                return perform(session, operations.set_minutes(scope, ref, minutes=60, author="link:hours"))

        with ThreadPoolExecutor(len(refs)) as pool:
            counted += sum(pool.map(count, refs))
        with database.session() as session:
            one = session.get(PersonRow, scope.person_id)
            assert one
            _check(session, one)
            assert live(session, one.id)
    print(f"{rounds * 4} at once tried on {url.partition(':')[0]}, {counted} counted")


# --- one by one -------------------------------------------------------------------------------------------------------


def test_correction_voids_the_row_and_adds_another(database: Database) -> None:
    with database.session() as session:
        person, site = new_person(session), site_of(session)
        booking = new_booking(session, person, NOW, 60, site)
        for minutes in (60, 75, 75):
            assert perform(session, operations.claim(scope_of(person), booking.ref, minutes=minutes))

        found = session.exec(select(HoursRow).order_by(col(HoursRow.id))).all()

        assert [(row.minutes, row.status) for row in found] == [(60, "void"), (75, "claimed")]


def test_approved_hours_are_not_changed_by_a_text(database: Database) -> None:
    with database.session() as session:
        person, site = new_person(session), site_of(session)
        booking = new_booking(session, person, NOW, 60, site)
        perform(session, operations.attend(scope_of(person), booking.ref, author="coordinator"))

        assert not perform(session, operations.claim(scope_of(person), booking.ref, minutes=90))
        assert [(row.minutes, row.status) for row in live(session)] == [(60, "approved")]


def test_deciding_twice_changes_nothing(database: Database) -> None:
    with database.session() as session:
        person, site = new_person(session), site_of(session)
        booking = new_booking(session, person, NOW, 60, site)
        perform(session, operations.claim(scope_of(person), booking.ref, minutes=60))
        assert site.id
        (entry,) = hours.list_entries(session, HUB.id, site.id, since=NOW)

        first = hours.decide(session, HUB.id, site.id, entry, HoursStatus.APPROVED, author="link:hours", now=NOW)
        again = hours.decide(session, HUB.id, site.id, entry, HoursStatus.DISPUTED, author="link:hours", now=NOW)
        elsewhere = hours.decide(session, HUB.id, site.id + 1, entry, HoursStatus.APPROVED, author="x", now=NOW)

        assert (first, again, elsewhere) == (True, False, False)
        assert [row.status for row in live(session)] == ["approved"]


@pytest.mark.parametrize(
    ("minutes", "left"),
    [(None, [(60, "approved")]), (45, [(45, "approved")]), (0, []), (200, [(60, "claimed")])],
)
def test_coordinator_settles_what_is_left(minutes: int | None, left: list[tuple[int, str]], database: Database) -> None:
    with database.session() as session:
        person, site = new_person(session), site_of(session)
        booking = new_booking(session, person, NOW, 60, site)
        perform(session, operations.claim(scope_of(person), booking.ref, minutes=60))
        later = new_booking(session, person, NOW + timedelta(hours=3), 60, site)
        perform(session, operations.attend(scope_of(person), later.ref, author="coordinator"))
        (waiting,) = unsettled.list_open(session, HUB.id)

        settled = unsettled.settle(session, HUB.id, waiting.ref, minutes, author="coordinator", now=NOW)

        assert settled is (minutes != 200)
        assert [(row.minutes, row.status) for row in live(session) if row.booking_id == booking.id] == left
        assert unsettled.settle(session, HUB.id, "nothing", None, author="coordinator", now=NOW) is None
