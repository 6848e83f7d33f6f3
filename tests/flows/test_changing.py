"""Answers are changed at any step, in one's own words or by CHANGE: said back, and only what hung on them asked again."""

from __future__ import annotations

import pytest

from flows.effects import Forget, HandOff
from flows.facts import Json, Person
from flows.messages import Inbound
from flows.stages import Stage
from tests.flows.talk import SCREENED, Talk, booked

WAITING = {str(talk.step): talk for n in range(1, len(SCREENED) + 1) for talk in [Talk().says(*SCREENED[:n])]}
SUMMARY = WAITING["summary"]
OFFER = WAITING["offer"]
AFTERNOONS = [{"day": day, "from": "12:00", "to": "17:00"} for day in ("mon", "tue", "wed", "thu", "fri")]
LATER = [name for name in WAITING if name not in ("consent", "language", "zip")]


@pytest.mark.parametrize(
    "text",
    [
        "oops I put the wrong zip, it's 60608",
        "wait, my zip is 60608",
        "me equivoqué de zip, es 60608",
        "disculpe, mi zip es 60608",
        "change my zip to 60608",
        "sorry, zip 60608 not 60614",
    ],
)
@pytest.mark.parametrize("step", LATER)
def test_zip_is_corrected_at_every_later_step(step: str, text: str) -> None:
    corrected = WAITING[step].says(text)

    assert corrected.answers["zip"] == "60608"
    assert "ZIP 60608" in corrected.text
    assert corrected.step == step
    assert corrected.frame.misses == 0


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("Yes but my zip is 60615", "zip", "60615"),
        ("no, make me a tutor", "role", "tutor"),
        ("sí, pero mejor tutor", "role", "tutor"),
        ("my birthday is 5/14/1957", "birth_date", "1957-05-14"),
        ("la fecha de nacimiento está mal, es 14/5/1957", "birth_date", "1957-05-14"),
        ("saturdays instead", "availability", [{"day": "sat", "from": "12:00", "to": "17:00"}]),
        ("yes, except Wednesday", "availability", [one for one in AFTERNOONS if one["day"] != "wed"]),
        ("Saturday not Monday", "availability", [*AFTERNOONS[1:], {**AFTERNOONS[0], "day": "sat"}]),
        ("actually Tuesday not Monday", "availability", AFTERNOONS[1:]),
        ("mejor el sábado en lugar del lunes", "availability", [*AFTERNOONS[1:], {**AFTERNOONS[0], "day": "sat"}]),
    ],
)
def test_summary_takes_the_correction_and_is_shown_again(text: str, name: str, value: object) -> None:
    corrected = SUMMARY.says(text)

    assert corrected.answers[name] == corrected.frame.answers[name] == value
    assert corrected.step == "summary"
    assert corrected.text.startswith(("Changed:", "Listo"))
    assert corrected.says("yes").person.stage is Stage.ELIGIBLE


def test_several_at_once_are_all_changed() -> None:
    corrected = SUMMARY.says("no, my zip is 60615 and make me a tutor")

    assert (corrected.answers["zip"], corrected.answers["role"]) == ("60615", "tutor")
    assert corrected.step == "summary"


@pytest.mark.parametrize("text", ["no, my zip is 60615", "Yes but my zip is 60615, thanks", "si pero mejor tutor"])
def test_word_that_takes_back_picks_no_choice(text: str) -> None:
    ride = Talk().says(*SCREENED[:7], "a ride", *SCREENED[8:10], "ESPAÑOL")
    assert ride.step == "summary"

    assert ride.says(text).answers["support"] == "ride"


def test_reply_may_answer_and_correct() -> None:
    both = WAITING["role"].says("mentor, but my zip is 60615")

    assert both.answers["zip"] == "60615"
    assert both.answers["role"] == "mentor"
    assert both.step == "availability"


