"""What a service letter adds up: every approved minute once, and of it what the district counts."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.rules.ledger import Ledger
from flows.rules.letters import Entry, initials, normal_letter_code, shown_code, summarise
from flows.rules.organisations import Policy

ENTRIES = st.lists(
    st.builds(
        Entry,
        day=st.dates(date(2026, 1, 1), date(2027, 12, 31)),
        minutes=st.integers(1, 960),
        ledger=st.sampled_from(Ledger),
        is_training=st.booleans(),
    ),
    min_size=1,
    max_size=30,
)
POLICIES = st.builds(Policy, training_hours_at_most=st.none() | st.integers(0, 20), hours_needed=st.integers(0, 100))


@given(ENTRIES, st.none() | POLICIES)
def test_sum_is_that_of_the_ledgers_to_the_minute(entries: list[Entry], policy: Policy | None) -> None:
    summary = summarise(entries, policy)

    assert summary
    assert summary.total == sum(entry.minutes for entry in entries)
    assert summary.first_on == min(entry.day for entry in entries)
    assert summary.last_on == max(entry.day for entry in entries)


@given(ENTRIES, POLICIES)
def test_district_counts_unpaid_time_and_training_up_to_its_limit(entries: list[Entry], policy: Policy) -> None:
    unpaid = [entry for entry in entries if entry.ledger is Ledger.VOLUNTEER]
    training = sum(entry.minutes for entry in unpaid if entry.is_training)
    summary = summarise(entries, policy)

    assert summary
    assert summary.counted is not None
    counted_training = summary.counted - sum(entry.minutes for entry in unpaid if not entry.is_training)
    assert 0 <= counted_training <= training
    if policy.training_hours_at_most is not None:
        assert counted_training <= policy.training_hours_at_most * 60


def test_nothing_served_makes_no_letter() -> None:
    assert summarise([], None) is None


@pytest.mark.parametrize(
    ("given_name", "family_name", "says"),
    [("Ana", "López", "A.L."), ("ana", None, "A."), (None, None, ""), (" ", "ruiz", "R.")],
)
def test_initials(given_name: str | None, family_name: str | None, says: str) -> None:
    assert initials(given_name, family_name) == says


@given(st.text("0123456789ABCDEFGHJKMNPQRSTVWXYZ", min_size=12, max_size=12))
def test_code_is_read_from_paper_as_it_was_printed(code: str) -> None:
    assert normal_letter_code(shown_code(code)) == code
    assert normal_letter_code(shown_code(code).lower().replace("-", " ")) == code


def test_slips_of_the_eye_are_put_right() -> None:
    assert normal_letter_code("O1lI-u") == "0111V"
