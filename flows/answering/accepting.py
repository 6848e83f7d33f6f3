"""Keep an answer that counts, and go on with the flow; or say why it cannot stand."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from flows import wording
from flows.answering import asides
from flows.answers.name import read_wished_name
from flows.conversation import Frame
from flows.draft import Draft
from flows.effects import Forget
from flows.facts import Json, age_on
from flows.messages import Address
from flows.model import Ask, Step
from flows.rules.eligibility import ADULT, OLD_ENOUGH
from flows.walking import calling, walk
from flows.wishes import refereeing


def accept(
    draft: Draft, frame: Frame, step: Step, ask: Ask, value: Json, *, said: str = "", confirmed: bool = False
) -> None:
    """Keep an answer and go on to what follows; one that erases the person is said back first.

    Args:
        said: the person's own words; tell how they wish to be called.
        confirmed: whether the person has seen how it was read, and said that it is right.
    """
    if frame.alone and not confirmed and is_grave(draft, ask, value):
        asides.echo(draft, step, ask, value)
    elif frame.alone:
        _put_in_place(draft, step, ask, value, said=said)
    else:
        _keep_unless_erasing(draft, frame, step, ask, value, said=said, confirmed=confirmed)


def is_grave(draft: Draft, ask: Ask, value: Json) -> bool:
    """Tell whether an answer makes an adult one who is not of age, or a person too young: it costs them every place."""
    if ask.save_as != "birth_date" or not isinstance(value, str):
        return False
    age = age_on(date.fromisoformat(value), draft.today)
    return age < OLD_ENOUGH or (age < ADULT and not draft.is_minor)


def _keep_unless_erasing(
    draft: Draft, frame: Frame, step: Step, ask: Ask, value: Json, *, said: str, confirmed: bool
) -> None:
    """See where an answer leads: a mistyped year must not erase anybody, for that cannot be undone."""
    before = draft.copy()
    _keep(draft, frame, step, ask, value, said=said)
    if not confirmed and any(isinstance(effect, Forget) for effect in draft.effects[len(before.effects) :]):
        draft.become(before)
        asides.echo(draft, step, ask, value)


def _keep(draft: Draft, frame: Frame, step: Step, ask: Ask, value: Json, *, said: str = "") -> None:
    frame = replace(frame, answers={**frame.answers, ask.save_as: value}, path=(*frame.path, step.id), misses=0)
    draft.conversation = draft.conversation.with_frame(frame)
    remember(draft, ask, value, said=said)
    walk.leave(draft, step)


def remember(draft: Draft, ask: Ask, value: Json, *, said: str = "") -> None:
    """Keep an answer beyond the flow, where it is to be kept."""
    if ask.save_as == "language" and isinstance(value, str):
        draft.set_language(value)
    elif ask.remember and value is not None:
        draft.remember_answer(ask, value)
        refereeing.ask_other(draft, ask.save_as)
        wished = read_wished_name(said) if ask.type == "name" and ask.save_as == "name" else None
        if wished and isinstance(value, dict) and wished != value.get("first"):
            draft.remember("full_name", f"{value.get('first')} {value.get('last')}".strip())
            draft.remember("given_name", wished)


def replace_answer(draft: Draft, ask: Ask, value: Json, *, said: str = "") -> None:
    """Put another answer where the old one stands; nothing depends on it, so nothing else is asked."""
    stack = []
    for frame in draft.conversation.stack:
        kept = [name for name in frame.answers if calling.bare_name(name) == ask.save_as]
        stack.append(replace(frame, answers={**frame.answers, **dict.fromkeys(kept, value)}))
    draft.conversation = replace(draft.conversation, stack=tuple(stack))
    remember(draft, ask, value, said=said)


def _put_in_place(draft: Draft, step: Step, ask: Ask, value: Json, *, said: str) -> None:
    """Take the answer that alone was asked anew, and go back to where the talk was."""
    what = call(draft, ask, value)
    draft.note("changed", answer=ask.save_as, step=step.id)
    draft.conversation = replace(draft.conversation, stack=draft.conversation.stack[:-1])
    replace_answer(draft, ask, value, said=said)
    draft.say_phrase("changed", what=what)
    draft.ask_again(briefly=False)


def call(draft: Draft, ask: Ask, value: Json) -> str:
    """Say an answer with what it is called: ``ZIP 60608``, ``role Tutor``."""
    labels = {option.id: option.label[draft.language] for option in ask.options}
    offered = (choice for frame in draft.conversation.stack for choice in frame.offered)
    labels |= {choice.id: choice.chosen or choice.label for choice in offered}
    said = wording.say_value(ask.type, value, language=draft.language, labels=labels)
    return f"{ask.called[draft.language][0]} {said}" if ask.called else said


def objection(ask: Ask, value: Json, sender: Address) -> str | None:
    """Say why an answer that was understood cannot stand."""
    if ask.save_as == "guardian_contact" and value == sender.user:
        return "own_contact"
    if ask.save_as in refereeing.CONTACTS and value == sender.user:
        return "own_reference"
    return None
