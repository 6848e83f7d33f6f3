"""What a turn notes down and whom it names as the cause: coordinators read it, and nothing else tells them why."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import Alert, MoveStage, OptIn, OptOut, Release, Remember
from flows.facts import SlotKind
from flows.messages import InboundKind
from flows.rules.requirements import Held, Status
from flows.stages import Stage
from flows.text import reading_grade, segments
from tests.flows.talk import SCREENED, SHIFTS, Talk, booked, slot

ASKED = booked("s2").reminded("b-s2")
AT_ZIP = Talk().says("HI", "1", "1")
AT_AUDIENCE = AT_ZIP.says("60614", "5/14/1956")
#: Sign-up as a student of 18 who is asked when they graduate.
AT_YEAR = AT_ZIP.says("60614", "5/14/2008", "4", "Lane Tech")


def notes(talk: Talk) -> list[dict[str, object]]:
    return [dict(note) for note in talk.turn.trace]


@pytest.mark.parametrize(
    ("talk", "text", "note"),
    [
        (Talk(), "STOP", {"what": "opt_out", "cause": "STOP", "why": "confirmed by us"}),
        (
            replace(Talk(), network_confirms=True),
            "STOP",
            {"what": "opt_out", "cause": "STOP", "why": "the network confirms it, we do not"},
        ),
        (Talk().says("STOP"), "STOP", {"what": "opt_out", "why": "opted out before; nothing more is said"}),
        (AT_ZIP, "60614", {"what": "understood", "step": "zip", "type": "zip", "confidence": 1.0}),
        (AT_ZIP, "qwrtzp", {"what": "misunderstood", "step": "zip", "reason": "not_understood", "misses": 1}),
        (
            AT_ZIP.says("qwrtzp"),
            "qwrtzp",
            {"what": "misunderstood", "step": "zip", "reason": "not_understood", "misses": 2},
        ),
        (ASKED, "C", {"what": "shift_reply", "reply": "C", "booking": "b-s2"}),
        (ASKED, "qwrtzp", {"what": "misunderstood", "booking": "b-s2"}),
        (Talk().says("HI"), "1", {"what": "stage", "to": "screening", "why": "flow screening"}),
    ],
    ids=lambda value: value if isinstance(value, str) else None,
)
def test_a_reason_is_noted_in_full(talk: Talk, text: str, note: dict[str, object]) -> None:
    assert note in notes(talk.says(text))


def test_silence_after_enough_tries_is_explained() -> None:
    talk = AT_ZIP
    while talk.says("qwrtzp").text:
        talk = talk.says("qwrtzp")
        assert talk.conversation.turn < 20

    why = "a human was asked to look, and the question was put often enough"
    assert {"what": "silent", "why": why} in notes(talk.says("qwrtzp"))


def test_causes_of_leaving_and_coming_back_are_the_words_that_were_used() -> None:
    gone = ASKED.says("unsubscribe")

    assert gone.all(OptOut) == [OptOut(cause="UNSUBSCRIBE")]
    assert gone.all(Alert) == [Alert(kind="shift_at_risk", booking="b-s2")]
    assert gone.says("START").all(OptIn) == [OptIn(cause="START")]


def test_a_place_that_is_given_back_tells_why() -> None:
    talk = ASKED.says("N")

    assert talk.all(Release) == [Release(booking="b-s2", cause="said N")]
    assert MoveStage(stage=Stage.READY, cause="gave a place back") in talk.all(MoveStage)


def test_a_place_that_is_exchanged_tells_why() -> None:
    talk = ASKED.says("R", "1")

    assert talk.all(Release) == [Release(booking="b-s2", cause="took another time")]


def test_who_cancels_one_of_several_is_asked_which() -> None:
    talk = booked("s2", "s3").says("I have to cancel my shift")

    assert not talk.all(Release)
    assert talk.says("2").all(Release) == [Release(booking="b-s3", cause="said N")]


def test_both_names_are_kept() -> None:
    talk = Talk().says(*SCREENED, "1", "Rosa Diaz")

    told = {effect.field: effect.value for effect in talk.all(Remember)}
    assert told["given_name"] == "Rosa"
    assert told["family_name"] == "Diaz"


@pytest.mark.parametrize(("year", "accepted"), [("2019", False), ("2020", True), ("2040", True), ("2041", False)])
def test_limits_of_a_number_hold_on_both_sides(year: str, *, accepted: bool) -> None:
    assert (AT_YEAR.says(year).step != "graduation_year") is accepted


def test_switching_the_language_goes_both_ways() -> None:
    spanish = AT_ZIP.says("LANGUAGE")

    assert (AT_ZIP.conversation.language, spanish.conversation.language) == ("en", "es")
    assert spanish.says("LANGUAGE").conversation.language == "en"


def test_shifts_are_not_open_before_the_training() -> None:
    talk = replace(booked(), slots=SHIFTS).at(Stage.ELIGIBLE).says("SHIFTS")

    assert not talk.choices
    assert talk.conversation.frame is None


def test_status_lists_the_next_three_places() -> None:
    text = booked("s1", "s2", "s3", "s7").says("STATUS").text

    assert [day in text for day in ("Nov 24", "Nov 25", "Nov 26", "Nov 30")] == [True, True, True, False]


# --- what is offered --------------------------------------------------------------------------------------------------


def ready(**answers: object) -> Talk:
    talk = booked().at(Stage.READY)
    consent = Held(kind="guardian_consent", status=Status.MET)
    answered = {"zip": "60614", **answers}
    return replace(talk, person=replace(talk.person, answers=answered, requirements=(consent,)))  # type: ignore[arg-type]


def offered(talk: Talk, *slots: object) -> list[str]:
    shown = replace(talk, slots=slots).says("SHIFTS")  # type: ignore[arg-type]
    return [choice.id for choice in shown.choices if choice.id in {"a", "b"}]


ONE, OTHER = slot("a", 2, 9), slot("b", 3, 15)


@pytest.mark.parametrize(
    ("answers", "one", "found"),
    [
        ({"role": "mentor"}, replace(ONE, role="tutor"), ["b"]),
        ({"role": "tutor"}, replace(ONE, role="tutor"), ["a", "b"]),
        ({"availability": [{"day": "thu", "from": "12:00", "to": "17:00"}]}, ONE, ["b"]),
        ({"birth_date": "2010-05-14"}, replace(ONE, one_to_one=True), ["b"]),
        ({"birth_date": "1996-05-14"}, replace(ONE, one_to_one=True), ["a", "b"]),
        ({}, replace(ONE, latitude=34.05, longitude=-118.24), ["b"]),
    ],
    ids=["other role", "own role", "not free then", "alone with a minor", "adult", "too far"],
)
def test_only_what_fits_the_person_is_offered(answers: dict[str, object], one: object, found: list[str]) -> None:
    assert offered(ready(**answers), one, OTHER) == found


def test_the_hours_of_a_place_that_is_exchanged_are_free_again() -> None:
    beside = replace(SHIFTS[1], ref="a", place="Another School, 1 Main St")
    held = replace(booked("s2"), slots=(beside,))

    assert [choice.id for choice in held.says("SHIFTS").choices if choice.id == "a"] == []
    assert [choice.id for choice in held.says("R").choices if choice.id == "a"] == ["a"]


def test_a_place_in_another_zone_tells_which() -> None:
    far = replace(ONE, zone="America/New_York")

    (label,) = (choice.label for choice in replace(ready(), slots=(far,)).says("SHIFTS").choices if choice.id == "a")

    assert label.startswith("Wed Nov 25, 8 AM CST (9 AM local)")


# --- an edited flow ---------------------------------------------------------------------------------------------------


def test_who_stands_at_a_step_that_is_gone_begins_anew_and_keeps_answers() -> None:
    talk = AT_ZIP.says("60614")
    frame = replace(talk.frame, step="gone")
    lost = replace(talk, conversation=talk.conversation.with_frame(frame)).says("5/14/1956")

    assert {"what": "restart", "step": "gone", "why": "the step is gone from the flow"} in notes(lost)
    assert lost.frame.answers["zip"] == "60614"
    assert lost.text


# --- what a text costs, and how hard it is ----------------------------------------------------------------------------


def test_signs_that_make_a_text_dear_are_named() -> None:
    assert segments("Mañana a las 3, ¿sí?").guilty == ("í",)
    assert segments("plain").guilty == ()


@pytest.mark.parametrize(
    ("text", "language", "grade"),
    [
        ("Places for children in schools change twice each season.", "en", 0.39 * 9 + 11.8 * 12 / 9 - 15.59),
        ("The boxes, tables and washes don't make changes. We go.", "en", 0.39 * 10 / 2 + 11.8 * 14 / 10 - 15.59),
        ("Prizes, sizes, pieces, pages.", "en", 0.39 * 4 + 11.8 * 8 / 4 - 15.59),
        ("It is a day.", "en", 0.0),
        ("Los niños leen en la escuela con sus tutores.", "es", 5 * (110 - (206.835 - 62.3 * 15 / 9 - 9)) / 30),
        ("Necesitamos universitarios.", "es", 18.0),
    ],
)
def test_reading_grade_is_the_one_of_the_formula(text: str, language: str, grade: float) -> None:
    assert reading_grade(text, language) == pytest.approx(grade, abs=0.001)


@pytest.mark.parametrize("kind", [InboundKind.OPT_OUT, InboundKind.BLOCKED])
def test_leaving_by_the_network_is_never_answered(kind: InboundKind) -> None:
    assert ASKED.reports(kind).text == ""


def test_slots_of_the_other_kind_are_never_offered() -> None:
    training = slot("a", 2, 9, kind=SlotKind.TRAINING)

    assert offered(ready(), training, OTHER) == ["b"]
