"""Change an answer that was given before: find which, say what it is now, ask again only what depended on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import Final

from flows.answering import accepting, asides
from flows.answers.outcome import Ambiguous
from flows.answers.words import phrase_key
from flows.conversation import Frame
from flows.draft import Draft
from flows.effects import HandOff
from flows.facts import Json
from flows.library import Library
from flows.messages import Address, Choice
from flows.model import Ask, Flow, Step
from flows.stages import Stage
from flows.templates import placeholders
from flows.walking import calling, revisiting

#: From which answers follows what the bot works out by itself.
_FOLLOWS: Final[Mapping[str, frozenset[str]]] = {
    "age": frozenset({"birth_date"}),
    "minor": frozenset({"birth_date"}),
    "needs_review": frozenset({"role", "audience"}),
    "needs_vetting": frozenset({"birth_date", "role", "audience"}),
}
#: As many as have a number of one digit.
_MOST_LISTED: Final = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """An answer that was given, and the question it answers."""

    flow: Flow
    step: Step
    ask: Ask
    value: Json
    #: The flow under way that holds it; ``None``: it is known from before.
    frame: Frame | None = None


def given_answers(draft: Draft) -> dict[str, Given]:
    """List the answers of this talk that can be changed, by name, in the order of their questions."""
    found: dict[str, Given] = {}
    for frame in draft.conversation.stack:
        flow = draft.flow(frame)
        for asked_in, step, kept in _questions(draft, flow):
            ask = step.ask
            if ask and kept in frame.answers and (ask.remember or step.offer) and not draft.asks_for(ask.save_as):
                value = frame.answers[kept]
                found[ask.save_as] = Given(flow=asked_in, step=step, ask=ask, value=value, frame=frame)
    return found


def _questions(draft: Draft, flow: Flow) -> Iterator[tuple[Flow, Step, str]]:
    """Yield the questions of a flow and of those it calls, each with the name under which the flow keeps its answer."""
    for step in flow.steps.values():
        if step.ask:
            yield flow, step, step.ask.save_as
        inner = draft.library.flows.get(calling.called_by(draft, step)) if step.call else None
        for other in inner.steps.values() if inner else ():
            if inner and other.ask:
                yield inner, other, calling.kept_as(inner, step.id, other.ask.save_as)


def known_answers(draft: Draft) -> dict[str, Given]:
    """List what is known from before and can be asked anew by itself."""
    found: dict[str, Given] = {}
    decisive, settled = deciding(draft.library), _is_settled(draft)
    for flow in draft.library.met_by(draft.profile.get("audience")):
        for step in flow.steps.values():
            ask = step.ask
            if ask and ask.save_as in decisive and not (settled and ask.called):
                continue
            if ask and ask.remember and ask.save_as not in found and not draft.asks_for(ask.save_as):
                value = draft.profile.get("given_name" if ask.save_as == "name" else ask.save_as)
                if value is not None:
                    found[ask.save_as] = Given(flow=flow, step=step, ask=ask, value=value)
    return found


def _is_settled(draft: Draft) -> bool:
    """Tell whether somebody has signed up: what decides about them changes at once, and every gate is looked at again."""
    signs_up = any(frame.flow == "screening" and not frame.alone for frame in draft.conversation.stack)
    return not signs_up and draft.facts.person.stage not in (Stage.ENQUIRED, Stage.SCREENING)


def find(draft: Draft, name: str) -> Given | None:
    """Find an answer that can be changed."""
    return given_answers(draft).get(name) or known_answers(draft).get(name)


def deciding(library: Library) -> frozenset[str]:
    """List the answers on which questions, choices or the way hang."""
    names: set[str] = set()
    for flow in library.flows.values():
        for step in flow.steps.values():
            names |= placeholders(step.call or "")
            options = step.ask.options if step.ask else ()
            for condition in (*(b.condition for b in step.branches), *(option.condition for option in options)):
                names |= condition.names if condition else frozenset()
    return frozenset(chain(names, *(_FOLLOWS.get(name, ()) for name in names)))


def change(draft: Draft, changes: Mapping[str, Json], *, sender: Address, said: str, answered: bool = False) -> None:
    """Put new values in the place of old ones, say so, and ask again only what depended on them.

    Args:
        changes: new value by the name of its answer.
        said: the person's own words.
        answered: whether the question that waits is answered in the same breath, and need not be asked again.
    """
    given = {name: one for name in changes if (one := find(draft, name))}
    faults = {n: why for n, one in given.items() if (why := accepting.objection(one.ask, changes[n], sender))}
    standing = [name for name in given if name not in faults]
    for why in faults.values():
        draft.say_phrase(f"reason.{why}")
    untold = len(draft.said)
    _say_changed(draft, given, changes, standing)
    spoken, waited, asked = len(draft.said), draft.conversation.frame and draft.conversation.frame.step, False
    decisive, changed = deciding(draft.library), list[str]()
    for name in sorted(standing, key=lambda name: name in decisive):
        draft.note("changed", answer=name)
        one, alone = given[name], _stands_alone(draft, name)
        if alone and not accepting.is_grave(draft, one.ask, changes[name]):
            accepting.replace_answer(draft, given[name].ask, changes[name], said=said)
            changed.append(name)
            continue
        del draft.said[spoken:]
        if alone:
            _visit(draft, one)
        step = one.step if alone else revisiting.return_to(draft, name)
        if step and step.ask:
            accepting.accept(draft, draft.frame, step, step.ask, changes[name], said=said)
            asked = True
        if draft.conversation.side:  # it would erase the person, and was said back: it has not changed yet
            question = draft.said.pop()
            del draft.said[untold:]
            _say_changed(draft, given, changes, changed)
            draft.said.append(question)
            return
        changed.append(name)
    if answered and draft.needs is None and draft.conversation.frame and draft.frame.step == waited:
        del draft.said[spoken:]
        draft.choices = ()
    elif not asked:
        draft.ask_again(briefly=False)


def _say_changed(draft: Draft, given: Mapping[str, Given], changes: Mapping[str, Json], names: Iterable[str]) -> None:
    if what := "; ".join(accepting.call(draft, given[name].ask, changes[name]) for name in names):
        draft.say_phrase("changed", what=what)


def _stands_alone(draft: Draft, name: str) -> bool:
    """Tell whether a new value can take the old one's place without walking the flow anew."""
    given = given_answers(draft).get(name)
    if given is None:
        return True
    if name in deciding(draft.library) or given.step.offer:
        return False
    frame = draft.frame
    return not (
        given.frame is frame and any(revisiting.is_passing(draft.flow(frame), other) for other in frame.answers)
    )


