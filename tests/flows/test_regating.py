"""A changed answer leads to where it would have led at first, and nobody keeps a place that they could not take."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from flows.conversation import Conversation
from flows.effects import Alert, AskGuardian, AskRequirements, Forget, HandOff, LookAgain, MoveStage, Release, Say
from flows.engine import advance
from flows.events import Corrected
from flows.facts import Facts, Json, Person
from flows.messages import Purpose
from flows.rules.requirements import Held, Status
from flows.stages import Stage
from tests.flows.talk import HUB, LIBRARY, MONDAY, SHIFTS, Talk, booked

AUDIENCES: Final = ["employee", "high_school", "older_adult", "work_study"]
CHECKED: Final = replace(HUB, requires=("background_check", "reference", "interview"))
ACCOUNTS: Final = {"sms": "+13125550100", "email": "hello@example.org"}
SAID: Final = {
    "consent": "1",
    "language": "1",
    "guardian_name": "Rosa Diaz",
    "guardian_contact": "rosa@example.org",
    "own_name": "Mia Diaz",
    "college": "UIC",
    "class_times": "SKIP",
    "employer": "Acme",
    "manager": "Ms Lee",
    "school": "Lincoln High",
    "graduation_year": "2028",
    "service_hours": "NO",
    "near": "1",
    "support": "1",
    "income": "1",
    "programme": "1",
    "availability": "weekday afternoons",
    "summary": "1",
    "reference_1_name": "Rosa Diaz",
    "reference_1_contact": "312-555-0177",
    "reference_2_name": "Omar Haddad",
    "reference_2_contact": "omar@example.org",
    "interview_time": "any weekday after 5",
}
BORN: Final = {
    "1956-05-14": "5/14/1956",
    "1990-05-14": "5/14/1990",
    "2010-03-01": "3/1/2010",
    "2016-05-14": "5/14/2016",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What somebody says of themselves, as far as a gate hangs on it."""

    zip: str = "60614"
    birth_date: str = "1990-05-14"
    audience: str = "work_study"
    role: str = "tutor"
    award: str = "yes"
    time_off: str = "vto"

    @property
    def is_too_young_for_it(self) -> bool:
        """Whether they have to take another audience than the one they wish."""
        return self.audience == "older_adult" and self.birth_date > "1971"


told = st.builds(
    Told,
    zip=st.sampled_from(["60614", "60640", "10001"]),
    birth_date=st.sampled_from(list(BORN)[:3]),
    audience=st.sampled_from(AUDIENCES),
    role=st.sampled_from(sorted(LIBRARY.roles)),
    award=st.sampled_from(["yes", "no"]),
    time_off=st.sampled_from(["vto", "own"]),
)
corrections = st.one_of(
    st.tuples(st.just("zip"), st.sampled_from(["60614", "10001"])),
    st.tuples(st.just("birth_date"), st.sampled_from(list(BORN))),
    st.tuples(st.just("audience"), st.sampled_from(AUDIENCES)),
    st.tuples(st.just("role"), st.sampled_from(sorted(LIBRARY.roles))),
)


def answered(talk: Talk, one: Told) -> Talk:
    """Answer every question that is asked, by what somebody is."""
    for _ in range(60):
        if talk.conversation.side:
            talk = talk.says("yes")
        elif talk.conversation.frame is None:
            return talk
        elif talk.step in ("audience", "role", "award", "time_off"):
            shown = [choice.id for choice in talk.choices]
            wished = None if talk.step == "audience" and one.is_too_young_for_it else getattr(one, talk.step)
            talk = talk.taps(talk.step, wished if wished in shown else shown[0])
        elif talk.step in ("zip", "birth_date"):
            talk = talk.says(one.zip if talk.step == "zip" else BORN[one.birth_date])
        else:
            talk = talk.says(SAID[str(talk.step)])
    raise AssertionError(f"it asks on and on, last {talk.step}: {talk.text}")


def signed_up(one: Told, *, checked: bool = False) -> Talk:
    """Let somebody sign up to the end, where no training is planned yet."""
    begun = Talk(slots=(), accounts=ACCOUNTS, hub=replace(CHECKED if checked else HUB, public_url="https://h.example"))
    return answered(begun.says("HI"), one)


