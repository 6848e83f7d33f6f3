"""Take a reply as the answer to the step that waits, or say kindly that it was not understood."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, assert_never

from flows import nudging, walk
from flows.answers import read
from flows.answers.outcome import Ambiguous, Match, NoMatch, Outcome, Reason
from flows.conversation import Frame
from flows.draft import Draft
from flows.effects import HandOff
from flows.facts import Json
from flows.faq import Asked, Entry, is_question
from flows.messages import Inbound, Tap
from flows.model import Ask, Step

#: After this many replies in a row that were not understood, a human is asked.
_MAX_MISSES: Final = 3
#: After this many the bot leaves it to the human; whoever writes on is no longer asked the same.
_SILENT_AFTER: Final = 5
#: Answer types that take almost any words for an answer.
_ANY_TEXT: Final = frozenset({"text", "name"})
#: What the choices of a yes-or-no question stand for.
_YES_NO: Final = {"yes": True, "no": False, "unsure": None}
#: What takes half of a yes back, where the question is whether all is right.
_BUT: Final = re.compile(
    r"^(?:but|except|only|just|pero|menos|solo|salvo|excepto)\b|\b(?:change|wrong|cambi\w+|corrij\w+)\b"
)


def read_answer(draft: Draft, frame: Frame, step: Step, ask: Ask, inbound: Inbound) -> None:
    """Read a reply and go on with it, or answer what it asks, or ask again."""
    if ask.type in _ANY_TEXT and _only_greets(draft, inbound):
        nudging.greet(draft)
        return
    asked = _asked(draft, ask, inbound)
    if asked:
        _say_entry(draft, asked.entry)
        if not asked.rest:
            _back_to_question(draft)
            return
        inbound = replace(inbound, text=asked.rest)
    outcome = _read(draft, frame, ask, inbound)
    if not isinstance(outcome, Match) and (asked or answer_question(draft, inbound)):
        _back_to_question(draft)
        return
    if isinstance(outcome, Match) and (objection := _objection(draft, ask, outcome.value, inbound)):
        _misunderstood(draft, frame, step, ask, objection)
        return
    match outcome:
        case Match(value=value, confidence=confidence):
            draft.note("understood", step=step.id, type=ask.type, confidence=confidence)
            _accept(draft, frame, step, ask, value)
        case Ambiguous(reason=reason) | NoMatch(reason=reason):
            unknown = reason is Reason.NOT_UNDERSTOOD and is_question(inbound.text)
            if _only_greets(draft, inbound) or (draft.away and reason is Reason.NOT_UNDERSTOOD and not unknown):
                nudging.greet(draft)
            elif unknown and frame.misses < _MAX_MISSES:
                _unknown_question(draft, frame, step)
            else:
                _misunderstood(draft, frame, step, ask, reason.value)
        case _:
            assert_never(outcome)


def _only_greets(draft: Draft, inbound: Inbound) -> bool:
    return not inbound.tap and draft.library.commands.only_greets(inbound.text, excused=draft.away)


def _asked(draft: Draft, ask: Ask, inbound: Inbound) -> Asked | None:
    """Find a clear question in a reply: no reader may take "is it paid?" for a yes, or for the name of a school."""
    if inbound.tap:
        return None
    return draft.library.faq.take_out(inbound.text, draft.language, marked=ask.type in _ANY_TEXT)


def answer_question(draft: Draft, inbound: Inbound) -> bool:
    """Answer a text that is a question of the hub's file; tell whether it is one."""
    entry = None if inbound.tap else draft.library.faq.find(inbound.text, draft.language)
    if entry:
        _say_entry(draft, entry)
    return entry is not None


def _say_entry(draft: Draft, entry: Entry) -> None:
    draft.note("faq", id=entry.id)
    draft.said.append(entry.say(draft.language, draft.built_in_texts()))


def _back_to_question(draft: Draft) -> None:
    draft.say_phrase("back_to")
    draft.ask_again()


