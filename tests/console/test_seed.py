"""The invented hub: enough people, at every stage, with a past that the real engine made."""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from storage.tables import from_micros
from tests.console.opened import MONDAY

#: Every stage that a person can reach by the flows and a coordinator's decision.
_STAGES = {
    "enquired",
    "screening",
    "waiting_guardian",
    "in_review",
    "vetting",
    "eligible",
    "training",
    "ready",
    "placed",
    "active",
    "not_eligible",
}


@pytest.fixture
def rows(seeded: Path) -> Iterator[sqlite3.Cursor]:
    """Return a cursor on the seeded database."""
    with closing(sqlite3.connect(seeded)) as connection:
        yield connection.cursor()


def _counted(rows: sqlite3.Cursor, sql: str) -> dict[str | None, int]:
    return dict(Counter(value for (value,) in rows.execute(sql)))


def test_two_hundred_people_stand_at_every_stage(rows: sqlite3.Cursor) -> None:
    stages = _counted(rows, "SELECT stage FROM person")

    assert sum(stages.values()) >= 200
    assert set(stages) == _STAGES
    assert min(stages.values()) >= 3


def test_they_write_on_all_channels_in_both_languages_and_belong_to_all_audiences(rows: sqlite3.Cursor) -> None:
    channels = _counted(rows, "SELECT channel FROM address")
    languages = _counted(rows, "SELECT language FROM person WHERE language IS NOT NULL")
    audiences = _counted(rows, "SELECT audience FROM person WHERE audience IS NOT NULL")

    assert set(channels) == {"sms", "slack", "telegram", "email"}  # guardians and offices by e-mail
    assert channels["sms"] > sum(channels.values()) / 2
    assert set(languages) == {"en", "es"}
    assert set(audiences) == {"work_study", "employee", "older_adult", "high_school"}


def test_whoever_the_crowd_names_outside_is_asked_each_for_one_of_them(rows: sqlite3.Cursor) -> None:
    reasons = _counted(rows, "SELECT reason FROM task")
    ((wards, guardians),) = rows.execute("SELECT count(DISTINCT person_id), count(DISTINCT guardian_id) FROM guardian")

    assert not {"guardian_not_asked", "reference_not_asked", "organisation_not_asked"} & set(reasons)
    assert wards == guardians >= 10


def test_some_declined_opted_out_or_blocked_us(rows: sqlite3.Cursor) -> None:
    declined = "SELECT count(*) FROM person WHERE json_extract(answers, '$.consent') = 0"
    opted_out = "SELECT count(*) FROM address WHERE opted_out_at IS NOT NULL"
    blocked = "SELECT count(*) FROM address WHERE NOT reachable"

    assert all(rows.execute(sql).fetchone()[0] >= 5 for sql in (declined, opted_out, blocked))


def test_the_screening_is_left_at_various_steps(rows: sqlite3.Cursor) -> None:
    states = _counted(
        rows,
        "SELECT json_extract(state, '$.stack[#-1].step') FROM conversation AS c JOIN person AS p ON p.id = c.person_id "
        "WHERE p.stage = 'screening'",
    )

    assert set(states) >= {"language", "zip", "birth_date", "audience", "role", "availability", "summary"}


def test_whoever_serves_went_through_all_stages_in_order(rows: sqlite3.Cursor) -> None:
    rows.execute("SELECT id FROM person WHERE stage = 'active'")
    serving = [person for (person,) in rows.fetchall()]

    for person in serving:
        rows.execute(
            "SELECT json_extract(detail, '$.to'), at FROM audit "
            "WHERE what = 'stage' AND person_ref = (SELECT ref FROM person WHERE id = ?) ORDER BY id",
            (person,),
        )
        moves = rows.fetchall()
        stages = [stage for stage, _ in moves]
        assert stages[0] == "screening"
        assert stages[-5:] == ["eligible", "training", "ready", "placed", "active"]
        assert set(stages[1:-5]) <= {"eligible", "vetting", "waiting_guardian"}
        assert [at for _, at in moves] == sorted(at for _, at in moves)


def test_nobody_is_asked_about_an_application_that_is_decided(rows: sqlite3.Cursor) -> None:
    asked = "SELECT p.stage FROM task t JOIN person p ON p.id = t.person_id"
    still = _counted(rows, f"{asked} WHERE t.reason = 'review_application' AND t.closed_at IS NULL")

    assert still.keys() == {"in_review"}


def test_the_past_is_past_and_the_rest_is_ahead(rows: sqlite3.Cursor) -> None:
    latest = rows.execute("SELECT max(received_at) FROM inbound").fetchone()[0]
    ready = rows.execute("SELECT count(*) FROM outbox WHERE status IN (1, 2, 3)").fetchone()[0]
    asked_again_at = rows.execute("SELECT min(not_before) FROM outbox WHERE status = 0").fetchone()[0]
    next_due = rows.execute("SELECT min(due_at) FROM reminder WHERE status = 'pending'").fetchone()[0]

    assert from_micros(latest) <= MONDAY
    assert ready == 0
    assert asked_again_at is None or from_micros(asked_again_at) > MONDAY
    assert from_micros(next_due) > MONDAY