@pytest.mark.parametrize(
    ("step", "text", "leads_to"),
    [
        ("birth_date", "5/14/1956", "audience"),
        ("role", "mentor", "availability"),
        ("availability", "weekdays after 4 except Wed", "summary"),
        ("availability", "Tuesday not Monday", "summary"),
        ("summary", "yes", "offer"),
    ],
)
def test_plain_answer_changes_nothing(step: str, text: str, leads_to: str) -> None:
    answered = WAITING[step].says(text)

    assert answered.step == leads_to
    assert "Changed" not in answered.text


@pytest.mark.parametrize("text", ["UIC, I moved there in 2024", "Harold Washington, not UIC", "60608 College"])
def test_free_text_is_an_answer_unless_it_opens_as_a_correction(text: str) -> None:
    asked = Talk().says(*SCREENED[:5], "1")

    assert asked.says(text).answers["college"] == text
    assert asked.says("wait, my zip is 60608").step == "college"


def test_weekday_is_nobodys_date_of_birth() -> None:
    talk = SUMMARY.says("actually Tuesday not Monday")

    assert talk.answers["birth_date"] == "1956-05-14"
    assert not talk.all(Forget)


def test_own_number_is_no_guardians_by_correction_either() -> None:
    minor = Talk().says("HI", "1", "1", "60614", "3/1/2010", "Rosa Diaz", "rosa@example.org")
    talk = minor.says("change guardian phone", minor.sender.user)

    assert talk.answers["guardian_contact"] == "rosa@example.org"
    assert "your own number" in talk.text


def test_what_was_answered_in_a_called_flow_is_corrected_as_well() -> None:
    talk = WAITING["availability"].says("change support", "a ride")

    assert talk.answers["support"] == "ride"
    assert talk.step == "availability"


def test_called_flow_is_opened_again_where_its_way_hangs_on_the_answer() -> None:
    manager = Talk().says(*SCREENED[:5], "2", "Acme", "1", "Ms Lee")
    talk = manager.says("actually it's my own time")
    assert talk.step == "near"

    done = talk.says("home")
    assert done.step == "role"
    assert "manager" not in done.answers
    assert done.answers["employer"] == "Acme"


def test_correction_after_acceptance_looks_for_places_anew() -> None:
    talk = OFFER.says("actually my zip is 60640")

    assert talk.answers["zip"] == "60640"
    assert talk.step == "offer"
    assert talk.choices == OFFER.choices


# --- CHANGE -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("word", "first"), [("CHANGE", "ZIP"), ("cambiar", "ZIP"), ("correct an answer", "ZIP")])
def test_change_alone_lists_the_answers_given(word: str, first: str) -> None:
    listed = SUMMARY.says(word)

    assert [choice.label for choice in listed.choices][:2] == [first, "Date of birth"]
    assert "Role" in [choice.label for choice in listed.choices]
    assert listed.says("2").step == "birth_date"


@pytest.mark.parametrize(
    ("text", "step"),
    [
        *(("CHANGE zip", "zip"), ("CAMBIAR zip", "zip"), ("cambiar el código postal", "zip")),
        *(("change my birthday", "birth_date"), ("change role", "role"), ("cambiar mi horario", "availability")),
        *(("change support", "support"), ("change who i am", "audience")),
    ],
)
def test_change_with_a_name_goes_there(text: str, step: str) -> None:
    assert SUMMARY.says(text).step == step


@pytest.mark.parametrize("step", [name for name in LATER if name != "birth_date"])
def test_change_works_at_every_step_and_leads_back(step: str) -> None:
    changed = WAITING[step].says("CHANGE zip", "60615")

    assert changed.answers["zip"] == "60615"
    assert changed.step == step


def test_change_of_what_is_asked_now_asks_it() -> None:
    assert WAITING["zip"].says("change zip").step == "zip"


def test_change_with_nothing_to_change_says_so() -> None:
    talk = Talk().says("HI", "CHANGE")

    assert "not given an answer" in talk.text
    assert talk.step == "consent"