def ask_anew(draft: Draft, name: str) -> bool:
    """Ask for one answer anew; tell whether there is one that can be."""
    leave_visit(draft)
    given = find(draft, name)
    if given is None:
        return False
    own = given.frame is not None and draft.flow(given.frame).asks(name) is given.step
    if given.frame and ((own and given.frame is draft.frame) or name in deciding(draft.library) or given.step.offer):
        if revisiting.return_to(draft, name) is None:
            return False
    else:
        _visit(draft, given)
    draft.say_phrase("changing")
    draft.ask_again(briefly=False)
    return True


def _visit(draft: Draft, given: Given) -> None:
    """Ask for one answer alone, beside whatever is under way."""
    visit = Frame(flow=given.flow.id, revision=given.flow.revision, step=given.step.id, alone=True)
    draft.conversation = replace(draft.conversation, stack=(*draft.conversation.stack, visit))
    draft.note("visit", answer=given.ask.save_as)


def leave_visit(draft: Draft) -> bool:
    """Take back the wish to change one answer; tell whether there was one."""
    frame = draft.conversation.frame
    if frame is None or not frame.alone:
        return False
    draft.conversation = replace(draft.conversation, stack=draft.conversation.stack[:-1])
    return True


def list_changeable(draft: Draft) -> None:
    """Show what can be changed, to pick from."""
    listed = [one for one in _changeable(draft).values() if one.ask.called][:_MOST_LISTED]
    if not listed:
        draft.say_phrase("nothing_to_change")
        draft.ask_again()
        return
    draft.say_phrase("which_to_change")
    choices = [
        Choice(id=str(n), label=_as_label(one.ask.called[draft.language][0]), also=tuple(_words(one.ask)))
        for n, one in enumerate(listed, start=1)
    ]
    asides.ask(draft, asides.CHANGE, choices, values=[one.ask.save_as for one in listed])


def _as_label(called: str) -> str:
    return called[:1].upper() + called[1:]


def names_waiting(draft: Draft, what: str) -> bool:
    """Tell whether a name is that of the answer which is waited for."""
    frame = draft.conversation.frame
    step = draft.flow(frame).steps.get(frame.step) if frame else None
    return bool(step and step.ask and phrase_key(what) in map(phrase_key, _words(step.ask)))


def named(draft: Draft, what: str) -> str | None:
    """Find the answer that goes by a name: ``birthday``."""
    key = phrase_key(what)
    return next((n for n, one in _changeable(draft).items() if key in map(phrase_key, _words(one.ask))), None)


def _changeable(draft: Draft) -> dict[str, Given]:
    given = given_answers(draft)
    return given | {name: one for name, one in known_answers(draft).items() if name not in given}


def _words(ask: Ask) -> Iterator[str]:
    yield from chain.from_iterable(ask.called.values())
    yield ask.save_as.replace("_", " ")


def ask_which(draft: Draft, found: Ambiguous) -> None:
    """Ask to which answer a new value belongs."""
    options = [option.value for option in found.options if isinstance(option.value, dict)]
    asks = {name: one.ask for name, one in given_answers(draft).items()}
    pairs = [(asks[name], one) for one in options if (name := str(one["field"])) in asks]
    labels = [accepting.call(draft, ask, one["value"]) for ask, one in pairs]
    draft.say_phrase("which_one")
    asides.ask(draft, asides.CORRECTION, asides.numbered(labels), values=[one for _, one in pairs])


def ask_or_hand_over(draft: Draft, name: str) -> None:
    """Ask for an answer anew; let a coordinator change what cannot be changed so."""
    if not ask_anew(draft, name):
        hand_over(draft, name)


def hand_over(draft: Draft, name: str) -> None:
    """Let a coordinator change what cannot be changed by asking once more."""
    draft.effects.append(HandOff(reason=f"change:{name}"))
    draft.say_phrase("passed_on")
    draft.ask_again()
