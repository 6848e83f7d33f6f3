"""Legal words come first, then the network, then whoever holds the conversation, and only then the question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.commands import CARRIER_STOP
from flows.effects import Alert, Confirm, HandOff, MarkReachable, OptIn, OptOut, Say
from flows.messages import Inbound, InboundKind, Purpose
from flows.stages import Stage
from tests.flows.talk import SCREENED, Talk, booked

#: A talk at each question of the first conversation, by the step that waits.
WAITING = {str(talk.step): talk for n in range(1, len(SCREENED) + 1) for talk in [Talk().says(*SCREENED[:n])]}
FARTHEST = Talk().says(*SCREENED)


@pytest.mark.parametrize("step", WAITING)
@pytest.mark.parametrize("word", sorted(CARRIER_STOP))
def test_stop_wins_over_any_question(step: str, word: str) -> None:
    talk = replace(WAITING[step], network_confirms=True).says(word.upper())

    assert talk.all(OptOut)
    assert talk.all(Say) == []
    assert talk.step == step


@pytest.mark.parametrize("step", WAITING)
def test_stop_is_confirmed_once_where_the_network_does_not(step: str) -> None:
    talk = WAITING[step].says("Stop")

    (farewell,) = talk.all(Say)
    assert farewell.purpose is Purpose.FAREWELL
    assert "START" in farewell.text
    assert talk.says("stop").all(Say) == []


STOPS = [
    *("stop please", "STOP!", "Please stop.", "stop all", "stop texting me", "stop messaging me", "STOP. Thank you"),
    *("don't text me", "do not text me", "unsubscribe me", "remove me", "take me off your list", "no more texts"),
    *("opt out", "leave me alone", "stop sending me messages", "wrong number", "stop it", "quit texting me"),
    *("alto", "Alto por favor", "¡BASTA!", "parar", "pare", "no me escriban", "no me escriban más", "darme de baja"),
    *("no quiero más mensajes", "ya no quiero mensajes", "dejen de escribirme", "número equivocado", "no más mensajes"),
]


@pytest.mark.parametrize("text", STOPS)
def test_farewell_when_the_network_does_not_know_the_words(text: str) -> None:
    talk = replace(WAITING["zip"], network_confirms=True).says(text)

    assert talk.all(OptOut)
    assert [say.purpose for say in talk.all(Say)] == [Purpose.FAREWELL]


@pytest.mark.parametrize(
    "text",
    [
        *(
            "We have got to STOP this bill",
            "stop by at 3?",
            "when does it end",
            "is there a bus stop",
            "the end of May",
        ),
        *("please don't stop texting me", "I gave you the wrong number", "no me escriban antes de las 9", "no"),
        *("don't text me before noon", "I can quit work at 3", "no more than 3 hours", "cancel my Tuesday shift"),
    ],
)
def test_stop_inside_a_sentence_is_no_opt_out(text: str) -> None:
    assert not WAITING["class_times" if "class_times" in WAITING else "zip"].says(text).all(OptOut)


def test_cancel_opts_out_and_says_that_a_shift_is_at_risk() -> None:
    talk = replace(booked("s1", "s3").says("SHIFTS"), network_confirms=True).says("CANCEL")

    assert talk.all(OptOut)
    assert [alert.booking for alert in talk.all(Alert)] == ["b-s1", "b-s3"]
    assert talk.all(Say) == []


def test_network_report_of_an_opt_out_is_not_answered() -> None:
    talk = booked("s1").reports(InboundKind.OPT_OUT, "STOP")

    assert talk.all(OptOut) == [OptOut(cause="STOP")]
    assert talk.all(Alert)
    assert talk.text == ""


def test_word_and_report_of_one_opt_out_give_one_opt_out() -> None:
    talk = FARTHEST.says("STOP").reports(InboundKind.OPT_OUT, "STOP")

    assert talk.turn.effects == ()


@pytest.mark.parametrize("text", ["hi", "HELP", "PERSON", "1", "SHIFTS", "no", "ESPAÑOL", "", "C"])
def test_opted_out_person_hears_nothing(text: str) -> None:
    talk = FARTHEST.says("STOP").says(text)

    assert talk.turn.effects == ()
    assert talk.turn.trace


@pytest.mark.parametrize("word", ["START", "start", "Unstop", "YES", "yes please", "empezar", "comenzar"])
def test_way_back_goes_on_where_the_person_left(word: str) -> None:
    talk = WAITING["zip"].says("STOP").says(word)

    assert talk.all(OptIn)
    assert not talk.person.opted_out
    assert "Welcome back" in talk.text
    assert "ZIP" in talk.text


def test_way_back_reported_by_the_network_is_not_answered() -> None:
    talk = WAITING["zip"].says("STOP").reports(InboundKind.OPT_IN, "START")

    assert not talk.person.opted_out
    assert talk.text == ""


def test_yes_is_an_answer_while_not_opted_out() -> None:
    talk = WAITING["consent"].says("YES")

    assert talk.all(OptIn) == []
    assert talk.step == "language"


def test_start_link_begins_and_keeps_the_campaign() -> None:
    began = Talk().says("HI")
    talk = Talk().takes(replace_kind(began, InboundKind.START, campaign="flyer7"))

    assert talk.answers["campaign"] == "flyer7"
    assert talk.step == "consent"


def replace_kind(talk: Talk, kind: InboundKind, *, campaign: str) -> Inbound:
    return Inbound(provider_id="start", sender=talk.sender, kind=kind, campaign=campaign)


@pytest.mark.parametrize("kind", [InboundKind.BLOCKED, InboundKind.UNBLOCKED])
def test_blocking_is_noted_and_not_answered(kind: InboundKind) -> None:
    talk = FARTHEST.reports(kind)

    assert [effect.reachable for effect in talk.all(MarkReachable)] == [kind is InboundKind.UNBLOCKED]
    assert talk.text == ""


def test_help_asked_of_the_network_is_not_answered_twice() -> None:
    assert FARTHEST.reports(InboundKind.HELP, "HELP").all(Say) == []


@pytest.mark.parametrize("text", ["hello?", "1", "HELP", "SHIFTS", "BACK", "START", "ESPAÑOL", ""])
def test_bot_is_silent_while_a_coordinator_holds_the_conversation(text: str) -> None:
    held = replace(FARTHEST, person=replace(FARTHEST.person, held=True)).says(text)

    assert held.text == ""
    assert held.turn.trace
    assert held.step == FARTHEST.step


def test_stop_works_while_a_coordinator_holds_the_conversation() -> None:
    held = replace(FARTHEST, person=replace(FARTHEST.person, held=True)).says("STOP")

    assert held.all(OptOut)
    assert [say.purpose for say in held.all(Say)] == [Purpose.FAREWELL]


def test_way_back_while_held_asks_no_question() -> None:
    stopped = FARTHEST.says("STOP")
    talk = replace(stopped, person=replace(stopped.person, held=True)).says("START")

    assert talk.all(OptIn)
    assert talk.choices == ()


@pytest.mark.parametrize("step", WAITING)
@pytest.mark.parametrize(("word", "said"), [("HELP", "312-555-0100"), ("INFO", "STOP"), ("ayuda", "PERSON")])
def test_help_tells_whom_to_call_and_asks_again(step: str, word: str, said: str) -> None:
    before = WAITING[step]
    talk = before.says(word)

    assert said in talk.text
    assert talk.step == step
    assert talk.choices == before.choices


@pytest.mark.parametrize("step", WAITING)
@pytest.mark.parametrize("word", ["PERSON", "a person please", "talk to someone", "hablar con alguien"])
def test_person_is_a_way_out_of_every_question(step: str, word: str) -> None:
    talk = WAITING[step].says(word)

    assert [handed.reason for handed in talk.all(HandOff)] == ["asked_for_a_person"]
    assert "312-555-0100" in talk.text


def test_reply_to_a_reminder_comes_before_the_question_that_waits() -> None:
    talk = booked("s1").says("SHIFTS").reminded("b-s1").says("C")

    assert talk.all(Confirm)
    assert talk.step == "offer"


def test_stranger_may_stop_at_once() -> None:
    talk = Talk().says("STOP")

    assert talk.all(OptOut)
    assert talk.step is None


@pytest.mark.parametrize("word", ["STATUS", "SHIFTS", "TRAINING", "estado", "BACK"])
def test_stranger_who_begins_with_a_command_is_told_how_to_begin(word: str) -> None:
    talk = Talk().says(word)

    assert talk.text
    assert talk.says("HI").step == "consent"


@pytest.mark.parametrize("stage", Stage)
def test_status_is_told_at_every_stage(stage: Stage) -> None:
    assert Talk().at(stage).says("STATUS").text