CALLED: Final = {"zip": "zip", "birth_date": "birthday", "audience": "group", "role": "role"}


@settings(deadline=None, max_examples=60)
@given(told, corrections, st.booleans())
@example(Told(), ("birth_date", "2010-03-01"), True)
@example(Told(role="wraparound_coordinator"), ("role", "tutor"), True)
@example(Told(birth_date="2010-03-01", audience="high_school"), ("birth_date", "1990-05-14"), False)
def test_after_a_correction_somebody_stands_where_the_answer_would_have_led_at_first(
    first: Told, correction: tuple[str, str], checked: bool
) -> None:
    name, value = correction
    before = signed_up(first, checked=checked)
    taken = {one: str(before.answers[one]) for one in ("role", "audience")}  # some are not for everybody's age
    truth = replace(first, **{**taken, name: value})
    assume(name == "audience" or not truth.is_too_young_for_it)  # who signed up as one of 55 and up is asked no more

    corrected = answered(before.says(f"CHANGE {CALLED[name]}"), truth)
    fresh = signed_up(truth, checked=checked)

    assert corrected.person.stage is fresh.person.stage
    gates = ("zip", "zone", "birth_date", "audience", "role")
    assert {name: corrected.answers.get(name) for name in gates} == {name: fresh.answers.get(name) for name in gates}
    payer = {"work_study": "award", "employee": "time_off"}.get(truth.audience, "zip")
    assert corrected.answers.get(payer) == fresh.answers.get(payer)


def settled(stage: Stage = Stage.PLACED, **answers: Json) -> Talk:
    """Begin with a trained mentor of 36 who has two shifts and a training ahead."""
    known: dict[str, Json] = {"zip": "60614", "zone": "America/Chicago", "birth_date": "1990-05-14", "role": "mentor"}
    known |= {"audience": "older_adult", "programme": "rsvp", "support": "nothing", "given_name": "Ana", **answers}
    talk = booked("s2", "s3", "t9")
    person = Person(stage=stage, language="en", zone="America/Chicago", answers=known)
    return replace(talk, person=person, accounts=ACCOUNTS, hub=replace(HUB, public_url="https://h.example"))


@settings(deadline=None)
@given(told, corrections)
def test_nobody_keeps_a_place_that_they_could_not_take(first: Told, correction: tuple[str, str]) -> None:
    one_to_one = replace(SHIFTS[1], one_to_one=True)
    for_tutors = replace(SHIFTS[2], role="tutor")
    here = replace(SHIFTS[3], latitude=41.92, longitude=-87.65)
    talk = settled(zip=first.zip, birth_date=first.birth_date, role=first.role, audience=first.audience)
    slots = (one_to_one, for_tutors, here)
    held = Held(kind="guardian_consent", status=Status.MET)
    talk = replace(
        talk,
        person=replace(talk.person, requirements=(held,)),
        bookings=tuple(replace(talk.bookings[0], ref=slot.ref, slot=slot) for slot in slots),
    )
    talk = answered(talk.says(f"CHANGE {CALLED[correction[0]]}"), replace(first, **{correction[0]: correction[1]}))

    kept = {booking.ref for booking in talk.bookings}
    if talk.person.stage in (Stage.IN_REVIEW, Stage.WAITING_GUARDIAN, Stage.ENQUIRED):
        assert kept == set() or talk.person == Person()
        return
    if correction[0] == "birth_date" and correction[1] != first.birth_date and str(talk.answers["birth_date"]) > "2008":
        assert one_to_one.ref not in kept
    if talk.answers["role"] not in ("tutor", first.role):
        assert for_tutors.ref not in kept
    if correction == ("zip", "10001") and first.zip != "10001":
        assert here.ref not in kept


