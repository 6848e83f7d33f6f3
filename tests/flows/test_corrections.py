"""Change your mind: BACK, and corrections from the summary, re-ask only what depends on the change."""

from __future__ import annotations

import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import pytest

from flows.files.reader import read_flow
from flows.library import read_library
from flows.stages import Stage
from tests.flows.talk import LIBRARY, SCREENED, Talk

SUMMARY = Talk().says(*SCREENED[:-1])
MINOR_SUMMARY = (
    Talk()
    .says("HI", "1", "1", "60614", "3/1/2010", "Rosa Diaz", "rosa@example.org", "Mia Diaz", "4")
    .says("Lane Tech", "2027", "NO", "1", "weekends")
)
TALKS = {
    f"{n} {talk.step}": (talk, SCREENED[n]) for n in range(1, len(SCREENED)) for talk in [Talk().says(*SCREENED[:n])]
}


@pytest.mark.parametrize("name", list(TALKS)[1:])
def test_back_then_the_same_answer_gives_the_same_state(name: str) -> None:
    there, _ = TALKS[name]
    before, answer = list(TALKS.values())[list(TALKS).index(name) - 1]
    back = there.says("BACK")

    assert back.step == before.step
    assert back.frame.answers == before.frame.answers

    again = back.says(answer)

    assert replace(again.conversation, turn=0, counted=0) == replace(there.conversation, turn=0, counted=0)
    assert again.answers == there.answers


def test_questions_for_other_audiences_are_nobodys_to_change() -> None:
    met = {flow.id for flow in LIBRARY.met_by("older_adult")}

    assert {"older_adult", "screening", "shifts"} <= met
    assert not met & {"employee", "work_study", "high_school"}


def test_back_all_the_way_ends_at_the_first_question() -> None:
    talk = SUMMARY.says(*["BACK"] * 20)

    assert talk.step == "consent"
    assert "first question" in talk.text
    assert talk.frame.answers == {}


def test_answer_taken_back_and_made_pointless_is_dropped() -> None:
    vto = Talk().says(*SCREENED[:5], "2", "Acme", "1", "Ms Lee")
    talk = vto.says("BACK", "BACK", "2", "1")

    assert "manager" not in talk.answers
    assert talk.answers["near"] == "home"


@pytest.mark.parametrize(
    ("change", "step"),
    [
        ("1", "zip"),
        ("2", "birth_date"),
        ("3", "audience"),
        ("4", "role"),
        ("5", "availability"),
        ("birthday", "birth_date"),
    ],
)
def test_summary_opens_the_question_to_change(change: str, step: str) -> None:
    assert SUMMARY.says("no", change).step == step


@pytest.mark.parametrize(
    ("change", "answer", "name", "value"),
    [
        ("zip", "10001", "zip", "10001"),
        ("date of birth", "5/14/1957", "birth_date", "1957-05-14"),
        ("how I help", "tutor", "role", "tutor"),
        ("when I am free", "Saturday mornings", "availability", [{"day": "sat", "from": "08:00", "to": "12:00"}]),
    ],
)
def test_correction_asks_nothing_else_again(change: str, answer: str, name: str, value: object) -> None:
    talk = SUMMARY.says("no", change, answer)

    assert talk.step == "summary"
    assert talk.answers == {**SUMMARY.answers, name: value, "zone": talk.answers["zone"]}


def test_zone_follows_a_corrected_zip() -> None:
    assert SUMMARY.says("no", "zip", "10001").answers["zone"] == "America/New_York"


def test_another_audience_asks_its_questions_and_drops_the_old_answers() -> None:
    talk = SUMMARY.says("no", "3", "2")
    assert talk.step == "employer"

    done = talk.says("Acme", "2", "1")
    assert done.step == "summary"
    assert "Employee" in done.text

    accepted = done.says("yes")
    assert accepted.answers.keys() >= {"employer", "time_off", "near", "role", "availability"}
    assert not accepted.answers.keys() & {"programme", "support"}


def test_same_audience_again_asks_nothing() -> None:
    assert SUMMARY.says("no", "3", "3").step == "summary"


def test_audience_and_back_keeps_the_first_answers() -> None:
    talk = SUMMARY.says("no", "3", "2", "Acme", "2", "1", "no", "3", "3", "yes")

    assert talk.answers["programme"] == "rsvp"
    assert "employer" not in talk.answers


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("yes but one thing", "what_to_change"),
        ("Yes but my zip is 60615", "summary"),
        ("yes, except Wednesday", "summary"),
        ("ok but change my role", "role"),
        ("sí, pero cambie el zip", "zip"),
    ],
)
def test_yes_but_something_is_a_correction(text: str, step: str) -> None:
    assert SUMMARY.says(text).step == step


@pytest.mark.parametrize(
    "text", ["Yes that is right", "yes thank you dear", "looks good, thanks!", "sí, todo bien", "yes please"]
)
def test_yes_with_more_of_the_same_is_a_yes(text: str) -> None:
    assert SUMMARY.says(text).person.stage is Stage.ELIGIBLE


