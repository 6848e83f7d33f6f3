"""Who belongs to which organisation, and which time it pays for: the rules alone."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.library import shipped
from flows.rules.organisations import (
    MAX_WRONG_A_DAY,
    MAX_WRONG_CODES,
    TIME_REASONS,
    WARN_AT,
    WRONG_WITHIN,
    Allowance,
    Guessing,
    Organisation,
    OrganisationKind,
    PaidBy,
    Policy,
    PolicyError,
    due_warning,
    find_organisation,
    guessing,
    held_until,
    is_code,
    looks_like_code,
    may_be_code,
    monday_of,
    normal_code,
    payer,
    read_policy,
    refuse_time,
    write_policy,
)

ACME = Organisation(id=1, kind=OrganisationKind.EMPLOYER, name="Acme", code="ACME4242", slack_team="T1")
COLLEGE = Organisation(id=2, kind=OrganisationKind.COLLEGE, name="Benito Juárez College", code="BJC2027")
DISTRICT = Organisation(
    id=3,
    kind=OrganisationKind.DISTRICT,
    name="Chicago Schools",
    code="CPS2027",
    policy=Policy(schools=("Lincoln Park High",)),
)
ALL = (ACME, COLLEGE, DISTRICT)
#: A Thursday.
SHIFT = datetime(2026, 12, 3, 16, 0)  # noqa: DTZ001 - a wall clock


def found(kind: OrganisationKind, said: str, *, team: str | None = None) -> str | None:
    organisation = find_organisation(ALL, kind, said, slack_team=team)
    return organisation.name if organisation else None


@pytest.mark.parametrize("said", ["ACME4242", "acme-4242", " Acme 42 42 ", "ACME.4242"])
def test_code_is_known_however_it_is_typed(said: str) -> None:
    assert found(OrganisationKind.EMPLOYER, said) == "Acme"


@pytest.mark.parametrize("said", ["Acme", "ACME", "ACME4243", "BJC2027", "1", ""])
def test_nothing_but_its_own_code_opens_an_employer(said: str) -> None:
    assert found(OrganisationKind.EMPLOYER, said) is None


def test_workspace_tells_the_employer_whatever_is_typed_but_a_code_goes_first() -> None:
    other = Organisation(id=4, kind=OrganisationKind.EMPLOYER, name="Globex", code="GLOBEX77")

    assert found(OrganisationKind.EMPLOYER, "the bakery", team="T1") == "Acme"
    assert found(OrganisationKind.EMPLOYER, "the bakery", team="T2") is None
    assert find_organisation([*ALL, other], other.kind, "globex77", slack_team="T1") is other


@pytest.mark.parametrize("said", ["benito juarez college", "BJC-2027", "Benito Juárez  College!"])
def test_college_is_known_by_name_as_well(said: str) -> None:
    assert found(OrganisationKind.COLLEGE, said) == "Benito Juárez College"


def test_student_is_known_by_school() -> None:
    assert found(OrganisationKind.DISTRICT, "lincoln park high") == "Chicago Schools"


@pytest.mark.parametrize(
    ("said", "is_one"),
    [
        ("ACME42", True),
        ("acme-42", True),
        ("ACME 42 42", True),
        ("Acme Bakeries", False),
        ("IBM", False),
        ("3M", False),
        ("I work at 7 Eleven", False),
        ("none yet", False),
        ("x" * 30 + "1", False),
        ("123456", False),
    ],
)
def test_what_looks_like_a_code(said: str, is_one: bool) -> None:
    assert looks_like_code(said) is is_one


@given(st.text())
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normal_code(normal_code(text)) == normal_code(text)
    assert not is_code(normal_code(text)) or len(normal_code(text)) >= 6


def test_whoever_pays_is_an_organisation_and_a_district_never_pays() -> None:
    assert {payer.value for payer in PaidBy} == {kind.value for kind in OrganisationKind} - {"district"}


# --- policies ---------------------------------------------------------------------------------------------------------


@given(
    st.builds(
        Policy,
        approve_members=st.booleans(),
        hours_per_year=st.integers(0, 2000),
        training_hours_at_most=st.none() | st.integers(0, 2000),
        schools=st.lists(st.text(), max_size=3).map(tuple),
    )
)
def test_policy_is_read_as_it_was_written(policy: Policy) -> None:
    assert read_policy(write_policy(policy)) == policy


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"hours": 3}, "hours: there is no such policy"),
        ({"hours_per_year": "lots"}, "hours_per_year: found 'lots'; write a number of hours"),
        ({"hours_per_year": True}, "hours_per_year: found True"),
        ({"hours_needed": -1}, "hours_needed: found -1"),
        ({"needs_manager": 1}, "needs_manager: found 1; write true or false"),
        ({"schools": "Lincoln"}, "schools: found 'Lincoln'"),
    ],
)
def test_policy_that_is_none_is_told(table: dict[str, object], says: str) -> None:
    with pytest.raises(PolicyError, match="^" + says.replace("(", r"\(")):
        read_policy(table)


# --- which time is paid -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audience", "answers", "by"),
    [
        ("work_study", {"award": True}, PaidBy.COLLEGE),
        ("work_study", {}, PaidBy.COLLEGE),
        ("work_study", {"award": None}, PaidBy.COLLEGE),
        ("work_study", {"award": False}, None),
        ("employee", {"time_off": "vto"}, PaidBy.EMPLOYER),
        ("employee", {"time_off": "own"}, None),
        ("older_adult", {}, None),
        (None, {}, None),
    ],
)
def test_who_would_pay(audience: str | None, answers: dict[str, object], by: PaidBy | None) -> None:
    assert payer(audience, answers) is by


def award(**fields: object) -> Allowance:
    usual: dict[str, object] = {"paid_by": PaidBy.COLLEGE, "authorised": True, "left": {"award": 600}}
    return Allowance(**{**usual, **fields})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("allowance", "reason"),
    [
        (None, None),
        (award(), None),
        (award(left={"award": 60}), None),
        (award(left={"award": 59}), "award_used"),
        (award(left={}), "award_used"),
        (award(authorised=False), "aid_office"),
        (award(ends_on=date(2026, 12, 3)), None),
        (award(ends_on=date(2026, 12, 2)), "award_over"),
        (award(weekly_minutes=60), None),
        (award(weekly_minutes=120, taken={date(2026, 11, 30): 61}), "week_full"),
        (award(weekly_minutes=120, taken={date(2026, 11, 23): 61}), None),
        (award(paid_by=PaidBy.EMPLOYER, left={}, each_year=60), None),
        (award(paid_by=PaidBy.EMPLOYER, left={"2026": 0}, each_year=600), "time_off_used"),
        (award(paid_by=PaidBy.EMPLOYER, left={"2027": 0}, each_year=60), None),
    ],
)
def test_hour_is_refused_for_a_reason(allowance: Allowance | None, reason: str | None) -> None:
    assert refuse_time(allowance, SHIFT, 60) == reason


@given(st.integers(0, 3000), st.integers(0, 3000), st.integers(1, 1440), st.integers(0, 3000))
def test_no_hour_is_ever_covered_beyond_award_or_week(left: int, weekly: int, minutes: int, taken: int) -> None:
    allowance = award(left={"award": left}, weekly_minutes=weekly, taken={monday_of(SHIFT.date()): taken})

    covered = refuse_time(allowance, SHIFT, minutes) is None

    assert covered == (minutes <= left and taken + minutes <= weekly)


def test_every_reason_has_a_sentence() -> None:
    phrases = shipped().phrases

    assert [reason for reason in TIME_REASONS if f"refusal.{reason}" not in phrases] == []


@given(st.integers(0, 1000), st.lists(st.integers(-60, 60), max_size=60))
def test_each_share_is_told_once_at_most_whatever_is_booked_and_given_back(granted: int, steps: list[int]) -> None:
    used, warned, told = 0, 0, []
    for step in steps:
        used = min(max(used + step, 0), granted)
        if share := due_warning(used=used, granted=granted, warned=warned):
            told.append(share)
            warned = share
            assert used * 100 >= granted * share

    assert told == sorted(set(told))
    assert set(told) <= set(WARN_AT)


@pytest.mark.parametrize(("hours", "holds"), [(1, 1), (14, 2), (60, 48), (300, 72)])
def test_place_is_held_for_a_manager_until_half_a_day_before_at_most_three_days(hours: int, holds: int) -> None:
    now = datetime(2026, 12, 1, 12, tzinfo=UTC)

    assert held_until(now, now + timedelta(hours=hours)) == now + timedelta(hours=holds)


# --- guesses ----------------------------------------------------------------------------------------------------------

_AT: Final = datetime(2026, 11, 23, 16, tzinfo=UTC)


@given(st.lists(st.integers(min_value=0, max_value=3 * 24 * 3600), max_size=120).map(sorted))
def test_no_more_codes_are_ever_compared_than_a_window_and_a_day_allow(seconds: list[int]) -> None:
    compared: list[datetime] = []
    for at in (_AT + timedelta(seconds=one) for one in seconds):
        if guessing(compared, at) is Guessing.FREE:
            compared.append(at)

    for at in compared:
        assert sum(timedelta() <= at - one < WRONG_WITHIN for one in compared) <= MAX_WRONG_CODES
        assert sum(timedelta() <= at - one < timedelta(days=1) for one in compared) <= MAX_WRONG_A_DAY


@pytest.mark.parametrize("said", ["GUESS12", "guess 12", "g-u-e-s-s-1", "1234567"])
def test_whatever_could_be_a_code_is_counted_however_it_is_typed(said: str) -> None:
    assert may_be_code(said)


def test_employer_without_a_code_is_opened_by_nothing() -> None:
    nameless = Organisation(id=9, kind=OrganisationKind.EMPLOYER, name="Initech", code="")

    assert find_organisation([nameless], OrganisationKind.EMPLOYER, "???", slack_team=None) is None


@pytest.mark.parametrize(
    ("kind", "said", "found"),
    [
        (OrganisationKind.COLLEGE, "benito juarez", COLLEGE),
        (OrganisationKind.COLLEGE, "Benito", COLLEGE),
        (OrganisationKind.COLLEGE, "colegio Benito Juárez", COLLEGE),
        (OrganisationKind.COLLEGE, "Juarez", None),
        (OrganisationKind.COLLEGE, "Benito Lopez College", None),
        (OrganisationKind.COLLEGE, "college", None),
        (OrganisationKind.DISTRICT, "lincoln park", DISTRICT),
        (OrganisationKind.DISTRICT, "Lincoln Park HS", DISTRICT),
        (OrganisationKind.DISTRICT, "Lincoln High", None),
        (OrganisationKind.DISTRICT, "Lincoln Park Academy", None),
        (OrganisationKind.EMPLOYER, "acme", None),
    ],
)
def test_a_college_or_school_is_found_by_what_it_is_called(
    kind: OrganisationKind, said: str, found: Organisation | None
) -> None:
    assert find_organisation(ALL, kind, said, slack_team=None) == found


def test_of_two_colleges_called_alike_none_is_taken() -> None:
    other = Organisation(id=4, kind=OrganisationKind.COLLEGE, name="Benito Sur College", code="BSC2027")

    assert find_organisation((*ALL, other), OrganisationKind.COLLEGE, "Benito", slack_team=None) is None
    assert find_organisation((*ALL, other), OrganisationKind.COLLEGE, "Benito Sur", slack_team=None) == other
