"""The statements of the hot path find their rows by index, however much lies in the tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from storage import outbox as outbox_queries
from storage.database import Database
from storage.operations import (
    addresses,
    broadcasts,
    calendar_mails,
    covers,
    outbox,
    reading,
    reminders,
    settling,
    swaps,
    timers,
    upcoming,
    waits,
)
from storage.statements import POSTGRES, SQLITE
from tests.databases import NewDatabase
from tests.storage.cases import change

_VALUES = {
    "hub": "'hub'",
    "channel": "'sms'",
    "account": "'MG1'",
    "user": "'p7'",
    "provider_id": "'SM7'",
    "reference": "'o7'",
    "kind": "'shift'",
    "limit": "100",
    "now": "5000000000000000",
    "until": "6000000000000000",
    "before": "5000000000000000",
    "person_id": "7",
    "address_id": "7",
    "turn": "7",
    "id": "1",
    "last": "1000",
    "last_id": "2000",
    "ref_begins": "'r-'",
    "key_begins": "'broadcast:1:'",
    "expires_at": "4000000000000000",
    **{f"{name}_{language}": "'x'" for name in ("body", "first_name_else", "site_else") for language in ("en", "es")},
    **dict.fromkeys(("role", "audience", "stage", "language"), "NULL"),
    **dict.fromkeys(("site", "organisation", "answered", "not_answered"), "NULL"),
    "up_to": "5000",
    "countries": "'[\"US\"]'",
    "has_countries": "1",
    "crowded_since": "4000000000000000",
    "crowded_by": "4",
    "ids": "'[7, 8]'",
}
#: Each with the indexes that it must read.
_STATEMENTS = {
    "load": (reading.LOAD, ("uq_inbound_", "uq_address_")),
    "bookings": (reading.BOOKINGS, ("_booking_",)),
    "find_slots": (reading.FIND_SLOTS, ("ix_slot_open",)),
    "kept_seats_of_a_person": (reading.OFFERS, ("wait",)),
    "courses": (reading.COURSES, ("_booking_",)),
    "last_site": (reading.LAST_SITE, ("_booking_",)),
    "lines_that_are_over": (waits.OVER, ("_wait_live",)),
    "unfilled": (waits.UNFILLED, ("ix_wait_",)),
    "kept_seats": (waits.KEPT, ("_wait_live",)),
    "calls_for_cover": (covers.DUE, ("_cover_",)),
    "swaps_without_answer": (swaps.LAPSED, ("ix_swap_open",)),
    "calls_that_ask_a_person": (reading.COVER_ASKS, ("ix_cover_ask_person",)),
    "swaps_that_ask_a_person": (reading.SWAP_ASKS, ("ix_swap_",)),
    "next_account": (outbox.NEXT_ACCOUNT, ("ix_outbox_ready",)),
    "next_channel": (outbox.NEXT_CHANNEL, ("ix_outbox_ready",)),
    "claim": (outbox.CLAIM, ("ix_outbox_ready", "ix_outbox_in_line")),
    "unsettled": (outbox.UNSETTLED, ("ix_outbox_unsettled",)),
    "report_by_reference": (settling.FIND_BY_REFERENCE, ("uq_outbox_",)),
    "report_by_provider": (settling.FIND_BY_PROVIDER, ("ix_outbox_provider",)),
    "opt_out": (addresses.DROP_LINE, ("ix_outbox_person",)),
    "upcoming": (
        upcoming.OFTEN,
        (
            "ix_outbox_waiting",
            "ix_reminder_due",
            "_wait_live",
            "_cover_",
            "ix_swap_open",
            "ix_timer_due",
            "ix_outbox_ready",
        ),
    ),
    "dates_to_mail": (calendar_mails.NEXT, ("_booking_",)),
    "promote": (outbox.PROMOTE, ("ix_outbox_waiting",)),
    "due_reminders": (reminders.DUE, ("ix_reminder_due",)),
    "due_timers": (timers.DUE, ("ix_timer_due",)),
    "load_for_timer": (timers.LOAD, ("_booking_",)),
    "stretch": (broadcasts.STRETCH, ("_person",)),
    "fan_out": (broadcasts.FAN_OUT, ("_person", "ix_outbox_unasked", "_channel_preference")),
    "who_was_written_to_often": (outbox.WITH_CROWDED, ("ix_outbox_unasked",)),
    "park": (broadcasts.PARK, ("ix_outbox_broadcast",)),
    "put_back": (broadcasts.PUT_BACK, ("ix_outbox_broadcast",)),
    "drop_ready": (broadcasts.DROP_READY, ("ix_outbox_broadcast",)),
    "stuck": (outbox_queries.STUCK, ("ix_outbox_ready", "ix_outbox_unsettled", "ix_outbox_waiting")),
}
#: Those that sort a handful of rows which they found by index.
_SORT_A_FEW = {
    "bookings",
    "due_reminders",
    "stuck",
    "fan_out",  # the latest site of one person, where a text names it
    "park",
    "put_back",
    "drop_ready",
    "kept_seats_of_a_person",
    "courses",
    "last_site",
    "lines_that_are_over",
    "unfilled",
    "kept_seats",
    "calls_for_cover",
    "swaps_without_answer",
    "calls_that_ask_a_person",
    "swaps_that_ask_a_person",
}
_TABLES = "cover|cover_ask|swap|wait|outbox|person|address|inbound|slot|booking|reminder|[oepaiskrwflxyz]"
_FILL = (
    """INSERT INTO person (id, hub, ref, stage, answers, created_at, changed_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
       SELECT i, 'hub', 'p' || i, 'ready', '', 0, 0 FROM n""",
    """INSERT INTO address (id, hub, channel, account, "user", person_id, reachable, created_at)
       SELECT id, 'hub', 'sms', 'MG1', ref, id, TRUE, 0 FROM person""",
    """INSERT INTO channel_preference (person_id, purpose, hub, address_id) SELECT id, 'notice', 'hub', id FROM person""",
    # Of 20,000 messages most are done; of each other status there are some hundred.
    """INSERT INTO outbox (hub, ref, dedupe_key, channel, account, address_id, person_id, purpose, priority, status,
           body, choices, step, forget, attempts, created_at, not_before, claimed_at)
       WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
       SELECT 'hub', 'o' || i, 'o' || i, 'sms', 'MG1', 1 + i % 5000, 1 + i % 5000, 'broadcast', 9,
           CASE WHEN i % 100 < 4 THEN i % 100 ELSE 5 END, 'text', '', '', FALSE, 0, i, i, i FROM n""",
    """INSERT INTO slot (id, hub, ref, kind, title, place, starts_local, zone, starts_at, minutes, capacity, taken,
           supervised, one_to_one, cancelled)
       SELECT id, 'hub', ref, 'shift', '', '', '', '', 4000000000000000 + id, 60, 1, 0, TRUE, FALSE, FALSE
       FROM person""",
    """INSERT INTO inbound (hub, channel, account, provider_id, person_id, kind, body, turn, trace, received_at)
       SELECT 'hub', 'sms', 'MG1', ref, id, 'message', '', 1, '', 0 FROM person""",
    """INSERT INTO conversation (person_id, hub, version, state, changed_at) SELECT id, 'hub', 1, '', 0 FROM person""",
    """INSERT INTO booking (id, hub, ref, person_id, slot_id, status, asked, created_at, changed_at)
       SELECT id, 'hub', ref, id, id, 'booked', FALSE, 0, 0 FROM person""",
    """INSERT INTO timer (person_id, hub, turn, kind, due_at)
       SELECT id, 'hub', 1, 'nudge', 4000000000000000 + id FROM person""",
    # Of 5,000 who once waited fifty still do.
    """INSERT INTO wait (hub, ref, person_id, slot_id, status, joined_at, changed_at)
       SELECT 'hub', ref, id, id, CASE WHEN id % 100 = 0 THEN 'waiting' ELSE 'taken' END, 0, 0 FROM person""",
    # Of 5,000 calls and swaps fifty are open.
    """INSERT INTO cover (id, hub, ref, slot_id, status, wave, next_wave_at, opened_at)
       SELECT id, 'hub', ref, id, CASE WHEN id % 100 = 0 THEN 'open' ELSE 'filled' END, 0, 4000000000000000 + id, 0
       FROM person""",
    """INSERT INTO cover_ask (hub, cover_id, person_id, status, asked_at)
       SELECT 'hub', id, id, 'asked', 0 FROM person""",
    """INSERT INTO swap (hub, ref, booking_id, to_person_id, status, expires_at, created_at)
       SELECT 'hub', ref, id, id, CASE WHEN id % 100 = 0 THEN 'asked' ELSE 'taken' END, 4000000000000000 + id, 0
       FROM person""",
    """INSERT INTO reminder (hub, booking_id, kind, due_at, status)
       SELECT 'hub', id, 'day_before', 4000000000000000 + id,
           CASE WHEN id % 50 = 0 THEN 'pending' ELSE 'queued' END FROM person""",
)


@pytest.fixture(scope="module")
def sqlite(new_sqlite: NewDatabase) -> Iterator[Database]:
    """Return an SQLite database in which a scan would show."""
    with new_sqlite() as url:
        yield from _filled(url)


@pytest.fixture(scope="module", params=[False, True], ids=["fresh", "analyzed"])
def postgres(request: pytest.FixtureRequest, new_postgres: NewDatabase) -> Iterator[Database]:
    """Return a PostgreSQL database in which a scan would show, before and after it has looked at itself."""
    with new_postgres() as url:
        for database in _filled(url):
            if request.param:
                change(database, "ANALYZE")
            yield database


def _filled(url: str) -> Iterator[Database]:
    database = Database(url)
    for statement in _FILL:
        change(database, statement)
    yield database
    database.close()


@pytest.mark.parametrize("name", _STATEMENTS)
def test_sqlite_neither_scans_nor_sorts_a_table(sqlite: Database, name: str) -> None:
    sql, indexes = _STATEMENTS[name]

    with sqlite.reading() as session:
        statement = text("EXPLAIN QUERY PLAN " + _with_values(SQLITE.render(sql)))
        plan = [row.detail for row in session.connection().execute(statement)]

    whole = "\n".join(plan).replace("sqlite_autoindex_", "uq_")
    assert [index for index in indexes if index not in whole] == [], whole
    assert [line for line in plan if re.fullmatch(f"SCAN ({_TABLES})", line)] == [], whole
    assert name in _SORT_A_FEW or "TEMP B-TREE" not in whole, whole


@pytest.mark.parametrize("mode", ["force_custom_plan", "force_generic_plan"])
@pytest.mark.parametrize("name", _STATEMENTS)
def test_postgres_does_not_scan_a_table(postgres: Database, name: str, mode: str) -> None:
    sql, indexes = _STATEMENTS[name]
    rendered = POSTGRES.render(sql)
    names = list(dict.fromkeys(re.findall(_PARAMETER, rendered)))
    numbered = re.sub(_PARAMETER, lambda match: f"${names.index(match[1]) + 1}", rendered)

    with postgres.session() as session:
        connection = session.connection()
        connection.exec_driver_sql(f"SET LOCAL plan_cache_mode = {mode}")
        connection.exec_driver_sql(
            "PREPARE statement AS " + numbered.replace("%", "%%")
        )  # no placeholder of the driver
        values = ", ".join(_VALUES[name] for name in names)
        plan = [row[0] for row in connection.exec_driver_sql(f"EXPLAIN EXECUTE statement({values})")]
        connection.exec_driver_sql("DEALLOCATE statement")

    whole = "\n".join(plan)
    assert [index for index in indexes if index not in whole] == [], whole
    assert re.findall(r"Seq Scan on (outbox|reminder|inbound|person)\b", whole) == [], whole


_PARAMETER = r"(?<!:):([a-z_]+)"


def _with_values(sql: str) -> str:
    return re.sub(_PARAMETER, lambda match: _VALUES[match[1]], sql)