def _unknown_question(draft: Draft, frame: Frame, step: Step) -> None:
    """Say that we cannot answer; the second time in a row, let a human do it."""
    again = draft.phrase("unknown_question") in draft.conversation.last_said
    misses = _MAX_MISSES if again else frame.misses + 1
    draft.conversation = draft.conversation.with_frame(replace(frame, misses=misses))
    draft.note("misunderstood", step=step.id, reason="unknown_question", misses=misses)
    if misses == _MAX_MISSES:
        draft.effects.append(HandOff(reason="question"))
        draft.say_phrase("question_passed_on")
    else:
        draft.say_phrase("unknown_question")
    draft.ask_again()


def _read(draft: Draft, frame: Frame, ask: Ask, inbound: Inbound) -> Outcome:
    context = draft.context(frame, ask, tap=inbound.tap.choice if inbound.tap else None)
    outcome = read(ask.type, inbound.text, context)
    if ask.type != "yes_no":
        return outcome
    if (
        isinstance(outcome, NoMatch) and context.choices
    ):  # shown as a list: its numbers, labels and buttons count as well
        picked = read("choice", inbound.text, context)
        return replace(picked, value=_YES_NO[str(picked.value)]) if isinstance(picked, Match) else picked
    if isinstance(outcome, Match) and outcome.value is True and not ask.remember and _BUT.search(outcome.rest.lower()):
        return replace(outcome, value=False)  # "yes, but my ZIP is 60615" leaves something to change
    if isinstance(outcome, Match) and outcome.value is None and not _may_be_unsure(ask):
        return NoMatch(reason=Reason.NOT_UNDERSTOOD)
    return outcome


def understands(draft: Draft, ask: Ask, text: str) -> bool:
    """Tell whether a text would be taken for an answer."""
    return isinstance(read(ask.type, text, draft.context(draft.frame, ask, tap=None)), Match)


def _may_be_unsure(ask: Ask) -> bool:
    return any(option.id == "unsure" for option in ask.options)


def _objection(draft: Draft, ask: Ask, value: Json, inbound: Inbound) -> str | None:
    """Say why an answer that was understood cannot stand."""
    if ask.save_as == "guardian_contact" and value == inbound.sender.user:
        return "own_contact"
    return None


def _accept(draft: Draft, frame: Frame, step: Step, ask: Ask, value: Json) -> None:
    frame = replace(
        frame,
        answers={**frame.answers, ask.save_as: value},
        path=(*frame.path, step.id),
        misses=0,
    )
    draft.conversation = draft.conversation.with_frame(frame)
    if ask.save_as == "language" and isinstance(value, str):
        draft.set_language(value)
    elif ask.remember:
        draft.remember_answer(ask, value)
    walk.leave(draft, step)


def _misunderstood(draft: Draft, frame: Frame, step: Step, ask: Ask, reason: str) -> None:
    misses = frame.misses + 1
    draft.conversation = draft.conversation.with_frame(replace(frame, misses=misses))
    draft.note("misunderstood", step=step.id, reason=reason, misses=misses)
    if misses > _SILENT_AFTER:
        draft.note("silent", why="a human was asked to look, and the question was put often enough")
        return
    if misses == _MAX_MISSES:
        draft.effects.append(HandOff(reason="not_understood"))
        draft.say_phrase("human_will_look")
    elif misses > _MAX_MISSES:
        draft.say_phrase("human_was_told")
    elif misses == 1 and ask.retry and reason == "not_understood":
        draft.said.append(draft.text(ask.retry))
        draft.offer_choices(step, ask)
        return
    elif misses == 2 and ask.help:
        draft.said.append(draft.text(ask.help))
        draft.offer_choices(step, ask)
        return
    elif misses == 2 and f"example.{ask.type}" in draft.library.phrases:
        draft.say_phrase(f"example.{ask.type}")
    else:
        draft.say_phrase(f"reason.{reason}")
    draft.ask_again()


def is_offered(draft: Draft, frame: Frame, ask: Ask, tap: Tap | None) -> bool:
    """Tell whether a pressed button is still among the choices."""
    """Tell whether a button belongs to the question that waits; slots that were offered before do not."""
    step = draft.flow(frame).steps[frame.step]
    return tap is not None and tap.step in (step.id, *step.was) and tap.choice in {c.id for c in draft.shown(frame, ask)}
