"""Which ledger time goes to, what needs a look, what overlaps, and which groups may be shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import Json, SlotKind
from flows.rules.attendance import stage_after, tells_human
from flows.rules.disclosure import LEAST, Group, disclose
from flows.rules.ledger import Ledger, Span, is_possible, ledger_for, needs_look, overlaps, usual_minutes
from flows.rules.organisations import PaidBy
from flows.rules.terms import term_of
from flows.stages import Stage

START = datetime(2026, 12, 1, 22, 0, tzinfo=UTC)
_FOSTER: dict[str, Json] = {"programme": "foster_grandparent", "income_within_limit": True}


@pytest.mark.parametrize(
    ("audience", "answers", "paid_by", "ledger"),
    [
        ("work_study", {}, PaidBy.COLLEGE, Ledger.WAGES),
        ("work_study", {}, None, Ledger.VOLUNTEER),
        ("employee", {"time_off": "vto"}, PaidBy.EMPLOYER, Ledger.PAID_TIME_OFF),
        ("employee", {"time_off": "vto"}, None, Ledger.VOLUNTEER),
        ("employee", {"time_off": "own"}, PaidBy.EMPLOYER, Ledger.PAID_TIME_OFF),  # they have said otherwise since
        ("older_adult", _FOSTER, None, Ledger.STIPEND),
        ("older_adult", {**_FOSTER, "income_within_limit": None}, None, Ledger.VOLUNTEER),
        ("older_adult", {"programme": "rsvp", "income_within_limit": True}, None, Ledger.VOLUNTEER),
        ("high_school", {}, None, Ledger.VOLUNTEER),
        (None, {}, None, Ledger.VOLUNTEER),
    ],
)
def test_time_goes_to_the_ledger_of_whoever_pays_for_it(
    audience: str | None, answers: dict[str, Json], paid_by: PaidBy | None, ledger: Ledger
) -> None:
    assert ledger_for(audience, answers, paid_by) is ledger


def test_claims_that_differ_from_the_plan_need_a_look() -> None:
    assert [minutes for minutes in (59, 60, 90, 91) if needs_look(minutes, planned=60)] == [59, 91]


def test_impossible_lengths_are_none() -> None:
    assert [minutes for minutes in (-5, 0, 1, 960, 961) if is_possible(minutes)] == [1, 960]


@pytest.mark.parametrize(("after", "minutes"), [(1, 5), (14, 10), (44, 40), (45, 60), (60, 60), (600, 60)])
def test_who_names_no_hours_served_as_planned_or_until_they_left(after: int, minutes: int) -> None:
    assert usual_minutes(Span(starts_at=START, minutes=60), START + timedelta(minutes=after)) == minutes


_SPANS = st.builds(
    lambda at, minutes: Span(starts_at=START + timedelta(minutes=at), minutes=minutes),
    st.integers(0, 600),
    st.integers(1, 180),
)


@given(_SPANS, st.lists(_SPANS, max_size=4))
def test_time_overlaps_exactly_when_a_minute_is_in_both(span: Span, others: list[Span]) -> None:
    def minutes(one: Span) -> set[datetime]:
        return {one.starts_at + timedelta(minutes=n) for n in range(one.minutes)}

    assert overlaps(span, others) == any(minutes(span) & minutes(other) for other in others)


@pytest.mark.parametrize(
    ("kind", "stage", "after"),
    [
        (SlotKind.TRAINING, Stage.TRAINING, Stage.READY),
        (SlotKind.TRAINING, Stage.VETTING, Stage.VETTING),
        (SlotKind.SHIFT, Stage.PLACED, Stage.ACTIVE),
        (SlotKind.SHIFT, Stage.PAUSED, Stage.PAUSED),
        (SlotKind.SHIFT, Stage.ACTIVE, Stage.ACTIVE),
    ],
)
def test_having_come_moves_on(kind: SlotKind, stage: Stage, after: Stage) -> None:
    assert stage_after(kind, stage) is after


def test_every_third_missed_shift_tells_a_human() -> None:
    assert [missed for missed in range(8) if tells_human(missed)] == [3, 6]


@pytest.mark.parametrize(
    ("day", "term"),
    [("2026-07-31", "2026-2-summer"), ("2026-08-01", "2026-3-fall"), ("2027-05-31", "2027-1-spring")],
)
def test_terms_follow_the_school_year(day: str, term: str) -> None:
    assert term_of(datetime.fromisoformat(day).date()) == term


# --- what may be shown ------------------------------------------------------------------------------------------------


_GROUPS = st.lists(st.frozensets(st.integers(1, 14), max_size=9), max_size=7).map(
    lambda people: [Group(key=n, people=one, minutes=7 * len(one) + n) for n, one in enumerate(people)]
)


@given(_GROUPS)
def test_nothing_shown_is_about_fewer_than_five_people_even_by_subtraction(groups: list[Group[int]]) -> None:
    shown = disclose(groups)

    assert all(len(group.people) >= LEAST for group in shown.shown)
    everybody = frozenset[int]().union(*(group.people for group in groups))
    seen = frozenset[int]().union(*(group.people for group in shown.shown))
    assert shown.rest is None or len(everybody - seen) >= LEAST
    if shown.withheld:
        assert not shown.shown
        assert shown.rest is None


@given(_GROUPS)
def test_what_is_shown_adds_up_to_everything_unless_it_is_withheld(groups: list[Group[int]]) -> None:
    shown = disclose(groups)

    total = sum(group.minutes for group in shown.shown) + (shown.rest.minutes if shown.rest else 0)
    assert shown.withheld or total == sum(group.minutes for group in groups)


def test_one_small_group_takes_others_along_until_five_are_hidden() -> None:
    big, middle = frozenset(range(10)), frozenset(range(20, 26))

    shown = disclose(
        [
            Group(key="big", people=big, minutes=100),
            Group(key="middle", people=middle, minutes=60),
            Group(key="one", people=frozenset({30}), minutes=5),
        ]
    )

    assert [group.key for group in shown.shown] == ["big"]
    assert shown.rest
    assert (len(shown.rest.people), shown.rest.minutes) == (7, 65)
