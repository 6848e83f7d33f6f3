"""Take a reply as the answer to the step that waits, or say kindly that it was not understood."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final, assert_never

from flows import joining, nudging
from flows.answering import accepting, asides, correcting, overhearing, reading
from flows.answers.outcome import GUESS, Ambiguous, Match, NoMatch, Outcome, Reason
from flows.answers.words import fold, phrase_key
from flows.conversation import Frame
from flows.draft import Draft
from flows.effects import HandOff
from flows.facts import Json
from flows.faq import Asked, Entry, is_question
from flows.messages import Inbound, Tap
from flows.model import Ask, Step

#: After this many replies in a row that were not understood, a human is asked.
_MAX_MISSES: Final = 3
#: After this many the bot leaves it to the human: it is silent until it understands something again.
_SILENT_AFTER: Final = 4
#: Reasons whose words tell what to send, so that the question need not follow.
_SAY_WHAT_TO_SEND: Final = frozenset({Reason.YEAR_MISSING.value, Reason.DAY_MISSING.value})
#: Answer types that take almost any words for an answer.
ANY_TEXT: Final = frozenset({"text", "name"})
#: Guesses at these are not said back: free text needs no reading, and of a yes the flow says what comes of it.
_TAKEN_AS_READ: Final = frozenset({"text", "yes_no"})
#: Asks what the question means: "what are those?"
_MEANING: Final = re.compile(
    r"^(?:and |ok |y |pero )?(?:what|which|que|cuales) (?:[\w ]{0,12})\b(?:that|those|these|this|it|they|mean|eso|esos|esas|esto|son|significan?|decir)\b"
)
#: Stand before a choice and say nothing: "I am older than 55".
_I_AM: Final = frozenset({"i", "am", "im", "i'm", "a", "an", "soy", "yo", "un", "una"})


def read_answer(draft: Draft, frame: Frame, step: Step, ask: Ask, inbound: Inbound) -> None:
    """Read a reply and go on with it, or answer what it asks, or ask again."""
    if ask.type in ANY_TEXT and _only_greets(draft, inbound):
        nudging.greet(draft)
        return
    if ask.type in ANY_TEXT and _only_thanks(draft, inbound):
        _go_on_after_thanks(draft)
        return
    asked = _asked(draft, ask, inbound)
    if asked:
        _say_entry(draft, asked.entry)
        if not asked.rest:
            _back_to_question(draft)
            return
        inbound = replace(inbound, text=asked.rest)
    outcome = reading.read_reply(draft, frame, ask, inbound)
    if _take_corrections(draft, step, ask, outcome, inbound):
        return
    if not isinstance(outcome, Match) and (asked or answer_question(draft, inbound)):
        _back_to_question(draft)
        return
    sure = isinstance(outcome, Match) and outcome.confidence > GUESS
    if not sure and _explain(draft, frame, step, ask, inbound):
        return
    match outcome:
        case Match(value=value, confidence=confidence):
            draft.note("understood", step=step.id, type=ask.type, confidence=confidence)
            if confidence <= GUESS and ask.type not in _TAKEN_AS_READ and not _is_spelt_out(draft, ask, value, inbound):
                asides.echo(draft, step, ask, value)
            else:
                take_value(draft, frame, step, ask, value, inbound)
        case Ambiguous() if frame.misses < _MAX_MISSES - 1 and asides.offer_readings(draft, step, ask, outcome):
            _count_miss(draft, frame, step, outcome.reason.value)
        case Ambiguous(reason=reason) | NoMatch(reason=reason):
            unknown = reason is Reason.NOT_UNDERSTOOD and is_question(inbound.text)
            if _only_thanks(draft, inbound):
                _go_on_after_thanks(draft)
            elif reason is Reason.NOT_UNDERSTOOD and draft.library.commands.read_change(inbound.text):
                correcting.list_changeable(draft)  # CHANGE with a name that nothing goes by
            elif _only_greets(draft, inbound) or (draft.away and reason is Reason.NOT_UNDERSTOOD and not unknown):
                nudging.greet(draft)
            elif unknown and frame.misses < _MAX_MISSES:
                _unknown_question(draft, frame, step)
            else:
                _misunderstood(draft, frame, step, ask, reason.value)
        case _:
            assert_never(outcome)


def take_value(
    draft: Draft, frame: Frame, step: Step, ask: Ask, value: Json, inbound: Inbound, *, confirmed: bool = False
) -> None:
    """Take a value that was understood, unless it cannot stand; see ``accepting.accept``."""
    if objection := accepting.objection(ask, value, inbound.sender):
        _misunderstood(draft, frame, step, ask, objection)
        return
    if ask.organisation and isinstance(value, str):
        value = joining.hear(draft, ask.organisation, value, inbound)
    if value is not None or not ask.organisation:
        accepting.accept(draft, frame, step, ask, value, said=inbound.text, confirmed=confirmed)


def _take_corrections(draft: Draft, step: Step, ask: Ask, outcome: Outcome, inbound: Inbound) -> bool:
    """Change what a reply corrects, and take its answer as well if it holds one; tell whether it corrects anything."""
    found = () if inbound.tap else overhearing.hear(draft, ask, outcome, inbound.text)
    if isinstance(found, Ambiguous):
        correcting.ask_which(draft, found)
        return True
    changes = {change.field: change.value for change in found if change.told}
    if not changes:
        return bool(found) and correcting.ask_anew(draft, found[0].field)
    lasting = ask.remember or step.offer is not None
    answered = isinstance(outcome, Match) and outcome.confidence > GUESS and lasting and ask.type not in ANY_TEXT
    correcting.change(draft, changes, sender=inbound.sender, said=inbound.text, answered=answered)
    frame = draft.conversation.frame
    if isinstance(outcome, Match) and answered and frame and frame.step == step.id and draft.needs is None:
        take_value(draft, frame, step, ask, outcome.value, inbound)
    return True


def _is_spelt_out(draft: Draft, ask: Ask, value: Json, inbound: Inbound) -> bool:
    """Tell whether a choice was named by words of its own and nothing else: then it need not be said back."""
    named = [choice for choice in draft.shown(draft.frame, ask) if choice.id == value]
    own = {word for choice in named for name in (choice.label, *choice.also) for word in phrase_key(name).split()}
    said = phrase_key(inbound.text).split()
    return ask.type == "choice" and own.union(_I_AM).issuperset(said)


def _only_thanks(draft: Draft, inbound: Inbound) -> bool:
    return not inbound.tap and draft.library.commands.says_thanks(inbound.text)


def _go_on_after_thanks(draft: Draft) -> None:
    draft.note("thanks")
    draft.say_phrase("thanks_go_on")
    draft.ask_again()


def _only_greets(draft: Draft, inbound: Inbound) -> bool:
    return not inbound.tap and draft.library.commands.only_greets(inbound.text, excused=draft.away)


def _asked(draft: Draft, ask: Ask, inbound: Inbound) -> Asked | None:
    """Find a clear question in a reply: no reader may take "is it paid?" for a yes, or for the name of a school."""
    if inbound.tap:
        return None
    return draft.library.faq.take_out(inbound.text, draft.language, marked=ask.type in ANY_TEXT)


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
    frame = draft.frame
    if frame.misses > _MAX_MISSES:  # we understand each other: no reason to be silent
        draft.conversation = draft.conversation.with_frame(replace(frame, misses=_MAX_MISSES))
    draft.say_phrase("back_to")
    draft.ask_again()


def _explain(draft: Draft, frame: Frame, step: Step, ask: Ask, inbound: Inbound) -> bool:
    """Say what the step says of itself to whoever asks what it means; tell whether they do, for the first time."""
    if inbound.tap or not ask.help or frame.misses or not _MEANING.search(fold(inbound.text).text):
        return False
    _count_miss(draft, frame, step, "asks_for_meaning")
    draft.said.append(draft.text(ask.help))
    draft.offer_choices(step, ask)
    return True


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


def skip(draft: Draft) -> None:
    """Pass the question over, if it may be; if not, say kindly that it is needed."""
    frame = draft.frame
    step = draft.flow(frame).steps.get(frame.step)
    if step and step.ask and step.ask.optional:
        draft.say_phrase("skipped")
        accepting.accept(draft, frame, step, step.ask, None)
    else:
        draft.say_phrase("skip_needed")
        draft.ask_again()


def _count_miss(draft: Draft, frame: Frame, step: Step, reason: str) -> int:
    misses = frame.misses + 1
    draft.conversation = draft.conversation.with_frame(replace(draft.frame, misses=misses))
    draft.note("misunderstood", step=step.id, reason=reason, misses=misses)
    return misses


def _misunderstood(draft: Draft, frame: Frame, step: Step, ask: Ask, reason: str) -> None:
    if draft.open_guess and reason == Reason.NOT_UNDERSTOOD:
        draft.say_phrase(f"reason.{reason}")
        draft.ask_again()
        return
    misses = _count_miss(draft, frame, step, reason)
    if misses > _SILENT_AFTER:
        draft.note("silent", why="a human was asked to look, and the question was put often enough")
        return
    if misses == _MAX_MISSES:
        draft.effects.append(HandOff(reason="not_understood"))
        draft.say_phrase("human_will_look")
    elif misses > _MAX_MISSES:
        draft.say_phrase("human_was_told_optional" if ask.optional else "human_was_told")
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
    elif misses == 1 and reason in _SAY_WHAT_TO_SEND:
        draft.say_phrase(f"reason.{reason}")
        return
    else:
        draft.say_phrase(f"reason.{reason}")
    draft.ask_again()


def is_offered(draft: Draft, frame: Frame, ask: Ask, tap: Tap | None) -> bool:
    """Tell whether a button belongs to the question that waits; slots that were offered before do not."""
    step = draft.flow(frame).steps[frame.step]
    return (
        tap is not None and tap.step in (step.id, *step.was) and tap.choice in {c.id for c in draft.shown(frame, ask)}
    )
