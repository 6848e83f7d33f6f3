"""A guardian decides until the 18th birthday, and a decision moves people only where it should."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.facts import GuardianStatus, age_on
from flows.rules.guardians import BECOMES, MAY_FOLLOW, Decision, applies, last_day, refused, same_person, stage_after
from flows.rules.requirements import Held, Status
from flows.stages import MAY_SERVE, MAY_TRAIN, Stage


@given(born=st.dates(date(1990, 1, 1), date(2024, 12, 31)) | st.just(date(2008, 2, 29)), days=st.integers(-3, 3))
def test_consent_is_needed_to_the_last_day_before_the_18th_birthday(born: date, days: int) -> None:
    last = last_day(born)

    assert applies(born, last)
    assert not applies(born, last + timedelta(days=1))
    assert age_on(born, last + timedelta(days=1)) == 18
    assert applies(born, last + timedelta(days=days)) == (days <= 0)


def test_nobody_decides_for_somebody_of_unknown_age() -> None:
    assert not applies(None, date(2026, 1, 1))


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("before", [None, *Stage])
@pytest.mark.parametrize("needs_review", [True, False])
def test_withdrawal_takes_everything_from_people_and_agreeing_gives_no_more_than_they_had(
    stage: Stage, before: Stage | None, needs_review: bool
) -> None:
    withdrawn = stage_after(Decision.WITHDRAW, stage, before=before, needs_review=needs_review)
    agreed = stage_after(Decision.AGREE, stage, before=before, needs_review=needs_review)

    assert withdrawn not in MAY_TRAIN | MAY_SERVE
    assert stage_after(Decision.DECLINE, stage, before=before, needs_review=needs_review) is stage
    if stage is not Stage.WAITING_GUARDIAN:
        assert agreed is stage
    elif before is None:
        assert agreed is (Stage.IN_REVIEW if needs_review else Stage.ELIGIBLE)
    else:
        assert agreed is {Stage.PLACED: Stage.READY, Stage.TRAINING: Stage.ELIGIBLE}.get(before, before)


@pytest.mark.parametrize("decision", Decision)
def test_no_decision_follows_itself(decision: Decision) -> None:
    assert BECOMES[decision] not in MAY_FOLLOW[decision]
    assert GuardianStatus.REPLACED not in MAY_FOLLOW[decision]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Maria Lopez", "maría López Diaz", True),
        ("Maria Lopez", "Maria Lopes", True),
        ("Maria Lopez", "Pedro Lopez", False),
        ("Maria Lopez", "", False),
    ],
)
def test_family_shares_its_names_but_the_first(one: str, other: str, *, same: bool) -> None:
    assert same_person(one, other) is same_person(other, one) is same


@given(st.sampled_from(list(Status)), st.sampled_from(["guardian_consent", "reference"]))
def test_only_a_refused_consent_is_a_refusal(status: Status, kind: str) -> None:
    held = (Held(kind="background_check", status=Status.REFUSED), Held(kind=kind, status=status))

    assert refused(held) is (kind == "guardian_consent" and status is Status.REFUSED)
