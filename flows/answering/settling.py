"""Take what is said after we asked back: a reading picked, a guess confirmed, an answer to change, data to erase."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flows.answering import asides, correcting, reading, replying
from flows.answers import read
from flows.answers.context import AnswerContext
from flows.answers.outcome import CERTAIN, Match
from flows.answers.words import fold, phrase_key
from flows.conversation import SideQuestion, place
from flows.draft import Draft
from flows.facts import Json
from flows.messages import Inbound, InboundKind
from flows.model import Ask, Step
from flows.places import cover_reply, shift_reply, swapping
from flows.wishes import erasing, phoning, sharing

#: A year by itself, or called so.
_YEAR_ALONE: Final = re.compile(
    r"(?:(?:in|it'?s|its|year|the year is|i meant?|en|es|ano|el ano es|del?) )?((?:19|20)\d\d)[.!]?"
)


def is_choice(side: SideQuestion | None, inbound: Inbound) -> bool:
    """Tell whether a text is just a choice of what we asked back, and so asks for nothing else."""
    said = phrase_key(inbound.text)
    return side is not None and any(said == phrase_key(choice.label) for choice in side.choices)


def settle(draft: Draft, side: SideQuestion, inbound: Inbound) -> Inbound | None:
    """Take a reply to what we asked back.

    Returns:
        What is left to be read as a reply to the step; ``None`` when nothing is.
    """
    match side.kind:
        case asides.WHICH | asides.ECHO | asides.ECHO_AGAIN:
            return _settle_value(draft, side, inbound)
        case asides.FORGET:
            erasing.settle(draft, side, inbound)
            return None
        case asides.WHO:
            sharing.take_name(draft)
            return None
        case asides.CALL_NUMBER:
            return None if phoning.take_number(draft, inbound) else inbound
        case asides.CALL_WHEN:
            return None if phoning.take_time(draft, side, inbound) else inbound
    picked = asides.picked(draft, side, inbound)
    if picked is None:
        return inbound
    value = side.values[picked]
    if side.kind == asides.BOOKING:
        shift_reply.settle(draft, side, picked)
    elif side.kind == asides.COVER:
        cover_reply.settle(draft, side, picked)
    elif side.kind == asides.SWAP:
        swapping.settle(draft, side, picked)
    elif side.kind == asides.CHANGE:
        correcting.ask_or_hand_over(draft, str(value))
    elif isinstance(value, dict):
        correcting.change(draft, {str(value["field"]): value["value"]}, sender=inbound.sender, said=inbound.text)
    return None


def _settle_value(draft: Draft, side: SideQuestion, inbound: Inbound) -> Inbound | None:
    frame = draft.conversation.frame
    step = draft.flow(frame).steps.get(frame.step) if frame else None
    if frame is None or step is None or step.ask is None or place(frame) != side.about:
        return inbound
    picked = asides.picked(draft, side, inbound)
    if side.kind == asides.WHICH:
        if picked is None:
            return inbound
        _take(draft, step, step.ask, side.values[picked], inbound)
        return None
    if picked == 0:
        _take(draft, step, step.ask, side.values[0], inbound, confirmed=True)
        return None
    if picked == 1:
        _ask_anew(draft)
        return None
    if inbound.kind is InboundKind.TAP:
        return inbound
    return _judged(draft, side, step, step.ask, inbound)


def _judged(draft: Draft, side: SideQuestion, step: Step, ask: Ask, inbound: Inbound) -> Inbound | None:
    """Read "yes", "no", or another answer after a guess was said back."""
    context = AnswerContext(language=draft.language, today=draft.today)
    outcome = read("yes_no", inbound.text, context)
    if isinstance(outcome, Match) and not outcome.rest:
        if outcome.value is True:
            _take(draft, step, ask, side.values[0], inbound, confirmed=True)
        else:
            _ask_anew(draft)
        return None
    again = reading.read_reply(draft, draft.frame, ask, inbound)
    said = outcome.rest if isinstance(outcome, Match) and outcome.rest else inbound.text
    if ask.type == "date" and (year := _YEAR_ALONE.fullmatch(fold(said).text)):  # "no, 1956": the day is known
        day = replace(inbound, text=f"{year[1]}{str(side.values[0])[4:]}")
        mended = reading.read_reply(draft, draft.frame, ask, day)
        if isinstance(mended, Match):
            _take(draft, step, ask, mended.value, inbound)
            return None
    if isinstance(again, Match) and again.value == side.values[0]:
        _take(draft, step, ask, again.value, inbound, confirmed=True)
        return None
    if not isinstance(again, Match) and isinstance(outcome, Match) and outcome.rest:
        return replace(inbound, text=outcome.rest)  # "no, the 28th"
    return inbound


def _take(draft: Draft, step: Step, ask: Ask, value: Json, inbound: Inbound, *, confirmed: bool = False) -> None:
    draft.note("understood", step=step.id, type=ask.type, confidence=CERTAIN)
    replying.take_value(draft, draft.frame, step, ask, value, inbound, confirmed=confirmed)


def _ask_anew(draft: Draft) -> None:
    draft.open_guess = None
    draft.say_phrase("asked_anew")
    draft.ask_again()
