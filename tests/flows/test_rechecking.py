"""Where somebody stands once an answer has changed, and what is asked of whoever is accepted."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.effects import Alert, AskRequirements, HandOff, MoveStage, Release
from flows.facts import Json
from flows.rules.requirements import Held, Status
from flows.rules.stages import Gates, after_training, stage_after
from flows.stages import MAY_SERVE, MAY_TRAIN, Stage
from tests.flows.talk import HUB, SCREENED, TRAININGS, Talk, booked

CHECKED = replace(HUB, requires=("background_check", "reference", "interview"))
gates = st.builds(
    Gates,
    minor=st.booleans(),
    guardian_agreed=st.booleans(),
    needs_review=st.booleans(),
    outstanding=st.sampled_from([(), ("reference",)]),
)


@given(st.sampled_from(Stage), gates)
def test_no_minor_without_consent_may_train_or_serve_and_nothing_moves_twice(stage: Stage, found: Gates) -> None:
    after, why = stage_after(stage, found)

    if found.minor and not found.guardian_agreed:
        assert after not in MAY_TRAIN | MAY_SERVE
    assert (after is stage) is (why == "")
    assert stage_after(after, found) == (after, "")


@pytest.mark.parametrize("stage", [Stage.ENQUIRED, Stage.SCREENING, Stage.PAUSED, Stage.ENDED, Stage.NOT_ELIGIBLE])
def test_who_is_not_accepted_or_has_left_stays(stage: Stage) -> None:
    assert stage_after(stage, Gates(minor=True, guardian_agreed=False, needs_review=True))[0] is stage


def test_each_gate_names_itself() -> None:
    fine = Gates(minor=False, guardian_agreed=False, needs_review=False)

    assert stage_after(Stage.ACTIVE, replace(fine, minor=True)) == (Stage.WAITING_GUARDIAN, "under 18")
    assert stage_after(Stage.WAITING_GUARDIAN, fine)[0] is Stage.ELIGIBLE
    assert stage_after(Stage.READY, replace(fine, needs_review=True)) == (Stage.IN_REVIEW, "a coordinator decides")
    assert stage_after(Stage.PLACED, replace(fine, needs_review=True)) == (Stage.IN_REVIEW, "a coordinator decides")
    assert stage_after(Stage.IN_REVIEW, fine)[0] is Stage.ELIGIBLE
    assert stage_after(Stage.READY, replace(fine, outstanding=("reference",))) == (Stage.VETTING, "more is asked")
    assert stage_after(Stage.ACTIVE, replace(fine, outstanding=("reference",)))[0] is Stage.ACTIVE
    assert stage_after(Stage.VETTING, fine)[0] is Stage.ELIGIBLE
    assert stage_after(Stage.VETTING, replace(fine, outstanding=("reference",)))[0] is Stage.VETTING
    assert (after_training(came=True), after_training(came=False)) == (Stage.READY, Stage.ELIGIBLE)


# --- in a talk --------------------------------------------------------------------------------------------------------


def accepted() -> Talk:
    """Go to the offer of trainings, which is open, with two shifts ahead: one in a group, one alone with a child."""
    talk = Talk().says(*SCREENED)
    group, alone = booked("s2", "s3").bookings
    alone = replace(alone, slot=replace(alone.slot, one_to_one=True))
    return replace(talk, bookings=(group, alone)).at(Stage.READY)


def test_an_adult_who_turns_out_to_be_a_minor_waits_for_a_guardian_at_once() -> None:
    talk = accepted().says("actually I was born 5/14/2011")
    talk = talk if talk.all(Release) else talk.says("yes")

    (move,) = talk.all(MoveStage)
    assert (move.stage, move.author) == (Stage.WAITING_GUARDIAN, "rule:stage_after")
    assert "birth_date" in move.cause
    assert {effect.booking for effect in talk.all(Release)} == {"b-s2", "b-s3"}
    assert Alert(kind="shift_at_risk", booking="b-s3") in talk.all(Alert)
    assert "We gave 2 places back" in talk.text


def test_who_is_accepted_is_asked_for_what_the_hub_asks() -> None:
    talk = replace(Talk(), hub=CHECKED, slots=TRAININGS).says(*SCREENED)
    assert "You are accepted" in talk.text
    assert talk.step == "own_name"  # references are told who asks

    talk = talk.says(
        "Ana Torres", "Rosa Diaz", "312-555-0177", "Omar Haddad", "omar@example.org", "any weekday after 5"
    )

    assert talk.all(AskRequirements) == [
        AskRequirements(kinds=(("background_check", 1), ("reference", 2), ("interview", 1)))
    ]
    assert talk.person.stage is Stage.VETTING
    # Without a channel to write by, or an address for links, a human asks the references.
    assert talk.all(HandOff) == [HandOff(reason="reference_not_asked"), HandOff(reason="vetting")]
    assert talk.answers["reference_2_contact"] == "omar@example.org"
    assert talk.conversation.frame is None


def test_a_hub_that_asks_for_nothing_goes_on_to_training() -> None:
    assert Talk().says(*SCREENED).frame.flow == "training"


def ready(held: tuple[Held, ...], **answers: Json) -> Talk:
    talk = replace(booked().at(Stage.READY), hub=replace(HUB, requires=("background_check",)))
    known = {"zip": "60614", "birth_date": "1990-05-14", **answers}
    return replace(talk, person=replace(talk.person, answers=known, requirements=held))


def test_shifts_beyond_the_end_of_a_check_are_not_offered() -> None:
    held = Held(kind="background_check", status=Status.MET, valid_until=date(2026, 11, 26))
    shown = ready((held,)).says("SHIFTS")

    refs = [choice.id for choice in shown.choices if choice.id.startswith("s")]
    assert refs == ["s1", "s2", "s3"]


def test_what_is_missing_is_named_in_both_languages() -> None:
    assert "asks for something first: background check" in ready(()).says("SHIFTS").text
    spanish = ready(()).says("ESPAÑOL").says("TURNOS")
    assert "pide algo antes: verificación de antecedentes" in spanish.text


def test_status_names_the_checks_before_the_training() -> None:
    talk = replace(Talk(), hub=CHECKED, slots=TRAININGS).says(*SCREENED, "STATUS")

    assert "First come the checks" in talk.text
    assert "pick a date" not in talk.text
    assert talk.step == "own_name"
