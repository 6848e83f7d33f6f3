"""Weekly hours are changed by what is said of them: days come on top, take others' place, and keep the hours."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.answering import weekly
from flows.facts import Json
from flows.wording import say_availability
from tests.flows.talk import SCREENED, Talk

SUMMARY = Talk().says(*SCREENED[:9], "mon and wed after 4")
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def hours(talk: Talk) -> str:
    return say_availability(weekly.windows_of(talk.person.answers["availability"]), "en")


@pytest.mark.parametrize(
    ("reply", "then"),
    [
        ("si pero friday también", "Mon, Wed, Fri 4 PM-9 PM"),
        ("and Friday too", "Mon, Wed, Fri 4 PM-9 PM"),
        ("yes but also Friday 9 to 12", "Mon, Wed 4 PM-9 PM; Fri 9 AM-12 PM"),
        ("no, martes y jueves", "Tue, Thu 4 PM-9 PM"),
        ("no, martes y jueves todo el dia", "Tue, Thu 8 AM-9 PM"),
        ("no, Tuesday not Monday", "Tue, Wed 4 PM-9 PM"),
    ],
)
def test_days_at_the_summary_come_on_top_or_keep_the_hours(reply: str, then: str) -> None:
    assert hours(SUMMARY.says(reply)) == then


@pytest.mark.parametrize(("reply", "then"), [("Friday too", "Mon, Wed, Fri 4 PM-9 PM"), ("Friday", "Fri 8 AM-9 PM")])
def test_hours_asked_anew_come_on_top_where_that_is_said(reply: str, then: str) -> None:
    assert hours(SUMMARY.says("CHANGE hours", reply)) == then


@pytest.mark.parametrize(
    ("reply", "then"),
    [
        ("lunes and miércoles por la tarde after 4", "Mon, Wed 4 PM-9 PM"),
        ("lunes y miércoles por la tarde después de las 4", "Mon, Wed 4 PM-9 PM"),
        ("Monday mornings before 10", "Mon 8 AM-10 AM"),
        ("Monday mornings and after 4", "Mon 8 AM-12 PM, 4 PM-9 PM"),
        ("Monday mornings and afternoons", "Mon 8 AM-5 PM"),
    ],
)
def test_hours_by_the_clock_narrow_the_part_of_the_day(reply: str, then: str) -> None:
    assert hours(Talk().says(*SCREENED[:9], reply)) == then


WINDOWS = st.lists(st.sampled_from(DAYS), min_size=1, max_size=7, unique=True).map(
    lambda days: [dict[str, Json](day=day, **{"from": "16:00", "to": "19:00"}) for day in days]
)


@given(old=WINDOWS, new=WINDOWS)
def test_nothing_is_lost_by_what_comes_on_top_and_nothing_old_stays_without(
    old: list[dict[str, Json]], new: list[dict[str, Json]]
) -> None:
    both = weekly.windows_of(weekly.changed("and these too", old, new))
    only = weekly.windows_of(weekly.changed("no these", old, new))

    assert {window["day"] for window in both} == {window["day"] for window in (*old, *new)}
    assert {window["day"] for window in only} == {window["day"] for window in new}
    assert [window["day"] for window in both] == sorted({str(w["day"]) for w in both}, key=DAYS.index)