def test_past_reminders_left_at_their_own_time(rows: sqlite3.Cursor) -> None:
    late = rows.execute(
        "SELECT count(*) FROM outbox AS o JOIN booking AS b ON o.dedupe_key LIKE 'reminder:' || b.ref || ':%' "
        "JOIN reminder AS r ON r.booking_id = b.id AND o.dedupe_key = 'reminder:' || b.ref || ':' || r.kind "
        "WHERE o.settled_at <> r.due_at"
    ).fetchone()[0]
    sent = rows.execute("SELECT count(*) FROM outbox WHERE purpose = 'reminder' AND status = 4").fetchone()[0]

    assert late == 0
    assert sent >= 50


def test_coming_trainings_have_seats_and_one_is_nearly_full(rows: sqlite3.Cursor) -> None:
    now = int(MONDAY.timestamp() * 1_000_000)
    rows.execute("SELECT capacity - taken FROM slot WHERE kind = 'training' AND starts_at > ?", (now,))
    seats = [left for (left,) in rows.fetchall()]

    assert min(seats) == 1
    assert all(left > 0 for left in seats)


def test_numbers_belong_to_nobody(rows: sqlite3.Cursor) -> None:
    numbers = [user for (user,) in rows.execute("SELECT \"user\" FROM address WHERE channel = 'sms'")]

    assert all(number[5:10] == "55501" for number in numbers)


def test_the_same_seed_gives_the_same_hub(
    rows: sqlite3.Cursor, seed_into: Callable[[Path], None], tmp_path: Path
) -> None:
    again = tmp_path / "again.db"
    seed_into(again)

    with closing(sqlite3.connect(again)) as other:
        assert _story(other.cursor()) == _story(rows)


def _story(rows: sqlite3.Cursor) -> list[tuple[object, ...]]:
    """Everything people see, without the references that nobody may guess."""
    told = rows.execute(
        'SELECT a."user", p.stage, p.language, o.body, o.created_at FROM outbox AS o '
        "JOIN address AS a ON a.id = o.address_id JOIN person AS p ON p.id = o.person_id ORDER BY 1, 5, o.id"
    ).fetchall()
    return [
        (user, stage, language, re.sub(r"/l/[\w-]{22}", "/l/…", body), at) for user, stage, language, body, at in told
    ]


def test_four_ledgers_have_hours_of_past_months(rows: sqlite3.Cursor) -> None:
    told = rows.execute(
        "SELECT ledger, count(*), min(starts_at), max(starts_at) FROM hours WHERE status <> 'void' GROUP BY 1"
    ).fetchall()

    assert {ledger for ledger, *_ in told} == {"volunteer", "wages", "paid_time_off", "stipend"}
    for ledger, count, first, last in told:
        assert count >= 20, ledger
        assert (MONDAY - from_micros(first)).days > 60, ledger
        assert (MONDAY - from_micros(last)).days < 30, ledger


def test_no_minute_counts_twice_and_what_is_paid_is_within_its_allowance(rows: sqlite3.Cursor) -> None:
    overlaps = rows.execute(
        "SELECT count(*) FROM hours AS a JOIN hours AS b ON a.person_id = b.person_id AND a.id < b.id "
        "AND a.starts_at < b.starts_at + b.minutes * 60000000 AND b.starts_at < a.starts_at + a.minutes * 60000000 "
        "WHERE a.status <> 'void' AND b.status <> 'void'"
    ).fetchone()[0]
    untrue = rows.execute(
        "SELECT count(*) FROM allowance AS a WHERE a.used_minutes > a.granted_minutes OR a.used_minutes <> "
        "(SELECT COALESCE(sum(r.minutes), 0) FROM reservation AS r WHERE r.allowance_id = a.id)"
    ).fetchone()[0]

    assert overlaps == 0
    assert untrue == 0


def test_seats_are_as_many_as_bookings(rows: sqlite3.Cursor) -> None:
    wrong = rows.execute(
        "SELECT count(*) FROM slot AS s WHERE s.taken > s.capacity OR s.taken <> "
        "(SELECT count(*) FROM booking AS b WHERE b.slot_id = s.id AND b.status <> 'released')"
    ).fetchone()[0]

    assert wrong == 0


def test_everything_comes_again_by_a_rule_but_not_on_holidays(rows: sqlite3.Cursor) -> None:
    without = rows.execute("SELECT count(*) FROM slot WHERE series_id IS NULL").fetchone()[0]
    on_holidays = rows.execute("SELECT count(*) FROM slot WHERE series_day IN (SELECT day FROM holiday)").fetchone()[0]
    holidays = rows.execute("SELECT count(*) FROM holiday").fetchone()[0]

    assert without == on_holidays == 0
    assert holidays > 20


def test_nobody_of_a_school_is_among_the_contacts(rows: sqlite3.Cursor) -> None:
    contacts = [contact for (contact,) in rows.execute("SELECT supervisor_contact FROM site")]
    contacts += [contact for (contact,) in rows.execute("SELECT contact FROM organisation WHERE kind <> 'district'")]
    districts = [contact for (contact,) in rows.execute("SELECT contact FROM organisation WHERE kind = 'district'")]

    assert all(contacts)
    assert districts == [""]


def test_some_wait_for_a_guardian_some_came_late_off_and_some_claims_wait(rows: sqlite3.Cursor) -> None:
    waiting = rows.execute("SELECT count(*) FROM guardian WHERE status = 'asked'").fetchone()[0]
    late = rows.execute("SELECT count(*) FROM task WHERE kind = 'late_cancellation'").fetchone()[0]
    claimed = rows.execute("SELECT count(*) FROM hours WHERE status = 'claimed'").fetchone()[0]

    assert waiting >= 5
    assert late >= 1
    assert claimed >= 1
