"""What one turn comes to: its parts put together, and an end to talks that go on and on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from flows import wording
from flows.conversation import Conversation
from flows.draft import Draft, Needs
from flows.effects import Effect, HandOff, Say
from flows.facts import Json
from flows.messages import Purpose

#: A sign-up takes a dozen answers; whoever gets more in ten minutes is hardly a person.
_MAX_ANSWERS: Final = 30
_COUNTED_S: Final = 600
#: Turns without reaching an end; the longest sign-up takes thirty.
_MAX_TURNS: Final = 200
#: A nudge that could not leave until then is not worth sending.
_NUDGE_HOLDS: Final = timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one turn comes to."""

    conversation: Conversation
    effects: tuple[Effect, ...] = ()
    #: A question to the shell; its answer is the next event of the same turn.
    needs: Needs | None = None
    #: What was decided and why, in order.
    trace: tuple[Mapping[str, Json], ...] = ()


def finish(draft: Draft) -> Turn:
    """Put the gathered parts together; one turn says at most one message."""
    text = wording.join(draft.said)
    if draft.needs is None and _is_endless(draft):
        draft.note("silent", why=f"more than {_MAX_TURNS} turns without an end: a human was asked to look")
    elif text and draft.needs is None and _is_talked_out(draft):
        draft.note("silent", why=f"more than {_MAX_ANSWERS} answers in ten minutes: perhaps another machine writes")
    elif text and draft.needs is None:
        _say(draft, text)
    elif text:  # said before the places on offer are known: kept until they are
        draft.conversation = replace(draft.conversation, unsaid=text)
    return Turn(
        conversation=draft.conversation,
        effects=tuple(draft.effects),
        needs=draft.needs,
        trace=tuple(draft.trace),
    )


def _say(draft: Draft, text: str) -> None:
    if text == draft.conversation.last_said:
        again = "once_more" if draft.choices or "?" in text else "as_before"
        text = wording.join((draft.phrase(again), text))
    draft.conversation = replace(draft.conversation, last_said=text)
    expires_at = draft.now + _NUDGE_HOLDS if draft.purpose is Purpose.NUDGE else None
    draft.effects.append(
        Say(text=text, choices=draft.choices, step=draft.step, purpose=draft.purpose, expires_at=expires_at)
    )


def _is_endless(draft: Draft) -> bool:
    """Tell whether the talk goes on and on, and let a human look once; an end, or START, begins anew."""
    talk = draft.conversation
    if not talk.stack:
        draft.conversation = replace(talk, began=talk.turn)
        return False
    if talk.turn - talk.began == _MAX_TURNS + 1:
        draft.effects.append(HandOff(reason="talks_without_end"))
    return is_worn_out(talk) and _may_fall_silent(draft)


def is_worn_out(talk: Conversation) -> bool:
    """Tell whether a talk has taken so many turns that the bot leaves it to a human."""
    return talk.turn - talk.began > _MAX_TURNS


def _is_talked_out(draft: Draft) -> bool:
    """Count one more answer; tell whether it is one too many, and let a human look at the first that is."""
    now, talk = int(draft.now.timestamp()), draft.conversation
    fresh = now - talk.counted_from >= _COUNTED_S
    counted = 1 if fresh else talk.counted + 1
    draft.conversation = replace(talk, counted_from=now if fresh else talk.counted_from, counted=counted)
    if counted == _MAX_ANSWERS + 1:
        draft.effects.append(HandOff(reason="answers_too_often"))
    return counted > _MAX_ANSWERS and _may_fall_silent(draft)


def _may_fall_silent(draft: Draft) -> bool:
    return not draft.urgent and draft.purpose is not Purpose.FAREWELL
