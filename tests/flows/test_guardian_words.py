"""A guardian who signs up too is heard by the words that we tell them to text, at every step, and by no other yes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from flows.effects import DecideAsGuardian
from flows.facts import GuardianStatus
from flows.rules.guardians import Decision
from flows.stages import Stage
from tests.flows.talk import SCREENED, Talk
from tests.flows.test_guardian_replies import AGREED, LEO, MIA, decisions

DECLINED = replace(MIA, status=GuardianStatus.DECLINED)
WITHDREW = replace(MIA, status=GuardianStatus.WITHDRAWN, stage_before=Stage.VETTING)
SIGNED = ("1", "Rosa Diaz", "1")
#: Every point of a sign-up that waits for something, but the first, which asks for "I agree" itself.
POINTS = range(2, len(SCREENED) + 1)


def at(point: int, **facts: object) -> Talk:
    """Sign up as far as some point; what is between a guardian and somebody under 18 begins there."""
    return replace(Talk().says(*SCREENED[:point]), **facts)  # type: ignore[arg-type]


def own(talk: Talk) -> dict[str, object]:
    """Return what the guardian has said about themselves."""
    return dict(talk.answers)


@pytest.mark.parametrize("ward", [MIA, DECLINED, WITHDREW], ids=lambda ward: str(ward.status))
@pytest.mark.parametrize("word", ["AGREE", "Agree.", "ACEPTO", "¡Acepto!"])
@pytest.mark.parametrize("point", POINTS)
def test_agree_is_heard_at_every_step_and_the_step_comes_back(point: int, word: str, ward: object) -> None:
    before = at(point, wards=(ward,))

    asked = before.says(word)
    assert asked.conversation.frame
    assert asked.conversation.frame.flow == "guardian"
    assert asked.text.startswith("Mia wants to help")
    after = asked.says(*SIGNED)

    assert decisions(after) == [("g1", Decision.AGREE)]
    assert (after.step, own(after)) == (before.step, own(before))
    assert not after.text.endswith("text WITHDRAW.") or before.step is None


@pytest.mark.parametrize("yes", ["yes", "1", "sí", "ok", "yes please", "de acuerdo"])
@pytest.mark.parametrize("point", [2, 3, 4, len(SCREENED) - 1])
def test_no_other_yes_is_taken_for_it(point: int, yes: str) -> None:
    talk = at(point, wards=(DECLINED,)).says(yes)

    assert talk.conversation.frame is None or talk.conversation.frame.flow != "guardian"
    assert not talk.all(DecideAsGuardian)


@pytest.mark.parametrize("word", ["AGREE", "I agree", "acepto", "ACEPTO"])
def test_step_that_asks_for_that_very_word_has_it(word: str) -> None:
    talk = at(1, wards=(DECLINED,)).says(word)

    assert talk.step == "language"
    assert not talk.all(DecideAsGuardian)


@pytest.mark.parametrize("point", POINTS)
def test_who_has_agreed_answers_the_question_at_hand(point: int) -> None:
    heard, plain = (at(point, wards=wards).says("AGREE") for wards in ((AGREED,), ()))

    assert (heard.text, heard.step) == (plain.text, plain.step)


@pytest.mark.parametrize("word", ["WITHDRAW", "retiro", "RETIRAR"])
@pytest.mark.parametrize("point", [0, *POINTS])
def test_withdraw_before_any_consent_is_a_no_at_once(point: int, word: str) -> None:
    before = at(point, wards=(MIA,))

    after = before.says(word)

    assert decisions(after) == [("g1", Decision.DECLINE)]
    assert (after.step, own(after)) == (before.step, own(before))


def test_withdraw_is_a_no_to_our_question_as_well() -> None:
    talk = Talk(wards=(MIA, LEO)).says("I agree", "WITHDRAW")

    assert decisions(talk) == [("g1", Decision.DECLINE)]


def test_withdraw_for_one_of_several_who_wait_decides_nothing_yet() -> None:
    talk = at(4, wards=(MIA, LEO)).says("WITHDRAW")

    assert talk.conversation.frame
    assert talk.conversation.frame.flow == "guardian"
    assert decisions(talk) == []


@pytest.mark.parametrize("ward", [DECLINED, WITHDREW], ids=["declined", "withdrawn"])
def test_withdraw_said_twice_is_answered_and_changes_nothing(ward: object) -> None:
    before = at(3, wards=(ward,))

    after = before.says("WITHDRAW")

    assert after.text.startswith("Done. Mia will not serve")
    assert (after.step, decisions(after)) == (before.step, [])


@pytest.mark.parametrize(("held", "left"), [(True, False), (False, True)])
def test_words_wait_while_a_human_holds_the_talk_or_nothing_may_be_said(*, held: bool, left: bool) -> None:
    talk = at(4, wards=(DECLINED,))
    talk = replace(talk, person=replace(talk.person, held=held, opted_out=left)).says("AGREE")

    assert talk.text == ""
    assert decisions(talk) == []


def test_where_five_things_are_under_way_already_the_question_is_finished_first() -> None:
    talk = at(4, wards=(DECLINED,))
    full = replace(talk.conversation, stack=talk.conversation.stack * 5)

    after = replace(talk, conversation=full).says("AGREE")

    assert (after.step, decisions(after)) == (talk.step, [])
    assert after.conversation.stack == full.stack
