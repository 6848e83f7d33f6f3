"""What has to be met before a shift, counted on its day, and which notice of its end is due."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import LANGUAGES
from flows.files.shape import FlowError
from flows.library import shipped
from flows.requirements import read_requirements
from flows.rules.requirements import (
    LADDER,
    Ending,
    Held,
    Need,
    SiteNeed,
    State,
    Status,
    Subject,
    due_notice,
    judge,
    last_day,
    needs_of,
    outstanding,
)

DAY = date(2027, 3, 1)
ADULT = Subject(birth_date=date(1990, 5, 14), audience="employee", role="tutor")
MINOR = Subject(birth_date=date(2010, 5, 14), audience="high_school", role="tutor")
CHECK = Need(kind="background_check", min_age=18)
CONSENT = Need(kind="guardian_consent", below_age=18)
TWO = Need(kind="reference", many=2)
days = st.dates(date(2024, 1, 1), date(2032, 12, 31))


def met(kind: str = "background_check", nth: int = 1, **dates: date) -> Held:
    return Held(kind=kind, nth=nth, status=Status.MET, **dates)


def state(need: Need, *held: Held, who: Subject = ADULT, on: date = DAY, site: SiteNeed | None = None) -> State:
    (finding,) = judge(who, [need], held, on=on, site={need.kind: site} if site else {})
    return finding.state


def test_shipped_requirements_have_words_and_guardians_alone_are_asked_without_a_setting() -> None:
    requirements = shipped().requirements

    assert {one.need.kind for one in requirements.values() if one.need.needed} == {"guardian_consent"}
    assert requirements["reference"].need.many == 2
    assert all(one.label[language] and one.ask[language] for one in requirements.values() for language in LANGUAGES)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ((), State.MISSING),
        ((met(),), State.MET),
        ((met(valid_until=DAY),), State.MET),
        ((met(valid_until=DAY - timedelta(days=1)),), State.EXPIRED),
        ((met(valid_from=DAY),), State.MET),
        ((met(valid_from=DAY + timedelta(days=1)),), State.EXPIRED),
        ((Held(kind="background_check", status=Status.REFUSED),), State.REFUSED),
        ((Held(kind="background_check", status=Status.PENDING),), State.MISSING),
        ((Held(kind="background_check", status=Status.ASKED),), State.MISSING),
        ((met("interview"),), State.MISSING),
    ],
)
def test_a_requirement_counts_on_the_day_of_the_shift(found: tuple[Held, ...], expected: State) -> None:
    assert state(CHECK, *found) is expected


def test_two_references_are_two() -> None:
    assert state(TWO, met("reference", 1)) is not State.MET
    assert state(TWO, met("reference", 1), met("reference", 2)) is State.MET


def test_below_18_there_is_no_record_check_but_consent_and_references() -> None:
    needs = [CHECK, CONSENT, TWO]

    assert outstanding(MINOR, needs, [], on=DAY) == ("guardian_consent", "reference")
    assert outstanding(ADULT, needs, [], on=DAY) == ("background_check", "reference")


def test_the_18th_birthday_asks_for_the_check_on_that_very_day() -> None:
    birthday = date(2028, 5, 14)

    assert state(CHECK, who=MINOR, on=birthday - timedelta(days=1)) is State.UNNEEDED
    assert state(CHECK, who=MINOR, on=birthday) is State.MISSING
    assert state(CONSENT, who=MINOR, on=birthday) is State.UNNEEDED


def test_a_site_may_ask_for_more_for_less_and_for_fresher() -> None:
    quiet = Need(kind="background_check", needed=False)
    old = met(valid_from=DAY - timedelta(days=400))

    assert state(quiet) is State.UNNEEDED
    assert state(quiet, site=SiteNeed(needed=True)) is State.MISSING
    assert state(CHECK, site=SiteNeed(needed=False)) is State.UNNEEDED
    assert state(CHECK, old) is State.MET
    assert state(CHECK, old, site=SiteNeed(needed=True, months=12)) is State.EXPIRED
    assert state(CHECK, old, site=SiteNeed(needed=True, months=14)) is State.MET


def test_audiences_and_roles_narrow_whom_it_concerns() -> None:
    need = Need(kind="x", audiences=frozenset({"employee"}), roles=frozenset({"mentor"}))

    assert state(need) is State.UNNEEDED
    assert state(need, who=Subject(birth_date=None, audience="employee", role="mentor")) is State.MISSING


def test_the_settings_add_to_what_is_always_asked() -> None:
    asked = {need.kind for need in needs_of(shipped().requirements, ["interview"]) if need.needed}

    assert asked == {"guardian_consent", "interview"}


@given(days, st.integers(1, 120))
def test_a_site_with_the_same_months_agrees_with_the_last_day(begins: date, months: int) -> None:
    last = last_day(begins, months)
    assert last is not None
    always = met(valid_from=begins)
    own = SiteNeed(needed=True, months=months)

    assert state(CHECK, always, on=last, site=own) is State.MET
    assert state(CHECK, always, on=last + timedelta(days=1), site=own) is State.EXPIRED


@given(days, st.integers(0, 800), st.lists(st.integers(0, 900), max_size=40))
def test_each_notice_is_due_once_and_in_order(met_on: date, holds: int, looks: list[int]) -> None:
    until, told = met_on + timedelta(days=holds), None
    sent: list[int] = []
    for day in sorted(looks):
        ending = Ending(valid_until=until, met_on=met_on, told_days=told)
        due = due_notice(ending, met_on + timedelta(days=day))
        if due is not None:
            assert 0 <= (until - met_on).days - day <= due
            told, sent = due, [*sent, due]

    assert sent == sorted(set(sent), reverse=True)
    assert set(sent) <= set(LADDER)


def test_who_is_looked_at_daily_is_told_at_60_30_and_7_days() -> None:
    until, told = date(2027, 6, 1), None
    sent: dict[int, int] = {}
    for left in range(100, -3, -1):
        due = due_notice(
            Ending(valid_until=until, met_on=date(2025, 6, 2), told_days=told), until - timedelta(days=left)
        )
        if due:
            told, sent[left] = due, due

    assert sent == {60: 60, 30: 30, 7: 7}


TABLE = """
[x]
label.en = 'x'
label.es = 'x'
ask.en = 'x'
ask.es = 'x'
decides = 'coordinator'
"""


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("[x", "this is not TOML"),
        (TABLE + "month = 3", "unknown key; did you mean 'months'?"),
        (TABLE + "months = 0", "requirements.toml:2: x.months"),
        (TABLE.replace("label.es = 'x'\n", ""), "has no words in 'es'; add label.es"),
        (TABLE + "min_age = 18\nbelow_age = 18", "fit nobody"),
        (TABLE.replace("decides = 'coordinator'\n", ""), "x.decides: is missing; add it"),
        (TABLE.replace("'coordinator'", "'principal'"), "found 'principal'"),
    ],
)
def test_a_wrong_file_is_told_plainly(source: str, said: str) -> None:
    with pytest.raises(FlowError) as raised:
        read_requirements(source)

    assert said in str(raised.value)
