"""What a coordinator texts about broadcasts, in both languages; nobody else is heard."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from flows.effects import BroadcastAct, DecideBroadcast, DraftBroadcast, Say
from flows.events import BroadcastFound, BroadcastOutcome
from flows.facts import Coordinator
from flows.messages import Purpose
from flows.text import fold, segments
from tests.flows.talk import Talk

AUTHOR = "coordinator:Ana"
FOUND = BroadcastFound(
    act=BroadcastAct.HELP,
    outcome=BroadcastOutcome.FOUND,
    author=AUTHOR,
    user="ana",
    audiences=("Lincoln tutors", "Mentors"),
    ref="b1",
    name="Lincoln tutors",
    people=41,
    left_out=3,
    parts=41,
    finish_at=datetime(2026, 12, 1, 10, 30, tzinfo=ZoneInfo("America/Chicago")),
    recipients="{}",
    body="{}",
)
TYPED = {
    BroadcastAct.HELP: ("Broadcast", "Difusión"),
    BroadcastAct.DRAFT: ("BROADCAST Lincoln tutors: Come on Friday", "difusion: Lincoln tutors: Vengan"),
    BroadcastAct.CONFIRM: ("123 456", "123456"),
    BroadcastAct.STOP: ("broadcast stop", "DIFUSION PARAR"),
    BroadcastAct.PAUSE: ("BROADCAST PAUSE", "Difusión pausa"),
    BroadcastAct.RESUME: ("Broadcast go on", "difusion seguir"),
    BroadcastAct.STATUS: ("broadcast status", "difusion estado"),
}
LANGUAGES = ("en", "es")


def talk(found: BroadcastFound = FOUND, *, language: str = "en", awaits_code: bool = True) -> Talk:
    begun = Talk(coordinator=Coordinator(author=AUTHOR, user="ana", awaits_code=awaits_code), broadcast=found)
    return replace(begun, conversation=replace(begun.conversation, language=language))


def said(after: Talk) -> Say:
    (say,) = [effect for effect in after.turn.effects if isinstance(effect, Say)]
    return say


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("act", BroadcastAct)
@pytest.mark.parametrize("priced", [False, True], ids=["no price", "priced"])
def test_each_word_is_answered_in_two_texts_at_most(act: BroadcastAct, language: str, priced: bool) -> None:
    found = replace(FOUND, cost=0.49 if priced else None, is_paused=priced)

    after = talk(found, language=language).says(TYPED[act][LANGUAGES.index(language)])

    assert segments(fold(said(after).text)).parts <= 2
    done = [effect for effect in after.turn.effects if isinstance(effect, DecideBroadcast | DraftBroadcast)]
    assert len(done) == (act not in (BroadcastAct.HELP, BroadcastAct.STATUS))
    assert all(effect.author == AUTHOR for effect in done)
    assert (said(after).purpose is Purpose.CODE) == (act is BroadcastAct.DRAFT)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("outcome", [one for one in BroadcastOutcome if one is not BroadcastOutcome.FOUND])
def test_nothing_is_done_where_there_is_nothing_to_do(outcome: BroadcastOutcome, language: str) -> None:
    after = talk(replace(FOUND, outcome=outcome), language=language).says("BROADCAST Lincoln tutors: Come")

    assert said(after).text
    assert not [one for one in after.turn.effects if isinstance(one, DecideBroadcast | DraftBroadcast)]


def test_codes_are_not_guessed() -> None:
    after = talk(replace(FOUND, outcome=BroadcastOutcome.WRONG_CODE)).says(*["123456"] * 5)

    locked = replace(after, broadcast=FOUND).says("654321")

    assert not [one for one in locked.turn.effects if isinstance(one, DecideBroadcast)]


@pytest.mark.parametrize("text", ["BROADCAST STOP", "difusion", "BROADCAST Lincoln tutors: Come on Friday"])
def test_anybody_else_is_answered_as_before(text: str) -> None:
    stranger = Talk().says(text)

    assert "flow" in str(stranger.turn.trace) or stranger.turn.effects
    assert not [one for one in stranger.turn.effects if isinstance(one, DecideBroadcast | DraftBroadcast)]
    assert not [one for one in stranger.turn.trace if "broadcast" in str(one.get("what", ""))]


def test_a_coordinator_who_says_something_else_is_a_volunteer() -> None:
    assert talk(awaits_code=False).says("HI").turn == Talk(conversation=talk().conversation).says("HI").turn
