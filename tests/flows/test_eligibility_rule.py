"""Who is accepted at once, and whom a coordinator looks at first."""

from __future__ import annotations

from datetime import date

import pytest

from flows.facts import age_on
from flows.rules.eligibility import needs_review
from flows.stages import MAY_SERVE, MAY_TRAIN, Stage
from tests.flows.talk import LIBRARY

AUDIENCES = ["work_study", "employee", "older_adult", "high_school"]
#: What the programme's rules accept without a look.
ACCEPTED = {
    "tutor": set(AUDIENCES),
    "mentor": set(AUDIENCES),
    "success_coach": {"work_study"},
    "transition_coach": {"work_study", "employee"},
    "wraparound_coordinator": set[str](),
}


@pytest.mark.parametrize("audience", AUDIENCES)
@pytest.mark.parametrize("role", sorted(LIBRARY.roles))
def test_role_is_accepted_for_its_audiences_alone(role: str, audience: str) -> None:
    assert needs_review(LIBRARY.roles[role], audience) is (audience not in ACCEPTED[role])


def test_unknown_role_or_audience_needs_a_look() -> None:
    assert needs_review(None, "employee")
    assert needs_review(LIBRARY.roles["tutor"], None)
    assert needs_review(LIBRARY.roles["tutor"], "astronaut")


def test_only_supervised_roles_take_minors() -> None:
    assert {role.id for role in LIBRARY.roles.values() if role.minors} == {"tutor", "mentor"}


def test_nobody_serves_before_training() -> None:
    assert MAY_SERVE < MAY_TRAIN
    assert not MAY_TRAIN & {Stage.IN_REVIEW, Stage.WAITING_GUARDIAN, Stage.PAUSED, Stage.ENDED, Stage.NOT_ELIGIBLE}


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        ("2008-11-23", "2026-11-22", 17),
        ("2008-11-23", "2026-11-23", 18),
        ("2008-02-29", "2026-02-28", 17),
        ("2008-02-29", "2026-03-01", 18),
    ],
)
def test_age_is_counted_in_full_years(born: str, day: str, age: int) -> None:
    assert age_on(date.fromisoformat(born), date.fromisoformat(day)) == age