def test_picked_by_a_button_or_by_name() -> None:
    listed = SUMMARY.says("CHANGE")
    (role,) = (choice.id for choice in listed.choices if choice.label == "Role")

    assert listed.taps(f"asked.{listed.conversation.turn}", role).step == "role"
    assert listed.says("availability").step == "availability"


def test_old_list_is_an_old_button() -> None:
    listed = SUMMARY.says("CHANGE")
    talk = listed.says("HELP").taps(f"asked.{listed.conversation.turn}", "1")

    assert "older message" in talk.text
    assert talk.step == "summary"


def test_number_after_the_list_is_gone_answers_the_question() -> None:
    assert SUMMARY.says("CHANGE", "HELP", "1").person.stage is Stage.ELIGIBLE


def test_settled_person_changes_a_fact_by_themselves() -> None:
    asked = booked("s2").says("CHANGE zip")
    assert asked.step == "zip"

    talk = asked.says("10001")
    assert talk.answers["zip"] == "10001"
    assert talk.answers["zone"] == "America/New_York"
    assert talk.step is None
    assert talk.person.stage is Stage.PLACED
    assert "ZIP 10001" in talk.text


def test_settled_person_tells_the_new_fact_at_once() -> None:
    talk = booked("s2").says("I put the wrong zip, it's 60608")

    assert talk.answers["zip"] == "60608"
    assert talk.step is None


@pytest.mark.parametrize(("text", "step"), [("change my role", "role"), ("change my birthday", "birth_date")])
def test_what_decides_about_somebody_settled_is_asked_anew_by_itself(text: str, step: str) -> None:
    known: dict[str, Json] = {"zip": "60614", "role": "mentor", "birth_date": "1956-05-14"}
    talk = Talk(person=Person(stage=Stage.PLACED, language="en", answers=known)).says(text)

    assert talk.step == step
    assert not talk.all(HandOff)
    assert talk.answers == known


def test_back_leaves_a_change_and_the_question_is_asked_again() -> None:
    talk = OFFER.says("CHANGE zip", "BACK")

    assert talk.answers["zip"] == "60614"
    assert talk.step == "offer"
    assert "stays as it was" in talk.text


def test_one_change_after_another_piles_nothing_up() -> None:
    talk = OFFER
    for _ in range(5):
        talk = talk.says("CHANGE zip", "CHANGE availability")

    assert len(talk.conversation.stack) <= len(OFFER.conversation.stack) + 1


# --- a location -------------------------------------------------------------------------------------------------------


def test_shared_location_is_echoed_as_a_zip_and_kept_nowhere() -> None:
    talk = WAITING["zip"]
    shared = talk.takes(Inbound(provider_id="l", sender=talk.sender, location=(41.9229, -87.6483)))
    assert shared.text == "60614. Is that right?"

    done = shared.says("yes")
    assert done.answers["zip"] == "60614"
    assert "41.9" not in done.conversation.encode() + str(shared.turn) + str(done.turn)


@pytest.mark.parametrize(("step", "point"), [("zip", (48.86, 2.35)), ("role", (41.9229, -87.6483))])
def test_location_that_answers_nothing_asks_again(step: str, point: tuple[float, float]) -> None:
    talk = WAITING[step]
    shared = talk.takes(Inbound(provider_id="l", sender=talk.sender, location=point))

    assert shared.step == step
    assert shared.text


@pytest.mark.parametrize("text", ["change my shoe size", "CHANGE foo", "cambiar mi estatura"])
def test_change_of_what_nobody_asked_for_shows_what_can_be_changed(text: str) -> None:
    talk = Talk().says(*SCREENED[:8], text)

    assert talk.text == "What shall we change? Please pick one."
    assert talk.says("ZIP", "60608").answers["zip"] == "60608"


def test_change_of_what_nobody_asked_for_before_anything_was_answered_asks_on() -> None:
    talk = Talk().says("HI", "1", "1", "change my shoe size")

    assert talk.step == "zip"
    assert "You have not given an answer yet" in talk.text