def test_who_turns_out_to_be_a_minor_is_asked_for_a_guardian_who_is_asked_then() -> None:
    asked = settled().says("my birthday is wrong, it is 3/1/2010")
    assert "Is that right?" in asked.text
    assert not asked.all(Release)

    minor = asked.says("yes")
    assert [(one.stage, one.author) for one in minor.all(MoveStage)] == [(Stage.WAITING_GUARDIAN, "rule:stage_after")]
    assert "birth_date changed" in minor.all(MoveStage)[0].cause
    assert {one.booking for one in minor.all(Release)} == {"b-s2", "b-s3", "b-t9"}
    assert {one.booking for one in minor.all(Alert)} == {"b-s2", "b-s3", "b-t9"}
    assert minor.text.startswith("We gave 3 places back")
    assert minor.text.endswith("What is their full name?")
    assert minor.text.count("?") == 1

    done = minor.says("Rosa Diaz", "rosa@example.org")
    (request,) = done.all(AskGuardian)
    assert request.to.user == "rosa@example.org"
    assert done.conversation.frame is None
    assert done.person.stage is Stage.WAITING_GUARDIAN


def test_said_back_and_denied_nothing_changes() -> None:
    talk = settled().says("CHANGE birthday", "3/1/2010", "no")

    assert talk.answers["birth_date"] == "1990-05-14"
    assert len(talk.bookings) == 3


def test_too_young_is_erased_once_it_was_said_back() -> None:
    asked = settled().says("CHANGE birthday", "5/14/2016")
    assert not asked.all(Forget)
    erased = asked.says("yes")

    assert [one.reason for one in erased.all(Forget)] == ["under_13"]
    assert "13 or older" in erased.text
    assert erased.conversation.stack == ()


def test_another_audience_is_asked_its_own_questions_one_at_a_time() -> None:
    talk = settled().says("CHANGE group", "employee")
    assert talk.step == "employer"
    assert talk.text.count("?") == 1

    talk = talk.says("Acme", "1")
    assert talk.step == "manager"
    assert talk.says("Ms Lee").conversation.frame is None


def test_what_was_reviewed_is_not_reviewed_again_for_another_zip() -> None:
    talk = settled(Stage.READY, role="wraparound_coordinator").says("my zip is wrong, it is 60640")

    assert talk.person.stage is Stage.READY
    assert not talk.all(HandOff)


def test_who_was_under_18_by_mistake_waits_for_no_guardian() -> None:
    talk = replace(settled(Stage.WAITING_GUARDIAN, birth_date="2010-03-01"), bookings=())
    talk = talk.says("CHANGE birthday", "3/1/1990")

    assert talk.person.stage is Stage.ELIGIBLE
    assert talk.all(LookAgain)[0].of_age


def test_more_checks_for_another_role_are_asked_at_once() -> None:
    library = LIBRARY
    need = replace(library.requirements["interview"].need, roles=frozenset({"mentor"}))
    library = replace(
        library,
        requirements={**library.requirements, "interview": replace(library.requirements["interview"], need=need)},
    )
    talk = replace(settled(Stage.READY, role="tutor"), library=library, bookings=())
    talk = replace(talk, hub=replace(talk.hub, requires=("interview",))).says("CHANGE role", "mentor")

    assert talk.person.stage is Stage.VETTING
    assert talk.all(AskRequirements) == [AskRequirements(kinds=(("interview", 1),))]
    assert talk.step == "interview_time"


@pytest.mark.parametrize(("held", "silent"), [(False, False), (True, True)])
def test_what_a_coordinator_corrects_is_told_and_looked_at_alike(held: bool, silent: bool) -> None:
    talk = settled()
    facts = Facts(hub=talk.hub, person=replace(talk.person, held=held), bookings=talk.bookings, accounts=ACCOUNTS)
    event = Corrected(field="birth_date", value="2010-03-01", author="coordinator:ana")
    turn = advance(LIBRARY, Conversation(language="en"), event, facts, MONDAY)

    (move,) = [effect for effect in turn.effects if isinstance(effect, MoveStage)]
    assert move.cause == "birth_date changed by coordinator:ana: under 18"
    assert {effect.booking for effect in turn.effects if isinstance(effect, Release)} == {"b-s2", "b-s3", "b-t9"}
    says = [effect for effect in turn.effects if isinstance(effect, Say)]
    assert len(says) == 1
    assert says[0].purpose is Purpose.NOTICE
    assert ("What is their full name?" in says[0].text) is not silent