def test_minor_who_is_an_adult_after_all_needs_no_guardian() -> None:
    talk = MINOR_SUMMARY.says("no", "2", "3/1/2000")
    assert talk.step == "summary"

    done = talk.says("yes")
    assert done.person.stage is Stage.ELIGIBLE
    assert not done.answers.keys() & {"guardian_name", "guardian_contact"}


#: The audience, and what it is asked.
HIGH_SCHOOL = ("4", "Lincoln High", "2028", "NO")


def test_adult_who_is_a_minor_after_all_needs_a_guardian() -> None:
    talk = SUMMARY.says("no", "2", "3/1/2010")
    assert talk.step == "guardian_name"

    asked = talk.says("Rosa Diaz", "rosa@example.org", "Mia Diaz")
    assert asked.text.startswith("That one is for people of 55 and up")
    done = asked.says(*HIGH_SCHOOL)
    assert done.step == "summary"
    assert done.answers["role"] == "mentor"
    assert "programme" not in done.answers
    assert done.says("yes").person.stage is Stage.WAITING_GUARDIAN


def test_role_that_is_no_longer_allowed_is_asked_again() -> None:
    coach = SUMMARY.says("no", "4", "3")
    talk = coach.says("no", "2", "3/1/2010", "Rosa Diaz", "rosa@example.org", "Mia Diaz", *HIGH_SCHOOL)

    assert talk.step == "role"
    assert [choice.id for choice in talk.choices] == ["tutor", "mentor"]


def test_child_found_by_a_correction_is_forgotten() -> None:
    talk = SUMMARY.says("no", "2", "3/1/2016", "yes")

    assert talk.answers == {}
    assert talk.step is None


def test_correction_before_coach_review_is_weighed_anew() -> None:
    assert SUMMARY.says("no", "4", "5", "yes").person.stage is Stage.IN_REVIEW


def test_back_within_a_correction_keeps_the_rest() -> None:
    talk = SUMMARY.says("no", "4", "BACK")
    assert talk.step == "support"

    done = talk.says("2", "tutor")
    assert done.step == "summary"
    assert done.answers["support"] == "call"


def test_flow_edited_meanwhile_goes_on_where_nothing_is_lost() -> None:
    there = SUMMARY.says("BACK")
    source = (
        LIBRARY.flows["screening"]
        .source.replace("[step.availability", "[step.free_hours")
        .replace('next = "availability"', 'next = "free_hours"')
    )
    edited = replace(
        LIBRARY,
        flows={**LIBRARY.flows, "screening": read_flow(source, file="screening.toml", sets=LIBRARY.sets)},
        revisions={},
    )
    talk = replace(there, library=edited).says("weekday afternoons")

    assert talk.step == "free_hours"
    assert talk.frame.answers == there.frame.answers
    assert talk.says("weekday afternoons").step == "summary"


def test_pinned_revision_is_used_while_it_is_kept() -> None:
    source = LIBRARY.flows["screening"].source.replace("What should we change?", "What is to change?")
    newer = read_flow(source, file="screening.toml", sets=LIBRARY.sets)
    edited = replace(LIBRARY, flows={**LIBRARY.flows, "screening": newer}).with_revisions(LIBRARY.flows.values())

    assert replace(SUMMARY, library=edited).says("no").text == "What should we change?"
    assert replace(SUMMARY, library=replace(edited, revisions={})).says("no").text == "What is to change?"


def test_flow_removed_meanwhile_does_not_trap_the_person(tmp_path: Path) -> None:
    shutil.copytree(str(files("flows")), tmp_path / "flows")
    (tmp_path / "flows/audiences/employee.toml").unlink()
    talk = replace(Talk().says(*SCREENED[:5], "2"), library=read_library(tmp_path / "flows")).says("1")

    assert talk.step == "audience"
    assert [choice.id for choice in talk.choices] == ["work_study", "older_adult", "high_school"]
    assert talk.frame.answers["zip"] == "60614"


def test_calling_step_removed_meanwhile_does_not_trap_the_person() -> None:
    there = Talk().says(*SCREENED[:7])
    source = LIBRARY.flows["screening"].source.replace("audience_questions", "about_you")
    edited = replace(
        LIBRARY,
        flows={**LIBRARY.flows, "screening": read_flow(source, file="screening.toml", sets=LIBRARY.sets)},
        revisions={},
    )
    talk = replace(there, library=edited).says("1")

    assert talk.step == "role"
    assert talk.frame.answers["support"] == "nothing"


@pytest.mark.parametrize("text", ["no cambies nada", "don't change anything", "no cambie nada por favor"])
def test_wish_to_leave_all_as_it_is_changes_nothing(text: str) -> None:
    asked = Talk().says(*SCREENED[:8])

    left = asked.says(text)

    assert (left.step, left.answers, left.frame.answers) == (asked.step, asked.answers, asked.frame.answers)
